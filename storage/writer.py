"""The writer: captures into a segment, entries behind them, then the database, then the news.

One writer a process. The four steps of a batch:

1. the captures are appended to the segment and synced;
2. places in the chains are allocated, one ``metadata`` record a ledger entry is appended
   (content records before it), and synced;
3. the database commits, the segment's committed length with it;
4. the outcomes are told.

Killed before 2, a capture is whole but undecided, and the next start settles it. Killed
between 2 and 3, recovery replays the entries or voids them. Killed after 3, nothing is lost.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from model.article import Article, canonical_json
from model.capture import Capture, digest_of
from model.edtf import utc_text
from model.errors import Damaged
from model.ids import mint_record_id
from model.ledger import Agent, AgentType, Kind
from model.record import Outcome, Result
from storage import tables
from storage.capture_records import CaptureDrafts, draft_capture, earlier_of, parse_facts
from storage.chain import Chains
from storage.database import Database
from storage.decide import Decider, Kept
from storage.deposit import Deposit, Settled, Verdict
from storage.projections import apply, insert_capture
from storage.segments import Place, Segment, SegmentFolder
from storage.warc import Draft, compress


@dataclass(frozen=True, slots=True)
class Written:
    """A member that was appended: its record id, type, place and the digest of its bytes."""

    record_id: str
    type: str
    place: Place
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Staged:
    """A deposit whose capture is in the segment (or was already held)."""

    deposit: Deposit
    kept: Kept | None
    facts: bytes | None
    written: tuple[Written, ...]


@dataclass(frozen=True, slots=True)
class Undecided:
    """A capture that recovery found without a decision."""

    capture: Capture
    kept: Kept
    facts: bytes

    def staged(self, deposit: Deposit) -> Staged:
        """What was made of it, ready to be settled; nothing is written twice."""
        return Staged(deposit, self.kept, self.facts, ())


@dataclass(frozen=True, slots=True)
class Settings:
    """What a writer is: the archive's id, the software, and who runs it (may be empty)."""

    archive: str
    software: str
    operator: str = ""
    institution: str = ""


