"""One changed value in a row: found, and the row named. What the engine refuses, it refuses."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from model.capture import digest_of
from model.errors import Damaged, StorageUnavailable
from model.ledger import decode
from storage import Archive, tables
from storage.warc import Member, walk

pytestmark = pytest.mark.both_engines


CHANGES = {
    "entry": "'00000000-0000-4000-8000-000000000000'",
    "chain": "chain || 'x'",
    "seq": "seq + 1000",
    "previous": "'sha256:' || substr(previous, 9) || '0'",
    "digest": "substr(digest, 1, 70) || CASE substr(digest, 71) WHEN '0' THEN '1' ELSE '0' END",
    "kind": "'note' || kind",
    "at": "'2020-01-01T00:00:00.000000Z'",
}


def test_one_changed_value_in_a_ledger_row_is_found(closed: Any) -> None:
    rows = closed.run("SELECT id, chain, seq, bytes FROM ledger ORDER BY id")
    row, chain, seq, data = rows[len(rows) // 2]
    kept = closed.keep()
    changed = bytes(data).replace(b'"pressmark":1', b'"pressmark": 1')
    changes = CHANGES | {"bytes": closed.blob(changed)}
    assert {c.name for c in tables.ledger.columns} == {"id", *changes}  # id only numbers the rows of this database
    for column, value in changes.items():
        closed.change(f"UPDATE ledger SET {column} = {value} WHERE id = {row}")
        found = closed.findings()
        expected = {"chain": f"ledger {chain}x:{seq}", "seq": f"ledger {chain}:{seq + 1000}"}.get(column, f"ledger {chain}:{seq}")
        assert expected in {f.place for f in found}, (column, found)
        assert all(f.problem and f.advice and "\n" not in f.problem for f in found)
        closed.put_back(kept)
    assert closed.findings() == ()


def test_a_flipped_bit_in_the_bytes_of_any_entry_is_found(closed: Any) -> None:
    rows = closed.run("SELECT id, chain, seq, bytes FROM ledger ORDER BY id")
    chance = random.Random(4)
    for row, chain, seq, data in chance.sample(rows, 12 if closed.url is None else 5):
        changed = bytearray(data)
        bit = chance.randrange(len(data) * 8)
        changed[bit // 8] ^= 1 << bit % 8
        closed.change(f"UPDATE ledger SET bytes = {closed.blob(bytes(changed))} WHERE id = {row}")
        assert f"ledger {chain}:{seq}" in {f.place for f in closed.findings()}, (bit, bytes(changed))
        closed.change(f"UPDATE ledger SET bytes = {closed.blob(bytes(data))} WHERE id = {row}")
    left = {f.problem.partition(" ")[0] for f in closed.findings()}
    assert left == {"ledger_no_update", "ledger_no_delete", *(["ledger_no_truncate"] if closed.url else [])}


def test_a_deleted_ledger_row_is_found(closed: Any) -> None:
    query = "SELECT chain FROM ledger GROUP BY chain ORDER BY count(*) DESC, chain LIMIT 1"
    ((chain,),) = closed.run(query)
    kept = closed.keep()
    for order, skip in (("ASC", 0), ("ASC", 3), ("DESC", 0)):
        ask = f"SELECT id, entry FROM ledger WHERE chain = '{chain}' ORDER BY seq {order} LIMIT 1 OFFSET {skip}"
        ((row, entry),) = closed.run(ask)
        closed.change(f"DELETE FROM ledger WHERE id = {row}")
        assert any(entry in f.place for f in closed.findings()), (order, skip)
        closed.put_back(kept)


def test_an_invented_ledger_row_is_found(closed: Any) -> None:
    chain, seq, digest, data = closed.run("SELECT chain, seq, digest, bytes FROM ledger ORDER BY seq DESC LIMIT 1")[0]
    plain = json.loads(data) | {"id": "forged", "seq": seq + 1, "previous": digest}
    forged = decode(json.dumps(plain).encode()).encode()
    texts = ", ".join(f"'{text}'" for text in (digest, digest_of(forged), plain["kind"], plain["at"]))
    columns = "id, entry, chain, seq, previous, digest, kind, at, bytes"
    values = f"99999, 'forged', '{chain}', {seq + 1}, {texts}, {closed.blob(forged)}"
    closed.run(f"INSERT INTO ledger ({columns}) VALUES ({values})")
    assert f"ledger {chain}:{seq + 1}" in {f.place for f in closed.findings()}


def test_a_changed_article_in_the_database_is_found(closed: Any) -> None:
    ask = "SELECT record, version, number, article FROM readings ORDER BY record, version, number LIMIT 1"
    record, version, number, packed = closed.run(ask)[0]
    packed = bytes(packed)
    words = zlib.decompress(packed).replace(b"words", b"swords")
    for changed in (zlib.compress(words), packed[:-1], b"", bytes([*packed[:20], packed[20] ^ 1, *packed[21:]])):
        which = f"WHERE record = '{record}' AND version = {version} AND number = {number}"
        closed.change(f"UPDATE readings SET article = {closed.blob(changed)} {which}")
        assert f"reading {record}@{version}.{number}" in {f.place for f in closed.findings()}, changed


ROWS: dict[str, tuple[str, str]] = {
    "facts of a capture": ("UPDATE captures SET facts = {facts} WHERE id = {capture}", "capture {id}"),
    "digest of a capture": ("UPDATE captures SET digest = 'sha256:0' WHERE id = {capture}", "capture {id}"),
    "address of a capture": ("UPDATE captures SET final_url = 'http://other.example/' WHERE id = {capture}", "capture {id}"),
    "time of a capture": ("UPDATE captures SET at = '2020-01-01T00:00:00.000000Z' WHERE id = {capture}", "capture {id}"),
    "origin of a capture": ("UPDATE captures SET origin_key = 'other' WHERE id = {capture}", "capture {id}"),
    "payload of a capture": ("UPDATE captures SET payload_digest = 'sha256:0' WHERE id = {capture}", "capture {id}"),
    "a deleted capture": ("DELETE FROM captures WHERE id = {capture}", "capture {id}"),
    "a deleted reading": ("DELETE FROM readings WHERE record = {record} AND version = 1 AND number = 1", "reading {of}@1.1"),
    "digest of a reading": ("UPDATE readings SET digest = 'sha256:0' WHERE record = {record} AND number = 1", "reading {of}@1.1"),
    "payload of a reading": ("UPDATE readings SET payload = 'none' WHERE record = {record} AND number = 1", "reading {of}@1.1"),
    "a deleted version": ("DELETE FROM versions WHERE record = {record} AND number = 1", "version {of}@1"),
    "capture of a version": ("UPDATE versions SET capture = 'none' WHERE record = {record} AND number = 1", "version {of}@1"),
    "time of a version": ("UPDATE versions SET observed_at = NULL WHERE record = {record} AND number = 1", "version {of}@1"),
    "strand of a version": ("UPDATE versions SET strand = 'beside' WHERE record = {record} AND number = 1", "version {of}@1"),
}


def test_a_changed_row_of_what_the_ledger_speaks_of_is_found(closed: Any) -> None:
    query = "SELECT record, capture FROM versions WHERE number = 1 AND strand = 'publisher' ORDER BY record LIMIT 1"
    ((record, capture),) = closed.run(query)
    ((facts,),) = closed.run(f"SELECT facts FROM captures WHERE id = '{capture}'")
    kept = closed.keep()
    for what, (statement, place) in ROWS.items():
        changed = closed.blob(bytes(facts) + b" ")
        closed.change(statement.format(capture=f"'{capture}'", record=f"'{record}'", facts=changed))
        assert place.format(id=capture, of=record) in {f.place for f in closed.findings()}, what
        closed.put_back(kept)


def test_catalogue_rows_that_are_wrong_are_found(closed: Any) -> None:
    path = closed.segment
    members = [m for m in walk(path) if isinstance(m, Member)]
    for statement in (
        f"UPDATE members SET sha256 = {closed.blob(bytes(32))} WHERE record_id = '{members[3].id}'",
        f"UPDATE members SET record_id = 'other' WHERE \"offset\" = {members[3].offset}",
        f'DELETE FROM members WHERE "offset" = {members[3].offset}',
    ):
        closed.change(statement)
        assert f"warc/{path.name}:{members[3].offset}" in {f.place for f in closed.findings()}, statement


TOUCHES: dict[str, Callable[[str], str]] = {
    "update": lambda row: f"UPDATE ledger SET at = 'x' WHERE id = {row}",
    "update of nothing": lambda row: f"UPDATE ledger SET id = id WHERE id = {row}",
    "delete": lambda row: f"DELETE FROM ledger WHERE id = {row}",
    "delete all": lambda _: "DELETE FROM ledger",
    "replace": lambda row: (
        "INSERT OR REPLACE INTO ledger (id, entry, chain, seq, previous, digest, kind, at, bytes) "
        f"SELECT id, entry, chain, seq, previous, digest, kind, 'x', bytes FROM ledger WHERE id = {row}"
    ),
    "upsert": lambda row: (
        "INSERT INTO ledger (id, entry, chain, seq, previous, digest, kind, at, bytes) "
        f"SELECT id, entry, chain, seq, previous, digest, kind, at, bytes FROM ledger WHERE id = {row} "
        "ON CONFLICT(entry) DO UPDATE SET at = 'x'"
    ),
}


def test_the_ledger_refuses_every_change(archive: Archive, desk: Any, house: Any, make_article: Any) -> None:
    desk.take(desk.fetched("http://paper.example/quay", b"one", 1), make_article("Quay", "words of the quay"))
    ((row, before),) = house.run("SELECT max(id), count(*) FROM ledger")
    for how, touch in TOUCHES.items():
        if house.url is not None and how == "replace":
            continue  # SQLite's own word
        with pytest.raises(Damaged, match="nothing was changed"), archive._database.transaction() as tx:
            tx.exec_driver_sql(touch(str(row)))
    ((after, changed),) = house.run("SELECT count(*), count(CASE WHEN at = 'x' THEN 1 END) FROM ledger")
    assert (after, changed) == (before, 0)
    assert archive.verify().findings == ()


def test_the_same_place_in_a_chain_is_given_once(archive: Archive, house: Any) -> None:
    for same in ("chain, seq + 1000, previous", "chain, seq, previous || 'x'"):
        with pytest.raises(StorageUnavailable) as error, archive._database.transaction() as tx:
            tx.exec_driver_sql(
                "INSERT INTO ledger (entry, chain, seq, previous, digest, kind, at, bytes) "
                f"SELECT 'other', {same}, digest, kind, at, bytes FROM ledger LIMIT 1"
            )
        assert isinstance(error.value.__cause__, IntegrityError)
