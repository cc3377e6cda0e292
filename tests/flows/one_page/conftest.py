"""One page on loopback, with validators and moods, and an archive that looks at it."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from storage import Archive

_STORY = (
    "<!doctype html><html lang=en><head><title>{0}</title><meta property=og:type content=article>"
    + "<script>var seen = {1};</script></head><body><article><h1>{0}</h1>"
    + "".join(f"<p>Keeper {n} wrote that the {{0}} held well and that many boats passed in the night.</p>" for n in range(6))
    + "</article></body></html>"
)


@dataclass
class Site:
    """A page at /story, to which /moved leads. It changes with ``thing``, its bytes alone with every answer where it is
    ``restless``. A ``stubborn`` server answers 304 whatever it is asked, a ``liar`` whenever it is asked with an ETag.
    ``asked`` are requests, their conditions and the answers.
    """

    base: str = ""
    thing: str = "lock gate"
    etag: str | None = '"v1"'
    modified: str | None = "Mon, 01 Apr 2024 07:00:00 GMT"
    restless: bool = False
    stubborn: bool = False
    liar: bool = False
    gone: bool = False
    seen: int = 0
    asked: list[tuple[str, str | None, str | None, int]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.base}/story"

    @property
    def pages(self) -> list[tuple[str | None, str | None, int]]:
        return [(etag, modified, status) for path, etag, modified, status in self.asked if path == "/story"]

    def entity(self) -> bytes:
        """The page as it is sent now."""
        return gzip.compress(_STORY.format(self.thing, self.seen).encode(), mtime=0)

    def status(self, path: str, etag: str | None, modified: str | None) -> int:
        if path == "/moved":
            return 304 if self.stubborn else 301
        if path != "/story":
            return 404
        same = etag == self.etag if etag else modified is not None and modified == self.modified
        return 410 if self.gone else 304 if same or self.stubborn or (self.liar and etag) else 200


@pytest.fixture
def site(answering: Callable[..., str]) -> Site:
    """The page, there while the test lasts."""
    site = Site()

    def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
        etag, modified = request.headers["If-None-Match"], request.headers["If-Modified-Since"]
        status = site.status(request.path, etag, modified)
        site.asked.append((request.path, etag, modified, status))
        site.seen += site.restless and status == 200
        headers = {"Location": "/story"} if status == 301 else {}
        if status in {200, 304}:
            headers |= {name: value for name, value in (("ETag", site.etag), ("Last-Modified", site.modified)) if value}
        if status != 200:
            return status, headers, b""
        return status, headers | {"Content-Type": "text/html; charset=utf-8", "Content-Encoding": "gzip"}, site.entity()

    site.base = answering(answer)
    return site


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """A new archive."""
    with Archive.create(tmp_path / "archive") as made:
        yield made
