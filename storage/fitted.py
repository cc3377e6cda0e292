"""A WARC record written again where it stood: its gzip member of exactly as many bytes as the place has.

Compressors differ, and what is known of a lost record may lack a header line. What the member lacks in length is white
space behind its last header's value, which is no part of that (RFC 9110, 5.5): a few characters, compressed with the
rest, or, where much is lacking, spaces as they are.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from functools import cache
from itertools import product

from deflate import deflate_compress

from model.deflate import deflate_last
from storage.warc import BLOCK_END, GZIP_HEAD, Draft, head_of, member_with

_AROUND = len(GZIP_HEAD) + 8
_STORED = 5  # bytes of a stored block besides what is in it (RFC 1951, 3.2.4)
_MOST = 0xFFFF
_LINES_END = b"\r\n\r\n"
_FEW = 800
_NEAR = 8  # bytes by which one character more or less may be off
_TRIED = 8


def fitted(draft: Draft, warcinfo: str | None, length: int) -> bytes | None:
    """The member of a record in exactly ``length`` bytes; ``None`` where it takes more, however it is compressed."""
    head = head_of(draft, warcinfo).removesuffix(_LINES_END)
    rest = b"".join((_LINES_END, draft.block, BLOCK_END))
    room = length - _AROUND
    return _with_spaces(head, rest, room) or _with_white(head, rest, room)


def _with_spaces(head: bytes, rest: bytes, room: int) -> bytes | None:
    """With the fewest spaces, uncompressed between what is before and behind them."""
    best: tuple[int, bytes] | None = None
    for level in range(1, 10):
        stream = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
        # nothing behind a full flush looks back, so that bytes can be put between
        first = stream.compress(head) + stream.flush(zlib.Z_FULL_FLUSH)
        last = stream.compress(rest) + stream.flush()
        spaces = _spaces(room - len(first) - len(last))
        if spaces is not None and (best is None or spaces < best[0]):
            best = spaces, b"".join((first, _stored(spaces), last))
    return member_with(best[1], (head, b" " * best[0], rest)) if best is not None else None


def _spaces(room: int) -> int | None:
    """How many spaces take up so much room; ``None`` where none do."""
    if room == 0:
        return 0
    blocks = -(-room // (_STORED + _MOST))
    spaces = room - blocks * _STORED
    return spaces if spaces > 0 else None


def _stored(spaces: int) -> bytes:
    blocks = [min(_MOST, spaces - start) for start in range(0, spaces, _MOST)]
    return b"".join(b"\0" + n.to_bytes(2, "little") + (n ^ _MOST).to_bytes(2, "little") + b" " * n for n in blocks)


def _with_white(head: bytes, rest: bytes, room: int) -> bytes | None:
    """With so many characters in the head, all compressed together, that the length is right."""
    for compress, seed in product(_COMPRESSORS, range(_TRIED)):
        white, count = _white(seed), 0
        while count <= _FEW:
            packed = compress(b"".join((head, white[:count], rest)))
            lacking = room - len(packed)
            if lacking == 0:
                return member_with(packed, (head, white[:count], rest))
            if lacking < -_NEAR:
                break
            count += max(1, 2 * (lacking - _NEAR))
    return None


@cache
def _white(seed: int) -> bytes:
    """White space without order, so that each character takes about a bit."""
    return bytes(random.Random(seed).choices(b" \t", k=_FEW))


def _compressor(level: int) -> Callable[[bytes], bytes]:
    return lambda data: bytes(deflate_compress(data, level))


_COMPRESSORS = (deflate_last, _compressor(6), _compressor(12))
