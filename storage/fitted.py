"""A WARC record written again where it stood: its gzip member of exactly as many bytes as the place has.

Compressors differ, and what is known of a lost record may lack a header line. What the member lacks in length is white
space behind its last header's value, which is no part of that (RFC 9110, 5.5): a few characters, compressed with the
rest, or, where much is lacking, spaces as they are.
"""

from __future__ import annotations

import random
import zlib
from itertools import product

from deflate import deflate_compress

from model.deflate import deflate_last
from storage.warc import BLOCK_END, GZIP_HEAD, Draft, head_of, member_with

_AROUND = len(GZIP_HEAD) + 8
_STORED = 5  # bytes of a stored block besides what is in it (RFC 1951, 3.2.4)
_MOST = 0xFFFF
_LINES_END = b"\r\n\r\n"
_FEW = 800
_NEAR = 8  # bytes by which one character more may make it shorter
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
    for seed, compress in product(range(_TRIED), (_best, deflate_last)):
        white = bytes(random.Random(seed).choices(b" \t", k=_FEW))  # without order, so that each takes about a bit
        for count in range(_FEW):
            packed = compress(b"".join((head, white[:count], rest)))
            if len(packed) == room:
                return member_with(packed, (head, white[:count], rest))
            if len(packed) > room + _NEAR:
                break
    return None


def _best(data: bytes) -> bytes:
    return bytes(deflate_compress(data, 12))
