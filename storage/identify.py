"""Which record a capture belongs to, and which of its addresses are new aliases."""

from __future__ import annotations

from sqlalchemy import Connection, select

from model.article import Article
from model.capture import Basis, Capture
from model.change import similar
from model.identity import alias_key, believable_canonical, went_home
from storage import tables
from storage.known import article_of


class Identifier:
    """Answers inside one transaction, so that two processes never mint two records for one piece."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    def record_of(self, capture: Capture, article: Article | None) -> str | None:
        """The record that a deposit belongs to, by its addresses; see ``model.identity``.

        Where a redirect led to an address that nobody knows, the piece found there is the one
        asked for only if it is similar: publishers also lead dead addresses to other stories.
        """
        asked, final = capture.url, capture.final_url
        if final is not None and not went_home(asked, final):
            record = self._owner(final, article)
            if record is not None:
                return record
        record = self._owner(asked, article) if asked is not None else None
        if record is not None and (article is None or not _was_led_on(capture) or self._similar(record, article)):
            return record
        canonical = believed_canonical(capture, article)
        if canonical is not None and article is not None:
            record = self._owner(canonical, article)
            if record is not None and self._similar(record, article):
                return record
        if capture.basis is Basis.SUPPLIED:
            return self._same_copy(capture.payload_digest)
        return None

    def left(self, capture: Capture, record: str) -> str | None:
        """The other record whose address led to this one by a redirect."""
        if capture.url is None or not _was_led_on(capture):
            return None
        a = tables.aliases.c
        query = select(a.record).where(a.key == alias_key(capture.url), a.record != record, a.how != "canonical")
        return self._tx.execute(query.order_by(a.since.desc(), a.id.desc()).limit(1)).scalar_one_or_none()

    def _owner(self, url: str, article: Article | None) -> str | None:
        """Whose address this is. One that a page merely declared is believed for similar content only."""
        a = tables.aliases.c
        declared = a.how == "canonical"
        rows = self._tx.execute(
            select(a.record, a.how).where(a.key == alias_key(url)).order_by(declared, a.since.desc(), a.id.desc())
        )
        for record, how in rows:
            if how != "canonical" or (article is not None and self._similar(record, article)):
                return str(record)
        return None

    def _is_anothers(self, url: str, record: str) -> bool:
        a = tables.aliases.c
        query = select(a.id).where(a.key == alias_key(url), a.record != record, a.how != "canonical")
        return self._tx.execute(query).first() is not None

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
        a = tables.aliases.c
        declared = set(self._tx.execute(select(a.url).where(a.record == record, a.how == "canonical")).scalars())
        visited = set(self._tx.execute(select(a.key).where(a.record == record, a.how != "canonical")).scalars())
        new: list[dict[str, str]] = []
        for url, how in _visited(capture):
            if url is capture.url and _was_led_on(capture) and self._is_anothers(url, record):
                continue
            if alias_key(url) not in visited:
                new.append({"url": url, "how": how})
                visited.add(alias_key(url))
        canonical = believed_canonical(capture, article)
        named = {x["url"] for x in new} | declared
        if canonical is not None and canonical not in named and not self._is_anothers(canonical, record):
            known = self._tx.execute(select(a.id).where(a.record == record, a.url == canonical)).first()
            new += [] if known else [{"url": canonical, "how": "canonical"}]
        return new


def first_aliases(capture: Capture, article: Article) -> list[dict[str, str]]:
    """What ``Identifier.new_aliases`` says where no record has any of the capture's addresses."""
    new: dict[str, dict[str, str]] = {}
    for url, how in _visited(capture):
        new.setdefault(alias_key(url), {"url": url, "how": how})
    canonical = believed_canonical(capture, article)
    named = {x["url"] for x in new.values()}
    return [*new.values(), *([{"url": canonical, "how": "canonical"}] if canonical and canonical not in named else [])]


def address_keys(capture: Capture, article: Article | None) -> set[str]:
    """The keys of all addresses by which the record of a capture is looked for."""
    urls = (capture.url, capture.final_url, believed_canonical(capture, article))
    return {alias_key(url) for url in urls if url is not None}


def _visited(capture: Capture) -> list[tuple[str, str]]:
    return visited(capture.basis, capture.url, capture.final_url)


def visited(basis: Basis, asked: str | None, final: str | None) -> list[tuple[str, str]]:
    """The addresses that a capture was made at, each with how it is learnt."""
    found = [(asked, "stated" if basis is Basis.SUPPLIED else "requested")] if asked is not None else []
    if final and final != asked and not went_home(asked, final):
        found.append((final, "final"))
    return found


def _was_led_on(capture: Capture) -> bool:
    asked, final = capture.url, capture.final_url
    return asked is not None and final is not None and alias_key(asked) != alias_key(final)


def believed_canonical(capture: Capture, article: Article | None) -> str | None:
    """The address that a page declares, where it may be its own."""
    asked = capture.final_url or capture.url
    canonical = article.canonical_url if article else None
    return canonical if asked and canonical and believable_canonical(asked, canonical) else None
