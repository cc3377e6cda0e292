"""Rows gone from the database: told as lost, by every question that would be answered otherwise; nothing is decided about
what lacks them, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from model.article import Article
from model.errors import Damaged, PressmarkError, Restricted
from model.record import Scope
from model.watch import Watch, WatchKind
from storage import Archive, Release

EVER = datetime(2000, 1, 1, tzinfo=UTC)
SOON = datetime(2027, 1, 1, tzinfo=UTC)
QUAY = "http://paper.example/news/quay"
FEED = "http://paper.example/feed"
NEWER = Release({"pressmark": "test", "rules": "three"})
TABLES = ["segments", "members", "ledger", "captures"]
TABLES += ["records", "aliases", "versions", "readings", "observations", "changes", "changed_fields", "people"]
TABLES += ["labels", "restrictions", "watches", "search_rows", "search_text"]
SEARCHES = ("search", "search author", "search collection", "search changed")
# the end of a chain is missed by whoever asks about its piece; to hold all chains to all rows is what `verify` does
UNTOLD = {("ledger", "stats"), ("ledger", "events")}
# to count all rows by which something may be found would take longer than to find it: `stats` and exports do
UNCOUNTED = {(table, ask) for table in ("search_rows", "search_text") for ask in SEARCHES}
UNCOUNTED |= {("changed_fields", "search changed"), ("labels", "search collection")}


@dataclass(frozen=True)
class Shelf:
    """A closed archive with something of everything; ``quay`` has five versions, ``wire`` one, ``closed`` is restricted."""

    house: Any
    quay: str
    wire: str
    closed: str
    capture: str

    def ask(self) -> dict[str, Any]:
        """What each question is answered; an error is an answer, too."""
        with self.house.open() as archive:
            return {name: _answer(ask, archive) for name, ask in self.questions().items()}

    def questions(self) -> dict[str, Callable[[Archive], Any]]:
        """All of them by name."""
        quay = self.quay
        return {
            "list": lambda a: list(a.list()),
            "list 1": lambda a: list(a.list(1)),
            "list then": lambda a: list(a.list(as_of=SOON)),
            "list as known": lambda a: list(a.list(known_at=SOON)),
            "find": lambda a: a.find(QUAY),
            "find id": lambda a: a.find(quay),
            "find prefix": lambda a: a.find(quay.partition("-")[2][:8]),
            "show": lambda a: a.show(quay),
            "show 1": lambda a: a.show(quay, 1),
            "show 1.1": lambda a: a.show(quay, 1, 1),
            "show then": lambda a: a.show(quay, as_of=SOON),
            "show as known": lambda a: a.show(quay, known_at=SOON),
            "show closed": lambda a: a.show(self.closed),
            "history": lambda a: a.history(quay),
            "history as known": lambda a: a.history(quay, known_at=SOON),
            "search": lambda a: a.search("words"),
            "search author": lambda a: a.search("author:quill"),
            "search collection": lambda a: a.search("collection:harbour"),
            "search changed": lambda a: a.search("changed:headline"),
            "changes": lambda a: list(a.changes(EVER)),
            "stats": lambda a: {k: v for k, v in a.stats().items() if k not in {"database_bytes", "copies"}},
            "events": lambda a: list(a.events(limit=None)),
            "events of": lambda a: list(a.events(quay, None)),
            "collections": lambda a: a.collections(),
            "restricted": lambda a: a.restricted(),
            "watches": lambda a: a.watches.all(),
            "capture": lambda a: a.capture_facts(self.capture),
            "bytes": lambda a: a.capture_bytes(self.capture),
            "pending": lambda a: a.pending(NEWER.id),
            "unread": lambda a: a.unread(quay, NEWER.id),
        }


def _answer(ask: Callable[[Archive], Any], archive: Archive) -> Any:
    try:
        return ask(archive)
    except PressmarkError as error:
        return error


@pytest.fixture
def shelf(house: Any, clock: Any, make_desk: Any, fill_desk: Any, make_article: Callable[..., Article]) -> Shelf:
    with house.create(now=clock) as archive:
        desk = make_desk(archive)
        fill_desk(desk)
        long = " ".join(f"word {n} of the wire" for n in range(40))
        wire = desk.take(desk.fetched("http://one.example/wire", b"wire", 3), make_article("Wire", long)).record
        closed = desk.take(desk.fetched("http://two.example/wire", b"other", 3), make_article("Wire", long)).record
        quay = archive.find(QUAY)
        hand = archive.by("Ada Holm")
        hand.amend(quay, 1, {"/headline": "Quay shut"}, reason="in print")
        hand.note(quay, "seen from the boat")
        hand.collect([quay, wire], "harbour")
        hand.restrict(closed, Scope.CONTENT, reason="a minor is named")
        archive.watches.add(Watch(FEED, WatchKind.FEED, 900, None, ""))
        return Shelf(house, quay, wire, closed, archive.show(quay, 1).state.capture)


def _otherwise(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Questions that are answered otherwise than before, and not by saying in one line what is lost and what to do."""
    for name, said in after.items():
        if isinstance(said, Damaged):
            line = str(said)
            if "\n" in line or "pressmark verify" not in line or "pressmark rebuild" not in line:
                yield name, line
        elif isinstance(said, Restricted) and isinstance(before[name], Restricted):
            continue
        elif repr(said) != repr(before[name]):
            yield name, said


