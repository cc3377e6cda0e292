"""What is kept of a page that reads as it did before, from the setting to the ledger and back by a rebuild."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from flows.pipeline import Pipeline
from flows.settings import load
from model.errors import BadCall
from model.record import Outcome, Result
from sources.http import HttpSettings
from storage import Archive, rebuild

HTTP = HttpSettings(host_gap=0.0, allow_networks=(ip_network("127.0.0.0/8"),), connect_time=5.0)

Take = Callable[..., Result]


@pytest.fixture
def take(archive: Archive, site: Any) -> Take:
    """Takes the page in a day later each time, kept in full or by its digest; asked for always, other bytes each time."""
    site.etag, site.modified, site.restless = None, None, True
    days = iter(range(1000))

    def one(keep: bool) -> Result:
        moment = datetime(2024, 4, 1, 12, tzinfo=UTC) + timedelta(days=next(days))
        pipeline = Pipeline(archive, http=HTTP, processes=1, now=lambda: moment, keep_unchanged=keep)
        (result,) = pipeline.ingest([site.url])
        return result

    return one


def test_of_a_page_that_reads_the_same_the_digest_is_kept(archive: Archive, site: Any, take: Take, tmp_path: Path) -> None:
    first = take(False)
    captures = archive.stats()["captures"]
    again = take(False)
    digest = f"sha256:{hashlib.sha256(site.entity()).hexdigest()}"
    assert (first.outcome, again.outcome) == (Outcome.NEW, Outcome.UNCHANGED)
    assert (again.record, again.version, again.capture) == (first.record, 1, first.capture)
    assert again.reason == "read the same; of its bytes the digest was kept (keep_unchanged)"
    assert archive.stats()["captures"] == captures and first.record is not None
    (check,) = [e for e in archive.events(first.record) if e.detail.get("result") == "same"]
    assert (check.detail["capture"], check.detail["payload_digest"]) == (None, digest)
    (state,) = archive.history(first.record).states
    assert (state.checks, state.first_seen, state.last_seen) == (1, "2024-04-01T12:00:00.000000Z", "2024-04-02T12:00:00.000000Z")

    site.thing = "tow path"
    changed = take(False)
    assert (changed.outcome, changed.version) == (Outcome.CHANGED, 2)
    assert archive.stats()["captures"] == captures + 1
    assert archive.verify().findings == ()
    before = str(archive.history(first.record))
    archive.close()
    rebuild(tmp_path / "archive")
    with Archive.open(tmp_path / "archive") as anew:
        assert str(anew.history(first.record)) == before


def test_by_default_and_where_only_the_very_bytes_are_there_again_a_capture_is_kept(
    archive: Archive, site: Any, take: Take
) -> None:
    take(True)
    captures = archive.stats()["captures"]
    assert take(True).outcome is Outcome.UNCHANGED
    assert archive.stats()["captures"] == captures + 1
    site.restless = False
    assert take(False).outcome is Outcome.UNCHANGED  # a record that refers to the bytes that are there
    assert archive.stats()["captures"] == captures + 2


def test_a_page_that_goes_back_to_an_earlier_state_is_kept(archive: Archive, site: Any, take: Take) -> None:
    first = take(False)
    site.thing = "tow path"
    take(False)
    site.thing = "lock gate"
    back = take(False)
    assert (back.outcome, back.version) == (Outcome.CHANGED, 3)
    assert back.capture != first.capture and archive.verify().findings == ()


def test_the_setting_is_all_or_digest(tmp_path: Path) -> None:
    assert load({}, tmp_path).keep_unchanged == "all"
    assert load({"PRESSMARK_KEEP_UNCHANGED": "digest"}, tmp_path).keep_unchanged == "digest"
    with pytest.raises(BadCall, match="KEEP_UNCHANGED is 'none': input should be 'all' or 'digest'"):
        load({"PRESSMARK_KEEP_UNCHANGED": "none"}, tmp_path)
