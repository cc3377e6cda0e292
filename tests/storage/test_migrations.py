"""Databases of earlier releases, with data in them, brought up to date on both engines."""

from __future__ import annotations

import json
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy
from sqlalchemy import LargeBinary, MetaData

from model.errors import Damaged, StorageUnavailable
from storage import Archive, engines, migrate, tables
from storage.columns import Integer, String
from storage.migrations import structure

EARLIER = sorted((Path(__file__).parent / "earlier").glob("schema-*.tar.gz"))
OLD = [pytest.param(path, id=path.name.partition(".")[0]) for path in EARLIER]
_FILLED = {"quay": 1, "author:quill": 4, "changed:headline": 2, "section:local": 1, "words": 4}
FOUND = {
    "schema-1": {"quay": 2, "author:quill": 5, "changed:headline": 2, "tag:quays": 1, "section:harbour": 1},
    **dict.fromkeys(("schema-2", "schema-3", "schema-4", "schema-9"), _FILLED),
    "schema-5": {
        "quay": 1,
        "author:quill": 8,
        "changed:headline": 2,
        "since:2024-03-06": 2,
        "until:2024-03-05": 2,
        "since:2024": 3,
    },
    "schema-6": _FILLED | {"author:quill": 5, "changed:body": 3},
    "schema-7": _FILLED | {"author:quill": 6, "mackerel": 1, '"to hear how the"': 2, '"to hear how it"': 0},
    "schema-8": _FILLED | {"author:quill": 6, "mackerel": 1, "外交部": 1, "5日外交部": 1, "公司": 1},
}
Telling = Callable[[Archive], dict[str, Any]]

pytestmark = pytest.mark.both_engines


def _put(path: Path, house: Any) -> str:
    """An earlier release's archive in its place, its rows on the server where the test's database is one."""
    with tarfile.open(path) as tar:
        tar.extractall(house.where.parent, filter="data")
    archive: str = json.loads((house.where / "pressmark-archive.json").read_text())["archive"]
    if house.url is not None:
        _move(house, archive)
    return archive


def _move(house: Any, archive: str) -> None:
    """The rows of a file on the server, in tables as they were; triggers as they are now."""
    old = sqlalchemy.create_engine(f"sqlite:///{house.where / 'pressmark.db'}")
    then = MetaData()
    with closing(sqlite3.connect(house.where / "pressmark.db")) as db:
        there = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    then.reflect(old, only=sorted(there & set(tables.metadata.tables)))
    for column in (column for table in then.sorted_tables for column in table.columns):
        kind = column.type
        column.type = LargeBinary() if isinstance(kind, LargeBinary) else kind
        if isinstance(kind, sqlalchemy.Integer):
            column.type = Integer
        elif isinstance(kind, sqlalchemy.String):
            column.type = String()
    with psycopg.connect(house.url, autocommit=True) as server:
        server.execute("CREATE SCHEMA pressmark")
        server.execute("CREATE TABLE pressmark.archives (archive text PRIMARY KEY, schema text NOT NULL)")
        server.execute(f"CREATE SCHEMA pressmark_{archive}_old")
        server.execute("INSERT INTO pressmark.archives VALUES (%s, %s)", (archive, f"pressmark_{archive}_old"))
    url = sqlalchemy.make_url(house.url).set(drivername="postgresql+psycopg")
    new = sqlalchemy.create_engine(url, connect_args={"options": f"-c search_path=pressmark_{archive}_old"})
    with old.connect() as held, new.begin() as tx:
        then.create_all(tx)
        engines.of(tx).guard(tx)
        for table in then.sorted_tables:
            rows = [dict(row._mapping) for row in held.execute(table.select())]
            if rows:
                tx.execute(table.insert(), rows)
            numbered = "id" in table.columns and isinstance(table.columns["id"].type, sqlalchemy.BigInteger)
            if numbered and table.name != "search_rows":
                sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
                tx.exec_driver_sql(f"SELECT setval({sequence}, (SELECT max(id) FROM {table.name}))")
        if "search_text" not in engines.of(held).unguarded(held):
            words = engines.of(held).words(held, held.exec_driver_sql("SELECT id FROM search_rows").scalars().all())
            engines.of(tx).index(tx, words, fresh=True)
    old.dispose()
    new.dispose()


@pytest.mark.parametrize("path", OLD)
def test_it_says_what_a_database_made_anew_says(path: Path, house: Any, telling: Telling) -> None:
    _put(path, house)
    heard: list[str] = []
    with house.open(write=True, tell=heard.append) as migrated:
        before, rows = telling(migrated), house.rows()
        assert migrated.verify().findings == ()
    assert len(heard) == 1 and "older Pressmark" in heard[0]
    house.rebuild()
    with house.open(write=True, tell=heard.append) as made_anew:
        assert telling(made_anew) == before
        after = house.rows()
    for name in rows:
        assert after[name] == rows[name], name
    assert len(heard) == 1


