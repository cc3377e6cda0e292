"""What a capture means for the archive: which record, which state, which ledger entries.

Runs inside the writer's transaction, so that several processes never decide differently.
Nothing is fetched or extracted here: where a comparison needs an article that nobody has
read by this release, the answer is ``Reread`` and the pipeline tries again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from model.article import Article
from model.canonical import canonical_json
from model.capture import Basis, Capture, Fidelity
from model.change import Change, compare, signature
from model.edtf import utc_text
from model.identity import registrable_domain, same_domain
from model.ledger import Kind
from model.prepared import Prepared
from model.record import Outcome, Result, Strand
from storage import absent, tables
from storage.deposit import Deposit, ImageWanted, Reread, Settled, Verdict
from storage.identify import Identifier, first_aliases
from storage.known import article_of, looks_of, next_reading, next_version, read_as
from storage.timeline import ABSENCES, Look, around, is_withdrawn

_ENDED = {
    Verdict.HELD: Outcome.HELD,
    Verdict.IMAGE: Outcome.HELD,
    Verdict.FAILED: Outcome.FAILED,
    Verdict.REFUSED: Outcome.REFUSED,
    Verdict.ABSENT: Outcome.FAILED,
}


@dataclass(frozen=True, slots=True)
class Hands:
    """What a decision may do: append and apply an entry, keep content in a WARC record (its address and
    bytes, or an article and the capture it was read from; gives its ``payload``), mint an id; and ``take_up`` a record that
    is there, which raises ``Damaged`` where the database lacks rows of it: what is then decided would be wrong.
    """

    tx: Connection
    archive: str
    write: Callable[[Kind, str, Mapping[str, Any]], None]
    keep: Callable[[str, bytes], dict[str, Any]]
    keep_article: Callable[[Prepared, str], dict[str, Any]]
    mint: Callable[[], str]
    take_up: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Kept:
    """A capture that is in a WARC: its id, and the digest of its facts."""

    id: str
    digest: str

    def to_json(self) -> dict[str, Any]:
        """How ledger entries name it."""
        return {"id": self.id, "digest": self.digest}


class Decision:
    """One deposit being decided."""

    def __init__(self, hands: Hands, deposit: Deposit, kept: Kept) -> None:
        self._hands = hands
        self._tx = hands.tx
        self._deposit = deposit
        self._capture = deposit.capture
        self._kept = kept
        self._identifier = Identifier(hands.tx)
        self._at = utc_text(deposit.capture.at) if deposit.capture.at else None

    def settle(self) -> Settled:
        """The outcome, its entries written; or what must be read again first, nothing written but readings."""
        deposit = self._deposit
        if deposit.image is not None:
            return self._image(deposit.image)
        record = self._identifier.record_of(self._capture, deposit.article)
        if record is not None:
            self._hands.take_up(record)
        if deposit.verdict is Verdict.ARTICLE and deposit.article is not None:
            result = self._article(deposit.article, record)
        elif deposit.verdict is Verdict.ABSENT and record is not None and self._at and self._strand is Strand.PUBLISHER:
            result = self._absent(record, self._at)
        else:
            result = self._held(record)
        if isinstance(result, Result) and result.record is not None:
            self.label(result.record)
        return result

    def first(self) -> Result:
        """The first version of a piece that nobody has met; see ``storage.first``."""
        article = self._deposit.article or Article()
        record = self._hands.mint()
        self._write_version(article, record, self._new(1) | {"aliases": first_aliases(self._capture, article)})
        canonical = foreign_canonical(self._capture, article)
        if canonical is not None:
            self._hands.write(Kind.RELATION, record, {"relation": "syndicated_from", "to": canonical})
        self._write_labels(record, self._deposit.collection, self._deposit.note)
        return self._told(Outcome.NEW, record, 1)

    def _new(self, number: int) -> dict[str, Any]:
        return {"number": number, "capture": self._kept.to_json(), "observed_at": self._at, "strand": self._strand}

    def _article(self, article: Article, record: str | None) -> Settled:
        if record is None:
            record = self._hands.mint()
            self._version(article, record)
            return self._told(Outcome.NEW, record, 1)
        looks = looks_of(self._tx, record)
        if self._strand is Strand.BESIDE or self._at is None:
            return self._beside(article, record, looks)
        return self._between(article, record, looks, self._at)

    def _between(self, article: Article, record: str, looks: list[Look], at: str) -> Settled:
        """A capture of the publisher's history, compared with the states around it in time."""
        before, after = around(looks, at)
        versions = [x.what.version for x in (before, after) if x is not None and x.what.version is not None]
        held = self._like(record, versions)
        if isinstance(held, Reread):
            return held
        mine = self._deposit.signature
        for version in versions:
            if signature(held[version]) == mine or self._same_bytes(record, version):
                self._add_aliases(record)
                self._check(record, version)
                reason = "seen again after it was withdrawn" if is_withdrawn(looks) else None
                return self._told(Outcome.UNCHANGED, record, version, reason)
        splits = before is not None and after is not None and before.what.version == after.what.version
        if splits and after is not None and after.what.capture is not None:
            again = self._deposit.rereadings.get(after.what.capture)
            if again is None and after.what.capture not in self._deposit.lost:
                return Reread((after.what.capture,))
            number = self._version(article, record)
            if again is not None:
                self._promote(again, record, after, after.what.capture)
        else:
            number = self._version(article, record)
        if before is None or before.what.version is None:
            told = "an earlier state than any held before" if after else "the first copy from the publisher's own server"
            return self._told(Outcome.CHANGED, record, number, told)
        is_lost = self._capture_of(record, before.what.version) in self._deposit.lost
        reason = "compared with what an earlier release read, as the copy before it is lost" if is_lost else None
        return self._told(Outcome.CHANGED, record, number, reason, compare(held[before.what.version], article))

    def _beside(self, article: Article, record: str, looks: list[Look]) -> Settled:
        """A supplied or rewritten copy: one of the states held, or a version beside them."""
        numbers = sorted({x.what.version for x in looks if x.what.version is not None})
        same = next((n for n in numbers if self._same_bytes(record, n)), None)
        if same is None:
            held = self._like(record, numbers)
            if isinstance(held, Reread):
                return held
            same = next((n for n in numbers if signature(held[n]) == self._deposit.signature), None)
        if same is not None:
            told_more = self._add_aliases(record)
            self._check(record, same)
            if told_more or self._deposit.signature != self._signature(record, same):
                self._read(article, self._kept.to_json(), record, same)
            return self._told(Outcome.UNCHANGED, record, same)
        number = self._version(article, record)
        return self._told(Outcome.CHANGED, record, number, "a differing copy, kept beside the publisher's history")

    def _absent(self, record: str, at: str) -> Result:
        found = absent.observe(self._tx, self._hands.write, record, self._kept.to_json(), at, self._capture.status)
        reason = self._deposit.reason
        if found.withdrawn:
            return self._told(Outcome.GONE, record, found.version, reason)
        reason = f"{reason}; look {found.count} of {ABSENCES} over a day before it counts as withdrawn"
        outcome = Outcome.HELD if self._capture.basis is Basis.IMPORTED else Outcome.FAILED
        return self._told(outcome, record, found.version, reason)

    def _held(self, record: str | None) -> Result:
        deposit = self._deposit
        outcome, said = _ENDED[deposit.verdict], deposit.reason
        if deposit.verdict is Verdict.IMAGE:
            said = "an image file of a version that is lost"
        reason = said
        if record is None and self._waits_for_its_piece():  # what was given is taken: nothing failed
            outcome, reason = Outcome.HELD, f"{reason}; it counts as soon as the piece is known"
        body = {"capture": self._kept.to_json(), "reason": said, "code": deposit.code}
        self._hands.write(Kind.HELD, self._hands.archive, body | {"record": record, "outcome": outcome})
        return self._told(outcome, None, None, reason)

    def _waits_for_its_piece(self) -> bool:
        """Whether this is another archive's word that a page was gone, which ``absent.adopt`` takes up later."""
        capture = self._capture
        said = self._deposit.verdict is Verdict.ABSENT and capture.status in absent.NOT_THERE
        return said and capture.basis is Basis.IMPORTED and self._strand is Strand.PUBLISHER and self._at is not None

    def _image(self, wanted: ImageWanted) -> Result:
        """An image file of a version, or what came in its place; kept by itself where the version is lost for good."""
        self._hands.take_up(wanted.record)
        v = tables.versions.c
        there = self._tx.execute(select(v.entry).where(v.record == wanted.record, v.number == wanted.version)).first()
        if self._deposit.verdict is not Verdict.IMAGE or there is None:
            return self._held(wanted.record if there is not None else None)
        body = {"capture": self._kept.to_json(), "version": wanted.version, "url": wanted.url}
        self._hands.write(Kind.IMAGE, wanted.record, body)
        return self._told(Outcome.NEW, wanted.record, wanted.version)

    def _like(self, record: str, numbers: list[int]) -> dict[int, Article] | Reread:
        """These versions as read by the deposit's release, a reading added where it was missing."""
        found: dict[int, Article] = {}
        missing: list[str] = []
        for number in dict.fromkeys(numbers):
            article = article_of(self._tx, record, number, self._deposit.release.id)
            if article is None:
                capture = self._capture_of(record, number)
                article = self._deposit.rereadings.get(capture)
                if article is None and capture in self._deposit.lost:
                    found[number] = self._as_read(record, number)
                    continue
                if article is None:
                    missing.append(capture)
                    continue
                self._read(article, self._named(capture), record, number)
            found[number] = article
        return Reread(tuple(missing)) if missing else found

    def _as_read(self, record: str, number: int) -> Article:
        """What another release read, of what nobody can read again."""
        held = read_as(self._tx, record, number)
        return held.read if held is not None else Article()

    def _version(self, article: Article, record: str) -> int:
        number = next_version(self._tx, record)
        aliases = self._identifier.new_aliases(self._capture, article, record)
        self._write_version(article, record, self._new(number) | {"aliases": aliases})
        absent.adopt(self._tx, self._hands.write, record, [a["url"] for a in aliases if a["how"] != "canonical"])
        self._relate(article, record)
        left = self._identifier.left(self._capture, record)
        if left is not None:
            self._add_relation(left, "moved_to", record)
        return number

    def _relate(self, article: Article, record: str) -> None:
        """A canonical address on another domain is a relation (syndication), never an identity."""
        canonical = foreign_canonical(self._capture, article)
        if canonical is not None:
            self._add_relation(record, "syndicated_from", canonical)

    def _add_relation(self, record: str, relation: str, to: str) -> None:
        t = tables.relations.c
        where = (t.record == record, t.relation == relation, t.to == to)
        if self._tx.execute(select(t.id).where(*where)).first() is None:
            self._hands.write(Kind.RELATION, record, {"relation": relation, "to": to})

    def _promote(self, article: Article, record: str, look: Look, capture: str) -> None:
        """A look that was "still the same" becomes a version: another state now lies before it."""
        body = {"number": next_version(self._tx, record), "capture": self._named(capture), "observed_at": look.what.observed_at}
        self._write_version(article, record, body | {"strand": look.strand, "aliases": [], "same_as": look.what.version})

    def _write_version(self, article: Article, record: str, body: dict[str, Any]) -> None:
        reading = {"number": 1, **self._reading(article, body["capture"]["id"])}
        self._hands.write(Kind.VERSION, record, body | {"reading": reading})

    def _read(self, article: Article, capture: dict[str, Any], record: str, version: int) -> None:
        body = {"version": version, "number": next_reading(self._tx, record, version), "capture": capture}
        self._hands.write(Kind.READING, record, body | self._reading(article, capture["id"]))

    def _reading(self, article: Article, capture: str) -> dict[str, Any]:
        payload = self._hands.keep_article(self._deposit.ready(article), capture)
        release = self._deposit.release
        return {"payload": payload, "release": dict(release.facts), "release_id": release.id}

    def _check(self, record: str, version: int) -> None:
        body = {"version": version, "capture": self._kept.to_json(), "observed_at": self._at, "strand": self._strand}
        self._hands.write(Kind.CHECK, record, body | {"result": "same", "release_id": self._deposit.release.id})

    def _add_aliases(self, record: str) -> bool:
        new = self._identifier.new_aliases(self._capture, self._deposit.article, record)
        for alias in new:
            self._hands.write(Kind.ALIAS, record, alias)
        absent.adopt(self._tx, self._hands.write, record, [a["url"] for a in new if a["how"] != "canonical"])
        return bool(new)

    def label(self, record: str) -> None:
        """Puts the record into the collection and adds the note that came with the deposit."""
        name, note = self._deposit.collection, self._deposit.note
        new_name = name if name and not self._is_labelled(record, "collection", name) else None
        self._write_labels(record, new_name, note if note and not self._is_labelled(record, "note", note) else None)

    def _write_labels(self, record: str, name: str | None, note: str | None) -> None:
        if name:
            self._hands.write(Kind.COLLECTION, record, {"name": name, "member": True})
        if note:
            payload = self._hands.keep(f"urn:pressmark:note:{record}", canonical_json({"text": note}))
            self._hands.write(Kind.NOTE, record, {"payload": payload})

    def _is_labelled(self, record: str, kind: str, text: str) -> bool:
        t = tables.labels.c
        query = select(t.id).where(t.record == record, t.kind == kind, t.text == text)
        return self._tx.execute(query).first() is not None

    def _told(
        self, outcome: Outcome, record: str | None, version: int | None, reason: str | None = None, change: Change | None = None
    ) -> Result:
        url = self._capture.final_url or self._capture.url
        return Result(self._deposit.source, outcome, url, reason, record, version, self._kept.id, change)

    @property
    def _strand(self) -> Strand:
        return strand_of(self._capture)

    def _capture_of(self, record: str, number: int) -> str:
        v = tables.versions.c
        return str(self._tx.execute(select(v.capture).where(v.record == record, v.number == number)).scalar_one())

    def _named(self, capture: str) -> dict[str, Any]:
        c = tables.captures.c
        return Kept(capture, self._tx.execute(select(c.digest).where(c.id == capture)).scalar_one()).to_json()

    def _signature(self, record: str, number: int) -> str | None:
        r = tables.readings.c
        query = select(r.signature).where(r.record == record, r.version == number, r.release == self._deposit.release.id)
        return self._tx.execute(query.order_by(r.number.desc()).limit(1)).scalar_one_or_none()

    def _same_bytes(self, record: str, number: int) -> bool:
        """Whether a version's own capture has the very payload of this one."""
        c = tables.captures.c
        query = select(c.payload_digest).where(c.id == self._capture_of(record, number))
        return bool(self._tx.execute(query).scalar_one() == self._capture.payload_digest)


def strand_of(capture: Capture) -> Strand:
    """The history that a capture belongs to."""
    rewritten = capture.imported is not None and capture.imported.fidelity is Fidelity.REWRITTEN
    return Strand.BESIDE if rewritten or capture.basis is Basis.SUPPLIED else Strand.PUBLISHER


def foreign_canonical(capture: Capture, article: Article) -> str | None:
    """A canonical address on another domain: a relation, never an identity."""
    asked, canonical = capture.final_url or capture.url, article.canonical_url
    if not asked or not canonical or not registrable_domain(canonical) or same_domain(asked, canonical):
        return None
    return canonical
