"""Near-duplicate signatures of texts, looked up by index: which versions may be copies of one.

One-permutation MinHash (Li, Owen, Zhang 2012) over the folded words four by four, scripts that
part no words as pairs of characters. Two signatures agree in about as many places as the texts
share of their shingles (Jaccard); two bins make a band, and texts that share a band are worth
comparing: nine in ten at half the shingles, hardly any by chance. Good for finding candidates
only; what is told of copies comes from the texts themselves.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from isal.isal_zlib import crc32

from model.folding import index_bytes, index_words

BANDS = 8
SHINGLE = 4
FEWEST = 20
"""Shingles under which a text says nothing about copies."""

_BINS = 64
_WIDE = 2 * BANDS
_EMPTY = 0xFFFFFFFF
_PLACES = bytes(byte % _BINS for byte in range(256))  # by the lowest byte of a hash, as that has all that counts
_WEIGHTS = (0x2C1B3C6D, 0x297A2D39, 0x3C6EF35F, 0x19660D25)  # odd, below 2^30: four products of 32 bits with them stay in 64
_PACK = struct.Struct(f">{_BINS}I")


def _low(count: int) -> int:
    """The lower halves of so many numbers of 64 bits."""
    return int.from_bytes(b"\xff\xff\xff\xff\0\0\0\0" * count, "little")


_MOST = 4000  # shingles of nearly every text; what lies above those of a text is cut off
_LOW = _low(_MOST)


@dataclass(frozen=True, slots=True)
class Sketch:
    """``bands`` are what is looked up; ``signature`` estimates how much two texts share."""

    bands: tuple[int, ...]
    signature: bytes


def sketch(text: str) -> Sketch | None:
    """The signature of a text; ``None`` for one too short to tell."""
    words = index_bytes(text)
    count = len(words) - SHINGLE + 1
    if count < FEWEST:
        return None
    bins = [_EMPTY] * _BINS
    packed = _hashed(words, count)
    hashes = struct.unpack(f"<{count}Q", packed)
    for place, value in zip(packed[::8].translate(_PLACES), hashes, strict=True):
        if value < bins[place]:
            bins[place] = value
    if _BINS - bins.count(_EMPTY) < FEWEST and len(set(hashes)) < FEWEST:
        return None
    wide = [min(bins[place::_WIDE]) for place in range(_WIDE)]
    full = [_filled(wide, place) for place in range(_WIDE)] if _EMPTY in wide else wide
    bands = tuple((full[2 * n] << 31) ^ full[2 * n + 1] for n in range(BANDS))
    return Sketch(bands, _PACK.pack(*bins))


def likeness(one: bytes, other: bytes) -> float:
    """About which part of their shingles two texts share, 0 to 1."""
    pairs = [(a, b) for a, b in zip(_PACK.unpack(one), _PACK.unpack(other), strict=True) if (a, b) != (_EMPTY, _EMPTY)]
    return sum(a == b for a, b in pairs) / len(pairs) if pairs else 0.0


def shingles(text: str) -> set[str]:
    """Folded words of a text, four by four."""
    words = index_words(text)
    return {" ".join(words[n : n + SHINGLE]) for n in range(len(words) - SHINGLE + 1)}


def _filled(bins: list[int], place: int) -> int:
    """A bin's least hash; an empty one takes its neighbour's, so that short texts agree in their bands too."""
    step = next(n for n in range(len(bins)) if bins[(place + n) % len(bins)] != _EMPTY)
    return (bins[(place + step) % len(bins)] + step) & 0xFFFFFFFF


def _hashed(words: Sequence[bytes], count: int) -> bytes:
    """A hash of 32 bits for each of so many shingles of words, as 64 bits, the lowest byte first.

    Words are numbered by CRC-32, which is quick and the same everywhere. All shingles are worked out at once, in long integers
    with a word's number in every 64 bits, as no product reaches into the next: numbers of words that follow each other are
    weighed and summed, then spread over their bits by an odd multiplication, as CRC-32 and sums are linear.
    """
    numbers = int.from_bytes(struct.pack(f"<{len(words)}Q", *map(crc32, words)), "little")
    low = _LOW if count <= _MOST else _low(count)
    sums = sum((numbers >> 64 * place) * weight for place, weight in enumerate(_WEIGHTS)) & low
    mixed = (sums ^ sums >> 15 & low) * 0x85EBCA77 & low
    return mixed.to_bytes(8 * len(words), "little")[: 8 * count]
