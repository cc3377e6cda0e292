"""Bytes and headers into text: content codings undone, the character set found out.

Declared character sets lie often enough that bytes outrank them: what is valid UTF-8 with
at least one multi-byte character is UTF-8, whatever the page says. Labels are read as the
WHATWG Encoding Standard reads them (``iso-8859-1`` is windows-1252, ``gb2312`` is gb18030).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from extractors import charsets
from extractors.codings import inflate, is_utf8, too_large, undo
from model.errors import Unreadable

MAX_DECODED = 50_000_000

Headers = tuple[tuple[str, str], ...]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LABELS = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "x-mac-roman": "mac-roman",
    "utf8": "utf-8",
    "unicode": "utf-16-le",
    "utf-16": "utf-16-le",
}
_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a media file"),
    (b"PK\x03\x04", "a ZIP file"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd, which archives cannot replay"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"wOF", "a font"),
    (b"OggS", "a media file"),
    (b"ID3", "a media file"),
)
_META_CHARSET = re.compile(rb"""charset\s{0,8}=\s{0,8}["']?\s{0,8}([A-Za-z0-9_.:-]{2,40})""", re.I)
_HIGH = re.compile(rb"[\x80-\xff]")
_CONTROLS = bytes(c for c in range(1, 32) if c not in b"\t\n\r\f\x1b") + b"\x7f"
_SAMPLE = 65_536


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text without NUL, and how it was read: ``encoding`` is a Python codec name, ``by`` is
    ``bom``, ``bytes`` (valid UTF-8, or NULs of UTF-16), ``http``, ``meta`` or ``guess``.
    """

    text: str
    encoding: str
    by: str


def normalise_headers(headers: Headers | Mapping[str, str] | Iterable[tuple[str, str]] | None) -> Headers:
    """Header fields as pairs, from pairs, a mapping or nothing."""
    if headers is None:
        return ()
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return tuple((str(k), str(v)) for k, v in pairs)


def decode_entity(entity: bytes, headers: Headers, limit: int = MAX_DECODED) -> bytes:
    """An entity with its Content-Encoding undone (gzip, deflate, br), ``limit`` in bytes.

    Bytes that do not carry the coding their header names are taken as decoded already, and
    gzip that no header names is undone too. A truncated stream gives what was readable.
    Raises ``TooLarge`` over the limit and ``Unreadable`` for zstd and unknown codings.
    """
    codings = [c.strip().lower() for name, v in headers if name.lower() == "content-encoding" for c in v.split(",")]
    for coding in reversed([c for c in codings if c and c != "identity"]):
        entity = undo(coding, entity, limit)
    if entity[:3] == b"\x1f\x8b\x08":
        entity = inflate(entity, 31, limit)
    if len(entity) > limit:
        raise too_large(limit)
    return entity


def decode(body: bytes, headers: Headers = ()) -> Decoded:
    """The text of a body whose content codings are undone already.

    Raises ``Unreadable`` for an empty body and for what is no text (an image, a PDF, noise).
    """
    if not body.strip(b" \t\r\n\f\x00"):
        raise Unreadable("the body is empty: there is nothing to read", size=len(body))
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return Decoded(_text(body[len(mark) :], encoding), encoding, "bom")
    _refuse_known(body)
    wide = _wide(body)
    if wide:
        return Decoded(_text(body, wide), wide, "bytes")
    _refuse_noise(body)
    body = body.replace(b"\x00", b"")
    declared = _declared(body, headers)
    valid = is_utf8(body)
    if valid and declared and declared[0].startswith("iso2022") and b"\x1b" in body:
        return Decoded(_text(body, declared[0]), *declared)
    if valid:
        return Decoded(body.decode("utf-8", "replace"), "utf-8", "bytes")
    if declared and declared[0] == "utf-8" and not _mostly_utf8(body):
        declared = None
    if declared:
        return Decoded(_text(body, declared[0]), *declared)
    guessed = "utf-8" if _mostly_utf8(body) else codec_of(charsets.guess(body)) or "cp1252"
    return Decoded(_text(body, guessed), guessed, "guess")


def codec_of(label: str) -> str | None:
    """The Python codec a character set label stands for; ``None`` for labels nobody knows."""
    label = label.strip().strip("\"'").lower()
    try:
        name = codecs.lookup(_LABELS.get(label, label)).name
    except (LookupError, ValueError):
        return None
    # Python also knows codecs that are no character sets (hex, zip, rot13), and utf-7 is a trick
    is_charset = getattr(codecs.lookup(name), "_is_text_encoding", True)
    return name if is_charset and name not in {"utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape"} else None


def _refuse_known(body: bytes) -> None:
    for signature, name in _SIGNATURES:
        if body.startswith(signature):
            raise Unreadable(f"the body is {name}, not a page or a text", found=name)
    if body[4:8] == b"ftyp":
        raise Unreadable("the body is a media file, not a page or a text", found="a media file")


def _refuse_noise(body: bytes) -> None:
    head = body[:_SAMPLE].replace(b"\x00", b"")
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls > len(head) * 0.04:
        raise Unreadable("the body is binary data, not a page or a text", controls=controls)


def _wide(body: bytes) -> str | None:
    """UTF-16 without a mark: nearly every other byte of its ASCII is NUL."""
    head = body[:4096]
    half = len(head) // 2
    if half < 8:
        return None
    low, high = head[0::2].count(0), head[1::2].count(0)
    if high > half * 0.3 and low < half * 0.03:
        return "utf-16-le"
    if low > half * 0.3 and high < half * 0.03:
        return "utf-16-be"
    return None


def _declared(body: bytes, headers: Headers) -> tuple[str, str] | None:
    for name, value in headers:
        if name.lower() == "content-type" and "charset=" in value.lower():
            codec = codec_of(re.split("charset=", value, maxsplit=1, flags=re.I)[1].split(";")[0])
            if codec:
                return codec, "http"
    for found in _META_CHARSET.finditer(body[:8192]):
        codec = codec_of(found[1].decode("ascii"))
        if codec:
            # a meta read as ASCII cannot truly be in UTF-16 (WHATWG: read it as UTF-8)
            return ("utf-8" if codec.startswith("utf-16") else codec), "meta"
    return None


def _mostly_utf8(body: bytes) -> bool:
    """A few broken bytes among many good ones: an encoder's slip, not another encoding."""
    sample = body[: 4 * _SAMPLE]
    high = len(_HIGH.findall(sample))
    broken = sample.decode("utf-8", "replace").count("\ufffd")
    return high > 0 and broken * 5 < high


def _text(body: bytes, encoding: str) -> str:
    return body.decode(encoding, "replace").replace("\x00", "")
