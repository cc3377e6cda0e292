"""What saved pages say of themselves, in the shape of each program that saves them."""

from __future__ import annotations

import plistlib
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.saved import Saved, statement_of

URL = "https://reedpost.example/news/tide-tables?page=2"
PAGE = "<html lang='en'><head><title>Tide tables redrawn</title></head><body><p>Words.</p></body></html>"
AT = datetime(2024, 3, 5, 9, 11, 12, tzinfo=UTC)


def mhtml(*top: str, location: str = URL) -> bytes:
    head = [*top, "MIME-Version: 1.0", 'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="--edge--"']
    parts = ["----edge--", "Content-Type: text/html", f"Content-Location: {location}", "", PAGE, "----edge----", ""]
    return "\r\n".join([*head, "", "", *parts]).encode()


def said(body: bytes) -> Saved:
    found = statement_of(body)
    assert found is not None
    return found


def test_singlefile() -> None:
    date = "Tue Mar 05 2024 10:11:12 GMT+0100 (Mitteleuropäische Zeit)"
    comment = f"<!--\n Page saved with SingleFile \n url: {URL} \n saved date: {date}\n-->"
    found = said(f"<!DOCTYPE html> <html lang=en>{comment}{PAGE}".encode())
    assert found == Saved(
        "SingleFile", URL, "Tue Mar 05 2024 10:11:12 GMT+0100 (Mitteleuropäische Zeit)", "singlefile-comment", URL, AT
    )


def test_singlefile_as_it_was_once() -> None:
    comment = f"<!--\n Archive processed by SingleFile\n url: {URL}\n saved date: Wed Sep 24 2018\n-->"
    assert said(f"<html>{comment}</html>".encode()) == Saved(
        "SingleFile", URL, "Wed Sep 24 2018", "singlefile-comment", URL, None
    )


def test_save_page_we() -> None:
    date = "Tue Mar 05 2024 09:11:12 GMT+0000 (UTC)"
    metas = f"""<meta name="savepage-url" content="{URL}&amp;x=1"><meta name="savepage-date" content="{date}">"""
    inlined = "<style>" + "p {}" * 40_000 + "</style>"
    found = said(f"<!DOCTYPE html><html><head>{inlined}{metas}</head></html>".encode())
    assert (found.software, found.address, found.at) == ("Save Page WE", f"{URL}&x=1", AT)


@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_page_complete_of_a_browser(coding: str) -> None:
    found = said(
        f"<!-- saved from url=({len(URL):04})https://reedpost.example/news/tide-tables?page=2 -->\r\n{PAGE}".encode(coding)
    )
    assert found == Saved(None, URL, None, "saved-from-comment", URL, None)


def test_a_mark_of_the_web_that_names_no_page_says_nothing() -> None:
    assert statement_of(b"<!-- saved from url=(0014)about:internet -->" + PAGE.encode()) is None
    assert statement_of(b"<!-- saved from url=(0030)file:///C:/Users/ada/page.html -->" + PAGE.encode()) is None


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("Tue, 5 Mar 2024 09:11:12 GMT", AT),
        ("Tue, 5 Mar 2024 09:11:12 -0000", AT),
        ("Tue, 05 Mar 2024 04:11:12 -0500", AT),
        ("Tue, 5 Mar 2024 09:11:12", None),
        ("last Tuesday", None),
        ("Tue, 45 Mar 2024 09:11:12 GMT", None),
        ("Tue, 5 Mar 2024 09:11:12 +9900", None),
        ("Mon, 1 Jan 0001 00:00:00 +1400", None),
    ],
)
def test_mhtml_of_chromium(date: str, at: datetime | None) -> None:
    found = said(mhtml("From: <Saved by Blink>", f"Snapshot-Content-Location: {URL}", "Subject: Tide", f"Date: {date}"))
    assert found == Saved("Blink", URL, date, "mhtml-header", URL, at)


