"""A record in exactly as many bytes as its place has."""

from __future__ import annotations

import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from storage.fitted import fitted
from storage.warc import Draft, compress, member_of

_WARCINFO = "0b0f7d3c-5d3f-4a43-8d7c-0a4f3a0d8f11"


def _draft(block: bytes) -> Draft:
    extra = (("Pressmark-Decision", "one 1/2"),)
    uri = "urn:pressmark:ledger:abc:1"
    return Draft(
        "metadata", "a3f1c1de-2f4c-4f6e-9f39-7a60c1c1f9c2", "2026-01-01T00:00:00Z", block, "application/json", uri, extra
    )


def _words(count: int, seed: int) -> bytes:
    chance = random.Random(seed)
    return b" ".join(b"%x" % chance.getrandbits(chance.choice((8, 16, 40))) for _ in range(count))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.integers(0, 9), st.integers(0, 100) | st.integers(100, 200_000))
def test_it_is_as_long_as_asked_and_says_the_same(words: int, seed: int, more: int) -> None:
    draft = _draft(_words(words, seed))
    length = len(compress(draft, _WARCINFO)) + more
    made = fitted(draft, _WARCINFO, length)
    assert made is not None and len(made) == length
    member, plain = member_of(made, "x", 0), member_of(compress(draft, _WARCINFO), "x", 0)
    assert (member.headers, member.block, member.digest_problem) == (plain.headers, plain.block, None)


@pytest.mark.parametrize("words", [0, 1, 20, 300, 5000])
def test_a_place_that_is_too_small_is_left(words: int) -> None:
    assert fitted(_draft(_words(words, 1)), _WARCINFO, 60) is None


@pytest.mark.parametrize("more", [3, 40, 70_000])
def test_other_tools_read_it(more: int) -> None:
    draft = _draft(_words(50, 2))
    made = fitted(draft, _WARCINFO, len(compress(draft, _WARCINFO)) + more)
    (record,) = ArchiveIterator(io.BytesIO(made or b""), check_digests="raise")
    assert record.rec_headers.get_header("WARC-Record-ID") == "<urn:uuid:a3f1c1de-2f4c-4f6e-9f39-7a60c1c1f9c2>"
    assert record.rec_headers.get_header("Content-Length") == str(len(draft.block))