def _all_of(table: str, shelf: Shelf) -> str:
    return f"DELETE FROM {table}"


def _of_one(table: str, shelf: Shelf) -> str:
    row = "rowid" if shelf.house.url is None else "id"
    if table == "search_text":
        return f"DELETE FROM search_text WHERE {row} IN (SELECT id FROM search_rows WHERE record = '{shelf.quay}')"
    if table == "members":
        return f"DELETE FROM members WHERE record_id = '{shelf.capture}'"
    key = {"records": "id", "ledger": "chain"}.get(table, "record")
    return f"DELETE FROM {table} WHERE {key} = '{shelf.closed if table == 'restrictions' else shelf.quay}'"


def _one_row(table: str, shelf: Shelf) -> str:
    """The first row of the piece, or the last of its ledger."""
    if table in {"versions", "readings", "observations", "changes", "changed_fields", "aliases", "labels", "people", "captures"}:
        first = {"versions": "entry", "readings": "entry", "changes": "version", "changed_fields": "field"}.get(table, "id")
        return f"{_of_one(table, shelf)} AND {first} = (SELECT min({first}) FROM {table} WHERE record = '{shelf.quay}')"
    if table == "ledger":
        return f"DELETE FROM ledger WHERE id = (SELECT max(id) FROM ledger WHERE chain = '{shelf.quay}')"
    return _of_one(table, shelf)


@pytest.mark.both_engines
def test_one_row_that_a_question_lacks_is_told_as_lost(shelf: Shelf) -> None:
    _told_as_lost(shelf, _one_row)


@pytest.mark.parametrize("which", [_all_of, _of_one], ids=["all", "of one piece"])
def test_rows_that_a_question_lacks_are_told_as_lost(shelf: Shelf, which: Callable[[str, Shelf], str]) -> None:
    _told_as_lost(shelf, which)


def _told_as_lost(shelf: Shelf, which: Callable[[str, Shelf], str]) -> None:
    before = shelf.ask()
    assert not [name for name, said in before.items() if isinstance(said, PressmarkError) and name != "show closed"]
    kept = shelf.house.keep()
    wrong: list[tuple[str, str, Any]] = []
    told: set[str] = set()
    for table in TABLES:
        if table in {"segments", "watches"} and which is not _all_of:
            continue  # neither is of one piece
        if table == "segments" and shelf.house.url is not None:
            continue  # the server itself does not let them go
        shelf.house.change(which(table, shelf))
        after = shelf.ask()
        silent = UNCOUNTED | (UNTOLD if which is _one_row else set())
        wrong += [(table, name, said) for name, said in _otherwise(before, after) if (table, name) not in silent]
        told |= {table} if any(isinstance(said, Damaged) for said in after.values()) else set()
        shelf.house.put_back(kept)
    assert wrong == []
    assert told >= {"ledger", "captures", "records", "aliases", "versions", "readings", "observations", "labels", "restrictions"}
    assert shelf.ask().keys() == before.keys() and shelf.house.findings() == ()


