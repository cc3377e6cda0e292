"""WACZ: the WARCs inside, the pages it lists, and what is none."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from model.capture import Basis, Fidelity
from model.errors import Unreadable
from sources.warc import Archives, Container, container_of


def wacz(warcs: dict[str, bytes], pages: list[str] | None = None, packing: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("datapackage.json", json.dumps({"profile": "data-package", "wacz_version": "1.1.1"}))
        for name, content in warcs.items():
            archive.writestr(f"archive/{name}", content, packing)
        if pages is not None:
            lines = [{"format": "json-pages-1.0", "id": "pages"}, *({"url": url, "ts": "2024-05-01T08:00:00Z"} for url in pages)]
            archive.writestr("pages/pages.jsonl", "\n".join(map(json.dumps, lines)) + "\nno json\n", zipfile.ZIP_DEFLATED)
    return file.getvalue()


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_every_warc_inside_is_read_and_revisits_cross_them(kit: Any, take: Any, packing: int) -> None:
    digest = kit.sha1(kit.page)
    first = gzip.compress(kit.record("revisit", b"", identity="2", date="2024-06-01T08:00:00Z", WARC_Payload_Digest=digest))
    second = b"\n" + kit.record(WARC_Payload_Digest=digest)
    taken = take(wacz({"a.warc.gz": first, "b.warc": second.lstrip()}, packing=packing), names=["reed.wacz"])
    assert (taken.errors, sorted(c.imported.record_id for c in taken.captures)) == ([], ["urn:uuid:1", "urn:uuid:2"])


def test_its_pages_are_taken_and_what_they_are_made_of_is_counted(kit: Any, take: Any) -> None:
    frame = kit.record(url="http://reed.example/frame", identity="2")
    taken = take(wacz({"a.warc": kit.record() + frame}, pages=[kit.url + "/#comments"]), names=["reed.wacz"])
    assert [c.url for c in taken.captures] == [kit.url]
    assert taken.passed == {"pages that it does not list as its pages": 1}


def test_what_a_person_browsed_is_supplied_and_keeps_its_records(kit: Any, take: Any) -> None:
    info = kit.record("warcinfo", b"software: Webrecorder ArchiveWeb.page 0.12.4, using warcio.js 2.2.0\r\n", url=None)
    [capture] = take(wacz({"data.warc.gz": gzip.compress(info) + gzip.compress(kit.record())}), names=["reed.wacz"]).captures
    assert (capture.basis, capture.imported.fidelity) == (Basis.SUPPLIED, Fidelity.UNKNOWN)
    assert capture.exchanges[0].head + capture.exchanges[0].entity == kit.http()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (wacz({}), "without a WARC"),
        (wacz({"a.warc": b"x" * 4000})[:2000], "no WACZ that can be read"),
        (b"PK\x03\x04 and nothing more", "no WACZ that can be read"),
    ],
    ids=["no archive", "cut off", "no zip"],
)
def test_what_is_no_wacz_is_one_outcome(take: Any, content: bytes, said: str) -> None:
    [error] = take(content, names=["reed.wacz"]).errors
    assert isinstance(error, Unreadable) and said in str(error)


def test_a_member_that_cannot_be_read_costs_itself_only(kit: Any, take: Any) -> None:
    packed = bytearray(wacz({"locked.warc": b"secret", "open.warc": kit.record()}))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = packed.rindex(mark, 0, packed.index(b"archive/locked.warc", packed.index(mark)))
        packed[at + flags] |= 1
    taken = take(bytes(packed), names=["reed.wacz"])
    assert [str(e) for e in taken.errors] == ["'archive/locked.warc' in reed.wacz cannot be read (it is encrypted)"]
    assert [c.url for c in taken.captures] == [kit.url]


def test_one_whose_first_bytes_are_damaged_gives_what_is_whole(kit: Any, take: Any) -> None:
    packed = wacz({"a.warc": kit.record()})
    assert [c.url for c in take(b"?" + packed[1:], names=["reed.wacz"]).captures] == [kit.url]


@pytest.mark.parametrize("way", ["..\\..\\a.warc", "../../../a.warc", "\x1b[31m.warc", "a\nb.warc"])
def test_names_inside_lead_nowhere(kit: Any, take: Any, tmp_path: Path, way: str) -> None:
    taken = take(wacz({way: kit.record()}), names=["reed.wacz"])
    assert ([c.url for c in taken.captures], taken.errors) == ([kit.url], [])
    assert not list(tmp_path.parent.rglob("a.warc"))


@pytest.mark.parametrize(("count", "padding"), [(500_100, 0), (700, 100_000)], ids=["many", "long"])
def test_a_list_of_pages_that_is_a_bomb_is_no_list(kit: Any, take: Any, count: int, padding: int) -> None:
    lines = "".join(f'{{"url": "http://reed.example/{n}{"x" * padding}"}}\n' for n in range(count))
    file = io.BytesIO(wacz({"a.warc": kit.record()}))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pages/pages.jsonl", lines)
    assert [c.url for c in take(file.getvalue(), names=["reed.wacz"]).captures] == [kit.url]


def test_a_zip_of_other_things_is_no_archive_file(tmp_path: Path, kit: Any) -> None:
    path = tmp_path / "office.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert container_of(path) is None
    for other in (b"", b"\x1f\x8b", gzip.compress(b"a letter"), b"WARCRAFT", kit.page):
        path.write_bytes(other)
        assert container_of(path) is None


def test_a_file_that_goes_away_is_one_outcome(tmp_path: Path, kit: Any) -> None:
    with closing(Archives(lambda: kit.now, 1000)) as archives:
        [error, *_] = archives.read(tmp_path / "none.warc", Container.RECORDS)
    assert isinstance(error, Unreadable) and "cannot be read" in str(error)
