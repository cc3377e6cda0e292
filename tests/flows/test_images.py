"""Image files beside articles: taken once, told with the result, and never the article's trouble."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from flows.pictures import image_deposit
from flows.pipeline import Pipeline
from model.capture import Basis, Capture, Exchange
from model.record import Result
from sources.http import HttpSettings
from storage import Archive, Release, rebuild

_WORDS = "The lock keepers met on Monday and agreed on a new coat of tar for the gates before the spring tides return. "


def jpeg(*iptc: tuple[int, bytes], shade: int = 0) -> bytes:
    """The smallest file that every reader calls a JPEG, with IPTC data sets of record 2."""
    sets = b"".join(b"\x1c\x02" + bytes([number]) + len(value).to_bytes(2, "big") + value for number, value in iptc)
    resource = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + len(sets).to_bytes(4, "big") + sets + b"\x00" * (len(sets) % 2)
    segment = b"\xff\xed" + (len(resource) + 2).to_bytes(2, "big") + resource if iptc else b""
    return b"\xff\xd8" + segment + b"\xff\xda\x00\x02" + bytes([shade]) * 64 + b"\xff\xd9"


def page(*images: str, extra: str = "") -> bytes:
    shown = "".join(
        f"<figure><img src='{url}' width='900' height='600'><figcaption>The gate, seen from side {n}. "
        f"<span class='credit'>Photo: Odile Farrow</span></figcaption></figure>"
        for n, url in enumerate(images)
    )
    return (
        "<!doctype html><html lang='en'>"
        "<head><title>Keepers agree on tar</title><meta property='og:type' content='article'></head>"
        f"<body><article><h1>Keepers agree on tar</h1><p class='byline'>By Odile Farrow</p>{shown}"
        f"<p>{_WORDS}{extra}</p><p>{_WORDS}</p><p>{_WORDS}</p></article></body></html>"
    ).encode()


@dataclass
class Paper:
    """A server on loopback: what it answers by path, and what it was asked, with validators where given."""

    base: str = ""
    answers: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    robots: bytes = b""

    def images_asked(self) -> list[str]:
        found = [path for path in self.asked if path.startswith("/img/")]
        self.asked.clear()
        return found


@pytest.fixture
def paper(answering: Callable[..., str]) -> Paper:
    paper = Paper()

    def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
        path, conditional = request.path, request.headers.get("If-None-Match")
        paper.asked.append(path + (" if changed" if conditional else ""))
        body = paper.robots if path == "/robots.txt" else paper.answers.get(path)
        tag = f'"{hashlib.sha256(body or b"").hexdigest()[:12]}"'
        headers = {"Content-Type": "image/jpeg" if path.startswith("/img/") else "text/html; charset=utf-8"}
        headers |= {"ETag": tag} if "tagged" in path else {}
        if body is None or conditional == tag:
            return 404 if body is None else 304, headers, b""
        return (302, headers | {"Location": body.decode()}, b"") if body.startswith(b"/") else (200, headers, body)

    paper.base = answering(answer)
    return paper


@dataclass
class House:
    """An archive, and ingests with images into it."""

    where: Path

    def ingest(self, *sources: str, images: bool = True, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> list[Result]:
        exists = Archive.exists(self.where)
        opened = Archive.open(self.where, write=True, now=now) if exists else Archive.create(self.where, now=now)
        with opened as archive:
            http = HttpSettings("Testing/1", host_gap=0, allow_networks=(ip_network("127.0.0.0/8"),))
            return list(Pipeline(archive, http=http, processes=1).ingest(sources, images=images))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "archive")


def test_images_are_kept_with_what_their_files_say(paper: Paper, house: House) -> None:
    paper.answers = {
        "/gate": page("/img/lead.jpg", "/img/second.jpg"),
        "/img/lead.jpg": jpeg((80, b"Per Lund"), (110, b"Vale Wire"), (116, "© Vale Wire 2024".encode())),
        "/img/second.jpg": jpeg(shade=1),
    }
    (told,) = house.ingest(f"{paper.base}/gate")
    assert told.outcome == "new" and told.to_json()["images"] == {"taken": 2, "held": 0, "missed": []}
    assert told.record is not None
    with Archive.open(house.where) as archive:
        view = archive.show(told.record)
        lead, second = view.images_kept
        assert lead.url == f"{paper.base}/img/lead.jpg" and lead.media_type == "image/jpeg"
        said = {x["property"]: (x["value"], x["where"]) for x in lead.says}
        assert said == {
            "creator": ("Per Lund", "iptc:2:80"),
            "credit": ("Vale Wire", "iptc:2:110"),
            "copyright_notice": ("© Vale Wire 2024", "iptc:2:116"),
        }
        assert view.article.images[0].creators == ("Odile Farrow",), "the file never overwrites the page's word"
        assert archive.capture_bytes(second.capture) == jpeg(shade=1) and second.says == ()
        before = archive.show(told.record)
        assert archive.verify().ok
        kinds = [event.detail["entry"] for event in archive.events(told.record)]
    assert kinds == ["image", "image", "version"]
    rebuild(house.where)
    with Archive.open(house.where) as archive:
        assert archive.show(told.record).images_kept == before.images_kept and archive.verify().ok


def test_what_is_held_is_not_asked_for_again_until_the_page_changes(paper: Paper, house: House) -> None:
    paper.answers = {
        "/gate": page("/img/lead-tagged.jpg", "/img/second.jpg"),
        "/img/lead-tagged.jpg": jpeg((80, b"Per Lund")),
        "/img/second.jpg": jpeg(shade=1) * 9,
    }
    house.ingest(f"{paper.base}/gate")
    assert sorted(paper.images_asked()) == ["/img/lead-tagged.jpg", "/img/second.jpg"]
    (again,) = house.ingest(f"{paper.base}/gate")
    assert again.outcome == "unchanged" and paper.images_asked() == []
    assert again.to_json()["images"] == {"taken": 0, "held": 2, "missed": []}
    paper.answers["/gate"] = page("/img/lead-tagged.jpg", "/img/second.jpg", extra="The parish pays for it after all.")
    (changed,) = house.ingest(f"{paper.base}/gate")
    assert changed.outcome == "changed" and changed.version == 2 and changed.record is not None
    assert sorted(paper.images_asked()) == ["/img/lead-tagged.jpg if changed", "/img/second.jpg"]
    assert changed.to_json()["images"] == {"taken": 1, "held": 1, "missed": []}
    with Archive.open(house.where) as archive:
        first, second = (archive.show(changed.record, n).images_kept for n in (1, 2))
        by_url = {image.url: image for image in first}
        for image in second:
            asked_again = image.url.endswith("second.jpg")
            assert (image.capture != by_url[image.url].capture) is asked_again
            assert image.digest == by_url[image.url].digest
        revisit = next(x for x in second if x.url.endswith("second.jpg"))
        facts = archive.capture_facts(revisit.capture)
        assert [x["type"] for x in facts["records"]] == ["request", "revisit"], "the same bytes are not kept twice"
        assert archive.capture_bytes(revisit.capture) == jpeg(shade=1) * 9
        assert archive.verify().ok


def test_one_file_at_two_addresses_is_kept_once(paper: Paper, house: House) -> None:
    portrait = jpeg((80, b"Per Lund"), shade=3) * 20
    paper.answers = {
        "/gate": page("/img/a.jpg?width=900", "/img/b.jpg"),
        "/img/a.jpg?width=900": portrait,
        "/img/b.jpg": portrait,
    }
    (told,) = house.ingest(f"{paper.base}/gate")
    assert told.record is not None
    with Archive.open(house.where) as archive:
        kept = archive.show(told.record).images_kept
        types = [r["type"] for image in kept for r in archive.capture_facts(image.capture)["records"]]
        assert types == ["request", "response", "request", "revisit"] and len({x.digest for x in kept}) == 1
        assert all(archive.capture_bytes(image.capture) == portrait for image in kept)
        assert archive.verify().ok
    rebuild(house.where)


def test_images_that_fail_are_told_and_change_nothing(paper: Paper, house: House) -> None:
    paper.robots = b"User-agent: *\nDisallow: /img/private\n"
    paper.answers = {
        "/gate": page("/img/gone.jpg", "/img/private.jpg", "/img/page.jpg", "/img/good.jpg", "http://nowhere.invalid/x.jpg"),
        "/img/private.jpg": jpeg(),
        "/img/page.jpg": b"<!doctype html><html><body>Subscribe to see this picture.</body></html>",
        "/img/good.jpg": jpeg(shade=5),
    }
    (told,) = house.ingest(f"{paper.base}/gate")
    assert told.outcome == "new" and told.reason is None and told.images is not None
    missed = {x["url"].rpartition("/")[2]: x["reason"] for x in told.images.missed}
    assert told.images.taken == 1 and set(missed) == {"gone.jpg", "private.jpg", "page.jpg", "x.jpg"}
    assert missed["gone.jpg"] == "the server answered 404" and "robots.txt" in missed["private.jpg"]
    assert missed["page.jpg"] == "what the server sent is no image" and "nowhere.invalid" in missed["x.jpg"]
    assert "/img/private.jpg" not in paper.asked
    with Archive.open(house.where) as archive:
        held = [e.detail for e in archive.events() if e.detail["entry"] == "held"]
        assert {(x["outcome"], x["record"]) for x in held} == {("failed", told.record)} and len(held) == 2
    paper.images_asked()
    paper.answers["/img/gone.jpg"] = jpeg(shade=7)
    (again,) = house.ingest(f"{paper.base}/gate")
    assert again.outcome == "unchanged" and again.images is not None and again.images.taken == 0
    said = r"tried \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ, asked for again after a day"
    assert paper.images_asked() == [] and sum(bool(re.fullmatch(said, x["reason"])) for x in again.images.missed) == 2
    later = datetime.now(UTC) + timedelta(days=1, hours=1)
    (again,) = house.ingest(f"{paper.base}/gate", now=lambda: later)
    assert again.images is not None and again.images.taken == 1 and "/img/gone.jpg" in paper.images_asked()


def test_an_image_behind_a_redirect_is_kept_hop_by_hop(paper: Paper, house: House) -> None:
    paper.answers = {
        "/gate": page("/img/moved.jpg"),
        "/img/moved.jpg": b"/img/here.jpg",
        "/img/here.jpg": jpeg((80, b"Per Lund")),
    }
    (told,) = house.ingest(f"{paper.base}/gate")
    assert told.record is not None and told.images is not None and told.images.taken == 1
    with Archive.open(house.where) as archive:
        (kept,) = archive.show(told.record).images_kept
        facts = archive.capture_facts(kept.capture)
        assert kept.url == f"{paper.base}/img/moved.jpg" and [hop["status"] for hop in facts["hops"]] == [302, 200]
        assert facts["final_url"] == f"{paper.base}/img/here.jpg" and archive.capture_bytes(kept.capture) == jpeg(
            (80, b"Per Lund")
        )
    assert house.ingest(f"{paper.base}/gate")[0].images == replace(told.images, taken=0, held=1)


def test_a_page_that_was_not_modified_gets_the_images_it_lacks(paper: Paper, house: House) -> None:
    paper.answers = {"/gate-tagged": page("/img/lead.jpg"), "/img/lead.jpg": jpeg((80, b"Per Lund"))}
    house.ingest(f"{paper.base}/gate-tagged", images=False)
    (told,) = house.ingest(f"{paper.base}/gate-tagged")
    assert "/gate-tagged if changed" in paper.asked, "the server is asked whether the page still stands"
    assert told.outcome == "unchanged" and told.images is not None and told.images.taken == 1


def test_twenty_images_of_an_article_and_no_more(paper: Paper, house: House) -> None:
    paper.answers = {"/gate": page(*(f"/img/{n}.jpg" for n in range(24)))}
    paper.answers |= {f"/img/{n}.jpg": jpeg(shade=n) for n in range(24)}
    (told,) = house.ingest(f"{paper.base}/gate")
    assert told.images is not None and told.images.taken == 20 and len(paper.images_asked()) == 20


def test_nothing_is_asked_for_unless_wanted(paper: Paper, house: House) -> None:
    paper.answers = {"/gate": page("/img/lead.jpg"), "/img/lead.jpg": jpeg()}
    (told,) = house.ingest(f"{paper.base}/gate", images=False)
    assert told.images is None and "images" not in told.to_json() and paper.images_asked() == []
    (later,) = house.ingest(f"{paper.base}/gate")
    assert later.outcome == "unchanged" and later.images is not None and later.images.taken == 1


def test_a_supplied_copy_gets_no_images_of_today(paper: Paper, house: House, tmp_path: Path) -> None:
    paper.answers = {"/img/lead.jpg": jpeg()}
    copy = tmp_path / "gate.html"
    copy.write_bytes(page(f"{paper.base}/img/lead.jpg"))
    (told,) = house.ingest(str(copy))
    assert told.outcome == "new" and told.images is None and paper.asked == []


def test_a_kill_between_article_and_images_leaves_nothing_half_told(paper: Paper, house: House) -> None:
    paper.answers = {"/gate": page("/img/lead.jpg", "/img/second.jpg"), "/img/lead.jpg": jpeg((80, b"Per Lund"))}
    paper.answers["/img/second.jpg"] = jpeg(shade=1)
    with Archive.create(house.where) as archive:
        http = HttpSettings("Testing/1", host_gap=0, allow_networks=(ip_network("127.0.0.0/8"),))
        wanted = Pipeline(archive, http=http, processes=1)
        (told,) = wanted.ingest([f"{paper.base}/gate"])
        assert told.record is not None and told.version is not None
        lead, second = archive.wanted_images(told.record, told.version)
    paper.images_asked()
    # killed when one image was in its segment and not yet decided, the other not even asked for
    capture = _captured(f"{paper.base}/img/lead.jpg", jpeg((80, b"Per Lund")))
    with Archive.open(house.where, write=True) as archive:
        archive.stage([image_deposit(capture, lead, Release({"pressmark": "test"}))])
    (again,) = house.ingest(f"{paper.base}/gate")
    assert again.outcome == "unchanged" and paper.images_asked() == ["/img/second.jpg"]
    assert again.images is not None and (again.images.taken, again.images.held) == (1, 1)
    with Archive.open(house.where) as archive:
        kept = archive.show(told.record).images_kept
        assert [x.url for x in kept] == [lead.url, second.url] and kept[0].says[0]["value"] == "Per Lund"
        assert archive.verify().ok and archive.stats()["undecided"] == 0


def _captured(url: str, body: bytes) -> Capture:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n"
    hop = Exchange(url, b"GET / HTTP/1.1\r\n\r\n", head, body, 200, at)
    return Capture(Basis.FETCHED, f"fetch:{url}", at, at, url, url, (hop,), media_type="image/jpeg")
