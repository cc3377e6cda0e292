"""What a capture means for the archive: which record, which state, which ledger entries.

Runs inside the writer's transaction, so that several processes never decide differently.
Nothing is fetched or extracted here: where a comparison needs an article that nobody has
read by this release, the answer is ``Reread`` and the pipeline tries again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select

from model.article import Article, canonical_json
from model.capture import Basis, Fidelity
from model.change import Change, compare, signature, similar
from model.edtf import parse_utc, utc_text
from model.identity import alias_key, believable_canonical, is_front_page
from model.ledger import Kind
from model.record import Outcome, Result, Strand
from storage import tables
from storage.deposit import Deposit, Reread, Settled, Verdict
from storage.projections import article_of, looks_of, next_reading, next_version
from storage.timeline import Look, absences_since_seen, around, in_time, is_withdrawn

ABSENCES = 3
ABSENCE_SPAN = timedelta(days=1)

_GONE = 410
_ENDED = {
    Verdict.HELD: Outcome.HELD,
    Verdict.FAILED: Outcome.FAILED,
    Verdict.REFUSED: Outcome.REFUSED,
    Verdict.ABSENT: Outcome.FAILED,
    Verdict.NOT_MODIFIED: Outcome.HELD,
}

Write = Callable[[Kind, str, Mapping[str, Any]], None]
"""Appends an entry to a chain and applies it."""
Keep = Callable[[str, bytes, str], dict[str, Any]]
"""Keeps content in a WARC record (address, bytes, capture id) and gives its ``payload``."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A capture that is in a WARC: its id, and the digest of its facts."""

    id: str
    digest: str

    def to_json(self) -> dict[str, Any]:
        """How ledger entries name it."""
        return {"id": self.id, "digest": self.digest}