@pytest.mark.parametrize("path", OLD)
def test_tables_indexes_and_triggers_are_those_of_a_new_one(path: Path, house: Any, tmp_path: Path) -> None:
    _put(path, house)
    assert migrate(house.where, database_url=house.url) is True
    assert migrate(house.where, database_url=house.url) is False
    with house.open() as archive, archive._database.reading() as tx:
        assert list(structure.missing(tx)) == []
        assert list(engines.of(tx).unguarded(tx)) == []
    for statement in ("UPDATE ledger SET at = ''", "DELETE FROM ledger", "INSERT OR REPLACE INTO ledger SELECT * FROM ledger"):
        if house.url is None or "REPLACE" not in statement:
            with pytest.raises((sqlite3.Error, psycopg.Error), match="insert-only"):
                house.run("PRAGMA recursive_triggers=ON", statement) if house.url is None else house.run(statement)


@pytest.mark.parametrize("path", OLD)
def test_search_and_changes_reach_what_was_there_before(path: Path, house: Any) -> None:
    _put(path, house)
    with house.open(write=True) as archive:
        for query, found in FOUND[path.name.partition(".")[0]].items():
            assert len(archive.search(query)) == found, query


@pytest.mark.parametrize("path", [path for path in EARLIER if path.name == "schema-8.tar.gz"])
def test_words_without_what_they_were_made_of_stay(path: Path, house: Any) -> None:
    _put(path, house)
    words = house.run("SELECT words FROM search_text")
    house.run("DELETE FROM readings")
    assert migrate(house.where, database_url=house.url) is True
    assert sorted(house.run("SELECT words FROM search_text")) == sorted(words)


@pytest.mark.parametrize("path", [path for path in EARLIER if path.name == "schema-6.tar.gz"])
def test_changes_that_were_counted_across_paragraphs_are_counted_anew(path: Path, house: Any) -> None:
    """A figure was corrected and a correction that quotes the old one came behind it: +12 -0 words, schema 6 said."""
    _put(path, house)
    with house.open(write=True) as archive:
        every = archive.changes(datetime(2000, 1, 1, tzinfo=UTC))
        (told,) = (c for c in every if c.headline == "Board counts its losses" and c.kind == "changed")
        assert [(f.field, f.words_added, f.words_removed) for f in told.change.fields] == [("body", 14, 2)]
        assert archive.verify().findings == ()


@pytest.mark.parametrize("path", OLD)
def test_reading_alone_says_what_to_do_and_changes_nothing(path: Path, house: Any) -> None:
    _put(path, house)
    before = house.run("SELECT count(*), max(at) FROM ledger")
    with pytest.raises(Damaged) as error:
        house.open()
    assert "pressmark migrate" in str(error.value) and "\n" not in str(error.value)
    assert house.run("SELECT count(*), max(at) FROM ledger") == before
    assert house.run("SELECT value FROM settings WHERE key = 'schema'") == [(path.name.partition(".")[0].rpartition("-")[2],)]


@pytest.mark.parametrize("path", OLD[:1])
def test_a_step_that_fails_leaves_the_database_as_it_was(path: Path, house: Any) -> None:
    _put(path, house)
    names = "SELECT name FROM sqlite_master ORDER BY name"
    if house.url is not None:
        names = "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(current_schema()) ORDER BY relname"
    house.run("UPDATE changes SET fields = 'no JSON'")
    before = house.run(names)
    with pytest.raises(ValueError, match="Expecting value"):
        migrate(house.where, database_url=house.url)
    assert house.run(names) == before
    assert house.run("SELECT value FROM settings WHERE key = 'schema'") != [(str(tables.SCHEMA_VERSION),)]


@pytest.mark.parametrize("path", OLD)
def test_nobody_migrates_beside_a_writer(path: Path, house: Any) -> None:
    _put(path, house)
    from storage.folder import Hold

    with closing(Hold(house.where, alone=False)), pytest.raises(StorageUnavailable, match="another process is writing"):
        house.open(write=True)


def test_what_is_added_to_a_table_reaches_rows_that_are_there(tmp_path: Path) -> None:
    """A new column takes NULL or has a default: otherwise no older database could get it."""
    with tarfile.open(EARLIER[0]) as tar:
        tar.extractall(tmp_path, filter="data")
    with closing(sqlite3.connect(tmp_path / "archive" / "pressmark.db")) as db:
        for table in tables.metadata.sorted_tables:
            held = {row[1] for row in db.execute(f"PRAGMA table_info({table.name})")}
            for column in table.columns if held else ():
                assert column.name in held or column.nullable or column.server_default is not None, (table.name, column.name)


@pytest.mark.parametrize("path", [path for path in EARLIER if path.name == "schema-7.tar.gz"])
def test_copies_are_found_by_signatures_that_were_made_anew(path: Path, house: Any) -> None:
    _put(path, house)
    with house.open(write=True) as archive:
        (found,) = archive.search("mackerel")
        likely = archive.likely_copies(found.line.record, 1)
        assert [copy.url for copy in likely.copies] == ["http://other.example/sand-bar"]
