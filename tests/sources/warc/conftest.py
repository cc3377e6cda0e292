"""Archive files made by hand, byte by byte, and what becomes of them."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from model.capture import Capture
from model.errors import PressmarkError
from sources.warc import Archives, Passed, container_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "http://reed.example/news/lock-gates"
PAGE = (
    b"<!doctype html><html><head><title>Lock gates</title></head><body><p>The lock gates were tarred on Monday.</p></body></html>"
)


class Kit:
    """Makes records and files."""

    now, url, page = NOW, URL, PAGE

    @staticmethod
    def http(body: bytes = PAGE, status: str = "200 OK", *headers: str, media_type: str = "text/html") -> bytes:
        """An HTTP answer."""
        lines = [f"HTTP/1.1 {status}", f"Content-Type: {media_type}", *headers]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    @staticmethod
    def sha1(data: bytes) -> str:
        """As most archives state it."""
        return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()

    @staticmethod
    def record(
        kind: str = "response",
        block: bytes | None = None,
        *,
        url: str | None = URL,
        identity: str = "1",
        date: str = "2024-05-01T08:00:00Z",
        version: str = "1.0",
        length: int | None = None,
        end: bytes = b"\r\n\r\n",
        **more: str,
    ) -> bytes:
        """A WARC record; ``more`` are headers, their underscores hyphens."""
        block = Kit.http() if block is None else block
        fields = {"WARC-Type": kind, "WARC-Record-ID": f"<urn:uuid:{identity}>", "WARC-Date": date}
        if url is not None:
            fields["WARC-Target-URI"] = url
        fields |= {name.replace("_", "-"): value for name, value in more.items()}
        fields["Content-Length"] = str(len(block) if length is None else length)
        head = f"WARC/{version}\r\n" + "".join(f"{n}: {v}\r\n" for n, v in fields.items()) + "\r\n"
        return head.encode() + block + end

    @staticmethod
    def arc(url: str = URL, block: bytes | None = None, *, date: str = "20040501080000", length: int | None = None) -> bytes:
        """A record of an ARC file, version 1."""
        block = Kit.http() if block is None else block
        head = f"{url} 192.0.2.7 {date} text/html {len(block) if length is None else length}\n"
        return head.encode() + block + b"\n"

    @staticmethod
    def arc_info(name: str = "Reed Bank Crawl") -> bytes:
        """The version block that an ARC file begins with."""
        block = f"1 0 {name}\nURL IP-address Archive-date Content-type Archive-length\n".encode()
        return f"filedesc://reed.arc 0.0.0.0 20040501080000 text/plain {len(block)}\n".encode() + block + b"\n"


@dataclass
class Taken:
    """What came out of one call."""

    captures: list[Capture] = field(default_factory=list)
    errors: list[PressmarkError] = field(default_factory=list)
    passed: dict[str, int] = field(default_factory=dict)


Take = Callable[..., Taken]


@pytest.fixture
def kit() -> Kit:
    return Kit()


@pytest.fixture
def take(tmp_path: Path) -> Iterator[Take]:
    """Takes files in, in one call. A list of records is packed a gzip member each, bytes are written as they are."""

    def run(
        *files: bytes | Sequence[bytes], names: Sequence[str] = (), max_bytes: int = 1_000_000, held: Sequence[Capture] = ()
    ) -> Taken:
        archives = Archives(lambda: NOW, max_bytes, lambda _wanted: held)
        taken = Taken()

        def sort(item: Capture | PressmarkError | Passed) -> None:
            if isinstance(item, Capture):
                taken.captures.append(item)
            elif isinstance(item, Passed):
                for what, many in item.others.items():
                    taken.passed[what] = taken.passed.get(what, 0) + many
            else:
                taken.errors.append(item)

        for number, content in enumerate(files):
            path = tmp_path / (names[number] if names else f"{number}.warc")
            path.write_bytes(content if isinstance(content, bytes) else b"".join(map(gzip.compress, content)))
            kind = container_of(path)
            assert kind is not None
            for item in archives.read(path, kind):
                sort(item)
        for _, late in archives.rest():
            sort(late)
        archives.close()
        return taken

    yield run
