"""Pages that people saved, on their way into an archive: kept as they are, read from the page inside."""

from __future__ import annotations

import binascii
import plistlib
import resource
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.pipeline import Pipeline
from model.record import Result
from sources.http import HttpSettings
from storage import Archive

URL = "https://reedpost.example/news/tide-tables"
_WORDS = "The harbour office has drawn new tide tables for the estuary, because the channel moved after the winter storms. "
PAGE = (
    "<html lang='en'><head><title>Tide tables redrawn</title><meta property='og:type' content='article'></head><body><article>"
    f"<h1>Tide tables redrawn</h1><p class='byline'>By Nell Quaife</p><p>{_WORDS}</p><p>{_WORDS}</p><p>{_WORDS}</p>"
    "</article></body></html>"
)
FIRST_SEEN = "2024-03-05T09:11:12.000000Z"


def mhtml(page: str = PAGE, charset: str = "utf-8") -> bytes:
    date = "Date: Tue, 5 Mar 2024 09:11:12 GMT"
    head = f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {URL}\r\n{date}\r\nMIME-Version: 1.0\r\n"
    kind = 'Content-Type: multipart/related; type="text/html"; boundary="edge"\r\n\r\n\r\n--edge\r\n'
    kind += f"Content-Type: text/html; charset={charset}"
    coded = binascii.b2a_qp(page.encode(charset))
    return f"{head}{kind}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n".encode() + coded + b"\r\n--edge--\r\n"


def singlefile() -> bytes:
    said = f"<!--\n Page saved with SingleFile \n url: {URL} \n saved date: Tue Mar 05 2024 10:11:12 GMT+0100 (CET)\n-->"
    return f"<!DOCTYPE html> <html lang=en>{said}{PAGE}".encode()


def webarchive() -> bytes:
    main = {"WebResourceData": PAGE.encode("utf-16"), "WebResourceURL": URL, "WebResourceTextEncodingName": "UTF-16"}
    return plistlib.dumps({"WebMainResource": main}, fmt=plistlib.FMT_BINARY)


@pytest.fixture
def where(tmp_path: Path) -> Path:
    Archive.create(tmp_path / "archive").close()
    return tmp_path / "archive"


@pytest.fixture
def ingest(where: Path) -> Callable[..., list[Result]]:
    def take(*sources: Path, url: str | None = None, captured_at: datetime | None = None) -> list[Result]:
        with Archive.open(where, write=True) as archive:
            pipeline = Pipeline(archive, http=HttpSettings("Testing/1"), processes=1)
            return list(pipeline.ingest(map(str, sources), url=url, captured_at=captured_at))

    return take


Ingest = Callable[..., list[Result]]


