"""Every page of our own making gives the values that stand beside it: one test a page and field.

``NAME.html`` (or ``.txt``) has ``NAME.json`` beside it: ``url``, ``captured_at``, ``headers`` as captured, and
``expect`` with whole values, ``expect_partial`` with objects of which only the named keys count.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from model.article import Article


def test_field(page_field: tuple[str, str], given: Callable[[str], Any], article_of: Callable[[str], Article]) -> None:
    name, field = page_field
    said = given(name).said
    found = article_of(name).to_json()[field]
    if field in said.get("expect", {}):
        assert found == said["expect"][field]
    else:
        assert _part(found, said["expect_partial"][field]) == said["expect_partial"][field]


def _part(found: Any, wanted: Any) -> Any:
    """What was found, cut down to the keys that are wanted."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return {key: _part(found.get(key), value) for key, value in wanted.items()}
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return [_part(f, w) for f, w in zip(found, wanted, strict=True)]
    return found