class Writer:
    """Appends to one locked segment. Not for two threads at once."""

    def __init__(
        self,
        database: Database,
        folder: SegmentFolder,
        settings: Settings,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        recover: Callable[[Segment], None],
    ) -> None:
        self._database = database
        self._folder = folder
        self._settings = settings
        self._now = now
        self._new_id = new_id
        self._recover = recover
        self._segment: Segment | None = None
        self._sound = True

    @property
    def agent(self) -> Agent:
        """This software, as ledger entries name it."""
        name, _, version = self._settings.software.partition("/")
        return Agent(AgentType.SOFTWARE, name, version or None)

    def commit(self, deposits: Sequence[Deposit]) -> list[Settled]:
        """Takes deposits through the four steps; one answer each, in order.

        Raises ``StorageUnavailable``, and then nothing of the batch is acknowledged: what
        had reached the segment is finished or voided by recovery.
        """
        return self.settle(self.stage(deposits))

    def stage(self, deposits: Sequence[Deposit]) -> list[Staged]:
        """Step 1. Captures whose origin key is already held are not written again."""
        held = self._held({d.capture.origin_key for d in deposits})
        earlier = self._earlier(deposits)
        segment = self._open()
        staged: list[Staged] = []
        seen: set[str] = set()
        for deposit in deposits:
            key = deposit.capture.origin_key
            if key in held or key in seen:
                staged.append(Staged(deposit, None, None, ()))
                continue
            seen.add(key)
            drafts = draft_capture(deposit.capture, self._new_id, earlier.get(deposit.capture.payload_digest))
            written = tuple(self._append(segment, d) for d in drafts.records)
            staged.append(Staged(deposit, _kept(drafts), drafts.facts, written))
        segment.sync()
        return staged

    def settle(self, staged: Sequence[Staged]) -> list[Settled]:
        """Steps 2 to 4, for captures that are in the segment."""
        segment = self._open()
        answers: list[Settled] = []
        self._sound = False  # until the commit is through, what is behind the last one is not settled
        with self._database.transaction() as tx:
            batch = _Batch(tx, self, segment)
            for item in staged:
                answers.append(batch.settle(item))
            segment.sync()
            batch.finish()
        self._sound = True
        if self._folder.is_full(segment):
            self.close()
        return answers

    def stage_again(self, staged: Staged, rereadings: Mapping[str, Article]) -> Staged:
        """A deposit that was answered with ``Reread``, with what it asked for; written no twice."""
        deposit = replace(staged.deposit, rereadings={**staged.deposit.rereadings, **rereadings})
        return Staged(deposit, staged.kept, staged.facts, ())

    def record_event(self, kind: Kind, body: Mapping[str, Any], agent: Agent | None = None) -> None:
        """One entry in the archive's own chain, through the same four steps."""
        segment = self._open()
        self._sound = False
        with self._database.transaction() as tx:
            batch = _Batch(tx, self, segment)
            batch.write(kind, self._settings.archive, body, agent or self.agent)
            segment.sync()
            batch.finish()
        self._sound = True

    def record_void(self, segment: Segment, entries: Sequence[Mapping[str, str]], reason: str) -> None:
        """Says in the archive's chain, in the same segment, that entries were never in force."""
        with self._database.transaction() as tx:
            batch = _Batch(tx, self, segment)
            batch.write(Kind.VOID, self._settings.archive, {"entries": list(entries), "reason": reason}, self.agent)
            segment.sync()
            batch.finish()

    def close(self) -> None:
        """Lets the segment's lock go."""
        if self._segment is not None:
            self._segment.close()
            self._segment = None

    def _held(self, keys: set[str]) -> set[str]:
        c = tables.captures.c
        with self._database.reading() as tx:
            return set(tx.execute(select(c.origin_key).where(c.origin_key.in_(keys), c.entry.is_not(None))).scalars())

    def _earlier(self, deposits: Sequence[Deposit]) -> dict[str, Any]:
        """By payload digest: what a revisit may refer to, held for the same address."""
        c = tables.captures.c
        found: dict[str, Any] = {}
        with self._database.reading() as tx:
            for deposit in deposits:
                capture = deposit.capture
                if not capture.exchanges or capture.truncated or not capture.entity:
                    continue
                address = capture.exchanges[-1].url
                query = select(c.facts).where(c.payload_digest == capture.payload_digest, c.final_url == address)
                for facts in tx.execute(query.order_by(c.received_at.desc()).limit(1)).scalars():
                    found[capture.payload_digest] = earlier_of(parse_facts(facts))
        return found

    def _open(self) -> Segment:
        """The segment to append to: the one held, an adopted one after its recovery, or a new one."""
        if self._segment is not None and not self._sound:
            self._recover(self._segment)
            self._sound = True
        if self._segment is None:
            self._segment = self._folder.adopt()
            if self._segment is not None:
                self._recover(self._segment)
            else:
                self._segment = self._folder.create()
            if self._segment.warcinfo is None:
                self._begin(self._segment)
        return self._segment

    def _begin(self, segment: Segment) -> None:
        """Says in a ``warcinfo`` record who writes from here on, where nobody or another did."""
        software = self._settings.software
        t = tables.segments
        with self._database.reading() as tx:
            row = tx.execute(select(t.c.warcinfo).where(t.c.name == segment.name)).one_or_none()
        known, _, by = (row.warcinfo if row and row.warcinfo else "").partition(" ")
        if known and by == software:
            segment.warcinfo = known
            return
        info = self._new_id()
        lines = [
            f"software: {software}",
            "format: WARC File Format 1.1",
            "conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            f"isPartOf: urn:pressmark:{self._settings.archive}",
        ]
        lines += [f"operator: {self._settings.operator}"] if self._settings.operator else []
        lines += [f"publisher: {self._settings.institution}"] if self._settings.institution else []
        block = "".join(" ".join(x.split()) + "\r\n" for x in lines).encode()
        extra = (("WARC-Filename", segment.name),)
        draft = Draft("warcinfo", info, utc_text(self._now()), block, "application/warc-fields", None, extra)
        written = self._append(segment, draft)
        segment.sync()
        segment.warcinfo = info
        with self._database.transaction() as tx:
            batch = _Batch(tx, self, segment)
            batch.catalogue([written])
            batch.finish(warcinfo=f"{info} {software}")

    def _append(self, segment: Segment, draft: Draft) -> Written:
        data = compress(draft, segment.warcinfo)
        return Written(draft.id, draft.type, segment.append(data), hashlib.sha256(data).digest())


