"""Image files beside articles: taken once, told with the result, and never the article's trouble."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path

import pytest

from flows.pipeline import Pipeline
from model.record import Result
from sources.http import HttpSettings
from storage import Archive, rebuild

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
        "<!doctype html><html lang='en'><head><title>Keepers agree on tar</title><meta property='og:type' content='article'></head>"
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
def paper() -> Iterator[Paper]:
    paper = Paper()

    class Desk(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            conditional = self.headers.get("If-None-Match")
            paper.asked.append(self.path + (" if changed" if conditional else ""))
            body = paper.robots if self.path == "/robots.txt" else paper.answers.get(self.path)
            tag = f'"{hashlib.sha256(body or b"").hexdigest()[:12]}"'
            status = 404 if body is None else 304 if conditional == tag and self.path.startswith("/img/") else 200
            sent = body if status == 200 and body is not None else b""
            self.send_response(status)
            self.send_header("Content-Type", "image/jpeg" if self.path.startswith("/img/") else "text/html; charset=utf-8")
            if "tagged" in self.path:
                self.send_header("ETag", tag)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    paper.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield paper
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class House:
    """An archive, and ingests with images into it."""

    where: Path

    def ingest(self, *sources: str, images: bool = True) -> list[Result]:
        opened = Archive.open(self.where, write=True) if Archive.exists(self.where) else Archive.create(self.where)
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
