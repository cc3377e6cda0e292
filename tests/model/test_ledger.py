"""Ledger entries: their bytes are canonical, come back as they were, and nothing else passes for one."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.capture import digest_of
from model.errors import Damaged, NewerFormat
from model.ledger import FORMAT, Agent, AgentType, Entry, Kind, decode, genesis

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2**40) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
ENTRIES = st.builds(
    Entry,
    id=st.uuids().map(str),
    kind=st.sampled_from(Kind),
    chain=TEXT,
    seq=st.integers(1, 2**40),
    previous=st.binary(max_size=4).map(digest_of),
    at=st.just("2026-01-01T00:00:00.000000Z"),
    agent=st.builds(Agent, st.sampled_from(AgentType), TEXT, st.none() | TEXT),
    body=st.dictionaries(TEXT, PLAIN, max_size=4),
)
ONE = Entry(
    "0b0ccf5e-2f1c-4c0e-9f0a-2d35c1f2a001", Kind.NOTE, "abc123-0123456789x", 2, genesis("c"), "2026-01-01T00:00:00.000000Z",
    Agent(AgentType.PERSON, "Ada"), {"payload": {"id": "x", "digest": "sha256:0", "length": 3}},
)  # fmt: skip


@given(ENTRIES)
def test_an_entry_comes_back_as_it_was(entry: Entry) -> None:
    data = entry.encode()
    assert decode(data) == entry
    assert decode(data).encode() == data


@given(ENTRIES, ENTRIES)
def test_different_entries_have_different_digests(one: Entry, other: Entry) -> None:
    assert (digest_of(one.encode()) == digest_of(other.encode())) == (
        json.dumps(json.loads(one.encode()), sort_keys=True) == json.dumps(json.loads(other.encode()), sort_keys=True)
    )


def test_the_layout_of_format_1_is_frozen() -> None:
    assert ONE.encode() == (
        b'{"agent":{"name":"Ada","type":"person","version":null},"at":"2026-01-01T00:00:00.000000Z",'
        b'"body":{"payload":{"digest":"sha256:0","id":"x","length":3}},"chain":"abc123-0123456789x",'
        b'"id":"0b0ccf5e-2f1c-4c0e-9f0a-2d35c1f2a001","kind":"note","pressmark":1,'
        b'"previous":"sha256:f2a62c1be1a16c957091111ebdb73a4b2732aa2bb4535be30e72576bc2ee0933","seq":2}'
    )


def test_every_chain_begins_with_a_digest_of_its_own() -> None:
    chains = [f"chain{i}" for i in range(100)] + ["", " ", "Chain1"]
    assert len({genesis(c) for c in chains}) == len(chains)
    assert genesis("abc123") == digest_of(b"pressmark ledger genesis abc123")


@pytest.mark.parametrize("change", [{"pressmark": FORMAT + 1}, {"kind": "prophecy"}, {"pressmark": 99, "agent": None}])
def test_a_newer_format_or_kind_is_refused_as_newer(change: dict[str, Any]) -> None:
    with pytest.raises(NewerFormat, match="newer Pressmark"):
        decode(json.dumps(json.loads(ONE.encode()) | change).encode())


@pytest.mark.parametrize("name", json.loads(ONE.encode()))
def test_an_entry_without_one_of_its_parts_is_damaged(name: str) -> None:
    plain = json.loads(ONE.encode())
    del plain[name]
    with pytest.raises(Damaged):
        decode(json.dumps(plain).encode())


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"{", b"[]", b"null", b"7", b'"x"', b"\xff\xfe", b'{"pressmark":1}', b'{"pressmark":"1"}'),
        *(b'{"pressmark":1,"kind":[]}', b"[" * 100_000, b'{"a":' * 100_000, ONE.encode()[:-1], b"\x00" + ONE.encode()),
    ],
    ids=lambda d: repr(d[:16]),
)
def test_bytes_that_are_no_entry_are_damaged(data: bytes) -> None:
    with pytest.raises(Damaged):
        decode(data)


@given(st.integers(0, len(ONE.encode()) * 8 - 1))
def test_one_flipped_bit_never_gives_the_same_digest(bit: int) -> None:
    data = bytearray(ONE.encode())
    data[bit // 8] ^= 1 << bit % 8
    assert digest_of(bytes(data)) != digest_of(ONE.encode())
    with suppress(Damaged, NewerFormat):  # most flips leave no entry at all; none may raise anything else
        decode(bytes(data))
