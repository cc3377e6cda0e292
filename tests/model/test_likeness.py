"""Signatures are those of the definition, however they are worked out: archives have them in their databases."""

from __future__ import annotations

import random
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.folding import index_words
from model.likeness import FEWEST, sketch


def _defined(text: str) -> tuple[tuple[int, ...], bytes] | None:
    words = index_words(text)
    sums = set()
    for n in range(len(words) - 3):
        one, two, three, four = (zlib.crc32(word.encode()) for word in words[n : n + 4])
        sums.add((one * 0x2C1B3C6D + two * 0x297A2D39 + three * 0x3C6EF35F + four * 0x19660D25) % 2**32)
    if len(sums) < FEWEST:
        return None
    bins = [0xFFFFFFFF] * 64
    for value in sums:
        mixed = (value ^ value >> 15) * 0x85EBCA77 % 2**32
        bins[mixed % 64] = min(bins[mixed % 64], mixed)
    wide = [min(bins[place::16]) for place in range(16)]
    full = []
    for place in range(16):
        step = next(n for n in range(16) if wide[(place + n) % 16] != 0xFFFFFFFF)
        full.append((wide[(place + step) % 16] + step) % 2**32)
    return tuple(full[n] << 31 ^ full[n + 1] for n in range(0, 16, 2)), struct.pack(">64I", *bins)


def _made(text: str) -> tuple[tuple[int, ...], bytes] | None:
    found = sketch(text)
    return None if found is None else (found.bands, found.signature)


@given(st.lists(st.text(alphabet="abcé 外交א-", max_size=6), max_size=120))
def test_any_text_has_the_signature_that_is_defined(words: list[str]) -> None:
    assert _made(" ".join(words)) == _defined(" ".join(words))


@pytest.mark.parametrize("count", [22, 23, 24, 60, 450, 4003, 4004, 9000])
@pytest.mark.parametrize("different", [3, 20, 1000])
def test_texts_of_any_length_and_with_any_repetition_too(count: int, different: int) -> None:
    chance = random.Random(count)
    text = " ".join(f"word{chance.randrange(different)}" for _ in range(count))
    assert _made(text) == _defined(text)
    assert _made("one two three " * count) is None
