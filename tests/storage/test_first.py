"""Pieces that nobody has met are written in bulk: what comes of it is what comes of them one by one."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from model.article import Article
from model.prepared import Prepared, prepare
from model.record import Outcome, Result
from storage import Archive, Deposit, Person, Release, Verdict

pytestmark = pytest.mark.both_engines

HOST = "http://paper.example"
MADE_UP = {
    *("id", "entry", "record", "capture", "payload", "facts", "digest", "origin_key"),
    *("since", "recorded_at", "received_at", "at"),
}


@pytest.fixture
def deposits(desk: Any, make_article: Callable[..., Article]) -> list[Deposit]:
    """Two dozen pieces as a batch may bring them: most of them new, some of them not or not quite."""
    words = " ".join(f"word{n} of the harbour" for n in range(40))

    def deposit(url: str, hours: float, body: bytes, text: str, **more: Any) -> Deposit:
        said = {k: more.pop(k) for k in ("canonical_url", "publisher") if k in more}
        article = make_article(f"Headline {text}", f"{text} {words}", **said)
        return Deposit(url, desk.fetched(url, body, hours), Verdict.ARTICLE, Release({"pressmark": "test"}), article, **more)

    made = [deposit(f"{HOST}/{n}", n, b"page %d" % n, f"piece {n}") for n in range(6)]
    again = deposit(f"{HOST}/1?utm_source=mail", 8, b"page 1 again", "piece 1")
    changed = deposit(f"{HOST}/2", 9, b"page 2 again", "piece 2, corrected")
    led_on = deposit(f"{HOST}/old", 10, b"moved", "a moved piece")
    moved = replace(led_on, capture=replace(led_on.capture, final_url=f"{HOST}/new"))
    return [
        *made,
        again,
        changed,
        moved,
        deposit(f"{HOST}/new", 11, b"moved", "a moved piece"),
        deposit(f"{HOST}/amp/7", 12, b"amp", "a piece of two addresses", canonical_url=f"{HOST}/7"),
        deposit(f"{HOST}/7", 13, b"seven", "a piece of two addresses", canonical_url=f"{HOST}/7"),
        deposit(f"{HOST}/8", 14, b"eight", "a piece of another paper", canonical_url="http://sister.example/8"),
        deposit(f"{HOST}/9", 15, b"nine", "a noted piece", note="look at this", person=Person("Ada"), collection="harbour"),
        Deposit("copy", desk.supplied(b"copy", f"{HOST}/10"), Verdict.ARTICLE, Release({"pressmark": "test"}), made[0].article),
        deposit(f"{HOST}/10", 16, b"ten", "piece 10"),
        deposit(f"{HOST}/11", 17, b"eleven", "外交部 said, ايران"),
        made[3],
    ]


def test_all_at_once_is_as_one_by_one(desk: Any, deposits: Sequence[Deposit], tmp_path: Path) -> None:
    at_once = _settled(desk.archive, [deposits])
    with Archive.create(tmp_path / "other") as other:
        one_by_one = _settled(other, [[d] for d in deposits])
        assert [(r.outcome, r.version, r.reason, r.url) for r in at_once] == [
            (r.outcome, r.version, r.reason, r.url) for r in one_by_one
        ]
    assert [r.outcome for r in at_once].count(Outcome.NEW) > 10
    first, second = _shapes(desk.archive.where), _shapes(tmp_path / "other")
    for table, rows in first.items():
        assert rows == second[table], table
    assert desk.archive.verify().findings == ()


def _prepared(deposit: Deposit) -> Deposit:
    """As it comes from a process that reads."""
    made = prepare(deposit.article or Article()).worked_out()
    through: Prepared = pickle.loads(pickle.dumps(made))
    return replace(deposit, article=through.article, prepared=through)


def test_what_was_prepared_before_comes_to_the_same(desk: Any, deposits: Sequence[Deposit], tmp_path: Path) -> None:
    ready = _settled(desk.archive, [[_prepared(d) for d in deposits]])
    with Archive.create(tmp_path / "other") as other:
        plain = _settled(other, [deposits])
    assert [(r.outcome, r.version, r.reason, r.url) for r in ready] == [(r.outcome, r.version, r.reason, r.url) for r in plain]
    first, second = _shapes(desk.archive.where), _shapes(tmp_path / "other")
    for table, rows in first.items():
        assert rows == second[table], table
    assert desk.archive.verify().findings == ()


@pytest.mark.parametrize("name", ["signature", "sketch", "words"])
def test_what_was_prepared_wrongly_is_found(desk: Any, deposits: Sequence[Deposit], name: str) -> None:
    one, other = _prepared(deposits[0]), prepare(deposits[1].article or Article())
    assert one.prepared is not None
    vars(one.prepared)[name] = getattr(other, name)
    _settled(desk.archive, [[one, deposits[1]]])
    assert len(desk.archive.verify().findings) == 1


def test_what_was_prepared_belongs_to_its_article(deposits: Sequence[Deposit]) -> None:
    with pytest.raises(ValueError, match="another article"):
        replace(deposits[0], prepared=prepare(deposits[1].article or Article()))


def test_a_rebuild_makes_the_same_rows_one_by_one(desk: Any, deposits: Sequence[Deposit], house: Any) -> None:
    _settled(desk.archive, [deposits])
    found = [hit.headline for hit in (line.line for line in desk.archive.search("外交部"))]
    desk.archive.close()
    before = _rows(house.where, ("id",))
    for file in house.where.glob("pressmark.db*"):
        file.unlink(missing_ok=True)
    house.rebuild()
    after = _rows(house.where, ("id",))
    for table, rows in before.items():
        assert rows == after[table], table
    with house.open() as again:
        assert [hit.line.headline for hit in again.search("外交部")] == found == ["Headline 外交部 said, ايران"]


def _settled(archive: Archive, groups: Sequence[Sequence[Deposit]]) -> list[Result]:
    told: list[Result] = []
    for group in groups:
        answers = archive.settle(archive.stage(group))
        assert all(isinstance(answer, Result) for answer in answers), answers
        told += [answer for answer in answers if isinstance(answer, Result)]
    return told


def _shapes(where: Path) -> dict[str, list[Any]]:
    """Rows without what is minted or depends on the moment."""
    return _rows(where, MADE_UP, without=("ledger", "members", "segments", "settings"))


def _rows(where: Path, leaving: Collection[str], without: Sequence[str] = ()) -> dict[str, list[Any]]:
    with sqlite3.connect(where / "pressmark.db") as db:
        names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'search_text_%'")]
        found: dict[str, list[Any]] = {}
        for name in set(names) - {*without, "sqlite_sequence"}:
            columns = [c[1] for c in db.execute(f"PRAGMA table_info({name})") if c[1] not in leaving]
            told = ", ".join(f'"{c}"' for c in columns)
            found[name] = sorted(db.execute(f"SELECT {told} FROM {name}"), key=repr) if columns else []
        return found
