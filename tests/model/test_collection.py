"""Names of collections."""

from __future__ import annotations

import pytest

from model.collection import LONGEST, check_collection_name
from model.errors import BadCall


@pytest.mark.parametrize("name", ["harbor", "Häfen & Fähren (2024)", "港の記事", "x" * LONGEST])
def test_a_name_stays_as_it_was_given(name: str) -> None:
    assert check_collection_name(name) == name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (" ", "needs a name"), ("two\nlines", "one line"), ("ends\n", "one line"), ("a\rb", "one line"), ("a\tb", "one line"),
        ("a\u2028b", "one line"), ("a\x85b", "one line"), ("x" * (LONGEST + 1), "at most 200 characters, not 201"),
    ],
)  # fmt: skip
def test_a_name_that_is_no_line_is_refused_in_one(name: str, said: str) -> None:
    with pytest.raises(BadCall, match=said) as error:
        check_collection_name(name)
    assert "\n" not in str(error.value)