def _acts(shelf: Shelf, desk: Any, make_article: Callable[..., Article]) -> dict[str, Callable[[Archive], Any]]:
    """What is done to one piece, by a person or by taking it in again."""
    quay = shelf.quay
    another = desk.fetched(QUAY, b"news" * 50, 20)
    return {
        "note": lambda a: a.by("Ada").note(quay, "another"),
        "amend": lambda a: a.by("Ada").amend(quay, 1, {"/headline": "New"}, reason="why"),
        "clear": lambda a: a.by("Ada").amend(quay, 1, {}, ["/headline"], reason="why"),
        "collect": lambda a: a.by("Ada").collect([quay], "fresh"),
        "take out": lambda a: a.by("Ada").collect([quay], "harbour", member=False),
        "restrict": lambda a: a.by("Ada").restrict(quay, Scope.EXPORT, reason="why"),
        "lift": lambda a: a.by("Ada").lift(shelf.closed, reason="why"),
        "read again": lambda a: a.unread(quay, NEWER.id),
        "take": lambda a: desk.take(another, make_article("Quay news", "fourth words of the quay")),
        "gone": lambda a: desk.absent(desk.fetched(QUAY, b"gone", 21, 410)),
    }


@pytest.mark.both_engines
def test_nothing_is_decided_about_a_piece_that_lost_a_row(
    shelf: Shelf, make_desk: Any, make_article: Callable[..., Article]
) -> None:
    kept = shelf.house.keep()
    done: list[tuple[str, str, Any]] = []
    for table in ("ledger", "captures", "records", "aliases", "versions", "readings", "observations", "labels", "restrictions"):
        shelf.house.change(_one_row(table, shelf))
        rows = shelf.house.rows()
        names = list(_acts(shelf, make_desk(None), make_article))
        for name in names:
            if (table == "restrictions") is not (name == "lift"):
                continue
            try:
                with shelf.house.open(write=True) as archive:
                    act = _acts(shelf, make_desk(archive), make_article)[name]
                    said = _answer(act, archive)
            except Damaged as error:  # before anything could be asked: the archive's own chain is gone, too
                said = error
            if not isinstance(said, Damaged):
                done.append((table, name, said))
        after = shelf.house.rows()
        # a capture that was kept before its piece was looked for stays, undecided
        same = [name for name in rows if name not in {"captures", "members", "segments"}]
        done += [(table, name, "written") for name in same if after[name] != rows[name]]
        shelf.house.put_back(kept)
    assert done == []


@pytest.mark.both_engines
def test_a_piece_gets_no_second_record_where_its_addresses_are_lost(
    shelf: Shelf, make_desk: Any, make_article: Callable[..., Article]
) -> None:
    shelf.house.change("DELETE FROM aliases")
    with shelf.house.open(write=True) as archive:
        desk = make_desk(archive)
        with pytest.raises(Damaged, match="an address of"):
            desk.take(desk.fetched(QUAY, b"news" * 50, 20), make_article("Quay news", "fourth words of the quay"))
        desk.take(desk.fetched("http://three.example/new", b"new", 20), make_article("New", "words of a new piece"))
    shelf.house.rebuild()
    with shelf.house.open(write=True) as archive:
        assert archive.find(QUAY) == shelf.quay
        assert archive.verify().findings == ()


@pytest.mark.both_engines
def test_what_lost_rows_is_whole_again_when_it_is_made_anew(shelf: Shelf) -> None:
    before = shelf.ask()
    shelf.house.change("DELETE FROM versions", "DELETE FROM readings", "DELETE FROM people", "DELETE FROM restrictions")
    shelf.house.rebuild()
    assert {n: repr(x) for n, x in shelf.ask().items()} == {n: repr(x) for n, x in before.items()}


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("table", "column", "ask"),
    [
        ("versions", "strand", lambda a: a.history(a.find(QUAY))),
        ("labels", "agent", lambda a: a.history(a.find(QUAY))),
        ("records", "withdrawn", lambda a: list(a.list())),
        ("people", "of", lambda a: a.verify()),
    ],
)
def test_a_missing_column_is_named_with_its_table(shelf: Shelf, table: str, column: str, ask: Callable[[Archive], Any]) -> None:
    shelf.house.run(f'ALTER TABLE {table} DROP COLUMN "{column}"')
    with shelf.house.open() as archive, pytest.raises(Damaged) as error:
        ask(archive)
    assert str(error.value) == f"the database lacks the column {column} of the table {table}: run `pressmark rebuild`"
