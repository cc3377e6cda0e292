"""A file of this machine as captures: one page, or what cannot be read, as items of one stream."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from model.capture import Basis, Capture
from model.errors import Unreadable
from sources.local import member_name, read_source
from sources.warc import Archives

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def archives() -> Iterator[Archives]:
    with closing(Archives(lambda: NOW, 1000)) as made:
        yield made


def test_a_page_is_one_capture_and_all_of_its_source(tmp_path: Path, archives: Archives) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(b"<!doctype html><html><p>The ferry runs again.</html>")
    [item] = read_source(
        page, url="https://ferry.example/a", captured_at=NOW, clock=lambda: NOW, max_bytes=1000, archives=archives
    )
    assert isinstance(item, Capture)
    assert (item.basis, item.url, member_name(item)) == (Basis.SUPPLIED, "https://ferry.example/a", None)


def test_what_cannot_be_read_is_an_item_and_not_raised(tmp_path: Path, archives: Archives) -> None:
    [item] = read_source(tmp_path / "none.html", url=None, captured_at=None, clock=lambda: NOW, max_bytes=1000, archives=archives)
    assert isinstance(item, Unreadable)
    assert member_name(item) is None
