"""Bytes of an archive file by address: the same however the file is packed, through damage, in flat memory."""

from __future__ import annotations

import gzip
import io
import random
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.warc.tape import Address, Broken, Tape

PARTS = st.lists(st.binary(min_size=1, max_size=300) | st.integers(1, 200_000).map(lambda n: b"a" * n), min_size=1, max_size=6)


@given(PARTS, st.integers(1, 70_000))
def test_every_way_of_packing_gives_the_same_bytes(parts: list[bytes], step: int) -> None:
    plain = b"".join(parts)
    ways = [b"".join(map(gzip.compress, parts)), gzip.compress(plain)]
    if not plain.startswith(b"\x1f\x8b\x08"):
        ways.append(plain)
    for way in ways:
        tape = Tape(io.BytesIO(way))
        read = []
        while data := tape.read(step):
            read.append(data)
        assert b"".join(read) == plain
        assert tape.peek(1) == b""


@given(PARTS)
def test_a_place_is_found_again(parts: list[bytes]) -> None:
    plain = b"".join(parts)
    tape = Tape(io.BytesIO(b"".join(map(gzip.compress, parts))))
    tape.discard(len(plain) // 2)
    place = tape.here
    rest = tape.read(len(plain))
    tape.go(place)
    assert tape.read(len(plain)) == rest == plain[len(plain) // 2 :]


def test_a_member_begins_at_its_own_offset() -> None:
    first = gzip.compress(b"one\n")
    tape = Tape(io.BytesIO(first + b"\0\0\0" + gzip.compress(b"two\nthree")))
    assert (tape.line(100), tape.here) == (b"one\n", Address(len(first) + 3))
    assert (tape.line(100), tape.here) == (b"two\n", Address(len(first) + 3, 4))


@pytest.mark.parametrize("lost", [1, 5, 12, 40])
def test_what_is_cut_off_is_said_and_never_made_up(lost: int) -> None:
    noise = random.Random(1).randbytes(500)
    tape = Tape(io.BytesIO(gzip.compress(noise)[:-lost]))
    with pytest.raises(Broken, match="cut off"):
        tape.read(1000)


def test_behind_damage_the_next_member_is_found() -> None:
    first, second = gzip.compress(random.Random(2).randbytes(300)), gzip.compress(b"WARC/1.0 and so on")
    spoilt = first[:100] + b"\xff" * 20 + first[120:]
    tape = Tape(io.BytesIO(spoilt + second))
    with pytest.raises(Broken):
        tape.read(1000)
    assert tape.next_member(0)
    assert (tape.here, tape.read(100)) == (Address(len(spoilt)), b"WARC/1.0 and so on")
    assert not tape.next_member(len(spoilt))


def test_a_bomb_is_passed_over_in_flat_memory() -> None:
    packed = gzip.compress(b"\0" * 50_000_000) + gzip.compress(b"behind")
    file = io.BytesIO(packed)
    tracemalloc.start()
    try:
        tape = Tape(file)
        assert tape.discard(50_000_000) == 50_000_000
        assert tape.read(10) == b"behind"
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
