"""An archive with a bucket for its segments: what is acknowledged, what waits, what a bad service does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from model.errors import BadCall, StorageUnavailable
from storage import Archive, rebuild
from storage.stores.bucket import PART

Telling = Callable[[Archive], dict[str, Any]]


def _segments(where: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((where / "warc").glob("*.warc.gz"))}


def _in_bucket(service: Any) -> dict[str, bytes]:
    service.between.be_sound()
    store = service.store()
    return {name: b"".join(store.stream(f"warc/{name}")) for name in store.names("warc")}


def _waiting(archive: Archive) -> int:
    waiting: int = archive.stats()["store"]["waiting_bytes"]
    return waiting


@pytest.fixture
def kept(house: Any, service: Any, clock: Any, make_desk: Any, fill_desk: Any) -> Any:
    """An archive filled with the store in force, closed."""
    with house.create(now=clock, store=service.store()) as archive:
        fill_desk(make_desk(archive))
    return house


@pytest.mark.both_engines
def test_what_a_command_took_in_is_in_the_store_when_it_ends(kept: Any, service: Any, clock: Any, make_desk: Any) -> None:
    first = _segments(kept.where)
    assert _in_bucket(service) == first
    assert {"pressmark-archive.json", "README.txt"} <= set(service.store().names(""))
    with kept.open(write=True, now=clock, store=service.store()) as archive:
        desk = make_desk(archive)
        desk.held(desk.fetched("http://paper.example/more", b"more", 5))
        assert _waiting(archive) > 0
    assert _in_bucket(service) == _segments(kept.where)
    assert _segments(kept.where).items() > first.items()  # a sealed segment is never written to again
    with kept.open(store=service.store()) as archive:
        assert _waiting(archive) == 0 and archive.verify().findings == ()


@pytest.mark.both_engines
def test_files_that_are_in_the_store_alone_are_read_from_there(
    kept: Any, service: Any, clock: Any, telling: Telling, make_desk: Any
) -> None:
    with kept.open() as archive:
        before = telling(archive)
    there = _in_bucket(service)
    with kept.open(write=True, now=clock, store=service.store(), keep_local=False) as archive:
        pass
    with kept.open(write=True, now=clock, store=service.store(), keep_local=False) as archive:
        desk = make_desk(archive)
        desk.held(desk.fetched("http://paper.example/more", b"more", 5))
    assert _segments(kept.where) == {}
    with kept.open(store=service.store(), keep_local=False) as archive:
        after = telling(archive)
        assert {k: after[k] for k in ("list", "histories", "changes")} == {k: before[k] for k in ("list", "histories", "changes")}
        for line in archive.list():
            for entry in archive.history(line.record).readings:
                view = archive.show(line.record, entry.version)
                assert archive.capture_bytes(view.capture["id"]) or view.capture["length"] == 0
        assert archive.verify().findings == ()
    assert _segments(kept.where) == {}
    assert _in_bucket(service).items() > there.items()
    with kept.open(store=service.store()) as archive:  # where files are to be here, a lost one is damage
        found = archive.verify().findings
        assert len(found) > 1 and all(f.problem.startswith("the file is missing, and with it ") for f in found)


def test_an_archive_comes_back_from_the_store_alone(kept: Any, service: Any, telling: Telling, clock: Any) -> None:
    with kept.open() as archive:
        before = telling(archive)
    files = _segments(kept.where)
    shutil.rmtree(kept.where)
    counts = rebuild(kept.where, store=service.store())
    assert counts["segments"] == len(files) and _segments(kept.where) == files
    with kept.open(write=True, store=service.store(), now=clock) as archive:
        after = telling(archive)
        assert {k: v for k, v in after.items() if k != "stats"} == {k: v for k, v in before.items() if k != "stats"}
        assert archive.verify().findings == ()
    with kept.open(store=service.store()) as archive:
        assert _waiting(archive) == 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_service_that_fails_half_its_calls_loses_nothing(
    seed: int, house: Any, service: Any, clock: Any, make_desk: Any, fill_desk: Any
) -> None:
    service.between.fail_half(seed)
    with house.create(now=clock, store=service.store()) as archive:
        fill_desk(make_desk(archive))
    assert service.between.failed > 1
    assert _in_bucket(service) == _segments(house.where)


def test_a_service_that_is_away_is_one_line_and_the_next_command_goes_on(
    house: Any, service: Any, clock: Any, make_desk: Any, fill_desk: Any
) -> None:
    service.between.before = lambda method, path: 503
    with pytest.raises(StorageUnavailable) as error, house.create(now=clock, store=service.store(0.3)) as archive:
        fill_desk(make_desk(archive))
    said = str(error.value)
    assert "not in the store yet" in said and "kept in the archive's folder" in said and "503" in said and "\n" not in said
    assert "not-a-secret-key" not in said
    with house.open(store=service.store()) as archive:
        assert archive.verify().findings == () and _waiting(archive) == sum(map(len, _segments(house.where).values()))
    service.between.be_sound()
    house.open(write=True, now=clock, store=service.store()).close()
    assert _in_bucket(service) == _segments(house.where)


def test_a_service_that_lies_about_what_it_has_is_not_believed(
    house: Any, service: Any, clock: Any, make_desk: Any, fill_desk: Any
) -> None:
    service.between.lie()
    with (
        pytest.raises(StorageUnavailable, match="gives back other bytes"),
        house.create(now=clock, store=service.store(), keep_local=False) as archive,
    ):
        fill_desk(make_desk(archive))
    assert _segments(house.where)  # nothing was taken away for it
    with house.open(store=service.store()) as archive:
        assert archive.stats()["store"]["segments"] == 0
    service.between.be_sound()
    house.open(write=True, now=clock, store=service.store()).close()
    assert _in_bucket(service) == _segments(house.where)


def test_an_upload_that_breaks_off_in_the_middle_starts_again(house: Any, service: Any, clock: Any, make_desk: Any) -> None:
    parts: list[str] = []

    def third_part_never(method: str, path: str) -> int | None:
        if method == "PUT" and "partNumber=" in path:
            parts.append(path)
            return 400 if "partNumber=3" in path else None
        return None

    service.between.before = third_part_never
    body = bytes(range(256)) * 16
    with (
        pytest.raises(StorageUnavailable, match="not in the store yet"),
        house.create(now=clock, store=service.store(1)) as archive,
    ):
        desk = make_desk(archive)
        seed = b"".join(bytes([n % 251, n // 251 % 251]) for n in range(1000))
        for n in range(5):
            noise = _noise(seed + bytes([n]), PART)
            desk.held(desk.fetched(f"http://paper.example/{n}", noise + body, n))
    assert len(parts) >= 3
    service.between.be_sound()
    assert [name for name in service.store().names("warc") if not _segments(house.where)[name]] == []
    with house.open(store=service.store()) as archive:
        assert _waiting(archive) > PART
    house.open(write=True, now=clock, store=service.store()).close()
    assert _in_bucket(service) == _segments(house.where)


def _noise(seed: bytes, length: int) -> bytes:
    """Bytes that do not compress."""
    import random

    return random.Random(seed).randbytes(length)


def test_another_archives_store_is_left_alone(kept: Any, service: Any, tmp_path: Path, clock: Any) -> None:
    there = _in_bucket(service)
    with pytest.raises(StorageUnavailable, match="store of another archive"):
        Archive.create(tmp_path / "other", now=clock, store=service.store()).close()
    assert _in_bucket(service) == there
    with pytest.raises(BadCall, match="another archive"), Archive.open(tmp_path / "other", write=True, now=clock) as other:
        other.replicate(service.store())


def test_a_segment_is_sealed_at_64_megabytes(house: Any, copy_folder: Any, make_desk: Any) -> None:
    with house.create(now=lambda: datetime(2026, 1, 1, tzinfo=UTC), store=copy_folder) as archive:
        desk = make_desk(archive)
        for n, size in enumerate((100, 64_000_000, 100, 100)):
            desk.held(desk.fetched(f"http://paper.example/{n}", os.urandom(size), n))
    large, small = sorted((path.stat().st_size for path in (house.where / "warc").iterdir()), reverse=True)
    assert 64_000_000 <= large < 65_000_000 and small < 100_000


def test_a_segment_is_sealed_at_the_first_commit_after_a_minute(house: Any, service: Any, make_desk: Any) -> None:
    times = [datetime(2026, 1, 1, tzinfo=UTC)]
    with house.create(now=lambda: times[0], store=service.store()) as archive:
        desk = make_desk(archive)
        for seconds in (0, 30, 59, 61, 62):
            times[0] = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
            desk.held(desk.fetched(f"http://paper.example/{seconds}", b"more", 5))
    assert len(_segments(house.where)) == 2
