"""A shelf of damage: one value in every column of every table that the WARCs state, rows gone and rows too many."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, LargeBinary, Table

from model.record import Scope
from model.verification import Finding
from model.watch import Watch, WatchKind
from storage import Archive, Deposit, ImageWanted, Release, Verdict, tables
from storage.extent import Extent
from storage.lots import PER_RECORD
from storage.replay import OF_ARCHIVE
from storage.stores.folder import CopyFolder
from storage.tables import stated

pytestmark = pytest.mark.both_engines
LONG = " ".join(f"The keeper of lighthouse {n} wrote that the lamp burned well and that {n * 7} ships passed." for n in range(9))
STATED = [*PER_RECORD, *OF_ARCHIVE, tables.captures, tables.members, tables.segments]
# what numbers the rows of one database, and what rows of another table hang on
_NUMBERS = {(tables.segments, "id"), (tables.members, "segment")}


@dataclass
class Shelf:
    """A closed archive with something in every table, whose database is made anew after each harm."""

    house: Any

    def findings(self, extent: Extent | None = None) -> list[Finding]:
        with self.house.open() as archive:
            found = list(archive.verify(extent=extent or Extent(), processes=1).findings)
            # whoever works it out: the same is found, and told in the same order
            assert list(archive.verify(extent=extent or Extent(), processes=2).findings) == found
        return found

    def mend(self) -> None:
        self.house.lose()
        self.house.rebuild()

    def rows(self, table: Table) -> list[tuple[str, dict[str, Any]]]:
        """One row for each place that a finding can name: a condition that only this row meets, and its values."""
        names = [c.name for c in table.columns]
        told = ", ".join(f'"{n}"' for n in names)
        # where content is damaged, too, a record is told as one that cannot be worked out, and not row by row
        some = "WHERE type = 'response'" if table is tables.members else ""
        found: dict[tuple[str, ...], tuple[str, dict[str, Any]]] = {}
        for values in self.house.run(f'SELECT {told} FROM "{table.name}" {some} ORDER BY 1, 2'):
            row = dict(zip(names, values, strict=True))
            key = ["id"] if "id" in row else [c.name for c in table.primary_key.columns]
            where = " AND ".join(f"\"{name}\" = '{row[name]}'" for name in key)
            found.setdefault(_places(table, row), (where, row))
        assert found, f"nothing is in {table.name}"
        return [*found.values()]

    def first(self, table: Table) -> tuple[str, dict[str, Any]]:
        """The first of them."""
        return self.rows(table)[0]

    def other(self, column: Column[Any]) -> str:
        """Another value than the one that a column has."""
        name = f'"{column.name}"'
        if isinstance(column.type, Boolean):
            return f"NOT {name}"
        if isinstance(column.type, LargeBinary):
            return "X'00'" if self.house.url is None else "'\\x00'::bytea"
        return f"COALESCE({name}, 0) + 1000" if _is_number(column) else f"COALESCE({name}, '') || 'x'"


def _is_number(column: Column[Any]) -> bool:
    return "INT" in str(column.type).upper()


def _columns(table: Table) -> Sequence[Column[Any]]:
    numbers = {"id"} if table not in {tables.records, tables.captures} and _is_number(table.columns[0]) else set()
    return [c for c in table.columns if c.name not in numbers and (table, c.name) not in _NUMBERS]


def _places(table: Table, row: dict[str, Any]) -> tuple[str, ...]:
    """How the places of findings about a row may begin, or end."""
    if table in PER_RECORD:
        return (f"{PER_RECORD[table][0]} {row['id'] if table is tables.records else row['record']}",)
    if table in OF_ARCHIVE:
        return (OF_ARCHIVE[table][0],)
    if table is tables.captures:
        return (f"capture {row['id']}",)
    return ("warc/",) if table is tables.segments else (f":{row['offset']}",)


@pytest.fixture
def shelf(filled: Archive, desk: Any, house: Any, make_article: Any, tmp_path: Path) -> Iterator[Shelf]:
    url, file = "http://paper.example/news/lamps", "http://paper.example/lamp.jpg"
    read = make_article("Lamps burn", LONG, canonical_url="http://other.test/lamps")
    lamps = desk.take(desk.fetched(url, b"lamps", 1), read)
    image = ImageWanted(lamps.record, 1, file)
    desk.settle(Deposit(file, desk.fetched(file, b"\xff\xd8\xff", 2), Verdict.IMAGE, Release({"r": "1"}), image=image))
    desk.take(desk.fetched(url, b"lamps!", 3), make_article("Lamps went out", LONG, canonical_url="http://other.test/lamps"))
    hand = filled.by("Ada")
    hand.restrict(lamps.record, Scope.EXPORT, reason="a minor is named")
    hand.amend(lamps.record, None, {"/headline": "Lamps out"}, reason="the headline in print")
    filled.watches.add(Watch("http://paper.example/feed", WatchKind.FEED, 900, "paper"))
    filled.replicate(CopyFolder(tmp_path / "copy"), name="the attic")
    filled.close()
    yield Shelf(house)


def test_every_table_that_the_ledger_states_is_worked_out_again() -> None:
    """Whoever adds a table says by its module, and so to ``verify``, what it is."""
    assert {*PER_RECORD, *OF_ARCHIVE} == {found for found in vars(stated).values() if isinstance(found, Table)}


def test_one_changed_value_in_any_column_is_found_and_named(shelf: Shelf) -> None:
    assert shelf.findings() == []
    # a record whose content is damaged or cannot be found is told as a whole, and not row by row
    content = [tables.captures, tables.members]
    others = [table for table in PER_RECORD if table is not tables.readings]
    turns: list[dict[Table, list[list[Column[Any]]]]] = []
    for those in (others, [tables.readings, *OF_ARCHIVE], content, [tables.segments]):
        harms = zip_longest(*(_harms(table, len(shelf.rows(table))) for table in those))
        turns += [{table: harm for table, harm in zip(those, turn, strict=True) if harm} for turn in harms]
    assert sum(len(c) for turn in turns for harm in turn.values() for c in harm) == sum(len(_columns(t)) for t in STATED)
    for turn in turns:
        harmed: list[tuple[str, tuple[str, ...], list[str]]] = []
        for table, harm in turn.items():
            for columns, (where, row) in zip(harm, shelf.rows(table), strict=False):
                changes = ", ".join(f'"{c.name}" = {shelf.other(c)}' for c in columns)
                shelf.house.run(f'UPDATE "{table.name}" SET {changes} WHERE {where}')
                names = [c.name for c in columns] if len(columns) > 1 else []
                harmed.append((f"{table.name}: {changes}", _places(table, row), names))
        found = shelf.findings()
        for what, places, names in harmed:
            told = [f.problem for f in found if f.place.startswith(places) or f.place.endswith(places)]
            assert any(set(names) <= set(re.findall(r"\w+", problem)) for problem in told), (what, places, told)
        assert all(f.problem and f.advice and "\n" not in f.place + f.problem + f.advice for f in found)
        shelf.mend()
    assert shelf.findings() == []


def _harms(table: Table, rows: int) -> list[list[list[Column[Any]]]]:
    """What is changed in each turn in so many rows: all columns that a finding names at once, every other one in a row alone."""
    columns = _columns(table)
    key = {"id", "record", "article", "digest", *{**PER_RECORD, **OF_ARCHIVE}.get(table, ("", ()))[1]}
    is_told = (table in PER_RECORD or table in OF_ARCHIVE) and table is not tables.search
    together = [c for c in columns if is_told and c.name not in key]
    alone = [[c] for c in columns if c not in together]
    harms = [together, *alone] if together else alone
    return [harms[n : n + rows] for n in range(0, len(harms), rows)]


def test_rows_that_are_gone_and_rows_that_nobody_wrote_are_found(shelf: Shelf) -> None:
    # what others are worked out from goes alone; members hang on segments
    for gone in ([*PER_RECORD.keys() - {tables.readings}, *OF_ARCHIVE], [tables.readings], [tables.captures], [tables.members]):
        harmed = [(table, *shelf.first(table)) for table in gone]
        for table, where, _ in harmed:
            shelf.house.run(f'DELETE FROM "{table.name}" WHERE {where}')
        found = shelf.findings()
        for table, _, row in harmed:
            places = _places(table, row)
            assert any(f.place.startswith(places) or f.place.endswith(places) for f in found), (table.name, row, found)
        shelf.mend()
    strays: list[str] = []
    for table in PER_RECORD:
        where, row = shelf.first(table)
        names = [c.name for c in table.columns if not (c.name == "id" and _is_number(c)) or table is tables.search]
        stray = {"record": "'nobody'", "id": "'nobody'" if table is tables.records else "id + 1000"}
        values = ", ".join(stray.get(n, f'"{n}"') for n in names)
        told = ", ".join(f'"{n}"' for n in names)
        shelf.house.run(f'INSERT INTO "{table.name}" ({told}) SELECT {values} FROM "{table.name}" WHERE {where}')
        strays.append(f"{PER_RECORD[table][0]} nobody")
    assert set(strays) <= {f.place for f in shelf.findings()}


def test_the_index_of_words_is_held_to_the_articles_and_to_itself(shelf: Shelf) -> None:
    key = "rowid" if shelf.house.url is None else "id"
    row, words = shelf.house.run(f"SELECT {key}, words FROM search_text ORDER BY 1 LIMIT 1")[0]
    (record,) = shelf.house.run(f"SELECT record FROM search_rows WHERE id = {row}")[0]
    shelf.house.run(f"UPDATE search_text SET words = '{words} more' WHERE {key} = {row}")
    assert any(f.place.startswith(f"search {record}") for f in shelf.findings())
    shelf.mend()
    if shelf.house.url is None:
        shelf.house.run("UPDATE search_text_data SET block = zeroblob(length(block)) WHERE id > 10")
    else:
        shelf.house.run(f"UPDATE search_text SET lexemes = array_to_tsvector(ARRAY['other']) WHERE id = {row}")
    assert any("index of words is damaged" in f.problem for f in shelf.findings())
    shelf.mend()
    inserted = "rowid, words" if shelf.house.url is None else "id, words, lexemes"
    values = "7, 'stray'" if shelf.house.url is None else "7, ' stray ', array_to_tsvector(ARRAY['stray'])"
    shelf.house.run(f"INSERT INTO search_text ({inserted}) VALUES ({values})")
    assert any("1 versions that are not there" in f.problem for f in shelf.findings())


def test_a_part_is_checked_as_the_whole_is(shelf: Shelf) -> None:
    everything = Extent(percent=100, seed=1)
    assert shelf.findings(everything) == []
    with shelf.house.open() as archive:
        report = archive.verify(extent=Extent(records=2, seed=1))
        assert report.checked_records == 2 and 0 < report.records < archive.verify().records
    where, row = shelf.first(tables.people)
    shelf.house.run(f"UPDATE people SET name = 'Somebody' WHERE {where}")
    assert any(f.place.startswith(f"name {row['record']}") for f in shelf.findings(everything))
    shelf.mend()
    (segment,) = (shelf.house.where / "warc").iterdir()
    data = bytearray(segment.read_bytes())
    _, version = shelf.first(tables.versions)
    ((offset, length),) = shelf.house.run(f"SELECT \"offset\", length FROM members WHERE record_id = '{version['entry']}'")
    data[offset + length // 2] ^= 1
    segment.write_bytes(data)
    assert f"warc/{segment.name}:{offset}" in {f.place for f in shelf.findings(everything)}


def test_what_was_checked_when_is_in_the_ledger_and_comes_back(shelf: Shelf) -> None:
    from datetime import timedelta

    with shelf.house.open(write=True) as archive:
        assert archive.stats()["checked"] == {"full": None, "sample": None, "oldest": None, "never": 1, "findings": None}
        archive.note_check(archive.verify())
        archive.note_check(archive.verify(extent=Extent(records=1, seed=1)))
        told = archive.stats()["checked"]
        assert told["full"] == told["oldest"] < told["sample"] and (told["never"], told["findings"]) == (0, 0)
        late = archive.verify(extent=Extent(older_than=timedelta(hours=1)))
        assert late.checked == () and late.records == 0
        archive.note_check(late)  # says nothing: no check was made
        due = archive.verify(extent=Extent(older_than=timedelta(0)))
        assert len(due.checked) == 1 and due.findings == () and due.checked_records == archive.stats()["records"]
        events = [e for e in archive.events(kind="fixity check")]
        assert [e.outcome for e in events] == ["success", "success"]
    shelf.mend()
    with shelf.house.open() as archive:
        assert archive.stats()["checked"] == told


def test_a_check_that_found_damage_in_the_ledger_writes_nothing_behind_it(shelf: Shelf) -> None:
    from model.errors import Damaged

    with shelf.house.open() as archive:
        chain = archive.id
    if shelf.house.url is None:
        shelf.house.run("DROP TRIGGER ledger_no_delete")
    else:
        shelf.house.run("ALTER TABLE ledger DISABLE TRIGGER USER")
    shelf.house.run(f"DELETE FROM ledger WHERE chain = '{chain}' AND seq = (SELECT max(seq) FROM ledger WHERE chain = '{chain}')")
    with shelf.house.open(write=True) as archive, pytest.raises(Damaged, match="not written"):
        archive.note_check(archive.verify())


def test_a_ledger_with_a_hole_is_named_and_not_written_on(shelf: Shelf) -> None:
    from model.errors import Damaged

    with shelf.house.open() as archive:
        chain = archive.id
    drop = "DROP TRIGGER ledger_no_delete" if shelf.house.url is None else "ALTER TABLE ledger DISABLE TRIGGER USER"
    shelf.house.run(drop)
    shelf.house.run(f"DELETE FROM ledger WHERE chain = '{chain}' AND seq = 2")
    before = {p.name: p.read_bytes() for p in (shelf.house.where / "warc").iterdir()}
    with pytest.raises(Damaged, match="has a hole in the chain of") as told:
        shelf.house.open(write=True)
    assert "\n" not in str(told.value)
    assert {p.name: p.read_bytes() for p in (shelf.house.where / "warc").iterdir()} == before
    assert any("the chain has a hole: entry 2 is missing" in f.problem for f in shelf.findings())
