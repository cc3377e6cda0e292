"""Records of WARC (0.17 to 1.1) and ARC (1 and 2) files, one after the other, through damage.

Each record is held to what it states: where its length is a lie or its bytes are damaged it
comes as a ``Flaw`` with its place, and reading goes on at the next one that can be found.
WARC: ISO 28500 and its drafts; ARC: the Internet Archive's ``ArcFileFormat`` of 1996.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from sources.warc.tape import Address, Broken, Tape

HEAD_BYTES = 64 * 1024
"""The longest header of a record, and of an HTTP message within one, bytes."""

_VERSION = re.compile(rb"WARC/(?:0\.1[78]|1\.[01])\r*\n")
_ARC_LINE = re.compile(
    rb"(?P<url>[A-Za-z][A-Za-z0-9+.-]{0,19}:\S.{0,8000}?) (?P<ip>[0-9A-Fa-f.:]{3,45}|-) (?P<date>\d{14})\d* "
    rb"(?P<type>\S+(?:; ?\S+)?)(?: \S+ \S+ \S+ \S+ \S+)? (?P<length>-?\w+)\r*\n"
)
_DISCARDED = 50
_NO_RECORD = "no record begins here"


@dataclass(frozen=True, slots=True)
class Record:
    """A record: where it begins, its header as it stands there, its fields by lower-cased name, and
    of its block what was asked for. ``length`` is that of the whole block.
    """

    where: Address
    head: bytes = field(repr=False)
    fields: tuple[tuple[str, str], ...] = field(repr=False)
    length: int
    block: bytes = field(default=b"", repr=False)

    def get(self, name: str) -> str | None:
        """A field's first value."""
        return next((value for key, value in self.fields if key == name), None)

    @property
    def kind(self) -> str:
        """``WARC-Type``; for ARC what the record amounts to."""
        return (self.get("warc-type") or "").lower()

    @property
    def id(self) -> str | None:
        """``WARC-Record-ID`` without its angle brackets; none in ARC."""
        named = self.get("warc-record-id")
        return named.strip("<>") if named else None

    @property
    def url(self) -> str:
        """The target URI; WARC 1.0 files of some writers have it in angle brackets."""
        return (self.get("warc-target-uri") or "").strip("<>")

    @property
    def whole(self) -> bool:
        """Whether all of the block is here."""
        return len(self.block) == self.length


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is no record that can be taken, at a place. ``record`` is its header where there is one."""

    where: Address
    reason: str
    record: Record | None = None
    too_large: bool = False


class Reader:
    """Reads a tape's records. ``wanted`` is asked with the beginning of a record (at most ``HEAD_BYTES``
    of its block) whether the whole block is; it is kept up to ``max_bytes``.
    """

    def __init__(self, tape: Tape, wanted: Callable[[Record], bool], max_bytes: int) -> None:
        self._tape = tape
        self._wanted = wanted
        self._max_bytes = max_bytes
        self._arc = _is_arc(tape)

    def __iter__(self) -> Iterator[Record | Flaw]:
        while True:
            where: Address | None = None
            try:
                where = self._next_line()
                if not self._tape.peek(1):
                    return
                found = self._one(where)
            except Broken as error:
                found = Flaw(where or Address(self._tape.member), str(error))
                more = self._tape.next_member(self._tape.member)
            else:
                more = not isinstance(found, Flaw) or found.too_large or self._resume(where)
            yield found
            if not more:
                return

    def one(self, where: Address) -> Record | Flaw:
        """The record at an address found before."""
        try:
            self._tape.go(where)
            return self._one(where)
        except Broken as error:
            return Flaw(where, str(error))

    def _next_line(self) -> Address:
        """Passes over the empty lines between records."""
        while self._tape.peek(1) in (b"\r", b"\n"):
            self._tape.read(1)
        return self._tape.here

    def _one(self, where: Address) -> Record | Flaw:
        record = self._arc_head(where) if self._arc else self._warc_head(where)
        if isinstance(record, Flaw):
            return record
        heads = self._tape.heads
        start = self._tape.read(min(record.length, HEAD_BYTES))
        record = replace(record, block=start)
        rest = record.length - len(start)
        too_large = False
        if rest > 0 and self._wanted(record):
            too_large = record.length > self._max_bytes + HEAD_BYTES
            if not too_large:
                more = self._tape.read(rest)
                record, rest = replace(record, block=start + more), rest - len(more)
        if rest > _DISCARDED * self._max_bytes and where.skip == 0 and self._tape.packed:
            self._tape.next_member(where.offset)  # sooner found than unpacked
        elif rest > 0 and (rest := rest - self._tape.discard(rest)):
            return Flaw(where, "the record is cut off", record)
        if rest == 0 and len(record.block) < min(record.length, HEAD_BYTES):
            return Flaw(where, "the record is cut off", record)
        if self._tape.heads != heads or not self._ends(where):
            return Flaw(where, "the record is not as long as it states", record)
        if too_large:
            reason = f"the record is over {self._max_bytes:,} bytes; to take it all the same, raise PRESSMARK_MAX_BYTES"
            return Flaw(where, reason, record, too_large=True)
        return record

    def _ends(self, where: Address) -> bool:
        """Whether a record, or the file, follows what was read. Raises ``Broken`` where its own bytes are damaged."""
        try:
            while (byte := self._tape.peek(1)) in (b"\r", b"\n"):
                self._tape.read(1)
            return not byte or self._is_head()
        except Broken:
            if self._tape.member == where.offset:
                raise
            return True  # the damage is the next one's

    def _is_head(self) -> bool:
        line = self._tape.peek(HEAD_BYTES if self._arc else 16)
        return (_ARC_LINE if self._arc else _VERSION).match(line) is not None

    def _resume(self, where: Address) -> bool:
        """Goes to the next record behind a flawed one; false where there is none."""
        try:
            if self._tape.packed and where.skip == 0:
                return self._tape.next_member(where.offset)
            self._tape.go(where)
            self._tape.line(HEAD_BYTES)
            while self._tape.peek(1):
                if self._is_head():
                    return True
                self._tape.line(HEAD_BYTES)
        except Broken:
            return self._tape.next_member(max(where.offset, self._tape.member))
        return False

    def _warc_head(self, where: Address) -> Record | Flaw:
        first = self._tape.line(128)
        if not _VERSION.fullmatch(first):
            return Flaw(where, _NO_RECORD)
        lines, size = [first], len(first)
        while (line := self._tape.line(HEAD_BYTES - size)).strip(b"\r\n"):
            size += len(line)
            lines.append(line)
            if size >= HEAD_BYTES:
                return Flaw(where, f"the record's header is over {HEAD_BYTES:,} bytes")
        if not line:
            return Flaw(where, "the record is cut off")
        fields: list[tuple[str, str]] = []
        for text in map(as_text, lines[1:]):
            if text[:1] in {" ", "\t"} and fields:
                fields[-1] = (fields[-1][0], f"{fields[-1][1]} {text.strip()}".strip())
                continue
            name, _, value = text.partition(":")
            fields.append((name.strip().lower(), value.strip()))
        record = Record(where, b"".join(lines), tuple(fields), 0)
        return _with_length(record, record.get("content-length") or "")

    def _arc_head(self, where: Address) -> Record | Flaw:
        line = self._tape.line(HEAD_BYTES)
        found = _ARC_LINE.fullmatch(line)
        if found is None:
            return Flaw(where, _NO_RECORD)
        part = {name: as_text(value) for name, value in found.groupdict().items()}
        d = part["date"]
        info = part["url"].startswith("filedesc:")
        fields = [
            ("warc-type", "warcinfo" if info else "arc"),
            ("warc-target-uri", part["url"]),
            ("warc-date", f"{d[:4]}-{d[4:6]}-{d[6:8]}T{d[8:10]}:{d[10:12]}:{d[12:]}Z"),
            ("warc-ip-address", "" if part["ip"] == "-" else part["ip"]),
            ("content-type", part["type"]),
        ]
        return _with_length(Record(where, line, tuple(fields), 0), part["length"])


def _is_arc(tape: Tape) -> bool:
    """Whether a file begins as an ARC; where its beginning is damaged, the next part that can be read tells."""
    try:
        return tape.peek(16).startswith(b"filedesc:")
    except Broken:
        try:
            return tape.next_member(0) and _ARC_LINE.match(tape.peek(HEAD_BYTES)) is not None
        except Broken:
            return False
        finally:
            tape.go(Address(0))


def as_text(data: bytes) -> str:
    """Header bytes as text: UTF-8, and Latin-1 where they are none, as older writers have it; without line ends."""
    try:
        return data.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        return data.decode("latin-1").rstrip("\r\n")


def _with_length(record: Record, stated: str) -> Record | Flaw:
    if not stated.isascii() or not stated.isdigit() or len(stated) > 15:
        return Flaw(record.where, f"the record states no length that can be ({stated[:20] or 'none'})", record)
    return replace(record, length=int(stated))