def test_mhtml_without_a_snapshot_location_has_its_pages() -> None:
    assert said(mhtml("From: <Saved by Windows Internet Explorer 7>")).address == URL
    assert said(mhtml("From: somebody", location="file:///C:/page.htm")).address is None


def test_a_page_saved_from_the_wayback_machine_is_the_originals_at_its_time() -> None:
    replay = "https://web.archive.org/web/20240305091112/" + URL
    comment = f"<!--\n Page saved with SingleFile \n url: {replay} \n saved date: Mon Apr 01 2024 12:00:00 GMT+0000\n-->"
    found = said(f"<html>{comment}</html>".encode())
    assert (found.url, found.address, found.at) == (replay, URL, AT)
    wombat = f"""__wm.wombat("{URL}&amp;x=1","20240305091112","https://web.archive.org/","web","/_static/", "1709629872");"""
    banner = f"<script>{wombat}</script>"
    found = said(f"<html><head>{banner}</head>{PAGE}</html>".encode())
    assert (found.software, found.address, found.at) == ("Wayback Machine", f"{URL}&x=1", AT)
    footer = "<!--\n     FILE ARCHIVED ON 09:11:12 Mar 05, 2024 AND RETRIEVED FROM THE\n     INTERNET ARCHIVE -->"
    found = said((PAGE + " " * 50_000 + footer).encode())
    assert (found.software, found.address, found.at) == ("Wayback Machine", None, AT)


def test_web_archives_of_safari() -> None:
    main = {"WebResourceData": PAGE.encode(), "WebResourceURL": URL, "WebResourceMIMEType": "text/html"}
    assert said(plistlib.dumps({"WebMainResource": main}, fmt=plistlib.FMT_BINARY)) == Saved(
        "Safari", URL, None, "webarchive", URL, None
    )
    assert said(b"bplist00 WebMainResource, and then nothing").address is None


def test_pages_nobody_saved_say_nothing() -> None:
    for body in (PAGE, "A plain text.\n\nFrom: here", "", "From: ada\nSubject: no\n\nA letter.", "bplist00"):
        assert statement_of(body.encode()) is None
    assert statement_of((" " * 40_000 + "<!-- saved from url=(0023)https://reedpost.example/ -->").encode()) is None


def test_marks_without_an_end_are_given_up_soon() -> None:
    started = time.process_time()
    for filling in ("x" * 40_000, "<!-- Page saved with SingleFile " * 1_200):
        assert statement_of(f"<!-- Page saved with SingleFile{filling}".encode()) is None
    assert time.process_time() - started < 1


@given(st.binary(max_size=600), st.integers(0, 400))
def test_damage_raises_nothing(noise: bytes, at: int) -> None:
    whole = mhtml("From: <Saved by Blink>", f"Snapshot-Content-Location: {URL}")
    for body in (
        whole[:at] + noise,
        noise + whole,
        b"bplist00WebMainResource" + noise,
        b"<!-- Page saved with SingleFile " + noise,
    ):
        statement_of(body)


def test_a_password_in_the_address_is_not_repeated() -> None:
    with_password = URL.replace("://", "://ada:word@")
    replayed = f"https://web.archive.org/web/20240305091112/{with_password}"
    for body in (
        mhtml(f"Snapshot-Content-Location: {with_password}", location=with_password),
        f"<!-- Page saved with SingleFile \n url: {with_password} \n-->{PAGE}".encode(),
        f"<!-- saved from url=(0060){with_password} -->{PAGE}".encode(),
        f"<!-- saved from url=(0099){replayed} -->{PAGE}".encode(),
        plistlib.dumps({"WebMainResource": {"WebResourceURL": with_password, "WebResourceData": PAGE.encode()}}),
        plistlib.dumps(
            {"WebMainResource": {"WebResourceURL": with_password, "WebResourceData": PAGE.encode()}}, fmt=plistlib.FMT_BINARY
        ),
    ):
        found = statement_of(body)
        if found is None:  # an XML property list is no web archive here
            continue
        assert found.address == URL and "word" not in str(found.to_json())
