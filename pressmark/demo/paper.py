"""The Saltmarsh Courier: a newspaper that nobody prints, served on loopback.

Its pages are data under ``site/``, one folder an edition; ``{{base}}`` stands for the
address it happens to be served at.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from types import TracebackType
from typing import Self
from xml.etree import ElementTree

BUDGET = "/news/2024/03/12/harbor-budget"
OPINION = "/Voices/2024/03/11/Keep-the-lamp-at-Grey-Point-burning/4410/"
FERRY = "/wire/2024/03/10/night-ferry.txt"
PHOTOS = "/photos/2024/03/09/lowest-tide"

_HTML, _TEXT = "text/html; charset=utf-8", "text/plain; charset=utf-8"
_PAGES = {
    "/": ("index.html", _HTML),
    "/robots.txt": ("robots.txt", _TEXT),
    "/feed.xml": ("feed.xml", "application/rss+xml"),
    BUDGET: ("harbor-budget.html", _HTML),
    OPINION: ("grey-point.html", _HTML),
    FERRY: ("night-ferry.txt", _TEXT),
    PHOTOS: ("lowest-tide.html", _HTML),
    "/documents/harbor-budget.pdf": ("harbor-budget.pdf", "application/pdf"),
    "/drafts/mayor-interview": ("mayor-interview.html", _HTML),
}
_WITHDRAWN = {FERRY}


class Paper:
    """The newspaper, open for readers while the context lasts. Starts with its first edition."""

    def __init__(self) -> None:
        paper = self

        class Desk(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                paper._answer(self)

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing: the demo's own words are on the screen."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
        self._thread = threading.Thread(target=self._server.serve_forever, name="paper", daemon=True)
        self._second = False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def base(self) -> str:
        """Its address, such as ``http://127.0.0.1:40123``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def print_second_edition(self) -> None:
        """Corrects the budget story, swaps an advertisement in the opinion piece, withdraws the wire story."""
        self._second = True

    def feed(self) -> Sequence[str]:
        """The addresses its feed lists, newest first."""
        tree = ElementTree.fromstring(self._page("/feed.xml"))
        return [link.text or "" for link in tree.iterfind("channel/item/link")]

    def _page(self, path: str) -> bytes:
        name, _kind = _PAGES[path]
        site = files("pressmark.demo") / "site"
        second = site / "second" / name
        page = second if self._second and second.is_file() else site / "first" / name
        return page.read_bytes().replace(b"{{base}}", self.base.encode())

    def _answer(self, asked: BaseHTTPRequestHandler) -> None:
        path = asked.path.partition("?")[0]
        if path not in _PAGES:
            _send(asked, 404, _TEXT, b"There is no such page in this paper.\n")
        elif self._second and path in _WITHDRAWN:
            _send(asked, 410, _TEXT, b"This story was withdrawn.\n")
        else:
            _send(asked, 200, _PAGES[path][1], self._page(path))


def _send(asked: BaseHTTPRequestHandler, status: int, kind: str, body: bytes) -> None:
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    unchanged = status == 200 and asked.headers.get("If-None-Match") == etag
    asked.send_response(304 if unchanged else status)
    asked.send_header("ETag", etag)
    if not unchanged:
        asked.send_header("Content-Type", kind)
        asked.send_header("Content-Length", str(len(body)))
    asked.end_headers()
    if not unchanged:
        asked.wfile.write(body)
