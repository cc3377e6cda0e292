"""Captures whose origin key is longer than a column: record ids of foreign archives are as long as somebody likes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from model.article import Article
from model.record import Outcome

pytestmark = pytest.mark.both_engines


def test_a_capture_with_a_long_key_is_kept_once(desk: Any, make_article: Callable[..., Article]) -> None:
    capture = replace(desk.fetched("http://paper.example/news/quay", b"quay", 1), origin_key="import:" + "z" * 30_000)
    assert desk.held(capture).outcome is Outcome.HELD
    size = desk.archive.stats()["warc_bytes"]
    desk.held(capture)
    assert desk.archive.stats()["warc_bytes"] == size
    # what could not be read before can be now
    assert desk.take(capture, make_article("Quay closed", "words of the quay")).outcome is not Outcome.FAILED
    assert desk.archive.stats()["captures"] == 1
    assert desk.archive.verify().findings == ()
