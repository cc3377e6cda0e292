"""What publishers changed: which changes are asked for, and whether they were announced, as ``history`` has it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from model.article import Correction
from model.changes import ChangeLine, ChangesWanted
from model.record import Announced, History, Scope

SINCE = datetime(2025, 12, 1, tzinfo=UTC)
QUAY, FERRY = "http://paper.example/news/quay", "http://paper.example/news/ferry"


def asked(desk: Any, **wanted: Any) -> list[ChangeLine]:
    sets: dict[str, Any] = {k: frozenset(v) if isinstance(v, set) else v for k, v in wanted.items()}
    return list(desk.archive.changes(SINCE, wanted=ChangesWanted(**sets)))


def play(desk: Any, make_article: Any) -> tuple[str, str]:
    """The quay: quotes in the headline, then the text, then a correction of that; the ferry goes and comes back."""
    said = make_article('Quay "closed"', "The quay has 12 berths for the boats of the town.")
    quay = desk.take(desk.fetched(QUAY, b"1", 1), said).record
    shaped = make_article("Quay “closed”", "The quay has 12 berths for the boats of the town.")
    desk.take(desk.fetched(QUAY, b"2", 2), shaped)
    edited = make_article("Quay “closed”", "The quay has 14 berths for the boats of the town.")
    desk.take(desk.fetched(QUAY, b"3", 3), edited)
    note = (Correction("Correction: the quay has 14 berths, not 12."),)
    desk.take(
        desk.fetched(QUAY, b"4", 4),
        make_article("Quay “closed”", "The quay has 14 berths for the boats of the town.", corrections=note),
    )
    ferry = desk.take(desk.fetched(FERRY, b"5", 1), make_article("Ferries sail", "words of the ferry")).record
    desk.absent(desk.fetched(FERRY, b"gone", 5, 410))
    desk.take(desk.fetched(FERRY, b"6", 6), make_article("Ferries sail", "words of the ferry"))
    desk.take(desk.fetched(FERRY, b"7", 7), make_article("Ferries sail again", "words of the ferry"))
    return quay, ferry


@pytest.mark.both_engines
def test_changes_are_asked_for_by_kind_field_and_weight(desk: Any, make_article: Any) -> None:
    play(desk, make_article)
    told = [(x.kind, x.url, x.version) for x in asked(desk)]
    assert told == [
        ("changed", FERRY, 2), ("restored", FERRY, 1), ("gone", FERRY, 1),
        ("changed", QUAY, 4), ("changed", QUAY, 3), ("changed", QUAY, 2), *[t for t in told if t[0] == "new"],
    ]  # fmt: skip
    assert {t[1] for t in told if t[0] == "new"} == {QUAY, FERRY}
    assert [(x.url, x.version) for x in asked(desk, fields={"headline"})] == [(FERRY, 2), (QUAY, 2)]
    assert [(x.url, x.version) for x in asked(desk, fields={"headline"}, substantive=True)] == [(FERRY, 2)]
    assert [(x.url, x.version) for x in asked(desk, fields={"headline", "body"})] == [(FERRY, 2), (QUAY, 3), (QUAY, 2)]
    assert [x.version for x in asked(desk, kinds={"changed"}, substantive=True)] == [2, 4, 3]
    assert [x.kind for x in asked(desk, kinds={"gone", "restored"})] == ["restored", "gone"]
    assert asked(desk, kinds={"new"}, fields={"body"}) == []


@pytest.mark.both_engines
def test_a_change_is_announced_or_not_as_history_says(desk: Any, make_article: Any) -> None:
    quay, ferry = play(desk, make_article)
    told = {(x.record, x.version): x.announcement for x in asked(desk, kinds={"changed"})}
    histories: list[History] = [desk.archive.history(record) for record in (quay, ferry)]
    assert told == {(h.record, s.version): s.announcement for h in histories for s in h.states if s.change is not None}
    later, never = told[quay, 3], told[ferry, 2]
    assert later is not None and (later.announced, later.version) == (Announced.LATER, 4)
    assert never is not None and never.announced is Announced.NOT
    assert told[quay, 2] is None and told[quay, 4] is None


def test_of_a_restricted_piece_nothing_is_said_that_it_says(desk: Any, make_article: Any) -> None:
    quay, _ = play(desk, make_article)
    desk.archive.by("Ada Bell").restrict(quay, Scope.CONTENT, reason="a minor is named")
    lines = [x for x in asked(desk, kinds={"changed"}) if x.record == quay]
    assert [x.headline for x in lines] == [None] * 3
    said = [x.announcement for x in lines if x.announcement is not None]
    assert [(x.announced, x.texts, x.names) for x in said] == [(Announced.LATER, (), ())]


def test_what_stays_out_of_exports_stays_out_of_what_leaves(desk: Any, make_article: Any) -> None:
    quay, _ = play(desk, make_article)
    desk.archive.by("Ada Bell").restrict(quay, Scope.EXPORT, reason="the agency's licence ended")
    wanted = ChangesWanted(kinds=frozenset({"changed"}))

    def headlines(scope: Scope) -> set[bool]:
        told = desk.archive.changes(SINCE, wanted=wanted, scope=scope)
        return {x.headline is None for x in told if x.record == quay}

    assert headlines(Scope.CONTENT) == {False} and headlines(Scope.EXPORT) == {True}


def test_the_newest_are_told_where_a_limit_is_set(desk: Any, make_article: Any) -> None:
    play(desk, make_article)
    assert list(desk.archive.changes(SINCE, 3)) == asked(desk)[:3]


@pytest.mark.both_engines
def test_every_line_of_a_full_archive_is_in_its_histories(filled: Any) -> None:
    lines = list(filled.changes(SINCE))
    for line in lines:
        states = {s.version: s for s in filled.history(line.record).states}
        state = states[line.version]
        if line.kind == "changed":
            assert (line.change, line.seen_at, line.announcement) == (state.change, state.first_seen, state.announcement)
        elif line.kind == "new":
            assert line.seen_at == state.first_seen == filled.history(line.record).states[0].first_seen
        else:
            assert line.seen_at in {m for w in state.withdrawals for m in (w.withdrawn_at, w.restored_at)}
        assert line.headline == filled.show(line.record, line.version).article.headline
    assert {x.kind for x in lines} == {"new", "changed", "gone", "restored"}
