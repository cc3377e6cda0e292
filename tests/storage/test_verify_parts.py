"""A check of the files whose last check is older finds what is wrong with the records that begin in them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from storage import Archive
from storage.extent import Extent
from tests.storage.desk import START

pytestmark = pytest.mark.both_engines

_QUAY = "http://paper.example/news/quay"


def test_an_article_whose_record_goes_on_in_another_file_is_checked_with_its_record(
    filled: Archive, house: Any, make_desk: Any, make_article: Any
) -> None:
    record = filled.find(_QUAY)
    filled.close()
    with house.open(write=True, now=lambda: START + timedelta(days=60)) as archive:
        archive.note_check(archive.verify())
    with house.held(), house.open(write=True, now=lambda: START + timedelta(days=70)) as archive:
        desk = make_desk(archive)
        taken = desk.take(desk.fetched(_QUAY, b"last", 99), make_article("Quay burns", "last words"))
        newest = archive.verify(extent=Extent(older_than=timedelta(days=30)))
        assert len(newest.checked) == 1
        archive.note_check(newest)
    older = Extent(older_than=timedelta(days=15))
    with house.open(now=lambda: START + timedelta(days=80)) as archive:
        sound = archive.verify(extent=older)
        assert sound.findings == () and sound.checked and sound.checked != newest.checked
    house.run(f"UPDATE readings SET article = {house.blob(b'x')} WHERE record = '{record}' AND version = {taken.version}")
    with house.open(now=lambda: START + timedelta(days=80)) as archive:
        assert [finding.place for finding in archive.verify(extent=older).findings] == [f"reading {record}@{taken.version}.1"]
