"""Asking a server whether the copy held still stands, from the request to the ledger and back by a rebuild."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from flows.gather_pages import IN_FULL_AFTER
from flows.pipeline import Pipeline
from model.record import Outcome, Result
from sources.http import HttpSettings
from storage import Archive, rebuild

HTTP = HttpSettings(host_gap=0.0, allow_networks=(ip_network("127.0.0.0/8"),), connect_time=5.0)

Take = Callable[..., Result]


@pytest.fixture
def take(archive: Archive) -> Take:
    """Takes one source in, at a moment that is a day later each time."""
    days = iter(range(1000))

    def one(source: str, **options: object) -> Result:
        moment = datetime(2024, 4, 1, 12, tzinfo=UTC) + timedelta(days=next(days))
        pipeline = Pipeline(archive, http=HTTP, processes=1, person="R. Penn", now=lambda: moment)
        (result,) = pipeline.ingest([source], **options)  # type: ignore[arg-type]
        return result

    return one


def test_not_modified_is_a_check_without_a_capture(archive: Archive, site: Any, take: Take, tmp_path: Path) -> None:
    first = take(site.url)
    segments = archive.stats()["captures"]
    again = take(site.url, collection="locks", note="seen twice", override_robots="a test")
    assert (first.outcome, again.outcome) == (Outcome.NEW, Outcome.UNCHANGED)
    assert (again.record, again.version, again.capture) == (first.record, 1, first.capture)
    assert site.pages == [(None, None, 200), (site.etag, site.modified, 304)]
    assert archive.stats()["captures"] == segments
    assert first.record is not None
    history = archive.history(first.record)
    assert [(o.kind, o.version, o.capture is None) for o in history.observations] == [("version", 1, False), ("check", 1, True)]
    (state,) = history.states
    assert (state.checks, state.first_seen, state.last_seen) == (1, "2024-04-01T12:00:00.000000Z", "2024-04-02T12:00:00.000000Z")
    assert {label["text"] for label in history.labels} == {"locks", "seen twice"}
    checks = [e for e in archive.events(first.record) if e.detail.get("result") == "not_modified"]
    assert [(e.detail["capture"], e.detail["etag"], e.detail["last_modified"]) for e in checks] == [(None, '"v1"', site.modified)]
    overrides = [e for e in archive.events() if e.type == "robots override"]
    assert [(e.agent["type"], e.agent["name"], e.detail["detail"]["reason"]) for e in overrides] == [
        ("person", "R. Penn", "a test")
    ]
    assert archive.verify().findings == ()
    before = json.dumps([str(history), str(list(archive.events()))])
    archive.close()
    rebuild(tmp_path / "archive")
    with Archive.open(tmp_path / "archive") as anew:
        assert json.dumps([str(anew.history(first.record)), str(list(anew.events()))]) == before


def test_what_changed_is_taken_and_then_asked_about(archive: Archive, site: Any, take: Take) -> None:
    take(site.url)
    site.thing, site.etag, site.modified = "tow path", '"v2"', None
    assert take(site.url).outcome is Outcome.CHANGED
    assert take(site.url).version == 2
    assert [status for _, _, status in site.pages] == [200, 200, 304]
    assert site.pages[-1][:2] == ('"v2"', None)


def test_the_date_alone_is_enough_and_without_either_everything_is_sent(site: Any, take: Take) -> None:
    site.etag = None
    take(site.url)
    assert take(site.url).outcome is Outcome.UNCHANGED
    assert site.pages[-1] == (None, site.modified, 304)
    site.modified = None
    take(site.url)
    assert take(site.url).outcome is Outcome.UNCHANGED
    assert site.pages[-1] == (None, None, 200)


def test_fresh_asks_for_everything(site: Any, take: Take) -> None:
    take(site.url)
    assert take(site.url, fresh=True).outcome is Outcome.UNCHANGED
    assert site.pages == [(None, None, 200)] * 2


def test_a_redirect_in_between_is_followed_to_the_copy(site: Any, take: Take) -> None:
    moved = f"{site.base}/moved"
    first = take(moved)
    again = take(moved)
    assert (again.outcome, again.record) == (Outcome.UNCHANGED, first.record)
    assert [path for path, *_ in site.asked if path in {"/moved", "/story"}] == ["/moved", "/story"] * 2
    assert [etag for path, etag, *_ in site.asked if path == "/moved"] == [None, None]
    assert site.pages[-1] == (site.etag, site.modified, 304)


def test_a_304_that_nobody_asked_for_is_a_failure(site: Any, take: Take) -> None:
    site.stubborn = True
    result = take(site.url)
    assert result.outcome is Outcome.FAILED
    assert "304" in (result.reason or "")


def test_a_304_about_another_copy_is_not_believed(site: Any, take: Take) -> None:
    """The server says that nothing changed, and names something else than what we hold: it is asked for the page."""
    take(site.url)
    site.liar, site.thing, site.etag = True, "tow path", '"v2"'
    assert take(site.url).outcome is Outcome.CHANGED
    assert [status for *_, status in site.pages] == [200, 304, 200]
    site.etag = 'W/"v2"'
    assert take(site.url).outcome is Outcome.UNCHANGED
    assert [status for *_, status in site.pages] == [200, 304, 200, 304]


def test_after_it_was_gone_the_page_is_asked_for_in_full(archive: Archive, site: Any, take: Take) -> None:
    take(site.url)
    assert archive.in_force(site.url) is not None
    site.gone = True
    assert take(site.url).outcome is Outcome.GONE
    assert archive.in_force(site.url) is None
    site.gone = False
    again = take(site.url)
    assert (again.outcome, again.reason) == (Outcome.UNCHANGED, "seen again after it was withdrawn")
    assert [status for *_, status in site.pages] == [200, 410, 200]
    assert archive.in_force(f"{site.base}/nowhere") is None


def test_an_earlier_copy_that_comes_later_splits_nothing_it_cannot(
    archive: Archive, site: Any, take: Take, tmp_path: Path
) -> None:
    """v1, then a server that says "still v1", and between the two a copy of another state becomes known."""
    first = take(site.url)
    take(site.url)
    site.thing = "bell buoy"
    moment = datetime(2024, 4, 2, 0, tzinfo=UTC)
    (between,) = Pipeline(archive, http=HTTP, processes=1, now=lambda: moment).ingest([site.url], fresh=True)
    assert first.record is not None and between.record == first.record
    history = archive.history(first.record)
    assert [state.version for state in history.states] == [1, 2, 1]
    assert archive.verify().findings == ()
    archive.close()
    rebuild(tmp_path / "archive")
    with Archive.open(tmp_path / "archive") as anew:
        assert anew.history(first.record) == history


def test_a_server_that_says_for_ever_that_nothing_changed_is_asked_in_full_after_a_while(archive: Archive, site: Any) -> None:
    """The validators stay the same over another text: only the page itself tells, and then is believed for as long again."""
    began = datetime(2024, 4, 1, 12, tzinfo=UTC)
    site.liar = True

    def look(after: timedelta) -> Outcome:
        (result,) = Pipeline(archive, http=HTTP, processes=1, now=lambda: began + after).ingest([site.url])
        return result.outcome

    assert look(timedelta(0)) is Outcome.NEW
    assert look(timedelta(days=20)) is Outcome.UNCHANGED
    site.thing = "tow path"
    assert look(IN_FULL_AFTER) is Outcome.UNCHANGED  # counted from the last full answer, not from the last look
    late = IN_FULL_AFTER + timedelta(hours=1)
    assert look(late) is Outcome.CHANGED
    assert look(late + IN_FULL_AFTER) is Outcome.UNCHANGED
    assert look(late + IN_FULL_AFTER + timedelta(hours=1)) is Outcome.UNCHANGED
    assert look(late + IN_FULL_AFTER + timedelta(days=2)) is Outcome.UNCHANGED  # the same bytes in full count as well
    assert [status for *_, status in site.pages] == [200, 304, 304, 200, 304, 200, 304]