@pytest.mark.parametrize(
    ("name", "body", "software", "seen"),
    [
        ("tide.mhtml", mhtml(), "Blink", FIRST_SEEN),
        ("tide.mht", mhtml(PAGE.replace("harbour", "härbøur"), "iso-8859-1"), "Blink", FIRST_SEEN),
        ("tide.html", singlefile(), "SingleFile", FIRST_SEEN),
        ("tide.webarchive", webarchive(), "Safari", None),
    ],
)
def test_address_and_date_come_from_the_file(
    name: str, body: bytes, software: str, seen: str | None, tmp_path: Path, ingest: Ingest, where: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    (told,) = ingest(path)
    assert (told.outcome, told.url) == ("new", URL) and told.record is not None
    with Archive.open(where) as archive:
        view = archive.show(told.record)
        assert view.article.headline == "Tide tables redrawn" and view.article.authors[0].name == "Nell Quaife"
        assert ("härbøur" in view.article.text) is (name == "tide.mht")
        assert view.state.basis == "supplied" and view.state.first_seen == seen
        assert view.capture["context"]["saved"]["software"] == software and view.capture["context"]["saved"]["url"] == URL
        assert archive.capture_bytes(view.capture["id"]) == body, "the file itself is what is kept"
        assert archive.find(URL) == told.record and archive.verify().ok
    (again,) = ingest(path)
    assert again.outcome == "unchanged" and again.capture == told.capture


def test_a_person_is_believed_before_the_file(tmp_path: Path, ingest: Ingest, where: Path) -> None:
    path = tmp_path / "tide.mhtml"
    path.write_bytes(mhtml())
    (told,) = ingest(path, url="https://reedpost.example/tide", captured_at=datetime(2024, 3, 4, tzinfo=UTC))
    assert told.url == "https://reedpost.example/tide" and told.record is not None
    with Archive.open(where) as archive:
        view = archive.show(told.record)
        assert view.state.first_seen == "2024-03-04T00:00:00.000000Z"
        assert view.capture["context"]["saved"] == {
            "software": "Blink",
            "url": URL,
            "saved_at": "Tue, 5 Mar 2024 09:11:12 GMT",
            "where": "mhtml-header",
        }


def test_one_page_in_two_wrappings_is_one_piece(tmp_path: Path, ingest: Ingest) -> None:
    (tmp_path / "a.mhtml").write_bytes(mhtml())
    (tmp_path / "b.html").write_bytes(singlefile())
    first, second = ingest(tmp_path / "a.mhtml"), ingest(tmp_path / "b.html")
    assert second[0].outcome == "unchanged" and second[0].record == first[0].record


def test_a_time_in_the_future_is_not_believed(tmp_path: Path, ingest: Ingest, where: Path) -> None:
    path = tmp_path / "tide.html"
    path.write_bytes(singlefile().replace(b"Mar 05 2024", b"Mar 05 9024"))
    (told,) = ingest(path)
    assert told.record is not None
    with Archive.open(where) as archive:
        view = archive.show(told.record)
        assert view.state.first_seen is None and "9024" in view.capture["context"]["saved"]["saved_at"]


def test_page_complete_with_its_folder_is_one_page(tmp_path: Path, ingest: Ingest, where: Path) -> None:
    folder = tmp_path / "disk"
    parts = folder / "Tide tables redrawn_files"
    parts.mkdir(parents=True)
    (folder / "Tide tables redrawn.html").write_text(f"<!-- saved from url=({len(URL):04}){URL} -->\r\n{PAGE}", "utf-8")
    (parts / "advert.html").write_text(PAGE.replace("Tide", "Buy"), "utf-8")
    (parts / "style.css").write_text("p {}", "utf-8")
    (told,) = ingest(folder)
    assert (told.outcome, told.url) == ("new", URL)


def test_wrappings_that_hold_no_page_are_told(tmp_path: Path, ingest: Ingest) -> None:
    (tmp_path / "cut.mhtml").write_bytes(mhtml()[:220])
    (tmp_path / "hurt.webarchive").write_bytes(webarchive()[:-40])
    cut, hurt = (ingest(tmp_path / name)[0] for name in ("cut.mhtml", "hurt.webarchive"))
    assert cut.outcome == "failed" and cut.reason is not None and "the MHTML file holds no page" in cut.reason
    assert hurt.outcome == "failed" and hurt.reason is not None and "the web archive holds no page, or is damaged" in hurt.reason


_TOP = b'From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="edge"'
_NEST = b"".join(b'--edge\r\nContent-Type: multipart/mixed; boundary="edge"\r\n\r\n' for _ in range(20_000))
_PAGE_PART = b"--edge\r\nContent-Type: text/html\r\n\r\n" + PAGE.encode() + b"\r\n"
_IMAGES = b"--edge\r\nContent-Type: image/png\r\n\r\nx\r\n" * 200_000
_PADDING = b"--edge\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"=" * 15_000_000


@pytest.mark.parametrize(
    ("bomb", "why"),
    [
        pytest.param(_TOP + b"\r\n\r\n" + _NEST + _PAGE_PART, "the MHTML file holds no page", id="nested"),
        pytest.param(_TOP + b"\r\n\r\n" + _IMAGES + _PAGE_PART, "the MHTML file holds no page", id="many parts"),
        pytest.param(_TOP + b"\r\nX-Long: " + b"a" * 15_000_000, "the MHTML file holds no page", id="endless header"),
        pytest.param(_TOP + b"\r\n\r\n" + _PADDING + b"\r\n--edge--\r\n", "the body is empty", id="padding"),
    ],
)
def test_mhtml_bombs_are_told_as_the_documentation_says(bomb: bytes, why: str, tmp_path: Path, ingest: Ingest) -> None:
    (tmp_path / "bomb.mhtml").write_bytes(bomb)
    (tmp_path / "tide.mhtml").write_bytes(mhtml())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told, good = ingest(tmp_path / "bomb.mhtml", tmp_path / "tide.mhtml")
    assert told.outcome == "failed" and why in (told.reason or "")
    assert good.outcome == "new"
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 120  # some copies of what was given
