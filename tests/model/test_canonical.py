"""Canonical JSON: the same bytes for the same value, and read back what was written, whatever it holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.canonical import canonical_json, plain_of

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(_TEXTS, inner),
    max_leaves=20,
)
_OBJECTS = st.dictionaries(_TEXTS, _VALUES, max_size=4)


@given(_OBJECTS)
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


@given(_OBJECTS)
def test_canonical_json_is_the_same_whatever_the_order_of_keys(plain: dict[str, Any]) -> None:
    data = canonical_json(plain)
    assert canonical_json(_turned(plain)) == data
    assert json.loads(data) == plain
    assert canonical_json(json.loads(data)) == data


@given(_OBJECTS)
def test_canonical_bytes_are_those_of_the_standard_library(plain: dict[str, Any]) -> None:
    """Ledgers were written so before another encoder came, and every one to come has to write the same."""
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert canonical_json(plain) == text.encode()


def _turned(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _turned(v) for k, v in reversed(value.items())}
    return [_turned(v) for v in value] if isinstance(value, list) else value


@given(_OBJECTS, _OBJECTS)
def test_different_values_have_different_bytes(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (canonical_json(one) == canonical_json(other)) == (
        json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    )


@pytest.mark.parametrize("value", [1.5, float("nan"), [0.0], {"a": [{"b": 1e300}]}, (2.0,), "\ud800", {"\udfff": 1}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        canonical_json({"x": value})


def test_canonical_bytes_are_these() -> None:
    plain = {"b": [1, None, True, "é\n\u2028/"], "a": {}, "Z": "\x7f\x01"}
    assert canonical_json(plain) == '{"Z":"\x7f\\u0001","a":{},"b":[1,null,true,"é\\n\u2028/"]}'.encode()
