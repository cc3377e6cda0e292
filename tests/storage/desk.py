"""Captures made by hand, taken into an archive as the pipeline does."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from model.article import Article, Author, Block, BlockKind
from model.capture import Basis, Capture, Exchange, digest_of
from model.edtf import utc_text
from model.record import Result
from storage import Archive, Deposit, Release, Unsettled, Verdict

START = datetime(2026, 1, 1, 6, 0, tzinfo=UTC)
RELEASE = Release({"pressmark": "test", "rules": "one"})


def article(headline: str, *paragraphs: str, **fields: object) -> Article:
    body = tuple(Block(BlockKind.PARAGRAPH, p) for p in paragraphs)
    made = Article(headline=headline, body=body, authors=(Author("Mara Quill"),), publisher="Harbour Ledger")
    return Article(**{**{f: getattr(made, f) for f in ("headline", "body", "authors", "publisher")}, **fields})


@dataclass
class Desk:
    """Deposits things into an archive and answers what it asks to be read again."""

    archive: Archive
    articles: dict[str, Article] = field(default_factory=dict)

    def fetched(self, url: str, body: bytes, hours: float, status: int = 200) -> Capture:
        at = START + timedelta(hours=hours)
        head = b"HTTP/1.1 %d X\r\nContent-Type: text/html\r\n\r\n" % status
        hop = Exchange(url, b"GET / HTTP/1.1\r\nHost: paper.example\r\n\r\n", head, body, status, at, "127.0.0.1")
        key = f"fetch:{uuid.uuid4()}"
        return Capture(Basis.FETCHED, key, at, at, url, url, (hop,), media_type="text/html")

    def supplied(self, body: bytes, url: str | None = None, hours: float | None = None) -> Capture:
        at = None if hours is None else START + timedelta(hours=hours)
        key = f"file:{digest_of(body)}|{url or ''}|{utc_text(at) if at else ''}"
        return Capture(Basis.SUPPLIED, key, START, at, url, url, (), body, "text/html", "copy.html")

    def take(self, capture: Capture, read: Article, release: Release = RELEASE) -> Result:
        return self.settle(Deposit(capture.url or "copy", capture, Verdict.ARTICLE, release, read))

    def absent(self, capture: Capture) -> Result:
        reason = f"the server answered {capture.status}"
        return self.settle(Deposit(capture.url or "", capture, Verdict.ABSENT, RELEASE, reason=reason, code="http-404"))

    def held(self, capture: Capture, reason: str = "a PDF document") -> Result:
        return self.settle(Deposit(capture.url or "", capture, Verdict.HELD, RELEASE, reason=reason, code="pdf"))

    def settle(self, deposit: Deposit) -> Result:
        if deposit.article is not None:
            self.articles[deposit.capture.origin_key] = deposit.article
        staged = list(self.archive.stage([deposit]))
        for _ in range(4):
            answer = self.archive.settle(staged)[0]
            if isinstance(answer, Unsettled):
                raise answer.error
            if isinstance(answer, Result):
                return answer
            staged = [self.archive.stage_again(staged[0], {c: self.reread(c) for c in answer.captures})]
        raise AssertionError("never settled")

    def settle_undecided(self, read: Callable[[Capture], Article]) -> list[Result]:
        """What the pipeline does at its start: decides captures that nobody decided."""
        found = list(self.archive.undecided())
        deposits = [Deposit(x.capture.url or "", x.capture, Verdict.ARTICLE, RELEASE, read(x.capture)) for x in found]
        answers = [self.archive.settle([x.staged(deposit)])[0] for x, deposit in zip(found, deposits, strict=True)]
        return [answer for answer in answers if isinstance(answer, Result)]

    def reread(self, capture: str) -> Article:
        return self.articles[self.archive.load_capture(capture).origin_key]
