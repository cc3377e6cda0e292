"""Archive files of other software through the whole pipeline: the same history however they come in."""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from flows.pipeline import Pipeline
from model.capture import Basis, Fidelity
from model.record import Outcome, Result
from sources.http import HttpSettings
from storage import Archive, rebuild

URL = "http://reed.example/news/lock-gates"
GONE = "the server answered 410 Gone; it counts as soon as the piece is known"


def story(words: str) -> bytes:
    paragraphs = "".join(
        f"<p>Keeper {n} told the council of Reed Bank that the lock gates {words} this year.</p>" for n in range(5)
    )
    return (
        "<!doctype html><html lang=en><head><title>The lock gates</title><meta property=og:type content=article></head>"
        f"<body><article><h1>The lock gates</h1>{paragraphs}</article></body></html>"
    ).encode()


LOOKS = {
    "2021-03-01T08:00:00Z": story("leak on both sides of the canal"),
    "2021-04-01T08:00:00Z": story("leak on both sides of the canal"),
    "2021-05-01T08:00:00Z": story("were tarred"),
    "2021-06-01T08:00:00Z": story("leak on both sides of the canal"),
    "2021-07-01T08:00:00Z": b"",  # gone
    "2021-08-01T08:00:00Z": story("were replaced"),
}


def add(writer: WARCWriter, date: str, body: bytes, url: str = URL, chunked: bool = False) -> None:
    status = "200 OK" if body else "410 Gone"
    headers = [("Content-Type", "text/html")]
    if chunked:
        headers.append(("Transfer-Encoding", "chunked"))
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    head = StatusAndHeaders(status, headers, protocol="HTTP/1.1")
    record = writer.create_warc_record(
        url, "response", payload=io.BytesIO(body), http_headers=head, warc_headers_dict={"WARC-Date": date}
    )
    asked = StatusAndHeaders("GET /news/lock-gates HTTP/1.1", [("Host", "reed.example")], is_http_request=True)
    request = writer.create_warc_record(url, "request", http_headers=asked, warc_headers_dict={"WARC-Date": date})
    writer.write_request_response_pair(request, record)


@pytest.fixture(scope="module")
def warcs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three files that another archive made, two looks in each, not in order of time."""
    folder = tmp_path_factory.mktemp("warcs")
    dates = list(LOOKS)
    paths = []
    for number, pair in enumerate(((4, 1), (0, 5), (2, 3))):
        path = folder / f"reed-{number}.warc.gz"
        with path.open("wb") as file:
            writer = WARCWriter(file, gzip=True, warc_version="1.1")
            info = {"software": "Reedbot/3", "publisher": "The Reed Bank Library"}
            writer.write_record(writer.create_warcinfo_record(path.name, info))
            for place in pair:
                add(writer, dates[place], LOOKS[dates[place]], chunked=place == 2)
        paths.append(path)
    return paths


def ingest(archive: Archive, *sources: Path, told: list[str] | None = None) -> list[Result]:
    pipeline = Pipeline(archive, http=HttpSettings(), processes=1)
    return list(pipeline.ingest([str(s) for s in sources], tell=(told if told is not None else []).append))


def states(archive: Archive) -> list[tuple[str | None, str | None, int, str, str | None]]:
    """The publisher's history, in order of time, without the numbers, which say in which order we learnt of it."""
    [line] = archive.list()
    history = archive.history(line.record)
    first = {s.version: s.first_seen for s in history.states}
    return [
        (s.first_seen, s.last_seen, s.checks, archive.show(line.record, s.version).article.text, s.withdrawn_at)
        for s in sorted(history.states, key=lambda s: first[s.version] or "")
    ]


def test_states_come_out_in_true_order_in_whichever_order_files_come_in(tmp_path: Path, warcs: list[Path]) -> None:
    seen = []
    for number, order in enumerate(itertools.permutations(warcs)):
        with Archive.create(tmp_path / str(number)) as archive:
            for path in order:
                ingest(archive, path)
            seen.append(states(archive))
            assert archive.verify().findings == ()
    assert all(s == seen[0] for s in seen)
    assert [(first, last) for first, last, *_ in seen[0]] == [
        (f"2021-{a}-01T08:00:00.000000Z", f"2021-{b}-01T08:00:00.000000Z")
        for a, b in (("03", "04"), ("05", "05"), ("06", "06"), ("08", "08"))
    ]
    assert ["replaced" in text for _, _, _, text, _ in seen[0]] == [False, False, False, True]
    assert [gone for *_, gone in seen[0]] == [None, None, "2021-07-01T08:00:00.000000Z", None]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, warcs: list[Path]) -> Path:
    """An archive with all of them."""
    where = tmp_path_factory.mktemp("library") / "archive"
    with Archive.create(where, institution="The Lamp Museum") as archive:
        results = ingest(archive, *warcs)
        assert not [r for r in results if r.outcome is Outcome.FAILED]
        assert [r.reason for r in results if r.outcome is Outcome.HELD] == [GONE]  # as of then
        assert results[0].source.startswith(f"{warcs[0]}#urn:uuid:")
    return where


