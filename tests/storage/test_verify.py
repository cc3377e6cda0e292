"""One flipped bit, one changed value: found, and the place named. And nothing found where nothing is wrong."""

from __future__ import annotations

import json
import random
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from model.capture import digest_of
from model.errors import DamagedText
from model.verification import Finding
from storage import Archive, rebuild
from storage.warc import Draft, Member, compress, walk


def _findings(where: Path) -> tuple[Finding, ...]:
    with Archive.open(where) as archive:
        return archive.verify().findings


def _edit(where: Path, *statements: str, parameters: tuple[Any, ...] = ()) -> None:
    """Changes rows behind the archive's back: the triggers that forbid it are dropped first."""
    with closing(sqlite3.connect(where / "pressmark.db")) as db:
        for trigger in ("ledger_no_update", "ledger_no_delete"):
            db.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            assert db.execute(statement, parameters).rowcount > 0, statement
        db.commit()


@pytest.fixture
def closed(filled: Archive, where: Path) -> Path:
    filled.close()
    return where


def test_a_sound_archive_has_no_findings_and_its_figures_add_up(filled: Archive) -> None:
    seen: list[tuple[int, int]] = []
    report = filled.verify(lambda done, total: seen.append((done, total)))
    stats = filled.stats()
    assert report.ok and report.findings == ()
    assert (report.segments, report.captures) == (stats["segments"], stats["captures"])
    assert (report.entries, report.bytes) == (sum(stats["ledger_entries"].values()), stats["warc_bytes"])
    assert seen == sorted(seen) and seen[-1] == (report.bytes, report.bytes)


