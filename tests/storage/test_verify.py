"""One flipped bit in a WARC file: found, and the place named. And nothing found where nothing is wrong."""

from __future__ import annotations

import random
from typing import Any

import pytest

from storage import Archive
from storage.warc import Draft, Member, compress, walk

pytestmark = pytest.mark.both_engines


def test_a_sound_archive_has_no_findings_and_its_figures_add_up(filled: Archive) -> None:
    seen: list[tuple[int, int]] = []
    report = filled.verify(lambda done, total: seen.append((done, total)))
    stats = filled.stats()
    assert report.ok and report.findings == ()
    assert (report.segments, report.captures) == (stats["segments"], stats["captures"])
    assert (report.entries, report.bytes) == (sum(stats["ledger_entries"].values()), stats["warc_bytes"])
    assert seen == sorted(seen) and seen[-1] == (report.bytes, report.bytes)


def test_flipped_bits_anywhere_in_a_segment_are_found_where_they_are(closed: Any) -> None:
    (path,) = (closed.where / "warc").iterdir()
    whole = path.read_bytes()
    members = [m for m in walk(path) if isinstance(m, Member)]
    chance = random.Random(20260101)
    with closed.open() as archive:
        for _ in range(60 if closed.url is None else 12):
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


@pytest.mark.parametrize("committed", [0, 1000, 10**9, "committed - 64", "committed - 1"])
def test_a_wrong_committed_length_is_found(closed: Any, committed: int | str) -> None:
    (path,) = (closed.where / "warc").iterdir()
    closed.change(f"UPDATE segments SET committed = {committed}")
    assert any(f.place.startswith(f"warc/{path.name}") for f in closed.findings())


@pytest.mark.parametrize("cut", [1, 100, 5000, None])
def test_a_truncated_segment_is_found(closed: Any, cut: int | None) -> None:
    (path,) = (closed.where / "warc").iterdir()
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - cut] if cut else b"")
    assert any(f.place.startswith(f"warc/{path.name}") for f in closed.findings())


def test_swapped_members_are_found(closed: Any) -> None:
    (path,) = (closed.where / "warc").iterdir()
    data = path.read_bytes()
    one, other = [m for m in walk(path) if isinstance(m, Member)][3:5]
    first, second = (data[m.offset : m.offset + m.length] for m in (one, other))
    path.write_bytes(data[: one.offset] + second + first + data[other.offset + other.length :])
    assert f"warc/{path.name}:{one.offset}" in {f.place for f in closed.findings()}


def test_a_foreign_segment_is_found(closed: Any) -> None:
    (path,) = (closed.where / "warc").iterdir()
    for name in ("crawl-20260101000000-00000-host.warc.gz", path.name.replace("-00001-", "-00009-")):
        (closed.where / "warc" / name).write_bytes(path.read_bytes())
        assert f"warc/{name}" in {f.place for f in closed.findings()}
        (closed.where / "warc" / name).unlink()


def test_a_forged_payload_is_found_even_after_a_rebuild(closed: Any) -> None:
    """Block digests made to fit do not help: the facts, and through them the ledger, name the true ones."""
    segment = next((closed.where / "warc").glob("*.warc.gz"))
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
    closed.rebuild()
    with closed.open() as archive:
        findings = archive.verify().findings
    assert ["is not what was taken in" in f.problem for f in findings] == [True]


def test_a_segment_begun_by_a_process_that_was_killed_is_no_damage(closed: Any) -> None:
    known = next((closed.where / "warc").glob("*.warc.gz"))
    (known.parent / known.name.replace("-0000", "-0009", 1)).touch()
    with closed.open() as archive:
        assert archive.verify().ok
