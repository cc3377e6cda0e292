"""Values that are no values, as the types of either engine allow: findings, never crashes."""

from __future__ import annotations

from typing import Any

import pytest

from model.capture import digest_of
from model.errors import DamagedText
from model.verification import Finding
from storage import tables
from storage.lots import PER_RECORD


def _findings(house: Any) -> tuple[Finding, ...]:
    """The same, whoever works it out."""
    with house.open() as archive:
        alone: tuple[Finding, ...] = archive.verify(processes=1).findings
        assert archive.verify(processes=2).findings == alone
    assert all("\n" not in f.place + f.problem + f.advice for f in alone)
    return alone


NO_JSON = b'{"a":'
NONSENSE = (
    ("readings", "article", b"no bytes", ""),
    ("readings", "article", b"", ""),
    ("readings", "agent", '{"a":', ""),
    ("readings", "agent", "[1]", ""),
    ("readings", "release_facts", "[", ""),
    ("readings", "recorded_at", "at\nnoon", ""),
    ("captures", "facts", b"\xff\xfe", "capture "),
    ("captures", "facts", b"[" * 100_000, "capture "),
    ("captures", "facts", b"[]", "capture "),
    ("captures", "at", "never", "capture "),
    ("captures", "length", -1, "capture "),
    ("ledger", "bytes", b"\xff\xfe\x00", "ledger "),
    ("ledger", "bytes", b"[" * 100_000, "ledger "),
    ("ledger", "bytes", NO_JSON, "ledger "),
    ("ledger", "bytes", b"7", "ledger "),
    ("ledger", "kind", "no\nkind", "ledger "),
    ("ledger", "at", "", "ledger "),
    ("changes", "fields", '{"a":', ""),
    ("changes", "fields", "7", ""),
    ("versions", "strand", "", ""),
    ("observations", "kind", "guess", ""),
    ("labels", "agent", "", ""),
    ("people", "name", "\n\u202e", ""),
    ("records", "versions", 2**62, ""),
    ("members", "length", 2**62, "warc/"),
    ("members", "sha256", b"short", "warc/"),
    ("segments", "committed", -1, "warc/"),
    ("segments", "committed", 2**62, "warc/"),
)
"""A table, a column, a value for one of its rows, and what is named where the table is not one of the records'."""


@pytest.mark.both_engines
@pytest.mark.parametrize("stated", [True, False], ids=["what the ledger states", "ledger and catalogue"])
def test_what_an_engine_takes_and_nobody_wrote_is_found_and_named(closed: Any, stated: bool) -> None:
    named = {table.name: what for table, (what, _) in PER_RECORD.items()}
    of = {table: [x for x in NONSENSE if x[0] == table] for table, *_ in NONSENSE if (table in named) == stated}
    kept = closed.keep()
    for turn in range(max(map(len, of.values()))):
        harms = [some[turn] for some in of.values() if turn < len(some)]
        for table, column, value, _ in harms:
            key = next(iter(tables.metadata.tables[table].primary_key.columns)).name
            ((last,),) = closed.run(f'SELECT max({key}) FROM "{table}"')
            said = closed.blob(value) if isinstance(value, bytes) else value if isinstance(value, int) else f"'{value}'"
            closed.change(f'UPDATE "{table}" SET "{column}" = {said} WHERE {key} = \'{last}\'')
        found = _findings(closed)
        for table, column, value, place in harms:
            assert any(f.place.startswith(named.get(table, place)) for f in found), (table, column, value, found)
        closed.put_back(kept)


def test_rows_that_hold_nonsense_are_findings_not_crashes(closed: Any) -> None:
    closed.change(
        "UPDATE readings SET article = 'no bytes'",
        f"UPDATE captures SET facts = x'7b7d', digest = '{digest_of(b'{}')}'",
        "UPDATE ledger SET bytes = 'no bytes' WHERE kind = 'version' AND seq = 1",
    )
    assert {"reading", "capture", "ledger"} <= {f.place.split()[0] for f in _findings(closed)}


def test_a_flipped_bit_that_leaves_no_text_is_named_with_its_row(closed: Any) -> None:
    kept = closed.keep()
    harm = "CAST(X'F1' || substr(CAST({0} AS BLOB), 2) AS TEXT) WHERE rowid = (SELECT max(rowid) FROM {1} WHERE {0} > '')"
    for table, column, place in (
        ("ledger", "at", "ledger"),
        ("versions", "observed_at", "version"),
        ("people", "name", "name"),
        ("captures", "url", "capture"),
        ("members", "type", "warc/"),
        ("labels", "at", "label"),
    ):
        closed.change(f"UPDATE {table} SET {column} = {harm.format(column, table)}")
        with closed.open() as archive:
            found = [archive.verify(processes=processes).findings for processes in (1, 2)]
        assert found[0] == found[1] and any(f.place.startswith(place) for f in found[0]), (table, found[0])
        assert all("\n" not in f.place + f.problem + f.advice for f in found[0])
        closed.put_back(kept)


def test_where_a_row_is_no_text_any_more_a_question_says_what_to_do(closed: Any) -> None:
    closed.change("UPDATE records SET headline = CAST(X'F1' AS TEXT)")
    with closed.open() as archive:
        with pytest.raises(DamagedText, match=r"`pressmark verify` says which, `pressmark rebuild`"):
            list(archive.list(None))
        assert not archive.verify().ok
        with pytest.raises(DamagedText):  # reads are as quick as before
            list(archive.list(None))


@pytest.mark.parametrize(
    "change",
    ["changed_fields SET field = x'fffe'", "members SET length = '{\"a\":'", 'members SET "offset" = \'x\' || "offset"'],
)
def test_values_of_another_type_are_findings_not_crashes(closed: Any, change: str) -> None:
    table = change.split()[0]
    closed.change(f"UPDATE {change} WHERE rowid = (SELECT max(rowid) FROM {table})" if table != "members" else f"UPDATE {change}")
    assert _findings(closed)


def test_a_truth_value_is_held_to_its_number(closed: Any) -> None:
    closed.change("UPDATE records SET withdrawn = withdrawn + 131072 WHERE withdrawn")
    assert "record" in {f.place.split()[0] for f in _findings(closed)}
