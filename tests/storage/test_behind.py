"""A database that is older than the WARC files is told to whoever asks, and shows nothing that was restricted since."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from model.errors import Damaged
from model.record import Scope
from storage import Archive
from tests.storage.filled import QUAY

pytestmark = pytest.mark.both_engines


@pytest.mark.parametrize(
    "asked",
    [
        lambda archive, record: list(archive.list(None)),
        lambda archive, record: archive.show(record),
        lambda archive, record: archive.history(record),
        lambda archive, record: archive.search("quay"),
        lambda archive, record: archive.capture_bytes(archive.history(record).states[0].capture),
    ],
)
def test_what_was_restricted_since_a_backup_is_not_shown(
    house: Any, record: str, asked: Callable[[Archive, str], object]
) -> None:
    kept = house.keep()
    with house.open(write=True) as archive:
        archive.by("Ada Bell").restrict(record, Scope.CONTENT, reason="a court asked")
    house.put_back(kept)
    with house.open() as archive, pytest.raises(Damaged, match=r"restriction that the database is too old to know.*rebuild"):
        asked(archive, record)
    house.rebuild()
    with house.open() as archive:
        assert archive.behind is not None and archive.behind.line is None
        assert archive.restricted() == {record}


def test_what_came_in_since_is_told_in_a_line_until_a_writer_takes_it_in(
    house: Any, record: str, make_desk: Any, make_article: Any
) -> None:
    kept = house.keep()
    with house.open(write=True) as archive:
        desk = make_desk(archive)
        desk.take(desk.fetched(QUAY, b"later", 99), make_article("Quay", "what came later"))
        with house.open() as beside:
            assert beside.behind is not None and beside.behind.line is None  # what a writer has in hand is no matter
    house.put_back(kept)
    with house.open() as archive:
        assert archive.behind is not None and archive.behind.line is not None
        assert "what an entry of these says is not told: run `pressmark verify`" in archive.behind.line
        assert archive.show(record).article.headline != ""
    house.open(write=True).close()
    with house.open() as archive:
        assert archive.behind is not None and archive.behind.line is None
