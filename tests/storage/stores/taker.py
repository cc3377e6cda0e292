"""A process of its own that takes captures in with a bucket in force, until it is killed."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime

from model.capture import Basis, Capture, Exchange
from storage import Archive, Deposit, Release, Verdict, store_of


def main(where: str, address: str, count: int) -> None:
    """Takes in ``count`` captures, each a segment of its own, and names each when it is acknowledged."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with Archive.open(where, write=True, store=store_of(address, os.environ), keep_local=False, segment_limit=1000) as archive:
        for n in range(count):
            url = f"http://paper.example/{os.getpid()}/{n}"
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n"
            hop = Exchange(url, b"GET / HTTP/1.1\r\nHost: paper.example\r\n\r\n", head, os.urandom(2000), 200, at, "127.0.0.1")
            capture = Capture(Basis.FETCHED, f"fetch:{url}", at, at, url, url, (hop,), media_type="application/pdf")
            deposit = Deposit(url, capture, Verdict.HELD, Release({"pressmark": "test"}), reason="a PDF document", code="pdf")
            archive.settle(archive.stage([deposit]))
            sys.stdout.write(f"{url}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