def test_copies_say_who_made_them_and_keep_the_records_bytes(library: Path, warcs: list[Path]) -> None:
    with Archive.open(library) as archive:
        [line] = archive.list()
        history = archive.history(line.record)
        assert {(s.basis, s.maker, s.fidelity) for s in history.states} == {
            ("imported", "The Reed Bank Library (Reedbot/3)", "raw")
        }
        looks = history.observations
        captures = {c.imported.record_id: c for c in (archive.load_capture(x.capture) for x in looks if x.capture) if c.imported}
    assert len(captures) == len(LOOKS)
    for path in warcs:
        with path.open("rb") as file:
            for record in ArchiveIterator(file, no_record_parse=True):
                if record.rec_type != "response":
                    continue
                capture = captures[record.rec_headers.get_header("WARC-Record-ID").strip("<>")]
                [hop] = capture.exchanges
                assert capture.basis is Basis.IMPORTED and capture.imported is not None
                assert (capture.imported.archive, capture.imported.fidelity) == (
                    "The Reed Bank Library (Reedbot/3)",
                    Fidelity.RAW,
                )
                body = hop.entity if hop.framed is None else hop.framed
                assert hop.head + body == record.content_stream().read()
                assert hop.request.startswith(b"GET /news/lock-gates HTTP/1.1\r\n")
                assert any(f"WARC-Record-ID: <{capture.imported.record_id}>" in head for head in capture.imported.headers)


def test_taking_them_in_again_adds_nothing(library: Path, warcs: list[Path]) -> None:
    with Archive.open(library, write=True) as archive:
        before, kept = archive.stats(), states(archive)
        again = ingest(archive, *reversed(warcs))
        assert {r.outcome for r in again} <= {Outcome.UNCHANGED, Outcome.GONE, Outcome.FAILED}
        after = archive.stats()
        assert {k: v for k, v in after.items() if "bytes" not in k} == {k: v for k, v in before.items() if "bytes" not in k}
        assert states(archive) == kept


def test_it_verifies_and_comes_back_from_its_warcs(library: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(library, copy)
    with Archive.open(copy) as archive:
        assert archive.verify().findings == ()
        before = states(archive)
    rebuild(copy)
    with Archive.open(copy) as archive:
        assert states(archive) == before
        assert archive.verify().findings == ()
    segments = [str(p) for p in sorted((copy / "warc").glob("*.warc.gz"))]
    assert segments
    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", *segments], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    assert "digest pass" in checked.stdout and "digest failed" not in checked.stdout


def test_a_revisit_of_what_the_archive_holds(tmp_path: Path) -> None:
    first, later = tmp_path / "first.warc.gz", tmp_path / "later.warc.gz"
    page = story("leak on both sides of the canal")
    with first.open("wb") as file:
        add(WARCWriter(file, gzip=True), "2021-03-01T08:00:00Z", page)
    with later.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        digest = "sha1:" + base64.b32encode(hashlib.sha1(page, usedforsecurity=False).digest()).decode()
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/html"), ("X-Look", "second")], protocol="HTTP/1.1")
        record = writer.create_revisit_record(
            URL, digest, URL, "2021-03-01T08:00:00Z", head, {"WARC-Date": "2021-03-09T08:00:00Z"}
        )
        writer.write_record(record)
    with Archive.create(tmp_path / "archive") as archive:
        [alone] = ingest(archive, later)
        assert alone.outcome is Outcome.FAILED and alone.capture is None and "first copy" in (alone.reason or "")
        ingest(archive, first)
        [result] = ingest(archive, later)
        assert (result.outcome, result.version) == (Outcome.UNCHANGED, 1)
        capture = archive.load_capture(result.capture or "")
        assert (capture.entity, capture.imported and capture.imported.kind) == (page, "revisit")
        assert b"X-Look: second" in capture.exchanges[0].head
        assert archive.stats()["captures"] == 2 and archive.verify().findings == ()
    with next((tmp_path / "archive" / "warc").glob("*.warc.gz")).open("rb") as file:
        kinds = [r.rec_type for r in ArchiveIterator(file)]
    assert kinds.count("revisit") == 1  # and so it is kept, its block as it was


def test_an_archive_of_ours_goes_into_another_without_its_ledger(library: Path, tmp_path: Path) -> None:
    told: list[str] = []
    page = tmp_path / "page.html"
    page.write_bytes(story("are painted green"))
    with Archive.create(tmp_path / "first") as first:
        ingest(first, page)
    ours = sorted(Path(p) for where in (library, tmp_path / "first") for p in Path(where, "warc").glob("*.warc.gz"))
    with Archive.open(library) as archive:
        before = states(archive)
    with Archive.create(tmp_path / "second") as second:
        results = ingest(second, *ours, told=told)
        assert {r.reason for r in results if r.outcome in {Outcome.FAILED, Outcome.HELD}} <= {GONE}
        supplied = [line for line in second.list() if line.url is None]
        assert len(supplied) == 1 and len(list(second.list())) == 2
        view = second.show(supplied[0].record)
        assert (view.capture["basis"], view.capture["filename"], view.state.first_seen) == ("supplied", "page.html", None)
        record = second.find(URL)
        made = {second.load_capture(x.capture).imported for x in second.history(record).observations if x.capture}
        assert all(
            m is not None and m.archive.startswith("The Reed Bank Library (Reedbot/3), by way of The Lamp Museum") for m in made
        )
        assert [s.first_seen for s in second.history(record).states] == [first for first, *_ in before]
        assert second.verify().findings == ()
        counts = second.stats()["captures"]
        assert {r.outcome for r in ingest(second, *ours)} == {Outcome.UNCHANGED}
        assert second.stats()["captures"] == counts
    assert any("entries of another Pressmark's own ledger" in line for line in told)
    with Archive.open(library, write=True) as archive:  # and an archive's own copies are nothing new to it
        ingest(archive, *(p for p in ours if p.is_relative_to(library)))
        assert states(archive) == before
        assert archive.stats()["captures"] == len(LOOKS)
