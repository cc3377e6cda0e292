"""``ingest --memento`` against a small web archive on loopback that speaks RFC 7089."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from flows.pipeline import Pipeline
from model.capture import Basis, Fidelity
from model.record import Outcome, Result, Strand
from sources.http import HttpSettings
from sources.memento import Wish
from storage import Archive, rebuild

URL = "http://reed.example/news/lock-gates"
HTTP = HttpSettings(host_gap=0.0, allow_networks=(ip_network("127.0.0.0/8"),), connect_time=2.0)


def story(words: str) -> bytes:
    said = f"told the council of Reed Bank on Monday evening that the lock gates {words}, and that the parish will have to pay."
    paragraphs = "".join(f"<p>Keeper {n} {said}</p>" for n in range(6))
    return (
        "<!doctype html><html lang=en><head><title>The lock gates</title><meta property=og:type content=article></head>"
        f"<body><article><h1>The lock gates</h1>{paragraphs}</article></body></html>"
    ).encode()


@dataclass
class Library:
    """What the archive holds: by moment, status and page; ``asked`` are the paths that were asked for."""

    base: str = ""
    pages: int = 1
    raw: bool = True
    broken: str = ""
    original: str = ""
    beside: list[str] = field(default_factory=list)
    held: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        if path.startswith("/all/timemap/"):
            return self.timemap(int(path.split("/")[3]))
        if path == f"/all/{URL}":
            return 302, {"Location": f"/all/20210101000000/{URL}", "Link": f'</all/timemap/1/{URL}>; rel="timemap"'}, b""
        stamp, _, original = path.removeprefix("/all/").partition("/")
        raw = stamp.endswith("id_")
        stamp = stamp.removesuffix("id_")
        if stamp not in self.held or stamp == self.broken or (raw and not self.raw) or original not in {URL, URL + "-2"}:
            return 404, {"Content-Type": "text/html"}, b"<p>This library has no such copy.</p>"
        status, page = self.held[stamp]
        at = datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        headers = {"Memento-Datetime": format_datetime(at, usegmt=True), "Content-Type": "text/html"}
        headers["Link"] = f'<{self.original or original}>; rel="original"'
        if status == 301 and original == URL:
            headers["Location"] = URL + "-2" if raw else f"/all/{stamp}/{URL}-2"
            return 301, headers, b""
        if raw:
            return 200 if status == 301 else status, headers | {"Content-Encoding": "gzip"}, gzip.compress(page, mtime=0)
        return 200 if status == 301 else status, headers, page.replace(b"<body>", b"<body><div>The Reed Bank Library</div>")

    def timemap(self, number: int) -> tuple[int, dict[str, str], bytes]:
        stamps = sorted(self.held)[number - 1 :: self.pages]
        lines = [f'<{URL}>; rel="original"', f'</all/timemap/{number}/{URL}>; rel="self"']
        for stamp in stamps:
            at = datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            lines.append(f'<{self.base}/all/{stamp}/{URL}>; rel="memento"; datetime="{format_datetime(at, usegmt=True)}"')
        lines += [f'<{x}>; rel="memento"; datetime="Tue, 02 Mar 2021 08:00:00 GMT"' for x in self.beside]
        lines += [f'</all/timemap/{n}/{URL}>; rel="timemap"' for n in range(1, self.pages + 1) if n != number]
        return 200, {"Content-Type": "application/link-format"}, ",\n".join(lines).encode()


@pytest.fixture
def library(answering: Callable[..., str]) -> Library:
    library = Library()
    library.held = {
        "20210301080000": (200, story("leak on both sides of the canal")),
        "20210501080000": (200, story("were tarred by two men from the yard at Selby Wharf")),
        "20210701080000": (410, b"<p>gone</p>"),
        "20210801080000": (301, story("were replaced by a pair of steel")),
    }

    def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
        library.asked.append(request.path)
        return library.answer(request.path)

    library.base = answering(answer)
    return library


def take(archive: Archive, wish: Wish, *urls: str, told: list[str] | None = None) -> list[Result]:
    pipeline = Pipeline(archive, http=HTTP, processes=1)
    return list(pipeline.ingest(urls or [URL], memento=wish, tell=(told if told is not None else []).append))


def test_a_record_is_filled_from_an_archive(tmp_path: Path, library: Library) -> None:
    library.pages = 2
    told: list[str] = []
    with Archive.create(tmp_path / "archive") as archive:
        results = take(archive, Wish(f"{library.base}/all/"), told=told)
        # what is not read overtakes what is, and was then gone before anybody knew of it
        assert len(results) == 4 and {r.outcome for r in results} <= {Outcome.NEW, Outcome.CHANGED, Outcome.GONE, Outcome.HELD}
        (gone,) = [r for r in results if r.outcome in {Outcome.GONE, Outcome.HELD}]
        assert (gone.reason or "").startswith("the server answered 410 Gone")
        record = archive.find(URL)
        history = archive.history(record)
        assert [s.first_seen for s in history.states] == [f"2021-0{m}-01T08:00:00.000000Z" for m in (3, 5, 8)]
        assert {s.strand for s in history.states} == {Strand.PUBLISHER}
        assert history.states[1].withdrawn_at == "2021-07-01T08:00:00.000000Z"
        captures = [archive.load_capture(s.capture) for s in history.states]
        for capture, month in zip(captures, (3, 5, 8), strict=True):
            made = capture.imported
            assert made is not None and (capture.basis, made.fidelity, made.kind) == (Basis.IMPORTED, Fidelity.RAW, "memento")
            assert (made.archive, capture.url) == ("127.0.0.1", URL)
            assert made.record_id is not None and made.record_id.startswith(f"{library.base}/all/20210{month}01080000/")
            # what was asked and answered is kept as such, under the copy's own address
            assert capture.exchanges[-1].url.startswith(f"{library.base}/all/20210{month}01080000id_/")
            assert b"Memento-Datetime: " in capture.exchanges[-1].head
        assert gzip.decompress(captures[0].entity) == library.held["20210301080000"][1]
        assert ([e.status for e in captures[2].exchanges], captures[2].final_url) == ([301, 200], URL + "-2")
        assert archive.verify().findings == ()
        before = archive.stats()
        library.asked.clear()
        take(archive, Wish(f"{library.base}/all/timemap/1/"), told=told)
        assert [p for p in library.asked if "id_" in p] == [f"/all/20210701080000id_/{URL}"]  # an absence shows no version
        assert archive.stats()["captures"] == before["captures"]
        assert told == [f"{URL}: 3 of 4 copies at 127.0.0.1 are held already and were not asked for again"]
    rebuild(tmp_path / "archive")
    with Archive.open(tmp_path / "archive") as archive:
        assert archive.history(record) == history


@pytest.mark.timeout(900)
def test_a_flow_backfills_and_asks_for_no_copy_twice(prefect: Any, tmp_path: Path, library: Library) -> None:
    del library.held["20210701080000"]
    with Archive.create(tmp_path / "archive"):
        pass
    (tmp_path / "old.txt").write_text(f"# what was lost\n{URL}\n")
    said = {"archive": str(tmp_path / "archive"), "sources": [f"@{tmp_path}/old.txt"], "memento": f"{library.base}/all/"}
    first, second, none = prefect.call(("backfill", said), ("backfill", said), ("backfill", said | {"sources": []}))
    # in whichever order the copies of a piece are read, its first one is new, and no other
    assert (first["type"], first["message"]) == ("COMPLETED", "1 new, 2 changed"), first
    assert (second["type"], second["message"]) == ("COMPLETED", "all copies are held already"), second
    asked = Counter(path for path in library.asked if "id_" in path)
    assert len(asked) == 4 and set(asked.values()) == {1}  # three copies, one of them behind a redirect
    assert (none["type"], none["message"]) == ("FAILED", "there is nothing to ask for: give at least one address")
    with Archive.open(tmp_path / "archive") as archive:
        assert len(archive.history(archive.find(URL)).states) == 3 and len(list(archive.list(None))) == 1


def test_rewritten_copies_stand_beside_the_publishers_history(tmp_path: Path, library: Library) -> None:
    library.raw = False
    with Archive.create(tmp_path / "archive") as archive:
        results = take(archive, Wish(f"{library.base}/all/", until=datetime(2021, 6, 1, tzinfo=UTC)))
        assert [r.outcome for r in results] == [Outcome.NEW, Outcome.CHANGED], results
        states = archive.history(archive.find(URL)).states
        assert {s.strand for s in states} == {Strand.BESIDE}
        made = archive.load_capture(states[0].capture).imported
        assert made is not None and made.fidelity is Fidelity.REWRITTEN


def test_times_and_number_of_copies_can_be_bounded(tmp_path: Path, library: Library) -> None:
    told: list[str] = []
    wish = Wish(f"{library.base}/all/", datetime(2021, 4, 1, tzinfo=UTC), datetime(2021, 9, 1, tzinfo=UTC), 1)
    with Archive.create(tmp_path / "archive") as archive:
        [result] = take(archive, wish, told=told)
        assert "/all/20210501080000/" in result.source and result.source.startswith(f"{URL}#")
        assert told == [f"{URL}: 2 later copies at 127.0.0.1 were left: --limit says how many are taken"]


def test_what_an_archive_does_not_hold_is_one_outcome(tmp_path: Path, library: Library) -> None:
    other = "http://reed.example/other"
    library.held = {"20210301080000": (200, story("leak on both sides of the canal"))}
    with Archive.create(tmp_path / "archive") as archive:
        [none] = take(archive, Wish(f"{library.base}/all/"), other)
        assert none.outcome is Outcome.FAILED and none.reason and "holds no copy" in none.reason
        [closed] = take(archive, Wish("http://127.0.0.1:9/all/"))
        assert closed.outcome is Outcome.FAILED
        outcomes = {r.url or r.source: r.outcome for r in take(archive, Wish(f"{library.base}/all/"), URL, other)}
        assert outcomes == {URL: Outcome.NEW, other: Outcome.FAILED}


def test_one_copy_that_cannot_be_had_costs_only_itself(tmp_path: Path, library: Library) -> None:
    library.held |= {"20990101000000": (200, story("fly")), "20210615080000": (500, b"")}
    library.broken = "20210615080000"
    with Archive.create(tmp_path / "archive") as archive:
        results = {r.source.split("/all/")[1][:14]: r for r in take(archive, Wish(f"{library.base}/all/"))}
    assert "future" in (results["20990101000000"].reason or "")
    assert "lists this copy and answered 404" in (results["20210615080000"].reason or "")
    assert results["20210801080000"].version is not None and len(results) == 6


def test_what_a_list_says_of_inside_and_of_passwords_is_refused_and_not_repeated(tmp_path: Path, library: Library) -> None:
    library.held = {"20210301080000": (200, story("leak on both sides of the canal"))}
    library.beside = [f"http://anna:hunter2@reed-library.example/all/20210302080000/{URL}", "file:///etc/hostname", "http://[/x"]
    library.beside.append(f"http://10.0.0.5/all/20210303080000/{URL}")
    with Archive.create(tmp_path / "archive") as archive:
        results = take(archive, Wish(f"{library.base}/all/"))
        refused = [r for r in results if r.outcome is Outcome.REFUSED]
        assert sorted(r.outcome for r in results) == [Outcome.NEW, Outcome.REFUSED, Outcome.REFUSED, Outcome.REFUSED]
        assert "hunter2" not in " ".join(f"{r.source} {r.reason}" for r in refused)
        assert any("10.0.0.5 is not a public address" in (r.reason or "") for r in refused)


def test_robots_of_the_archive_and_the_guard_hold_here_too(tmp_path: Path, library: Library) -> None:
    with Archive.create(tmp_path / "archive") as archive:
        strict = Pipeline(archive, http=HttpSettings(host_gap=0.0), processes=1)
        [result] = strict.ingest([URL], memento=Wish(f"{library.base}/all/"))
        assert result.outcome is Outcome.REFUSED and library.asked == []


def test_a_copy_of_another_address_is_not_taken_for_the_one_that_was_asked(tmp_path: Path, library: Library) -> None:
    library.held = {"20210301080000": (200, story("leak on both sides of the canal"))}
    library.original = "http://weir.example/news/other"
    with Archive.create(tmp_path / "archive") as archive:
        for raw in (True, False):
            library.raw = raw
            [result] = take(archive, Wish(f"{library.base}/all/"))
            assert (result.outcome, result.record) == (Outcome.FAILED, None)
            assert f"a copy of {URL} and says that it is one of {library.original}" in (result.reason or "")
        assert list(archive.list()) == []
        library.original = URL.replace("http://", "https://www.") + "?utm_source=x"  # another spelling of the same
        assert [r.outcome for r in take(archive, Wish(f"{library.base}/all/"))] == [Outcome.NEW]
