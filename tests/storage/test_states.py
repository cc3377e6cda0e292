"""Which record, which version: what captures in and out of order add up to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from model.article import Article
from model.record import History, Outcome, Strand
from storage import Archive, Deposit, Person, Release, Verdict

pytestmark = pytest.mark.both_engines

URL = "http://paper.example/news/1"


def _numbers(history: History) -> list[int]:
    return [s.version for s in history.states if s.strand is Strand.PUBLISHER]


def test_a_second_look_at_an_unchanged_piece_is_a_check(desk: Any, make_article: Any) -> None:
    first = desk.take(desk.fetched(URL, b"<p>one</p>", 0), make_article("H", "one two three"))
    again = desk.take(desk.fetched(URL + "?utm_source=feed", b"<p>one</p><i>advert</i>", 2), make_article("H", "one two three"))
    assert (first.outcome, again.outcome) == (Outcome.NEW, Outcome.UNCHANGED)
    assert again.record == first.record
    state = desk.archive.history(first.record).states[0]
    assert state.checks == 1
    assert state.gap == 2 * 3600
    assert state.last_seen == "2026-01-01T08:00:00.000000Z"


def test_an_edit_is_a_version_and_a_return_to_the_old_words_too(desk: Any, make_article: Any) -> None:
    record = desk.take(desk.fetched(URL, b"1", 0), make_article("A", "one two three")).record
    edit = desk.take(desk.fetched(URL, b"2", 1), make_article("B", "one two four"))
    back = desk.take(desk.fetched(URL, b"1", 2), make_article("A", "one two three"))
    assert (edit.outcome, back.outcome) == (Outcome.CHANGED, Outcome.CHANGED)
    assert {f.field for f in edit.change.fields} == {"headline", "body"}
    states = desk.archive.history(record).states
    assert [s.reverts_to for s in states] == [None, None, 1]
    assert states[1].not_seen_before == "2026-01-01T06:00:00.000000Z"


def test_states_come_out_in_true_order_though_taken_in_out_of_order(desk: Any, make_article: Any) -> None:
    record = desk.take(desk.fetched(URL, b"late", 9), make_article("C", "third state")).record
    early = desk.take(desk.fetched(URL, b"early", 1), make_article("A", "first state"))
    middle = desk.take(desk.fetched(URL, b"middle", 5), make_article("B", "second state"))
    assert (early.outcome, early.reason) == (Outcome.CHANGED, "an earlier state than any held before")
    assert middle.outcome is Outcome.CHANGED
    assert _numbers(desk.archive.history(record)) == [2, 3, 1]


def test_an_older_copy_of_a_known_state_moves_its_first_look(desk: Any, make_article: Any) -> None:
    record = desk.take(desk.fetched(URL, b"x", 9), make_article("A", "the state")).record
    older = desk.take(desk.fetched(URL, b"y", 3), make_article("A", "the state"))
    assert older.outcome is Outcome.UNCHANGED
    assert desk.archive.history(record).states[0].first_seen == "2026-01-01T09:00:00.000000Z"


def test_a_state_found_between_two_equal_looks_splits_them(desk: Any, make_article: Any) -> None:
    one = make_article("A", "the same words")
    record = desk.take(desk.fetched(URL, b"1", 0), one).record
    desk.take(desk.fetched(URL, b"2", 4), one)
    desk.take(desk.fetched(URL, b"3", 5), one)
    between = desk.take(desk.fetched(URL, b"4", 2), make_article("B", "other words"))
    assert between.outcome is Outcome.CHANGED
    states = desk.archive.history(record).states
    assert [(s.version, s.reverts_to) for s in states] == [(1, None), (2, None), (3, 1)]
    assert states[2].last_seen == "2026-01-01T11:00:00.000000Z"
    assert states[2].checks == 1
    assert [c.version for c in desk.archive.changes(_start(desk))] == [3, 2, 1]


def test_a_supplied_copy_stands_beside_and_is_never_an_edit(desk: Any, make_article: Any) -> None:
    record = desk.take(desk.fetched(URL, b"1", 0), make_article("A", "published words")).record
    beside = desk.take(desk.supplied(b"copy", URL, 3), make_article("A", "words somebody typed"))
    assert (beside.outcome, beside.record, beside.version) == (Outcome.CHANGED, record, 2)
    assert beside.reason == "a differing copy, kept beside the publisher's history"
    history = desk.archive.history(record)
    assert [(s.version, s.strand) for s in history.states] == [(1, Strand.PUBLISHER), (2, Strand.BESIDE)]
    assert history.states[1].change is None
    assert [c.kind for c in desk.archive.changes(_start(desk))] == ["new"]
    assert desk.archive.show(record).version == 1


def test_the_same_file_twice_is_one_capture(desk: Any, make_article: Any) -> None:
    read = make_article("A", "a copy without an address")
    first = desk.take(desk.supplied(b"copy"), read)
    size = desk.archive.stats()["warc_bytes"]
    again = desk.take(desk.supplied(b"copy"), read)
    assert (again.outcome, again.capture) == (Outcome.UNCHANGED, first.capture)
    assert desk.archive.stats()["warc_bytes"] == size


def test_a_copy_whose_address_is_told_later_keeps_its_record_and_is_read_again(desk: Any, make_article: Any) -> None:
    first = desk.take(desk.supplied(b"copy"), make_article("A", "words", date_published="XXXX-12-18"))
    told = desk.take(desk.supplied(b"copy", URL), make_article("A", "words", date_published="2018-12-18"))
    assert (told.outcome, told.record, told.version) == (Outcome.UNCHANGED, first.record, 1)
    view = desk.archive.show(first.record)
    assert (view.reading, view.article.date_published) == (2, "2018-12-18")
    assert desk.archive.show(first.record, 1, 1).article.date_published == "XXXX-12-18"
    assert desk.archive.find(URL) == first.record


def test_gone_is_withdrawn_at_once_and_comes_back(desk: Any, make_article: Any) -> None:
    read = make_article("A", "words")
    record = desk.take(desk.fetched(URL, b"1", 0), read).record
    assert desk.absent(desk.fetched(URL, b"gone", 1, 410)).outcome is Outcome.GONE
    assert desk.archive.history(record).withdrawn
    back = desk.take(desk.fetched(URL, b"1", 2), read)
    assert (back.outcome, back.reason) == (Outcome.UNCHANGED, "seen again after it was withdrawn")
    history = desk.archive.history(record)
    assert not history.withdrawn
    assert history.states[0].restored_at == "2026-01-01T08:00:00.000000Z"


def test_a_piece_that_goes_twice_is_told_twice(desk: Any, make_article: Any) -> None:
    read = make_article("A", "words")
    record = desk.take(desk.fetched(URL, b"1", 0), read).record
    for hour in (1, 3, 5):
        desk.absent(desk.fetched(URL, b"gone", hour, 410))
        if hour < 5:
            desk.take(desk.fetched(URL, b"1", hour + 1), read)
    (state,) = desk.archive.history(record).states
    told = [(x.withdrawn_at[11:13], x.restored_at and x.restored_at[11:13]) for x in state.withdrawals]
    assert told == [("07", "08"), ("09", "10"), ("11", None)]
    assert (state.withdrawn_at, state.restored_at) == (state.withdrawals[-1].withdrawn_at, None)
    since = datetime(2025, 12, 1, tzinfo=UTC)
    kinds = [x.kind for x in desk.archive.changes(since) if x.kind != "new"]
    assert kinds == ["gone", "restored", "gone", "restored", "gone"]
    desk.take(desk.fetched(URL, b"2", 6), make_article("A", "other words than before, all of them"))
    (state, after) = desk.archive.history(record).states
    assert (state.withdrawals[-1].restored_at, after.withdrawals) == (after.first_seen, ())
    assert len(state.withdrawals) == 3 and state.restored_at == after.first_seen


def test_not_found_is_believed_at_the_third_look_over_a_day(desk: Any, make_article: Any) -> None:
    record = desk.take(desk.fetched(URL, b"1", 0), make_article("A", "words")).record
    told = [desk.absent(desk.fetched(URL, b"no", h, 404)).outcome for h in (1, 2, 3, 26)]
    assert told == [Outcome.FAILED, Outcome.FAILED, Outcome.FAILED, Outcome.GONE]
    assert desk.archive.history(record).states[0].withdrawn_at == "2026-01-02T08:00:00.000000Z"


def test_an_absence_of_long_ago_does_not_withdraw_what_was_seen_since(desk: Any, make_article: Any) -> None:
    record = desk.take(desk.fetched(URL, b"1", 50), make_article("A", "words")).record
    desk.absent(desk.fetched(URL, b"gone", 1, 410))
    assert not desk.archive.history(record).withdrawn


def test_states_read_by_different_releases_are_read_again_before_they_are_compared(desk: Any, make_article: Any) -> None:
    newer = Release({"pressmark": "test", "rules": "two"})
    record = desk.take(desk.fetched(URL, b"1", 0), make_article("A", "words as the old release saw them")).record
    desk.articles = {k: make_article("A", "words as the new release sees them") for k in desk.articles}
    result = desk.take(desk.fetched(URL, b"2", 1), make_article("A", "words as the new release sees them"), newer)
    assert result.outcome is Outcome.UNCHANGED
    assert [(r.version, r.number, r.release) for r in desk.archive.history(record).readings] == [
        (1, 1, {"pressmark": "test", "rules": "one"}),
        (1, 2, {"pressmark": "test", "rules": "two"}),
    ]


def test_a_canonical_address_joins_two_addresses_of_one_piece(desk: Any, make_article: Any) -> None:
    words = " ".join(f"word{i}" for i in range(40))
    main = desk.take(desk.fetched(URL, b"1", 0), make_article("A", words))
    other = desk.fetched("http://paper.example/print/1", b"2", 1)
    joined = desk.take(other, make_article("A", words, canonical_url=URL))
    assert joined.record == main.record


@pytest.mark.parametrize(
    ("canonical", "words"),
    [("http://sister.example/news/1", "word"), (URL, "other"), ("http://paper.example/", "word")],
    ids=["another domain", "other content", "front page"],
)
def test_a_canonical_address_that_cannot_be_believed_joins_nothing(
    desk: Any, make_article: Any, canonical: str, words: str
) -> None:
    first = desk.take(desk.fetched(URL, b"1", 0), make_article("A", " ".join(f"word{i}" for i in range(40))))
    desk.take(desk.fetched("http://sister.example/news/1", b"3", 0), make_article("A", " ".join(f"word{i}" for i in range(40))))
    told = make_article("B", " ".join(f"{words}{i}" for i in range(40)), canonical_url=canonical)
    assert desk.take(desk.fetched("http://paper.example/print/1", b"2", 1), told).record != first.record


def test_what_is_held_makes_no_record(desk: Any) -> None:
    result = desk.held(desk.fetched("http://paper.example/report", b"%PDF-1.7", 0))
    assert (result.outcome, result.record) == (Outcome.HELD, None)
    assert list(desk.archive.list()) == []
    assert desk.archive.capture_bytes(result.capture) == b"%PDF-1.7"
    assert desk.held(desk.supplied(b"%PDF-1.4")).outcome is desk.held(desk.supplied(b"%PDF-1.4")).outcome is Outcome.HELD


def test_search_finds_people_by_their_part(desk: Any, pictured: Article) -> None:
    record = desk.take(desk.fetched(URL, b"1", 0), pictured).record
    archive: Archive = desk.archive
    for query in (
        'author:"Mara Quill"',
        "author:quill",
        "credit:brandt",
        "agency:npa",
        "quay publisher:harbour",
        '"the quay reopened"',
    ):
        assert [h.line.record for h in archive.search(query)] == [record], query
    for query in ("author:brandt", "credit:npa", "quay -reopened", "zebra"):
        assert archive.search(query) == [], query


def _start(_desk: Any) -> datetime:
    return datetime(2025, 1, 1, tzinfo=UTC)


def test_a_canonical_address_on_another_domain_is_a_relation(desk: Any, make_article: Any) -> None:
    read = make_article("A", "words of an agency", canonical_url="http://sister.example/news/1")
    record = desk.take(desk.fetched(URL, b"1", 0), read).record
    (relation,) = desk.archive.history(record).relations
    assert (relation["relation"], relation["to"]) == ("syndicated_from", "http://sister.example/news/1")
    assert desk.archive.history(record).aliases[0].url == URL


def test_the_same_note_and_collection_are_kept_once(desk: Any, make_article: Any) -> None:
    read = make_article("A", "words")
    labels: dict[str, Any] = {"collection": "harbour", "note": "from the reading room", "person": Person("Ada")}
    for _ in range(2):
        capture = desk.supplied(b"copy", URL)
        record = desk.settle(Deposit(URL, capture, Verdict.ARTICLE, Release({"pressmark": "test"}), read, **labels)).record
    kinds = [e.detail["entry"] for e in desk.archive.events(record)]
    assert (kinds.count("note"), kinds.count("collection")) == (1, 1)
    assert {e.agent["name"] for e in desk.archive.events(record) if e.detail["entry"] == "note"} == {"Ada"}


def test_an_address_that_another_page_only_declares_is_not_its_own(desk: Any, make_article: Any) -> None:
    squatter = make_article("S", " ".join(f"other{i}" for i in range(40)), canonical_url=URL)
    first = desk.take(desk.fetched("http://paper.example/squat", b"1", 0), squatter)
    victim = desk.take(desk.fetched(URL, b"2", 1), make_article("V", " ".join(f"word{i}" for i in range(40))))
    assert (victim.outcome, victim.record != first.record) == (Outcome.NEW, True)
    assert desk.archive.find(URL) == victim.record
    later = desk.take(desk.fetched(URL, b"3", 2), make_article("V2", "wholly new words"))
    assert (later.outcome, later.record) == (Outcome.CHANGED, victim.record)


def test_a_declared_address_that_was_visited_stays_even_if_the_piece_is_rewritten(desk: Any, make_article: Any) -> None:
    words = " ".join(f"word{i}" for i in range(40))
    first = desk.take(desk.fetched("http://paper.example/print/1", b"1", 0), make_article("A", words, canonical_url=URL))
    assert desk.take(desk.fetched(URL, b"2", 1), make_article("A", words, canonical_url=URL)).record == first.record
    rewritten = desk.take(desk.fetched(URL, b"3", 2), make_article("B", "nothing of it is left"))
    assert (rewritten.outcome, rewritten.record) == (Outcome.CHANGED, first.record)


def _led_on(desk: Any, asked: str, final: str, hours: float) -> Any:
    landed = desk.fetched(final, b"landed" * int(hours + 1), hours)
    return replace(landed, url=asked)


def test_an_address_that_leads_to_another_story_edits_nothing(desk: Any, make_article: Any) -> None:
    bridge = make_article("Bridge opens", " ".join(f"bridge{i}" for i in range(40)))
    orchard = make_article("Orchard sold", " ".join(f"orchard{i}" for i in range(40)))
    first = desk.take(desk.fetched(URL, b"1", 0), bridge)
    led = desk.take(_led_on(desk, URL, "http://paper.example/orchard", 1), orchard)
    assert (led.outcome, led.record != first.record) == (Outcome.NEW, True)
    (relation,) = desk.archive.history(first.record).relations
    assert (relation["relation"], relation["to"]) == ("moved_to", led.record)
    assert desk.archive.find(URL) == first.record


def test_a_piece_that_moved_keeps_its_record(desk: Any, make_article: Any) -> None:
    bridge = make_article("Bridge opens", " ".join(f"bridge{i}" for i in range(40)))
    first = desk.take(desk.fetched(URL, b"1", 0), bridge)
    moved = desk.take(_led_on(desk, URL, "http://paper.example/2026/bridge", 1), bridge)
    assert (moved.outcome, moved.record) == (Outcome.UNCHANGED, first.record)
    assert desk.archive.find("http://paper.example/2026/bridge") == first.record


def test_a_saved_error_page_withdraws_nothing(desk: Any, make_article: Any) -> None:
    record = desk.take(desk.fetched(URL, b"1", 0), make_article("A", "words")).record
    for hours in (24, 48, 72):
        capture = desk.supplied(b"no such page %d" % hours, URL, hours)
        reason = Deposit(URL, capture, Verdict.ABSENT, Release({"pressmark": "test"}), reason="soft 404", code="soft-404")
        assert desk.settle(reason).outcome is Outcome.FAILED
    assert not desk.archive.history(record).withdrawn


def test_the_latest_of_copies_beside_is_the_latest_by_capture_time(desk: Any, make_article: Any) -> None:
    record = desk.take(desk.supplied(b"february", URL, 48), make_article("Crew of 20", "twenty sailed")).record
    desk.take(desk.supplied(b"january", URL, 24), make_article("Crew of 19", "nineteen sailed"))
    assert desk.archive.show(record).article.headline == "Crew of 20"
    assert [s.version for s in desk.archive.history(record).states] == [2, 1]


def test_the_same_instant_in_another_offset_is_no_change(desk: Any, make_article: Any) -> None:
    desk.take(desk.fetched(URL, b"1", 0), make_article("A", "words", date_published="2026-01-01T10:00:00Z"))
    again = desk.take(desk.fetched(URL, b"2", 1), make_article("A", "words", date_published="2026-01-01T12:00:00+02:00"))
    assert again.outcome is Outcome.UNCHANGED


def test_changes_carry_the_headline_of_their_own_version(desk: Any, make_article: Any) -> None:
    desk.take(desk.fetched(URL, b"1", 0), make_article("Old headline", "words"))
    desk.take(desk.fetched(URL, b"2", 1), make_article("New headline", "words"))
    desk.absent(desk.fetched(URL, b"3", 2, 410))
    desk.take(desk.fetched(URL, b"2", 3), make_article("New headline", "words"))
    told = [(c.kind, c.headline) for c in desk.archive.changes(_start(desk))]
    assert told == [("restored", "New headline"), ("gone", "New headline"), ("changed", "New headline"), ("new", "Old headline")]
