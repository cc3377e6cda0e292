"""A file that is gone, or its end: one finding, with what it held. What is damaged besides is told all the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from storage import repair, store_of
from storage.extent import Extent
from storage.warc import Member
from storage.whole import LEDGER
from tests.storage.damage import members as members_of

pytestmark = pytest.mark.both_engines

EXTENTS = [Extent(), Extent(percent=100, seed=1), Extent(older_than=timedelta(0))]


def _held(members: list[Member]) -> dict[str, int]:
    """What some records are, counted from the file itself."""
    uris = [m.headers.get("warc-target-uri", "") for m in members]
    return {
        "records": len(members),
        "entries": sum(uri.startswith(LEDGER) for uri in uris),
        "captures": sum(uri.startswith("urn:pressmark:capture:") for uri in uris),
        "articles": sum(m.type == "conversion" for m in members),
    }


def _told(gone: Any) -> dict[str, int]:
    return {name: getattr(gone, name) for name in ("records", "entries", "captures", "articles")}


@pytest.mark.parametrize("extent", EXTENTS)
def test_a_file_that_is_gone_is_one_finding_with_what_it_held(closed: Any, extent: Extent) -> None:
    path, held, size = closed.segment, _held(members_of(closed.segment)), closed.segment.stat().st_size
    path.unlink()
    with closed.open() as archive:
        (found,) = archive.verify(extent=extent).findings
    assert found.place == f"warc/{path.name}" and found.problem.startswith("the file is missing, and with it ")
    assert found.gone is not None and (found.gone.segment, found.gone.start, found.gone.bytes) == (path.name, 0, size)
    assert _told(found.gone) == held and min(held.values()) > 1
    said = f"{held['records']} WARC records ({held['entries']} ledger entries, {held['captures']} captures, {held['articles']} "
    assert said in found.problem and "pressmark repair" in found.advice


@pytest.mark.parametrize("extent", EXTENTS)
def test_the_end_of_a_file_that_was_cut_is_one_finding_wherever_it_was_cut(closed: Any, extent: Extent) -> None:
    path, members = closed.segment, members_of(closed.segment)
    data = path.read_bytes()
    for member in members[1 :: len(members) // 5]:
        for cut in (member.offset, member.offset + member.length // 2):  # between two records, and in one
            path.write_bytes(data[:cut])
            with closed.open() as archive:
                (found,) = archive.verify(extent=extent).findings
            assert found.place == f"warc/{path.name}" and found.gone is not None
            assert (found.gone.start, found.gone.bytes) == (member.offset, len(data) - cut)
            assert _told(found.gone) == _held([m for m in members if m.offset >= member.offset]), cut
            assert f"the file ends at byte {cut:,} of {len(data):,}: " in found.problem
    path.write_bytes(data)
    assert closed.findings() == ()


def test_an_empty_file_is_said_to_be_empty(closed: Any) -> None:
    closed.segment.write_bytes(b"")
    (found,) = closed.findings()
    assert found.problem.startswith("the file is empty, and with it ") and found.gone is not None and found.gone.start == 0


def test_a_committed_length_beyond_what_the_catalogue_knows_is_told_as_before(closed: Any) -> None:
    closed.change("UPDATE segments SET committed = committed + 64")
    found = closed.findings()
    assert any("are committed" in finding.problem for finding in found) and all(finding.gone is None for finding in found)


def test_what_is_damaged_besides_is_told_beside_a_file_that_is_gone(closed: Any) -> None:
    path, data, members = closed.segment, closed.segment.read_bytes(), members_of(closed.segment)
    keys = "record, version, number"
    (record, version, number) = closed.run(f"SELECT {keys} FROM readings ORDER BY 1, 2, 3")[0]
    where = f"record = '{record}' AND version = {version} AND number = {number}"
    closed.change(
        f"UPDATE readings SET article = {closed.blob(b'x')} WHERE {where}",
        "UPDATE people SET name = 'Somebody' WHERE name = 'Mara Quill'",
        f"UPDATE captures SET facts = {closed.blob(b'{}')} WHERE id = (SELECT min(id) FROM captures)",
        f"UPDATE ledger SET bytes = {closed.blob(b'{}')} WHERE seq = 1 AND chain = (SELECT max(chain) FROM ledger)",
    )
    path.unlink()
    places = [finding.place for finding in closed.findings()]
    for place in (f"reading {record}@{version}.{number}", "name ", "capture ", "ledger "):
        assert any(p.startswith(place) for p in places), (place, places)
    assert len([place for place in places if place.startswith("warc/")]) == 1 and len(places) < 40

    # a bit flipped before the cut is named where it is
    flipped = bytearray(data[: members[-4].offset])
    flipped[members[2].offset + members[2].length // 2] ^= 1
    path.write_bytes(flipped)
    found = {finding.place for finding in closed.findings()}
    assert {f"warc/{path.name}", f"warc/{path.name}:{members[2].offset}"} <= found


def test_many_records_that_are_not_there_within_a_file_are_one_finding(closed: Any) -> None:
    path, members = closed.segment, members_of(closed.segment)
    data = bytearray(path.read_bytes())
    first, second = members[10:14], members[20:36]
    spans = [(some[0].offset, sum(m.length for m in some)) for some in (first, second)]
    for start, length in spans:
        data[start : start + length] = bytes(length)
    path.write_bytes(data)
    (found,) = closed.findings()
    gone, held = found.gone, _held([*first, *second])
    assert gone is not None and found.place == f"warc/{path.name}:{first[0].offset}" and gone.spans == tuple(spans)
    assert (gone.records, gone.entries, gone.articles) == (20, held["entries"], held["articles"])
    assert gone.captures >= held["captures"] and f"{gone.bytes:,} bytes in 2 places" in found.problem

    closed.change("UPDATE people SET name = 'Somebody' WHERE name = 'Mara Quill'")
    assert len([f for f in closed.findings() if f.gone is not None]) == 1 and len(closed.findings()) > 1


def test_a_file_that_the_database_wrote_again_lacks_its_pages_in_one_finding(closed: Any) -> None:
    path, members = closed.segment, members_of(closed.segment)
    path.unlink()
    done = repair(closed.where, lambda address: store_of(address, {}), database_url=closed.url)
    assert done.mended and not done.ok
    (found,) = closed.findings()
    pages = [m for m in members if m.type in {"request", "response", "revisit", "warcinfo"}]
    assert found.gone is not None and found.gone.entries == found.gone.articles == 0
    assert found.gone.records >= len(pages) and found.gone.captures == _held(members)["captures"]
    assert f"{found.gone.records} WARC records ({found.gone.captures} captures) are not there" in found.problem


def test_a_few_records_are_named_one_by_one(closed: Any) -> None:
    path, members = closed.segment, members_of(closed.segment)
    data = bytearray(path.read_bytes())
    some = members[20:23]
    start, end = some[0].offset, some[-1].offset + some[-1].length
    data[start:end] = bytes(end - start)
    path.write_bytes(data)
    found = closed.findings()
    assert {f"warc/{path.name}:{m.offset}" for m in some} <= {finding.place for finding in found}
    assert all(finding.gone is None for finding in found)
