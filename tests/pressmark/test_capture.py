"""``capture``: how a copy was come by, and its bytes; image files and saved pages on cards."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model.article import Article
from model.record import ImageTally, KeptImage, Outcome, Result, VersionView
from pressmark.cli.cards import outcome_line, version_card

Printed = Callable[..., str]

KEPT = KeptImage(
    "https://gazette.example/mill.jpg",
    "5f1d3a52-7a0e-4c1e-9a53-0f6f1d2c9b11",
    "sha256:00",
    120_000,
    "image/jpeg",
    "2026-11-20T08:00:00.000000Z",
    (
        {"property": "creator", "value": "Per Lund", "where": "iptc:2:80"},
        {"property": "creator", "value": "Per Lund", "where": "xmp:dc:creator"},
        {"property": "copyright_notice", "value": "© \x1b[31mVale Wire", "where": "iptc:2:116"},
        {"property": "city", "value": "Nether Ash", "where": "iptc:2:90"},
    ),
)


def test_the_facts_and_the_bytes_of_the_page_that_was_read(demo: Any, tmp_path: Path) -> None:
    record = demo.records["budget"]
    facts = json.loads(demo("capture", f"{record}@1", "--json").out)
    told = demo("capture", facts["id"])
    assert told.code == 0 and told.out.startswith(f"{facts['id']}\n") and "fetched, status 200" in told.out
    file = tmp_path / "page.html"
    wrote = demo("capture", facts["id"].upper(), "--output", str(file))
    assert (wrote.code, wrote.out) == (0, "") and wrote.err == f"wrote {facts['length']:,} bytes to {file}\n"
    assert b"Port Hallow council passes" in file.read_bytes() and len(file.read_bytes()) == facts["length"]
    other = tmp_path / "second.html"
    assert demo("capture", f"{record}@2", "--output", str(other)).code == 0 and other.read_bytes() != file.read_bytes()


def test_restricted_content_is_not_given_away(pressmark: Any, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    words = "The ferry sails again after a winter in dock, and the harbour master could not be more pleased about it. " * 4
    page.write_text(f"<html><body><article><h1>Ferry sails again</h1><p>{words}</p></article></body></html>", "utf-8")
    environ = {"PRESSMARK_ARCHIVE": str(tmp_path / "archive"), "PRESSMARK_OPERATOR": "Ada Bell"}
    (told,) = pressmark("ingest", str(page), "--json", environ=environ).lines()
    closed = pressmark("restrict", told["record"], "--scope", "content", "--reason", "a minor is named", environ=environ)
    assert closed.code == 0, closed.err
    for name in (told["capture"], told["record"]):
        refused = pressmark("capture", name, "--output", str(tmp_path / "copy.html"), environ=environ)
        assert refused.code != 0 and "its content is restricted" in refused.err and not (tmp_path / "copy.html").exists()
    shown = pressmark("capture", told["capture"], "--restricted", "asked by the court", environ=environ)
    assert shown.code == 0 and "Digest" in shown.out
    looks = [x["detail"] for x in pressmark("events", "--json", environ=environ).lines()]
    assert any("asked by the court" in json.dumps(x) for x in looks)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["00000000-0000-4000-8000-000000000000"], "no capture 00000000-0000-4000-8000-000000000000 in this archive"),
        (["nothing-here"], "no record begins with nothing-here"),
        (["RECORD", "--as-sent"], "--as-sent says how to write the bytes: give --output FILE with it"),
        (["RECORD", "--output", "TAKEN"], "is there already: name a new file"),
        (["RECORD", "--output", "TAKEN/below"], "cannot be written (Not a directory): name another place"),
    ],
)
def test_what_cannot_be_done_is_said(argv: list[str], said: str, demo: Any, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    ran = demo("capture", *(x.replace("RECORD", demo.records["budget"]).replace("TAKEN", str(taken)) for x in argv))
    assert ran.code in {1, 2} and said in ran.err and ran.err.count("\n") == 1
    assert taken.read_text() == "mine"


_PHOTO = b"\xff\xd8\xff\xed\x00\x28Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x0c\x1c\x02\x50\x00\x07Jo Penn"
_PHOTO += b"\xff\xda\x00\x02a picture\xff\xd9"
_PAGE = """<html><head><title>Buoy found</title><meta property="og:type" content="article"></head><body><article>
<h1>Buoy found</h1>
<figure><img src="/buoy.jpg" width="900" height="600"><figcaption>The buoy.</figcaption></figure>{}</article></body>"""


@pytest.fixture
def harbour(answering: Callable[..., str]) -> str:
    """A page with a photograph, on loopback."""

    def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
        words = "<p>" + "The bell buoy that broke loose in the storm was found by two children on the north beach. " * 4 + "</p>"
        body = {"/buoy.jpg": _PHOTO, "/buoy": _PAGE.format(words).encode()}.get(request.path, b"")
        kind = "image/jpeg" if request.path.endswith(".jpg") else "text/html"
        return 200 if body else 404, {"Content-Type": kind}, body

    return answering(answer) + "/buoy"


def test_images_by_option_and_by_setting(harbour: str, pressmark: Any, tmp_path: Path) -> None:
    environ = {"PRESSMARK_ALLOW_ADDRESSES": "127.0.0.0/8", "PRESSMARK_HOST_GAP": "0"}
    wanted = environ | {"PRESSMARK_IMAGES": "true"}
    (without,) = pressmark("ingest", harbour, "--json", "--no-images", environ=wanted).lines()
    assert without["outcome"] == "new" and "images" not in without
    (told,) = pressmark("ingest", harbour, "--json", environ=wanted).lines()
    assert told["outcome"] == "unchanged" and told["images"] == {"taken": 1, "held": 0, "missed": []}
    (again,) = pressmark("ingest", harbour, "--json", "--images", environ=environ).lines()
    assert again["images"] == {"taken": 0, "held": 1, "missed": []}
    shown = pressmark("show", told["record"]).out
    assert "file kept: image/jpeg" in shown and "image file says: creator Jo Penn" in shown
    (image,) = json.loads(pressmark("show", told["record"], "--json").out)["images_kept"]
    file = tmp_path / "buoy.jpg"
    assert pressmark("capture", image["capture"], "--output", str(file)).code == 0 and file.read_bytes() == _PHOTO
    card = pressmark("capture", image["capture"]).out
    assert f"Image of   {told['record']}@1" in card and "creator Jo Penn (iptc:2:80)" in card


def test_a_kept_image_is_told_below_the_pages_credit(
    article: Article, make_view: Callable[..., VersionView], printed: Printed
) -> None:
    other = KeptImage("https://gazette.example/old.jpg", KEPT.capture, "sha256:01", 90, "image/png", None)
    told = printed(version_card(make_view(article, images_kept=(KEPT, other)))).splitlines()
    at = next(n for n, line in enumerate(told) if "The mill." in line)
    assert "“Photo: Per Lund/VW”" in told[at + 1]
    assert told[at + 2].split("file kept: ")[1].startswith("image/jpeg, 120.0 kB, capture 5f1d3a52-")
    assert "image file says: creator Per Lund; copyright © ␛[31mVale Wire" in " ".join(x.strip() for x in told[at + 3 : at + 6])
    assert any("Files" in line and "https://gazette.example/old.jpg" in line for line in told)


def test_what_a_saved_page_says_of_itself(article: Article, make_view: Callable[..., VersionView], printed: Printed) -> None:
    saved = {"software": "Blink", "url": "https://gazette.example/mill", "saved_at": "Tue, 5 Mar 2024 09:11:12 GMT", "where": "x"}
    told = printed(version_card(make_view(article, capture={"context": {"saved": saved}})))
    assert "File says saved with Blink, Tue, 5 Mar 2024 09:11:12 GMT, from https://gazette.example/mill" in " ".join(told.split())


def test_the_images_of_a_result_are_counted_on_its_line(printed: Printed) -> None:
    missed = ({"url": "https://a.example/x.jpg", "reason": "the server answered 404"},)
    result = Result("https://a.example/1", Outcome.NEW, record="c4p9xk-1", version=1, images=ImageTally(2, 1, missed))
    line = "2 images taken, 1 held already, 1 image not taken (https://a.example/x.jpg: the server answered 404)"
    assert " ".join(printed(outcome_line(result)).split()).endswith(line)
    quiet = Result("https://a.example/1", Outcome.UNCHANGED, record="c4p9xk-1", version=1, images=ImageTally(0, 3))
    assert printed(outcome_line(quiet)) == "unchanged c4p9xk-1@1  https://a.example/1\n"
