"""An entity as text in pieces, without its compression: never the whole of it at once.

What a server says about coding and charset is often wrong for feeds, so the bytes have the
first word: the gzip mark, the byte order mark, then whether they are UTF-8.
"""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterator

MAX_TEXT = 100_000_000
"""Bytes of an unpacked listing that are read at most: a sitemap may have 50 MB by its protocol."""

_PIECE = 65_536
_GZIP = b"\x1f\x8b"
_NESTED = 2  # a .gz file sent with a gzip coding
_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"))
_MORE_MARKS = ((codecs.BOM_UTF16_BE, "utf-16"), (b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be"))
# what is called Latin-1 is Windows-1252 on the web
_MEANT = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252"}
_EIGHT_BIT = "pressmark-eight-bit"


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_EIGHT_BIT, _as_windows)


class Unpacked:
    """The pieces of one entity; after the last one ``whole`` says whether all of it was read."""

    def __init__(self, entity: bytes, *, charset: str | None = None, limit: int = MAX_TEXT) -> None:
        self._entity = entity
        self._charset = charset
        self._limit = limit
        self.whole = True

    def __iter__(self) -> Iterator[str]:
        pieces = self._limited(self._plain())
        first = next(pieces, b"")
        decoder = codecs.getincrementaldecoder(_encoding(first, self._charset))(_EIGHT_BIT)
        yield _decoded(decoder, first).removeprefix("\ufeff")
        for piece in pieces:
            yield _decoded(decoder, piece)
        yield _decoded(decoder, b"", final=True)

    def start(self, most: int) -> str:
        """The text from its beginning, at most ``most`` characters: for readers that cannot go piece by piece."""
        parts: list[str] = []
        left = most
        for piece in self:
            parts.append(piece[:left])
            left -= len(piece)
            if left <= 0:
                break
        return "".join(parts)

    def _plain(self) -> Iterator[bytes]:
        view = memoryview(self._entity)
        pieces: Iterator[bytes] = (bytes(view[at : at + _PIECE]) for at in range(0, len(view), _PIECE))
        for _ in range(_NESTED):
            first = next(pieces, b"")
            if not first.startswith(_GZIP):
                yield first
                yield from pieces
                return
            pieces = self._inflated(first, pieces)
        yield from pieces

    def _inflated(self, first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
        machine = zlib.decompressobj(31)
        data = first
        while data:
            try:
                piece = machine.decompress(data, _PIECE)
            except zlib.error:
                self.whole = False
                return
            if piece:
                yield piece
            data = machine.unconsumed_tail
            if machine.eof and machine.unused_data.startswith(_GZIP):
                data, machine = machine.unused_data, zlib.decompressobj(31)
            elif not data:
                data = b"" if machine.eof else next(rest, b"")
        self.whole = self.whole and machine.eof

    def _limited(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        left = self._limit
        for piece in pieces:
            yield piece[:left]
            left -= len(piece)
            if left < 0:
                self.whole = False
                return


def _encoding(start: bytes, said: str | None) -> str:
    marked = next((name for mark, name in (*_MARKS, *_MORE_MARKS) if start.startswith(mark)), None)
    if marked:
        return marked
    declared = _DECLARED.match(start)
    named = (declared[1].decode("ascii") if declared else said or "utf-8").strip().lower()
    try:
        known = codecs.lookup(_MEANT.get(named, named))
    except LookupError:
        return "utf-8"
    if known.name.startswith(("utf-16", "utf-32")) or not known._is_text_encoding:
        return "utf-8"  # said of bytes that plainly are not
    if not start.isascii() and _is_utf8(start):
        return "utf-8"  # text of an eight-bit set is never UTF-8 by chance
    return known.name


def _is_utf8(start: bytes) -> bool:
    try:
        codecs.utf_8_decode(start, "strict", False)  # a character may go on in the next piece
    except UnicodeDecodeError:
        return False
    return True


def _decoded(decoder: codecs.IncrementalDecoder, piece: bytes, final: bool = False) -> str:
    try:
        return decoder.decode(piece, final)
    except UnicodeError:  # an encoding that knows no error handlers of others
        decoder.reset()
        return piece.decode("latin-1")
