"""MHTML taken apart (RFC 2557, MIME as RFC 2045 has it): the headers, and the page among the parts.

What browsers write as ``.mhtml`` or ``.mht``. A pure function of bytes, shared by those who take
such files in and those who read them. Bounded and total: nothing in it unpacks to more than was
given, parts and depth are limited, and damage costs what it hit.
"""

from __future__ import annotations

import binascii
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass

Fields = tuple[tuple[str, str], ...]

_LOOKED_AT = 64 * 1024
_MOST_PARTS = 2_000
_DEEPEST = 4
_PAGES = ("text/html", "application/xhtml+xml")
_FIELD = re.compile(rb"^[!-9;-~]+:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*(?:\r?\n|\Z)", re.MULTILINE)
_TYPE = re.compile(rb"^content-type:\s*multipart/(?:related|mixed|alternative)\b", re.IGNORECASE | re.MULTILINE)
_PARAMETER = re.compile(r""";\s*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))""")
_NOT_BASE64 = bytes(set(range(256)) - set(string.ascii_letters.encode()) - set(string.digits.encode()) - set(b"+/"))


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its header fields, unfolded, and its body with the transfer encoding undone."""

    fields: Fields
    body: bytes

    def field(self, name: str) -> str | None:
        """The first value of a field, by name in any case."""
        return _value(self.fields, name)


@dataclass(frozen=True, slots=True)
class Mhtml:
    """A file: the fields at its top, and its page; ``None`` where none of its parts is one."""

    fields: Fields
    page: Part | None

    def field(self, name: str) -> str | None:
        """The first value of a field at the top, by name in any case."""
        return _value(self.fields, name)


def is_mhtml(data: bytes) -> bool:
    """Whether bytes begin as MHTML does: with header fields, one of which says multipart."""
    head = data[:_LOOKED_AT].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    return _FIELD.match(head) is not None and _TYPE.search(_head(head)[0]) is not None


def read_mhtml(data: bytes) -> Mhtml:
    """The file taken apart as far as its page. The page is the part that ``start`` names, else the first of its kind."""
    fields, rest = _fields(data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"))
    start = _parameter(_value(fields, "content-type") or "", "start")
    first: Part | None = None
    for part in _pages(fields, rest, _DEEPEST):
        if start is None or part.field("content-id") == start:
            return Mhtml(fields, part)
        first = first or part
    return Mhtml(fields, first)


def _pages(fields: Fields, body: bytes, deep: int) -> Iterator[Part]:
    boundary = _parameter(_value(fields, "content-type") or "", "boundary")
    if not boundary or deep == 0:
        return
    for raw in _parts(body, b"--" + boundary.encode("utf-8", "replace")):
        inner, content = _fields(raw)
        kind = (_value(inner, "content-type") or "").partition(";")[0].strip().lower()
        if kind.startswith("multipart/"):
            yield from _pages(inner, content, deep - 1)
        elif kind in _PAGES:
            yield Part(inner, _undone(content, (_value(inner, "content-transfer-encoding") or "").strip().lower()))


def _parts(body: bytes, mark: bytes) -> Iterator[bytes]:
    """What lies between the boundaries; the last part may lack its end, as in a file that was cut off."""
    line = re.compile(rb"^" + re.escape(mark) + rb"(?=[\r\n \t-]|\Z)", re.MULTILINE)
    at = _next_mark(body, line, 0)
    for _ in range(_MOST_PARTS):
        if at < 0 or body[at + len(mark) : at + len(mark) + 2] == b"--":
            return
        begin = body.find(b"\n", at + len(mark)) + 1
        if begin == 0:
            return
        at = _next_mark(body, line, begin)
        end = len(body) if at < 0 else at
        yield body[begin:end].removesuffix(b"\n").removesuffix(b"\r") if at >= 0 else body[begin:end]


def _next_mark(body: bytes, line: re.Pattern[bytes], start: int) -> int:
    """Where the next boundary begins a line, -1 where none does."""
    found = line.search(body, start)
    return found.start() if found is not None else -1


def _head(data: bytes) -> tuple[bytes, bytes]:
    """Header and body: parted by the first empty line."""
    ends = [(at, len(gap)) for gap in (b"\r\n\r\n", b"\n\n") if (at := data.find(gap, 0, _LOOKED_AT)) >= 0]
    if data[:1] in {b"\r", b"\n"}:
        return b"", data.lstrip(b"\r\n")
    if not ends:
        return data[:_LOOKED_AT], b""
    at, gap = min(ends)
    return data[:at], data[at + gap :]


def _fields(data: bytes) -> tuple[Fields, bytes]:
    head, rest = _head(data)
    found: list[tuple[str, str]] = []
    for line in _FIELD.findall(head):
        name, _, value = line.decode("utf-8", "replace").partition(":")
        found.append((name.strip(), " ".join(value.split())))
    return tuple(found), rest


def _value(fields: Fields, name: str) -> str | None:
    return next((v for k, v in fields if k.lower() == name), None)


def _parameter(value: str, name: str) -> str | None:
    for key, quoted, plain in _PARAMETER.findall(value):
        if key.lower() == name:
            return re.sub(r"\\(.)", r"\1", quoted) or plain or None
    return None


def _undone(body: bytes, encoding: str) -> bytes:
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if encoding == "base64":
        plain = body.translate(None, _NOT_BASE64)
        return binascii.a2b_base64(plain[: len(plain) // 4 * 4] + _rest(plain))
    return body


def _rest(plain: bytes) -> bytes:
    """The last, incomplete group with its padding; a single letter says nothing."""
    rest = plain[len(plain) // 4 * 4 :]
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""