class _Batch:
    """One transaction of a writer: decides, appends, applies."""

    def __init__(self, tx: Connection, writer: Writer, segment: Segment) -> None:
        self._tx = tx
        self._writer = writer
        self._segment = segment
        self._chains = Chains(tx, writer._new_id)
        self._written: list[Written] = []
        self._content: dict[str, bytes] = {}
        self._person: Agent | None = None
        settings = writer._settings
        self._decider = Decider(
            tx,
            settings.archive,
            lambda kind, chain, body: self.write(kind, chain, body, self._agent_for(kind)),
            self._keep,
            lambda: mint_record_id(settings.archive),
            lambda article: canonical_json(article.to_json()),
        )

    def settle(self, item: Staged) -> Settled:
        """One deposit; a capture that is settled already counts once, unless what was held
        without being read is now read."""
        deposit, kept = item.deposit, item.kept
        c = tables.captures.c
        found = self._tx.execute(select(tables.captures).where(c.origin_key == deposit.capture.origin_key)).one_or_none()
        held_before = found is not None and found.record is None and deposit.verdict is Verdict.ARTICLE
        if found is not None and found.entry is not None and not held_before:
            self._written += item.written  # bytes that are there are catalogued, even twice
            return self._known(deposit, found)
        if found is not None:
            kept = Kept(found.id, found.digest)
        elif kept is not None and item.facts is not None:
            insert_capture(self._tx, parse_facts(item.facts), item.facts, kept.digest)
        if kept is None:
            raise Damaged(f"the capture of {deposit.source} is neither held nor staged")
        self._written += item.written
        self._person = Agent(AgentType.PERSON, deposit.person.name) if deposit.person else None
        if deposit.override_reason and deposit.person:
            self._override(deposit, kept)
        return self._decider.settle(deposit, kept)

    def write(self, kind: Kind, chain: str, body: Mapping[str, Any], agent: Agent) -> None:
        """Steps 2 and 3 for one entry: allocated, appended to the segment, applied."""
        at = utc_text(self._writer._now())
        entry, data = self._chains.append(kind, chain, body, at, agent)
        uri = f"urn:pressmark:ledger:{chain}:{entry.seq}"
        self._written.append(self._writer._append(self._segment, Draft("metadata", entry.id, at, data, "application/json", uri)))
        apply(self._tx, entry, self._content.__getitem__)

    def catalogue(self, written: Iterable[Written]) -> None:
        """Takes members into the catalogue when the batch is finished."""
        self._written += written

    def finish(self, warcinfo: str | None = None) -> None:
        """The catalogue of members and the segment's committed length, in the same commit."""
        t = tables.segments
        name = self._segment.name
        segment = self._tx.execute(select(t.c.id).where(t.c.name == name)).scalar_one_or_none()
        values = {"committed": self._segment.size} | ({"warcinfo": warcinfo} if warcinfo else {})
        if segment is None:
            done = self._tx.execute(t.insert(), {"name": name, **values})
            segment = done.inserted_primary_key[0] if done.inserted_primary_key else None
        else:
            self._tx.execute(update(t).where(t.c.id == segment).values(values))
        rows = [
            {
                "record_id": w.record_id,
                "segment": segment,
                "offset": w.place.offset,
                "length": w.place.length,
                "type": w.type,
                "sha256": w.sha256,
            }
            for w in self._written
        ]
        if rows:
            self._tx.execute(tables.members.insert(), rows)

    def _agent_for(self, kind: Kind) -> Agent:
        person = self._person if kind in {Kind.COLLECTION, Kind.NOTE} else None
        return person or self._writer.agent

    def _override(self, deposit: Deposit, kept: Kept) -> None:
        agent = self._person or self._writer.agent
        body = {
            "type": "robots override",
            "outcome": "success",
            "detail": {"reason": deposit.override_reason, "url": deposit.capture.url},
        }
        self.write(Kind.EVENT, self._writer._settings.archive, body | {"subject": kept.to_json()}, agent)

    def _keep(self, uri: str, block: bytes, refers_to: str) -> dict[str, Any]:
        record_id = self._writer._new_id()
        extra = (("WARC-Refers-To", f"<urn:uuid:{refers_to}>"),) if refers_to else ()
        kind = "conversion" if refers_to else "resource"
        draft = Draft(kind, record_id, utc_text(self._writer._now()), block, "application/json", uri, extra)
        self._written.append(self._writer._append(self._segment, draft))
        self._content[record_id] = block
        return {"id": record_id, "digest": digest_of(block), "length": len(block)}

    def _known(self, deposit: Deposit, row: Any) -> Settled:
        """The answer for a capture that is held and decided: nothing new."""
        if row.record is None or row.version is None:
            t = tables.ledger.c
            data = self._tx.execute(select(t.bytes).where(t.entry == row.entry)).scalar_one()
            body = json.loads(data)["body"]
            outcome = Outcome(body.get("outcome", Outcome.UNCHANGED))
            return Result(deposit.source, outcome, row.url, body.get("reason"), row.record, row.version, row.id)
        return Result(deposit.source, Outcome.UNCHANGED, row.final_url or row.url, None, row.record, row.version, row.id)


def _kept(drafts: CaptureDrafts) -> Kept:
    return Kept(drafts.id, drafts.digest)
