"""Captures that a killed process kept and did not decide: the next run decides them as it would have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import extractors
from flows.deciding import Decider, Labels
from flows.extraction import Reader
from model.capture import Basis, Capture, Exchange, Truncated
from model.record import Outcome
from storage import Archive, Deposit, Release, Verdict

AT = datetime(2026, 1, 1, 6, 0, tzinfo=UTC)
STORY = (
    b"<!doctype html><html lang=en><head><title>Lamp relit</title><meta property=og:type content=article></head><body><article>"
    b"<h1>Lamp relit</h1><p>By Mara Quill</p>"
    + b"".join(b"<p>Keeper %d wrote that the lamp burned well and that many ships passed in the night.</p>" % n for n in range(6))
    + b"</article></body></html>"
)


def _fetched(url: str, status: int, body: bytes, hours: float, truncated: Truncated | None = None) -> Capture:
    at = AT + timedelta(hours=hours)
    head = b"HTTP/1.1 %d X\r\nContent-Type: text/html\r\n\r\n" % status
    hop = Exchange(url, b"GET / HTTP/1.1\r\n\r\n", head, body, status, at, "127.0.0.1", truncated=truncated)
    return Capture(Basis.FETCHED, f"{url} {hours}", at, at, url, url, (hop,), media_type="text/html", truncated=truncated)


@pytest.mark.parametrize(
    ("status", "body", "truncated", "outcome", "states"),
    [
        (200, STORY.replace(b"relit", b"out"), None, Outcome.CHANGED, 2),
        (404, STORY.replace(b"relit", b"no such page"), None, Outcome.FAILED, 1),
        (410, STORY.replace(b"relit", b"gone"), None, Outcome.GONE, 1),
        (503, STORY.replace(b"relit", b"come back later"), None, Outcome.FAILED, 1),
        (200, STORY.replace(b"relit", b"cut")[:-250], Truncated.DISCONNECT, Outcome.FAILED, 1),
        (200, b"%PDF-1.7 " + b"x" * 500, None, Outcome.HELD, 1),
        (200, b"", None, Outcome.FAILED, 1),
    ],
    ids=["an edit", "not found", "gone", "server error", "broken off", "a document", "empty"],
)
def test_what_was_kept_before_a_kill_is_judged_like_anything_else(
    tmp_path: Path, status: int, body: bytes, truncated: Truncated | None, outcome: Outcome, states: int
) -> None:
    url = "http://paper.example/lamp"
    release = Release(extractors.release())
    where = tmp_path / "archive"
    with Archive.create(where) as archive:
        first = Deposit(url, _fetched(url, 200, STORY, 0), Verdict.ARTICLE, release, extractors.extract(STORY, url))
        (told,) = archive.settle(archive.stage([first]))
        later = _fetched(url, status, body, 1, truncated)
        archive.stage([Deposit(url, later, Verdict.FAILED, release)])  # and then the process was killed
    with Archive.open(where, write=True) as archive, Reader(1) as reader:
        (result,) = Decider(archive, release, reader, Labels()).finish_interrupted()
        assert result.outcome is outcome, result
        (line,) = archive.list()
        assert line.record == getattr(told, "record", None)
        assert len(archive.history(line.record).states) == states
        assert list(archive.undecided()) == []
        assert archive.verify().findings == ()
