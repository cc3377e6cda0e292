"""``warc`` and ``wacz``: what other software makes of them, and a fresh archive."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from model.article import Image
from model.errors import Damaged
from model.export import Format, Which
from model.ledger import decode, genesis
from model.record import Scope
from storage import Deposit, ImageWanted, Release, Verdict
from storage.export.cdxj import Sorter, index_line, surt
from storage.warc import Draft, Member, compress, member_of, walk


def _records(data: bytes) -> list[tuple[str, str, bytes]]:
    found = []
    for record in ArchiveIterator(io.BytesIO(data)):
        uri = record.rec_headers.get_header("WARC-Target-URI") or ""
        found.append((record.rec_type, uri, record.raw_stream.read()))
    return found


def _plain(path: Path) -> Iterator[bytes]:
    """Every file of an export, unpacked."""
    for file in [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]:
        data = file.read_bytes()
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                parts = [package.read(name) for name in package.namelist()]
        else:
            parts = [data]
        yield from (gzip.decompress(part) if part.startswith(b"\x1f\x8b") else part for part in parts)


def _sound(path: Path) -> bool:
    class _Quiet:
        verbose = False
        inputs = (str(path),)

    return Checker(_Quiet()).process_all() in {None, 0}


@pytest.mark.both_engines
def test_the_file_holds_what_may_leave_and_nothing_else(shelf: Any, database_url: str | None) -> None:
    done = shelf.export(Format.WARC, "out.warc.gz")
    data = (shelf.out / "out.warc.gz").read_bytes()
    records = _records(data)
    assert records[0][0] == "warcinfo" and b"description: export of all records, all versions" in records[0][2]
    pages = [uri for kind, uri, _ in records if kind in {"response", "revisit"}]
    assert sorted(pages) == sorted([f"http://paper.example/news/{n}" for n in ("quay", "quay", "ferry", "ferry")])
    plain = gzip.decompress(data)
    for word in (b"reserved", b"<p>notes", b"<p>closed", b"<p>inner", b"Words that are closed", b"as agreed", b"a court said"):
        assert word not in plain, word
    assert b"seen from the boat" in plain and b"<p>a copy" in plain
    assert (done.captures, done.left_out) == (5, {"restricted": 2, "reserved": 1})
    assert done.sha256 == hashlib.sha256(data).hexdigest()


def test_two_other_readers_find_it_sound(shelf: Any) -> None:
    shelf.export(Format.WARC, "out.warc.gz")
    path = shelf.out / "out.warc.gz"
    assert _sound(path)
    with path.open("rb") as file:
        assert all(r.verify_block_digest() for r in FastIterator(file, parse_http=False) if "WARC-Block-Digest" in r.headers)


def test_members_are_those_of_the_archive_byte_for_byte_each_once(shelf: Any) -> None:
    shelf.export(Format.WARC, "out.warc.gz")
    kept: dict[str, bytes] = {}
    for path in (shelf.archive.where / "warc").iterdir():
        data = path.read_bytes()
        kept |= {m.id: data[m.offset : m.offset + m.length] for m in walk(path) if isinstance(m, Member)}
    data = (shelf.out / "out.warc.gz").read_bytes()
    found = [m for m in walk(shelf.out / "out.warc.gz") if isinstance(m, Member)]
    assert all(data[m.offset : m.offset + m.length] == kept[m.id] for m in found[1:])
    assert len({m.id for m in found}) == len(found) and sum(m.length for m in found) == len(data)


def test_the_ledger_of_a_record_goes_along_whole_and_chained(shelf: Any) -> None:
    shelf.export(Format.WARC, "out.warc.gz", query="quay")
    record = shelf.records["quay"]
    blocks = [
        block for _, uri, block in _records((shelf.out / "out.warc.gz").read_bytes()) if uri.startswith("urn:pressmark:ledger:")
    ]
    entries = [decode(block) for block in blocks]
    before = [genesis(record), *(f"sha256:{hashlib.sha256(block).hexdigest()}" for block in blocks)]
    assert {e.chain for e in entries} == {record} and [e.previous for e in entries] == before[:-1]


def test_what_a_revisit_refers_to_is_there_and_stays_in_where_it_may_not_leave(shelf: Any, desk: Any, make_article: Any) -> None:
    shelf.export(Format.WARC, "out.warc.gz", query="ferry")
    kinds = [kind for kind, uri, _ in _records((shelf.out / "out.warc.gz").read_bytes()) if uri.endswith("/ferry")]
    assert kinds.count("response") == 1 and kinds.count("revisit") == 1
    shelf.archive.by("Ada Holm").restrict(shelf.records["ferry"], Scope.EXPORT, reason="as agreed")
    done = shelf.export(Format.WARC, "none.warc.gz", query="ferry")
    assert (done.records, done.captures) == (0, 0)


@pytest.mark.both_engines
@pytest.mark.parametrize("scope", [Scope.EXPORT, Scope.CONTENT])
@pytest.mark.parametrize("format", [Format.WARC, Format.WACZ, Format.BAGIT, Format.OCFL])
def test_a_revisit_of_a_closed_records_picture_never_takes_that_picture_along(
    shelf: Any, desk: Any, make_article: Any, format: Format, scope: Scope, database_url: str | None
) -> None:
    picture = b"\xff\xd8\xff of the quay" * 40
    made = {}
    for hours, word in ((30, "first"), (31, "second")):
        page, file = f"http://{word}.example/news", f"http://{word}.example/quay.jpg"
        image = Image(file, "The quay.")
        made[word] = desk.take(desk.fetched(page, word.encode() * 40, hours), make_article(f"The {word}", images=(image,)))
        owner = ImageWanted(made[word].record, made[word].version, file)
        release = Release({"r": "1"})
        desk.settle(Deposit(file, desk.fetched(file, picture, hours + 0.1), Verdict.IMAGE, release, image=owner))
    shelf.export(format, "both", query="second")
    assert any(picture in data for data in _plain(shelf.out / "both"))  # the second file is a revisit of the first
    shelf.archive.by("Ada Holm").restrict(made["first"].record, scope, reason="a court said so")
    done = shelf.export(format, "out", query="second")
    assert done.records == 1 and done.left_out["restricted"] == 1
    for data in _plain(shelf.out / "out"):
        assert picture not in data and b"first.example" not in data


def test_the_latest_takes_its_own_capture_only(shelf: Any) -> None:
    done = shelf.export(Format.WARC, "out.warc.gz", query="quay", which=Which.LATEST)
    records = _records((shelf.out / "out.warc.gz").read_bytes())
    assert done.captures == 1 and sum(kind == "conversion" for kind, _, _ in records) == 1
    assert [b"second" in block for kind, _, block in records if kind == "response"] == [True]


def test_a_flipped_bit_is_never_exported(shelf: Any) -> None:
    (segment,) = (shelf.archive.where / "warc").iterdir()
    page = next(m for m in walk(segment) if isinstance(m, Member) and m.type == "response")
    data = bytearray(segment.read_bytes())
    data[page.offset + page.length // 2] ^= 1
    segment.write_bytes(data)
    with pytest.raises(Damaged, match="nothing was exported"):
        shelf.export(Format.WARC, "out.warc.gz")
    assert shelf.left() == []


@pytest.mark.parametrize("format", [Format.WARC, Format.WACZ])
def test_the_same_archive_gives_the_same_file(shelf: Any, format: Format) -> None:
    one, two = shelf.export(format, "one"), shelf.export(format, "two")
    assert one == two and (shelf.out / "one").read_bytes() == (shelf.out / "two").read_bytes()
    assert one.sha256 == hashlib.sha256((shelf.out / "one").read_bytes()).hexdigest()
    assert shelf.left() == ["one", "two"]


def _container(shelf: Any, **how: Any) -> zipfile.ZipFile:
    shelf.export(Format.WACZ, "out.wacz", **how)
    return zipfile.ZipFile(shelf.out / "out.wacz")


def test_a_container_says_what_is_in_it_and_holds_to_it(shelf: Any) -> None:
    with _container(shelf) as package:
        described = json.loads(package.read("datapackage.json"))
        assert (described["profile"], described["wacz_version"]) == ("data-package", "1.1.1")
        digest = json.loads(package.read("datapackage-digest.json"))
        assert digest["hash"] == f"sha256:{hashlib.sha256(package.read('datapackage.json')).hexdigest()}"
        for part in described["resources"]:
            data = package.read(part["path"])
            assert (part["bytes"], part["hash"]) == (len(data), f"sha256:{hashlib.sha256(data).hexdigest()}")
        assert {p["path"] for p in described["resources"]} | {"datapackage.json", "datapackage-digest.json"} == set(
            package.namelist()
        )
        assert all(entry.compress_type == zipfile.ZIP_STORED for entry in package.infolist())


def test_its_index_leads_to_the_pages(shelf: Any) -> None:
    with _container(shelf) as package:
        lines = package.read("indexes/index.cdx").decode().splitlines()
        warc = package.read("archive/data.warc.gz")
    assert (
        lines == sorted(lines)
        and [line.split()[0] for line in lines] == ["example,paper)/news/ferry"] * 2 + ["example,paper)/news/quay"] * 2
    )
    for line in lines:
        _, stamp, told = line.split(" ", 2)
        at = json.loads(told)
        part = warc[int(at["offset"]) : int(at["offset"]) + int(at["length"])]
        (record,) = ArchiveIterator(io.BytesIO(part))
        assert record.rec_headers.get_header("WARC-Target-URI") == at["url"]
        assert record.rec_headers.get_header("WARC-Payload-Digest") == at["digest"] and at["status"] == "200"
        assert record.rec_headers.get_header("WARC-Date").startswith(f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}T{stamp[8:10]}")
        assert at["mime"] == ("warc/revisit" if record.rec_type == "revisit" else "text/html")


def test_its_pages_are_the_versions_that_can_be_replayed(shelf: Any) -> None:
    with _container(shelf) as package:
        head, *pages = [json.loads(line) for line in package.read("pages/pages.jsonl").decode().splitlines()]
    assert head["format"] == "json-pages-1.0"
    assert {(p["title"], p["ts"]) for p in pages} == {
        ("Quay closed", "2026-01-01T07:00:00Z"),
        ("=Quay reopens", "2026-01-01T15:00:00Z"),
        ("Ferries sail", "2026-01-01T08:00:00Z"),
    }


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://www.Paper.example/News/", "example,paper)/news"),
        ("https://paper.example", "example,paper)/"),
        ("http://paper.example:8080/a?b=2&A=1#top", "example,paper:8080)/a?a=1&b=2"),
        ("https://paper.example:443/", "example,paper)/"),
        ("http://127.0.0.1:9/a", "1,0,0,127:9)/a"),
        ("http://[::1]/a", "::1)/a"),
        ("urn:pressmark:supplied:x", None),
        ("http://paper.example:none/", None),
    ],
)
def test_keys(url: str, key: str | None) -> None:
    assert surt(url) == key


@pytest.mark.parametrize(
    ("block", "status"),
    [
        (b"HTTP/1.1 203 Fine\r\n\r\n", "203"),
        (b"HTTP/1.1 204\r\n\r\n", "204"),
        (b"HTTP/1.1\r\n\r\n", None),
        (b"", None),
        (b"ICY 2", None),
    ],
)
def test_an_answer_without_a_status_is_listed_without_one(block: bytes, status: str | None) -> None:
    kind = "application/http;msgtype=response"
    draft = Draft("revisit", str(uuid.uuid4()), "2026-01-01T09:00:00.000000Z", block, kind, "http://paper.example/")
    line = index_line(member_of(compress(draft, None), "here", 0), "data.warc.gz", 0, 9)
    assert line is not None and json.loads(line.split(" ", 2)[2]).get("status") == status


def test_more_lines_than_are_held_at_once_come_out_sorted(tmp_path: Path) -> None:
    def made() -> Iterator[str]:
        for n in range(120_001):
            yield f"{(n * 7919) % 120_001:06}"

    sorter = Sorter(tmp_path, "lines", at_once=100_000)
    for line in made():
        sorter.add(line)
    assert len(list(tmp_path.iterdir())) == 7
    lines = list(sorter.lines())
    assert lines == [f"{n:06}\n" for n in range(120_001)]
