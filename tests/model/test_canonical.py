"""Canonical JSON read back is what was written, whatever it holds."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.article import canonical_json
from model.canonical import plain_of

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(_TEXTS, inner),
    max_leaves=20,
)


@given(st.dictionaries(_TEXTS, _VALUES))
def test_what_was_written_comes_back(plain: dict[str, object]) -> None:
    data = canonical_json(plain)
    assert plain_of(data) == plain == json.loads(data)


@pytest.mark.parametrize("number", [2**63, 2**64 - 1, 2**64, -(2**63) - 1, 10**40])
def test_an_integer_of_any_size_stays_one(number: int) -> None:
    read = plain_of(canonical_json({"n": number}))
    assert type(read["n"]) is int and read["n"] == number


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b'{"a":1}x', b"nothing"])
def test_what_is_no_json_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):
        plain_of(data)
