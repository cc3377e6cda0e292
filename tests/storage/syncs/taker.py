"""A process that makes an archive and takes pieces in, in one batch, saying between its steps where it is: made to be traced.

``taker.py ARCHIVE DATABASE-URL COUNT``, the address ``-`` for a database in the folder. A step is told by a file beside
the archive that is called ``mark-STEP``.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from model.article import Article, Block, BlockKind
from model.capture import Basis, Capture, Exchange
from storage import Archive, Deposit, Release, Verdict

AT = datetime(2026, 1, 1, tzinfo=UTC)


def _deposit(number: int) -> Deposit:
    url = f"http://paper.example/news/{number}"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    hop = Exchange(url, b"GET / HTTP/1.1\r\nHost: paper.example\r\n\r\n", head, b"page %d" % number, 200, AT, "127.0.0.1")
    capture = Capture(Basis.FETCHED, f"fetch:{url}", AT, AT, url, url, (hop,), media_type="text/html")
    read = Article(headline=f"Quay {number}", body=(Block(BlockKind.PARAGRAPH, f"words of the quay {number}"),))
    return Deposit(url, capture, Verdict.ARTICLE, Release({"pressmark": "test"}), read)


def main(where: Path, url: str, count: int) -> None:
    """Creates, stages, settles."""
    with Archive.create(where, database_url=None if url == "-" else url) as archive:
        where.with_name("mark-created").touch()
        staged = archive.stage([_deposit(n) for n in range(count)])
        where.with_name("mark-staged").touch()
        archive.settle(staged)
        where.with_name("mark-told").touch()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
