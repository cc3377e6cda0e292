"""What a run's summary, table and board say."""

from __future__ import annotations

import threading

import pytest

from flows.shards import cut
from flows.summary import counts, markdown, say_seconds, table
from flows.tally import LISTED, OTHER, REASONS, Board, Tally
from model.change import Change, ChangeKind, FieldChange
from model.errors import PressmarkError, StorageUnavailable
from model.record import Outcome, Result


def _tally(*results: Result) -> Tally:
    tally = Tally()
    for number, result in enumerate(results):
        tally.add(result, number + 1.0)
    return tally


_EDIT = Change((FieldChange("headline", ChangeKind.EDITED, 1, 1, 6),))
_SOME = _tally(
    Result("https://a.example/1", Outcome.NEW, record="r-1", version=1),
    Result("https://a.example/2", Outcome.CHANGED, record="r-2", version=4, change=_EDIT),
    Result("https://b.example/1", Outcome.FAILED, reason="the host <b> did not answer"),
    Result("https://c.example/1", Outcome.FAILED, reason="the host <b> did not answer"),
    Result("https://c.example/2", Outcome.REFUSED, reason="robots.txt"),
    Result("page.html", Outcome.UNCHANGED),
)


def test_counts_and_words() -> None:
    assert counts(_SOME) == {"new": 1, "changed": 1, "unchanged": 1, "gone": 0, "held": 0, "refused": 1, "failed": 2}
    assert _SOME.in_words() == "1 new, 1 changed, 1 unchanged, 1 refused, 2 failed"
    assert _SOME.first_trouble() == "the host <b> did not answer"


def test_a_run_has_failed_only_where_nothing_was_taken() -> None:
    failed = Result("https://a.example/1", Outcome.FAILED, reason="x")
    assert not _SOME.all_failed
    assert not Tally().all_failed
    assert _tally(failed, Result("https://a.example/2", Outcome.REFUSED)).all_failed
    assert not _tally(failed, Result("https://a.example/2", Outcome.HELD)).all_failed


def test_the_summary_names_what_is_news_what_was_not_taken_and_the_slowest_hosts() -> None:
    said = markdown(_SOME, doing="Ingest 5 pages of 3 hosts", archive="b3k9xx", seconds=6)
    assert said.startswith("# 1 new, 1 changed, 1 unchanged, 1 refused, 2 failed\n")
    assert "Ingest 5 pages of 3 hosts into archive `b3k9xx`, 6.0 s.\n" in said
    assert "- <https://a.example/2>, `r-2@4`: headline" in said
    assert "- <https://a.example/1>, `r-1@1`\n" in said
    assert r"2 failed: the host \<b\> did not answer: such as <https://b.example/1>" in said
    assert "1 refused: robots.txt: <https://c.example/2>\n" in said
    assert said.index("| c.example | 2 | 5.0 s |") < said.index("| b.example | 1 | 3.0 s |")


def test_the_summary_says_what_ended_a_run_early() -> None:
    said = markdown(_SOME, doing="Ingest 9 pages of 3 hosts", archive="b3k9xx", seconds=6, problem="the disk is full")
    assert said.startswith("# the disk is full\n\nIngest 9 pages of 3 hosts into archive `b3k9xx`, 6.0 s, 1 new, ")


def test_words_from_outside_are_no_mark_up() -> None:
    tally = _tally(Result("https://a.example/`x`\n# y", Outcome.FAILED, reason="[here](javascript:x) | <img>\n# no"))
    said = markdown(tally, doing="Ingest", archive="b3k9xx", seconds=1)
    assert r"\[here\]\(javascript:x\) \| \<img\> \# no" in said
    assert [line for line in said.splitlines() if line.startswith("#")] == ["# 1 failed", "## Not taken"]


def test_the_table_has_a_row_an_outcome_and_reason() -> None:
    rows = table(_SOME, [("a.example", "authors", 3, 4)])
    assert [(r["outcome"], r["sources"], r["hosts"]) for r in rows] == [
        ("new", 1, 1),
        ("changed", 1, 1),
        ("unchanged", 1, 1),
        ("refused", 1, 1),
        ("failed", 2, 2),
        ("slowest host", 2, 1),
        ("slowest host", 1, 1),
        ("slowest host", 2, 1),
        ("field missing", 3, 1),
    ]
    assert rows[4]["reason"] == "the host <b> did not answer"
    assert (rows[5]["such as"], rows[5]["reason"]) == ("c.example", "done after 5.0 s")
    assert (rows[-1]["such as"], rows[-1]["reason"]) == ("a.example", "no authors on 3 of 4 new or changed pages")


def test_a_large_run_stays_a_small_summary() -> None:
    many = 2 * REASONS
    tally = _tally(*(Result(f"https://a.example/{n}", Outcome.FAILED, reason=f"reason {n}") for n in range(many)))
    assert len(tally.reasons) == REASONS + 1
    assert tally.reasons[Outcome.FAILED, OTHER].count == many - REASONS
    news = _tally(*(Result(f"https://a.example/{n}", Outcome.NEW) for n in range(LISTED + 7)))
    assert "- and 7 more" in markdown(news, doing="Ingest", archive="b3k9xx", seconds=1)


@pytest.mark.parametrize(("seconds", "said"), [(4.25, "4.2 s"), (720, "12 min"), (9000, "2.5 h")])
def test_durations(seconds: float, said: str) -> None:
    assert say_seconds(seconds) == said


def test_who_waits_for_a_shard_gets_its_tally_when_its_last_source_is_told() -> None:
    shards = cut(["https://a.example/1", "https://a.example/2", "https://b.example/1"], size=2)
    found: list[Tally] = []
    with Board[Result, Tally](shards, Tally) as board:
        waiting = threading.Thread(target=lambda: found.append(board.wait(0)))
        waiting.start()
        board.tell(Result("https://a.example/1", Outcome.NEW), 1)
        waiting.join(0.05)
        assert waiting.is_alive()
        board.tell(Result("https://a.example/2", Outcome.HELD), 2)
        waiting.join(5)
        assert [tally.in_words() for tally in found] == ["1 new, 1 held"]
        board.tell(Result("https://new.example/", Outcome.NEW), 3)
    assert board.whole.total == 3


def test_the_members_of_a_file_count_for_its_shard() -> None:
    shards = cut(["/in/a#1.warc.gz", "https://a.example/1"], size=1)
    place = next(n for n, shard in enumerate(shards) if "/in/a#1.warc.gz" in shard.sources)
    with Board[Result, Tally](shards, Tally) as board:
        board.tell(Result("/in/a#1.warc.gz#urn:uuid:1", Outcome.NEW), 1)
        board.tell(Result("/in/a#1.warc.gz#http://x.example/#2", Outcome.CHANGED), 2)
        board.tell(Result("/in/other.warc.gz#urn:uuid:1", Outcome.NEW), 3)
    assert (board.wait(place).in_words(), board.whole.total) == ("1 new, 1 changed", 3)


@pytest.mark.parametrize(
    ("error", "said"),
    [(StorageUnavailable("the disk is full"), "the disk is full"), (KeyboardInterrupt(), "the run was stopped")],
)
def test_what_ends_a_run_is_told_to_who_still_waits(error: BaseException, said: str) -> None:
    shards = cut(["https://a.example/1", "https://b.example/1"], size=1)
    board = Board[Result, Tally](shards, Tally)
    with pytest.raises(type(error)), board:
        board.tell(Result("https://a.example/1", Outcome.NEW), 1)
        raise error
    assert board.wait(0).total == 1
    with pytest.raises(PressmarkError, match=said):
        board.wait(1)