class Decider:
    """Decides one deposit after the other inside one transaction."""

    def __init__(
        self, tx: Connection, archive: str, write: Write, keep: Keep, mint: Callable[[], str], pack: Callable[[Article], bytes]
    ) -> None:
        self._tx = tx
        self._archive = archive
        self._write = write
        self._keep = keep
        self._mint = mint
        self._pack = pack

    def settle(self, deposit: Deposit, kept: Kept) -> Settled:
        """The outcome of a deposit; its entries are written. Or what must be read again first."""
        record = self._record_of(deposit)
        if deposit.verdict is Verdict.ARTICLE and deposit.article is not None:
            result = self._article(deposit, deposit.article, kept, record)
        elif deposit.verdict is Verdict.ABSENT and record is not None:
            result = self._absent(deposit, kept, record)
        elif deposit.verdict is Verdict.NOT_MODIFIED and record is not None:
            result = self._not_modified(deposit, kept, record)
        else:
            result = self._held(deposit, kept, record)
        if isinstance(result, Result) and result.record is not None:
            self._labels(deposit, result.record)
        return result

    def _record_of(self, deposit: Deposit) -> str | None:
        """The record that a deposit belongs to, by its addresses; see ``model.identity``."""
        capture = deposit.capture
        for url in (capture.final_url, capture.url):
            if url is None or (url is capture.final_url and _went_home(capture.url, url)):
                continue
            record = self._owner(url)
            if record is not None:
                return record
        canonical = self._believed(deposit)
        if canonical is not None and deposit.article is not None:
            record = self._owner(canonical)
            if record is not None and self._similar(record, deposit.article):
                return record
        if capture.basis is Basis.SUPPLIED:
            return self._same_copy(capture.payload_digest)
        return None

    def _believed(self, deposit: Deposit) -> str | None:
        asked = deposit.capture.final_url or deposit.capture.url
        canonical = deposit.article.canonical_url if deposit.article else None
        return canonical if asked and canonical and believable_canonical(asked, canonical) else None

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

    def _article(self, deposit: Deposit, article: Article, kept: Kept, record: str | None) -> Settled:
        capture = deposit.capture
        strand = _strand(deposit)
        at = utc_text(capture.at) if capture.at else None
        if record is None:
            record = self._mint()
            self._version(deposit, article, kept, record, strand, at)
            return self._told(deposit, Outcome.NEW, kept, record, 1)
        looks = looks_of(self._tx, record)
        if strand is Strand.BESIDE or at is None:
            return self._beside(deposit, article, kept, record, looks, at)
        before, after = around(looks, at)
        return self._between(deposit, article, kept, record, looks, at, before, after)

    def _between(
        self,
        deposit: Deposit,
        article: Article,
        kept: Kept,
        record: str,
        looks: list[Look],
        at: str,
        before: Look | None,
        after: Look | None,
    ) -> Settled:
        """A capture of the publisher's history, compared with the states around it in time."""
        neighbours = [x for x in (before, after) if x is not None]
        inside = before is not None and after is not None and before.what.version == after.what.version
        held = self._like(deposit, record, [x.what.version for x in neighbours if x.what.version is not None])
        if isinstance(held, Reread):
            return held
        mine = signature(article)
        for look in neighbours:
            version = look.what.version
            if version is not None and (signature(held[version]) == mine or self._same_bytes(record, version, deposit)):
                self._aliases(deposit, record)
                self._check(deposit, kept, record, version, at, Strand.PUBLISHER, "same")
                reason = "seen again after it was withdrawn" if is_withdrawn(looks) else None
                return self._told(deposit, Outcome.UNCHANGED, kept, record, version, reason)
        if inside and after is not None and after.what.capture is not None and after.what.kind == "check":
            again = deposit.rereadings.get(after.what.capture)
            if again is None:
                return Reread((after.what.capture,))
            number = self._version(deposit, article, kept, record, Strand.PUBLISHER, at)
            self._promote(deposit, again, record, after)
        else:
            number = self._version(deposit, article, kept, record, Strand.PUBLISHER, at)
        if before is None or before.what.version is None:
            told = "an earlier state than any held before" if after else "the first copy from the publisher's own server"
            return self._told(deposit, Outcome.NEW, kept, record, number, told)
        return self._told(deposit, Outcome.CHANGED, kept, record, number, None, compare(held[before.what.version], article))

    def _beside(self, deposit: Deposit, article: Article, kept: Kept, record: str, looks: list[Look], at: str | None) -> Settled:
        """A supplied or rewritten copy: one of the states held, or a version beside them."""
        numbers = sorted({x.what.version for x in looks if x.what.version is not None})
        same = next((n for n in numbers if self._same_bytes(record, n, deposit)), None)
        if same is None:
            held = self._like(deposit, record, numbers)
            if isinstance(held, Reread):
                return held
            same = next((n for n in numbers if signature(held[n]) == signature(article)), None)
        if same is not None:
            added = self._aliases(deposit, record)
            self._check(deposit, kept, record, same, at, Strand.BESIDE, "same")
            if added or signature(article) != self._signature(record, same, deposit):
                self._read_again(deposit, article, kept.to_json(), record, same)
            return self._told(deposit, Outcome.UNCHANGED, kept, record, same)
        number = self._version(deposit, article, kept, record, Strand.BESIDE, at)
        return self._told(deposit, Outcome.NEW, kept, record, number, "a differing copy, kept beside the publisher's history")

    def _absent(self, deposit: Deposit, kept: Kept, record: str) -> Result:
        capture = deposit.capture
        at = utc_text(capture.at or capture.received_at)
        looks = looks_of(self._tx, record)
        was = is_withdrawn(looks)
        newest = all((x.what.observed_at or "") <= at for x in in_time(looks))
        absences = absences_since_seen(looks) if newest else []
        span = parse_utc(at) - parse_utc(absences[0].what.observed_at or at) if absences else timedelta(0)
        certain = capture.status == _GONE or (len(absences) + 1 >= ABSENCES and span >= ABSENCE_SPAN)
        withdrawn = newest and certain and not was
        body = {"capture": kept.to_json(), "observed_at": at, "status": capture.status}
        if withdrawn:
            self._write(Kind.WITHDRAWAL, record, body | {"absences": len(absences) + 1})
        else:
            self._write(Kind.ABSENCE, record, body)
        version = around(looks, at)[0]
        number = version.what.version if version else None
        if withdrawn or was:
            return self._told(deposit, Outcome.GONE, kept, record, number, deposit.reason)
        reason = f"{deposit.reason}; look {len(absences) + 1} of {ABSENCES} over a day before it counts as withdrawn"
        return self._told(deposit, Outcome.FAILED, kept, record, number, reason)

    def _not_modified(self, deposit: Deposit, kept: Kept, record: str) -> Result:
        at = utc_text(deposit.capture.at or deposit.capture.received_at)
        before = around(looks_of(self._tx, record), at)[0]
        if before is None or before.what.version is None:
            return self._held(deposit, kept, record)
        self._check(deposit, kept, record, before.what.version, at, Strand.PUBLISHER, "not_modified")
        return self._told(deposit, Outcome.UNCHANGED, kept, record, before.what.version)

    def _held(self, deposit: Deposit, kept: Kept, record: str | None) -> Result:
        outcome = _ENDED[deposit.verdict]
        body = {"capture": kept.to_json(), "reason": deposit.reason, "code": deposit.code, "record": record, "outcome": outcome}
        self._write(Kind.HELD, self._archive, body)
        return self._told(deposit, outcome, kept, None, None, deposit.reason)

    def _like(self, deposit: Deposit, record: str, numbers: list[int]) -> dict[int, Article] | Reread:
        """These versions as read by the deposit's release, a reading added where it was missing."""
        release = deposit.release.id
        found: dict[int, Article] = {}
        missing: list[str] = []
        for number in dict.fromkeys(numbers):
            article = article_of(self._tx, record, number, release)
            if article is None:
                capture = self._capture_of(record, number)
                article = deposit.rereadings.get(capture)
                if article is None:
                    missing.append(capture)
                    continue
                facts = {"id": capture, "digest": self._facts_digest(capture)}
                self._read_again(deposit, article, facts, record, number)
            found[number] = article
        return Reread(tuple(missing)) if missing else found

    def _capture_of(self, record: str, number: int) -> str:
        v = tables.versions.c
        return str(self._tx.execute(select(v.capture).where(v.record == record, v.number == number)).scalar_one())

    def _facts_digest(self, capture: str) -> str:
        c = tables.captures.c
        return str(self._tx.execute(select(c.digest).where(c.id == capture)).scalar_one())

    def _signature(self, record: str, number: int, deposit: Deposit) -> str | None:
        r = tables.readings.c
        query = select(r.signature).where(r.record == record, r.version == number, r.release == deposit.release.id)
        return self._tx.execute(query.order_by(r.number.desc()).limit(1)).scalar_one_or_none()

    def _same_bytes(self, record: str, number: int, deposit: Deposit) -> bool:
        """Whether a version's own capture has the very payload of the deposit."""
        c = tables.captures.c
        query = select(c.payload_digest).where(c.id == self._capture_of(record, number))
        return bool(self._tx.execute(query).scalar_one() == deposit.capture.payload_digest)

    def _version(self, deposit: Deposit, article: Article, kept: Kept, record: str, strand: Strand, at: str | None) -> int:
        number = next_version(self._tx, record)
        body = {"number": number, "capture": kept.to_json(), "observed_at": at, "strand": strand}
        self._write_version(deposit, article, record, body | {"aliases": self._new_aliases(deposit, record)})
        return number

    def _promote(self, deposit: Deposit, article: Article, record: str, look: Look) -> None:
        """A look that was "still the same" becomes a version: another state now lies before it."""
        capture = look.what.capture
        assert capture is not None  # the caller asked for its rereading by this id
        facts = {"id": capture, "digest": self._facts_digest(capture)}
        body = {"number": next_version(self._tx, record), "capture": facts, "observed_at": look.what.observed_at}
        body |= {"strand": look.strand, "aliases": [], "same_as": look.what.version}
        self._write_version(deposit, article, record, body)

    def _write_version(self, deposit: Deposit, article: Article, record: str, body: dict[str, Any]) -> None:
        reading = {"number": 1, **self._reading(deposit, article, body["capture"]["id"])}
        self._write(Kind.VERSION, record, body | {"reading": reading})

    def _read_again(self, deposit: Deposit, article: Article, capture: dict[str, Any], record: str, version: int) -> None:
        number = next_reading(self._tx, record, version)
        body = {"version": version, "number": number, "capture": capture, **self._reading(deposit, article, capture["id"])}
        self._write(Kind.READING, record, body)

    def _reading(self, deposit: Deposit, article: Article, capture: str) -> dict[str, Any]:
        payload = self._keep(f"urn:pressmark:article:{capture}", self._pack(article), capture)
        return {"payload": payload, "release": dict(deposit.release.facts), "release_id": deposit.release.id}

    def _check(
        self, deposit: Deposit, kept: Kept, record: str, version: int, at: str | None, strand: Strand, result: str
    ) -> None:
        body = {"version": version, "capture": kept.to_json(), "observed_at": at, "strand": strand, "result": result}
        self._write(Kind.CHECK, record, body)

    def _new_aliases(self, deposit: Deposit, record: str) -> list[dict[str, str]]:
        capture = deposit.capture
        asked = "stated" if capture.basis is Basis.SUPPLIED else "requested"
        urls = [(capture.url, asked)]
        if capture.final_url and capture.final_url != capture.url and not _went_home(capture.url, capture.final_url):
            urls.append((capture.final_url, "final"))
        canonical = self._believed(deposit)
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

    def _aliases(self, deposit: Deposit, record: str) -> bool:
        new = self._new_aliases(deposit, record)
        for alias in new:
            self._write(Kind.ALIAS, record, alias)
        return bool(new)

    def _labels(self, deposit: Deposit, record: str) -> None:
        t = tables.labels.c
        if deposit.collection:
            where = (t.record == record, t.kind == "collection", t.text == deposit.collection)
            if self._tx.execute(select(t.id).where(*where)).first() is None:
                self._write(Kind.COLLECTION, record, {"name": deposit.collection, "member": True})
        if deposit.note:
            self._write(Kind.NOTE, record, {"payload": self._keep_note(deposit.note, record)})

    def _keep_note(self, note: str, record: str) -> dict[str, Any]:
        return self._keep(f"urn:pressmark:note:{record}", canonical_json({"text": note}), "")

    def _told(
        self,
        deposit: Deposit,
        outcome: Outcome,
        kept: Kept,
        record: str | None,
        version: int | None,
        reason: str | None = None,
        change: Change | None = None,
    ) -> Result:
        capture = deposit.capture
        url = capture.final_url or capture.url
        return Result(deposit.source, outcome, url, reason, record, version, kept.id, change)


def _strand(deposit: Deposit) -> Strand:
    imported = deposit.capture.imported
    rewritten = imported is not None and imported.fidelity is Fidelity.REWRITTEN
    return Strand.BESIDE if rewritten or deposit.capture.basis is Basis.SUPPLIED else Strand.PUBLISHER


def _went_home(asked: str | None, final: str) -> bool:
    """A redirect to the front page names no piece."""
    return asked is not None and is_front_page(final) and not is_front_page(asked)
