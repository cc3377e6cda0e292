"""The end of a file that a kill or a loss of power left is told from damage."""

from __future__ import annotations

import random
from pathlib import Path
from uuid import UUID

import pytest

from storage.unfinished import is_unfinished
from storage.warc import GZIP_HEAD, Draft, compress


def _member(chance: random.Random) -> bytes:
    """A member such as segments are made of: much text or little, or bytes that do not pack."""
    words = " ".join(chance.choices(("quay", "harbour", "pier", "ferry", "burns", "of"), k=chance.randrange(1, 400)))
    block = chance.randbytes(chance.randrange(1, 900)) if chance.random() < 0.2 else words.encode()
    made, info = (str(UUID(int=chance.getrandbits(128))) for _ in range(2))
    return compress(Draft("metadata", made, "2026-11-01T00:00:00Z", block, uri=f"urn:pressmark:{made}"), info)


class Tail:
    """A file whose end is judged."""

    def __init__(self, where: Path) -> None:
        self._file = where / "tail"

    def is_unfinished(self, tail: bytes, zeros: int = 0) -> bool:
        self._file.write_bytes(b"before" + tail + b"\0" * zeros)
        return is_unfinished(self._file, 6)


@pytest.mark.parametrize("zeros", [0, 1, 5000, 600_000])
def test_what_a_kill_or_a_loss_of_power_leaves_is_told_from_damage(tmp_path: Path, zeros: int) -> None:
    chance = random.Random(zeros)
    tail = Tail(tmp_path)
    for _ in range(150 if zeros < 100_000 else 15):
        data = _member(chance)
        flipped = bytearray(data)
        flipped[chance.randrange(len(GZIP_HEAD), len(data))] ^= 1 << chance.randrange(8)
        for kept in {chance.randrange(1, len(data) - 9), len(data) - chance.randrange(3, 12)}:
            if kept + zeros != len(data):
                assert tail.is_unfinished(data[:kept], zeros), (data, kept)
        assert not tail.is_unfinished(data, zeros)
        assert zeros or not tail.is_unfinished(bytes(flipped)), flipped
    assert not tail.is_unfinished(b"something else entirely", zeros)
    assert zeros == 0 or tail.is_unfinished(b"", zeros)


def test_every_cut_of_a_member_is_unfinished_and_no_flip_of_it_is(tmp_path: Path) -> None:
    tail = Tail(tmp_path)
    data = _member(random.Random(3))
    for kept in range(1, len(data)):
        assert tail.is_unfinished(data[:kept]), kept
        # zeros behind a member that lacks nothing but zeros make it whole
        assert tail.is_unfinished(data[:kept], 5000) == (kept < len(data.rstrip(b"\0"))), kept
    for bit in range(len(GZIP_HEAD) * 8, len(data) * 8, 3):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        assert not tail.is_unfinished(bytes(flipped)), bit


@pytest.mark.parametrize("size", [0, 1, 300])
def test_damage_at_the_end_of_a_head_is_no_cut(tmp_path: Path, size: int) -> None:
    tail, chance = Tail(tmp_path), random.Random(size)
    for _ in range(40):
        identity = str(UUID(int=chance.getrandbits(128)))
        data = compress(Draft("resource", identity, "2026-01-01T09:00:00Z", chance.randbytes(size), "text/plain", "urn:x"), None)
        assert not any(tail.is_unfinished(_flipped(data, bit)) for bit in range(len(data) * 8 - 200, len(data) * 8))
        for start in range(len(data) - 40, len(data) - 12):
            assert not tail.is_unfinished(data[:start] + bytes(8) + data[start + 8 :]), (start, data)


def _flipped(data: bytes, bit: int) -> bytes:
    flipped = bytearray(data)
    flipped[bit // 8] ^= 1 << bit % 8
    return bytes(flipped)


def test_a_record_that_is_all_there_but_for_its_check_is_not_cut(tmp_path: Path) -> None:
    data = _member(random.Random(4))
    assert not Tail(tmp_path).is_unfinished(data[:-4], 4)
    assert not Tail(tmp_path).is_unfinished(data[:-8], 8)
