"""Which record a capture belongs to, and which of its addresses are new aliases."""

from __future__ import annotations

from sqlalchemy import Connection, select

from model.article import Article
from model.capture import Basis, Capture
from model.change import similar
from model.identity import alias_key, believable_canonical, is_front_page
from storage import tables
from storage.known import article_of


class Identifier:
    """Answers inside one transaction, so that two processes never mint two records for one piece."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    def record_of(self, capture: Capture, article: Article | None) -> str | None:
        """The record that a deposit belongs to, by its addresses; see ``model.identity``."""
        for url in (capture.final_url, capture.url):
            if url is None or (url is capture.final_url and _went_home(capture.url, url)):
                continue
            record = self._owner(url)
            if record is not None:
                return record
        canonical = _believed(capture, article)
        if canonical is not None and article is not None:
            record = self._owner(canonical)
            if record is not None and self._similar(record, article):
                return record
        if capture.basis is Basis.SUPPLIED:
            return self._same_copy(capture.payload_digest)
        return None

    def _owner(self, url: str) -> str | None:
        a = tables.aliases.c
        query = select(a.record).where(a.key == alias_key(url)).order_by(a.since.desc(), a.id.desc()).limit(1)
        return self._tx.execute(query).scalar_one_or_none()

    def _same_copy(self, digest: str) -> str | None:
        """The record of the same bytes, supplied earlier without (or with) an address."""
        c, a = tables.captures.c, tables.aliases.c
        query = select(c.record).where(c.payload_digest == digest, c.basis == Basis.SUPPLIED.value, c.record.is_not(None))
        for record in self._tx.execute(query.order_by(c.received_at)).scalars():
            if self._tx.execute(select(a.id).where(a.record == record)).first() is None:
                return str(record)
        return None

    def _similar(self, record: str, article: Article) -> bool:
        r = tables.records.c
        latest = self._tx.execute(select(r.latest_version).where(r.id == record)).scalar_one_or_none()
        held = article_of(self._tx, record, latest) if latest is not None else None
        return held is not None and similar(held, article)

    def new_aliases(self, capture: Capture, article: Article | None, record: str) -> list[dict[str, str]]:
        """Addresses of the capture that the record does not have yet, each with how it was learnt."""
        asked = "stated" if capture.basis is Basis.SUPPLIED else "requested"
        urls = [(capture.url, asked)]
        if capture.final_url and capture.final_url != capture.url and not _went_home(capture.url, capture.final_url):
            urls.append((capture.final_url, "final"))
        canonical = _believed(capture, article)
        if canonical is not None and self._owner(canonical) in {None, record}:
            urls.append((canonical, "canonical"))
        a = tables.aliases.c
        known = set(self._tx.execute(select(a.url).where(a.record == record)).scalars())
        keys = {(alias_key(u), "canonical" if u == canonical else "") for u in known}
        new: list[dict[str, str]] = []
        for url, how in urls:
            mark = (alias_key(url), "canonical" if how == "canonical" else "") if url else None
            if url is None or mark in keys or url in known:
                continue
            new.append({"url": url, "how": how})
            known.add(url)
            keys.add((alias_key(url), ""))
        return new


def _went_home(asked: str | None, final: str) -> bool:
    """A redirect to the front page names no piece."""
    return asked is not None and is_front_page(final) and not is_front_page(asked)


def _believed(capture: Capture, article: Article | None) -> str | None:
    asked = capture.final_url or capture.url
    canonical = article.canonical_url if article else None
    return canonical if asked and canonical and believable_canonical(asked, canonical) else None