def test_flipped_bits_anywhere_in_a_segment_are_found_where_they_are(closed: Path) -> None:
    (path,) = (closed / "warc").iterdir()
    whole = path.read_bytes()
    members = [m for m in walk(path) if isinstance(m, Member)]
    chance = random.Random(20260101)
    with Archive.open(closed) as archive:
        for _ in range(60):
            data = bytearray(whole)
            bit = chance.randrange(len(data) * 8)
            data[bit // 8] ^= 1 << bit % 8
            path.write_bytes(data)
            hit = next(m for m in members if m.offset <= bit // 8 < m.offset + m.length)
            places = [f.place for f in archive.verify().findings]
            assert f"warc/{path.name}:{hit.offset}" in places, (bit, places)
            assert not any(p.startswith("warc/") and p != f"warc/{path.name}:{hit.offset}" for p in places), (bit, places)
        path.write_bytes(whole)
        assert archive.verify().ok


CHANGES = {
    "entry": "'00000000-0000-4000-8000-000000000000'",
    "chain": "chain || 'x'",
    "seq": "seq + 1000",
    "previous": "'sha256:' || substr(previous, 9) || '0'",
    "digest": "substr(digest, 1, 70) || CASE substr(digest, 71) WHEN '0' THEN '1' ELSE '0' END",
    "kind": "'note' || kind",
    "at": "'2020-01-01T00:00:00.000000Z'",
    "bytes": "CAST(REPLACE(CAST(bytes AS TEXT), '\"pressmark\":1', '\"pressmark\": 1') AS BLOB)",
}


@pytest.mark.parametrize("column", CHANGES)
def test_one_changed_value_in_a_ledger_row_is_found(closed: Path, column: str) -> None:
    with closing(sqlite3.connect(closed / "pressmark.db")) as db:
        rows = list(db.execute("SELECT id, chain, seq FROM ledger ORDER BY id"))
        columns = {c[1] for c in db.execute("PRAGMA table_info(ledger)")}
    assert columns == {"id", *CHANGES}  # id only numbers the rows of this database
    row, chain, seq = rows[len(rows) // 2]
    _edit(closed, f"UPDATE ledger SET {column} = {CHANGES[column]} WHERE id = {row}")
    found = _findings(closed)
    named = {f.place for f in found}
    expected = {"chain": {f"ledger {chain}x:{seq}"}, "seq": {f"ledger {chain}:{seq + 1000}"}}.get(
        column, {f"ledger {chain}:{seq}"}
    )
    assert expected <= named, found
    assert all(f.problem and f.advice and "\n" not in f.problem for f in found)


def test_a_flipped_bit_in_the_bytes_of_any_entry_is_found(closed: Path) -> None:
    with closing(sqlite3.connect(closed / "pressmark.db")) as db:
        rows = list(db.execute("SELECT id, chain, seq, bytes FROM ledger"))
    chance = random.Random(4)
    for row, chain, seq, data in chance.sample(rows, 12):
        changed = bytearray(data)
        bit = chance.randrange(len(data) * 8)
        changed[bit // 8] ^= 1 << bit % 8
        with closing(sqlite3.connect(closed / "pressmark.db")) as db:
            db.execute("DROP TRIGGER IF EXISTS ledger_no_update")
            db.execute("UPDATE ledger SET bytes = ? WHERE id = ?", (bytes(changed), row))
            db.commit()
            assert f"ledger {chain}:{seq}" in {f.place for f in _findings(closed)}, (bit, bytes(changed))
            db.execute("UPDATE ledger SET bytes = ? WHERE id = ?", (data, row))
            db.commit()
    (left,) = _findings(closed)
    assert "ledger_no_update is missing" in left.problem


@pytest.mark.parametrize("which", ["first", "middle", "last"])
def test_a_deleted_ledger_row_is_found(closed: Path, which: str) -> None:
    order = {"first": "ASC", "middle": "ASC", "last": "DESC"}[which]
    skip = {"first": 0, "middle": 3, "last": 0}[which]
    with closing(sqlite3.connect(closed / "pressmark.db")) as db:
        chain = db.execute("SELECT chain FROM ledger GROUP BY chain ORDER BY count(*) DESC LIMIT 1").fetchone()[0]
        query = f"SELECT id, entry FROM ledger WHERE chain = ? ORDER BY seq {order} LIMIT 1 OFFSET {skip}"
        row, entry = db.execute(query, (chain,)).fetchone()
    _edit(closed, f"DELETE FROM ledger WHERE id = {row}")
    assert any(entry in f.place for f in _findings(closed))


def test_an_invented_ledger_row_is_found(closed: Path) -> None:
    with closing(sqlite3.connect(closed / "pressmark.db")) as db:
        chain, seq, digest, data = db.execute("SELECT chain, seq, digest, bytes FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()
    from model.capture import digest_of
    from model.ledger import decode

    plain = json.loads(data) | {"id": "forged", "seq": seq + 1, "previous": digest}
    forged = decode(json.dumps(plain).encode()).encode()
    with closing(sqlite3.connect(closed / "pressmark.db")) as db:
        values = ("forged", chain, seq + 1, digest, digest_of(forged), plain["kind"], plain["at"], forged)
        db.execute("INSERT INTO ledger (entry, chain, seq, previous, digest, kind, at, bytes) VALUES (?,?,?,?,?,?,?,?)", values)
        db.commit()
    assert f"ledger {chain}:{seq + 1}" in {f.place for f in _findings(closed)}


def test_a_changed_article_in_the_database_is_found(closed: Path) -> None:
    with closing(sqlite3.connect(closed / "pressmark.db")) as db:
        record, version, number, packed = db.execute("SELECT record, version, number, article FROM readings LIMIT 1").fetchone()
    place = f"reading {record}@{version}.{number}"
    words = zlib.decompress(packed).replace(b"words", b"swords")
    for changed in (zlib.compress(words), packed[:-1], b"", bytes([*packed[:20], packed[20] ^ 1, *packed[21:]])):
        with closing(sqlite3.connect(closed / "pressmark.db")) as db:
            where = "WHERE record = ? AND version = ? AND number = ?"
            db.execute(f"UPDATE readings SET article = ? {where}", (changed, record, version, number))
            db.commit()
        assert place in {f.place for f in _findings(closed)}, changed


ROWS: dict[str, tuple[str, str]] = {
    "facts of a capture": ("UPDATE captures SET facts = CAST(facts || ' ' AS BLOB) WHERE id = {capture}", "capture {id}"),
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


@pytest.mark.parametrize("what", ROWS)
def test_a_changed_row_of_what_the_ledger_speaks_of_is_found(closed: Path, what: str) -> None:
    with closing(sqlite3.connect(closed / "pressmark.db")) as db:
        query = "SELECT record, capture FROM versions WHERE number = 1 AND strand = 'publisher' ORDER BY record LIMIT 1"
        record, capture = db.execute(query).fetchone()
    statement, place = ROWS[what]
    _edit(closed, statement.format(capture=f"'{capture}'", record=f"'{record}'"))
    expected = place.format(id=capture, of=record)
    assert expected in {f.place for f in _findings(closed)}, _findings(closed)


def test_catalogue_rows_that_are_wrong_are_found(closed: Path) -> None:
    (path,) = (closed / "warc").iterdir()
    members = [m for m in walk(path) if isinstance(m, Member)]
    place = f"warc/{path.name}:{members[3].offset}"
    for statement in (
        f"UPDATE members SET sha256 = zeroblob(32) WHERE record_id = '{members[3].id}'",
        f"UPDATE members SET record_id = 'other' WHERE offset = {members[3].offset}",
        f"DELETE FROM members WHERE offset = {members[3].offset}",
    ):
        with closing(sqlite3.connect(closed / "pressmark.db")) as db:
            assert db.execute(statement).rowcount == 1
            db.commit()
        assert place in {f.place for f in _findings(closed)}, statement


@pytest.mark.parametrize("committed", [0, 1000, 10**9, "committed - 64", "committed - 1"])
def test_a_wrong_committed_length_is_found(closed: Path, committed: int | str) -> None:
    (path,) = (closed / "warc").iterdir()
    _edit(closed, f"UPDATE segments SET committed = {committed}")
    assert any(f.place.startswith(f"warc/{path.name}") for f in _findings(closed))


def test_a_deleted_segment_is_found(closed: Path) -> None:
    (path,) = (closed / "warc").iterdir()
    path.unlink()
    found = _findings(closed)
    assert (f"warc/{path.name}", "the segment is missing") in {(f.place, f.problem) for f in found}
    assert any(f.place.startswith("ledger ") for f in found) and any(f.place.startswith("capture ") for f in found)


@pytest.mark.parametrize("cut", [1, 100, 5000, None])
def test_a_truncated_segment_is_found(closed: Path, cut: int | None) -> None:
    (path,) = (closed / "warc").iterdir()
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - cut] if cut else b"")
    assert any(f.place.startswith(f"warc/{path.name}") for f in _findings(closed))


def test_swapped_members_are_found(closed: Path) -> None:
    (path,) = (closed / "warc").iterdir()
    data = path.read_bytes()
    one, other = [m for m in walk(path) if isinstance(m, Member)][3:5]
    first, second = (data[m.offset : m.offset + m.length] for m in (one, other))
    path.write_bytes(data[: one.offset] + second + first + data[other.offset + other.length :])
    assert f"warc/{path.name}:{one.offset}" in {f.place for f in _findings(closed)}


def test_a_foreign_segment_is_found(closed: Path) -> None:
    (path,) = (closed / "warc").iterdir()
    for name in ("crawl-20260101000000-00000-host.warc.gz", path.name.replace("-00001-", "-00009-")):
        (closed / "warc" / name).write_bytes(path.read_bytes())
        assert f"warc/{name}" in {f.place for f in _findings(closed)}
        (closed / "warc" / name).unlink()


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


@pytest.mark.parametrize("how", TOUCHES)
def test_the_ledger_refuses_every_change(closed: Path, how: str) -> None:
    from storage.database import Database

    with closing(sqlite3.connect(closed / "pressmark.db")) as db:
        row, before = db.execute("SELECT max(id), count(*) FROM ledger").fetchone()
    database = Database.at(closed / "pressmark.db")
    from model.errors import Damaged

    with pytest.raises(Damaged, match="nothing was changed"), database.transaction() as tx:
        tx.exec_driver_sql(TOUCHES[how](str(row)))
    database.close()
    with closing(sqlite3.connect(closed / "pressmark.db")) as db:
        assert db.execute("SELECT count(*), sum(at = 'x') FROM ledger").fetchone() == (before, 0)
    assert _findings(closed) == ()


def test_the_same_place_in_a_chain_is_given_once(closed: Path) -> None:
    with closing(sqlite3.connect(closed / "pressmark.db")) as db:
        for same in ("chain, seq + 1000, previous", "chain, seq, previous || 'x'"):
            with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
                db.execute(
                    "INSERT INTO ledger (entry, chain, seq, previous, digest, kind, at, bytes) "
                    f"SELECT 'other', {same}, digest, kind, at, bytes FROM ledger LIMIT 1"
                )


def test_a_forged_payload_is_found_even_after_a_rebuild(closed: Path) -> None:
    """Block digests made to fit do not help: the facts, and through them the ledger, name the true ones."""
    segment = next((closed / "warc").glob("*.warc.gz"))
    forged = False
    members: list[bytes] = []
    for found in walk(segment):
        assert isinstance(found, Member)
        data = segment.read_bytes()[found.offset : found.offset + found.length]
        if found.type == "response" and not forged:
            names = {
                "warc-type",
                "warc-record-id",
                "warc-date",
                "warc-block-digest",
                "content-type",
                "content-length",
                "warc-target-uri",
            }
            extra = tuple((k, v) for k, v in found.headers.items() if k not in names)
            uri, kind = found.headers["warc-target-uri"], found.headers["content-type"]
            data = compress(Draft("response", found.id, found.headers["warc-date"], found.block + b"!", kind, uri, extra), None)
            forged = True
        members.append(data)
    segment.write_bytes(b"".join(members))
    rebuild(closed)
    with Archive.open(closed) as archive:
        findings = archive.verify().findings
    assert ["is not what was taken in" in f.problem for f in findings] == [True]


def test_rows_that_hold_nonsense_are_findings_not_crashes(closed: Path) -> None:
    with sqlite3.connect(closed / "pressmark.db") as database:
        database.execute("UPDATE readings SET article = 'no bytes'")
        database.execute("UPDATE captures SET facts = x'7b7d', digest = ?", (digest_of(b"{}"),))
        database.execute("DROP TRIGGER ledger_no_update")
        database.execute("UPDATE ledger SET bytes = 'no bytes' WHERE kind = 'version' AND seq = 1")
    with Archive.open(closed) as archive:
        places = {f.place.split()[0] for f in archive.verify().findings}
    assert {"reading", "capture", "ledger"} <= places


def test_a_flipped_bit_that_leaves_no_text_is_named_with_its_row(closed: Path) -> None:
    harm = "CAST(X'F1' || substr(CAST({0} AS BLOB), 2) AS TEXT) WHERE rowid = (SELECT max(rowid) FROM {1} WHERE {0} > '')"
    for table, column, place in (
        ("ledger", "at", "ledger"),
        ("versions", "observed_at", "version"),
        ("people", "name", "name"),
        ("captures", "url", "capture"),
        ("members", "type", "warc/"),
        ("labels", "at", "label"),
    ):
        _edit(closed, f"UPDATE {table} SET {column} = {harm.format(column, table)}")
        with Archive.open(closed) as archive:
            found = [archive.verify(processes=processes).findings for processes in (1, 2)]
        assert found[0] == found[1] and any(f.place.startswith(place) for f in found[0]), (table, found[0])
        assert all("\n" not in f.place + f.problem + f.advice for f in found[0])
        for file in closed.glob("pressmark.db*"):
            file.unlink()
        rebuild(closed)


def test_where_a_row_is_no_text_any_more_a_question_says_what_to_do(closed: Path) -> None:
    _edit(closed, "UPDATE records SET headline = CAST(X'F1' AS TEXT)")
    with Archive.open(closed) as archive:
        with pytest.raises(DamagedText, match=r"`pressmark verify` says which, `pressmark rebuild`"):
            list(archive.list(None))
        assert not archive.verify().ok
        with pytest.raises(DamagedText):  # reads are as quick as before
            list(archive.list(None))


@pytest.mark.parametrize(
    "change",
    ["changed_fields SET field = x'fffe'", "members SET length = '{\"a\":'", 'members SET "offset" = \'x\' || "offset"'],
)
def test_values_of_another_type_are_findings_not_crashes(closed: Path, change: str) -> None:
    table = change.split()[0]
    _edit(closed, f"UPDATE {change} WHERE rowid = (SELECT max(rowid) FROM {table})" if table != "members" else f"UPDATE {change}")
    assert _findings(closed)


def test_a_truth_value_is_held_to_its_number(closed: Path) -> None:
    _edit(closed, "UPDATE records SET withdrawn = withdrawn + 131072 WHERE withdrawn")
    assert "record" in {f.place.split()[0] for f in _findings(closed)}


def test_a_segment_begun_by_a_process_that_was_killed_is_no_damage(closed: Path) -> None:
    known = next((closed / "warc").glob("*.warc.gz"))
    (known.parent / known.name.replace("-0000", "-0009", 1)).touch()
    with Archive.open(closed) as archive:
        assert archive.verify().ok
