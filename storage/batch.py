"""One transaction of the writer: deposits decided, entries appended and applied, all catalogued."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, select

from model.article import Article
from model.edtf import utc_text
from model.errors import Damaged
from model.ids import mint_record_id
from model.ledger import Agent, AgentType, Entry, Kind
from model.prepared import Prepared
from model.record import Outcome, Result
from storage import tables
from storage.capture_records import parse_facts
from storage.catalogue import Written, catalogue
from storage.chain import Chains
from storage.content import article_draft, said_draft
from storage.database import translated
from storage.decide import Decision, Hands, Kept
from storage.deposit import Deposit, InForce, Settled, Unsettled
from storage.engines import of
from storage.first import Acquaintance, Firsts
from storage.holding import hold_for
from storage.projections import apply, insert_capture
from storage.segments import Segment
from storage.unmodified import settle_unmodified
from storage.warc import Draft, compress
from storage.whole import entry_draft, marked

_UNNAMED = "unnamed"
_AT_ONCE = 200
T = TypeVar("T")
_BY_PERSONS = frozenset({Kind.COLLECTION, Kind.NOTE})


@dataclass(frozen=True, slots=True)
class Staged:
    """A deposit whose capture is in a segment, or was held already (then nothing was written)."""

    deposit: Deposit
    kept: Kept | None
    facts: bytes | None
    written: tuple[Written, ...]


@dataclass(frozen=True, slots=True)
class Pen:
    """What writes: a locked segment, the archive and software it writes for, a clock, a mint of ids."""

    segment: Segment
    archive: str
    agent: Agent
    now: Callable[[], datetime]
    new_id: Callable[[], str]

    def append(self, draft: Draft) -> Written:
        """Appends a record; durable after the segment's next sync."""
        data = compress(draft, self.segment.warcinfo)
        return Written(draft.id, draft.type, self.segment.append(data), hashlib.sha256(data).digest())


class Batch:
    """Everything of it is in force when the transaction has committed after ``finish``, or nothing is.

    Each deposit is one decision, and so is everything that is written without one.
    """

    def __init__(self, tx: Connection, pen: Pen, deposits: Sequence[Deposit] = ()) -> None:
        """``deposits`` are those it will settle: what they are about is held from here on."""
        self._tx = tx
        self._pen = pen
        self._chains = Chains(tx, pen.new_id, hold_for(tx, deposits))
        self._acquaintance = Acquaintance(tx, deposits)
        self._firsts = Firsts()
        self._free: list[str] = []
        self._written: list[Written] = []
        # what the decision that is being made writes: how many entries it takes is known at its end
        self._drafts: list[Draft] = []
        self._content: dict[str, bytes] = {}
        self._ready: dict[str, Prepared] = {}

    def settle(self, item: Staged) -> Settled:
        """One deposit. A capture that is settled already counts once, unless what was kept
        without being understood is understood now. Where it cannot be decided as the archive is damaged, the others can.
        """
        deposit = item.deposit
        is_new = self._acquaintance.meet(deposit)
        if is_new and deposit.known is None and item.kept is not None and item.facts is not None:
            settled: Settled = self._first(item, item.kept, item.facts)
            self._close()
            return settled
        self._flush()
        found = self._catalogued(item) if deposit.known is None else None
        done = self.apart(lambda: self._decided(item, found))
        return Unsettled(done, found.id if found is not None else None) if isinstance(done, Damaged) else done

    def apart(self, decide: Callable[[], T]) -> T | Damaged:
        """Makes one decision, of which nothing is kept where the archive is too damaged for it: that is the answer then."""
        try:
            with translated(of(self._tx)), self._tx.begin_nested():
                done = decide()
                self._flush()
        except Damaged as error:
            self._chains.forget()
            self._drop()
            return error
        self._close()
        return done

    def _catalogued(self, item: Staged) -> Row[Any] | None:
        """The row of a deposit's capture, made where there is none; ``None`` where nothing of it is kept."""
        query = select(tables.captures).where(tables.captures.c.origin_key == item.deposit.capture.origin_key)
        self._written += item.written  # bytes that are there are catalogued, even twice
        found = self._tx.execute(query).one_or_none()
        if found is None and item.kept is not None and item.facts is not None:
            insert_capture(self._tx, parse_facts(item.facts), item.facts, item.kept.digest)
            found = self._tx.execute(query).one()
        return found

    def _decided(self, item: Staged, found: Row[Any] | None) -> Settled:
        deposit = item.deposit
        if deposit.known is not None:
            return self._unmodified(deposit, deposit.known)
        person = _person(deposit)
        self._acquaintance.refuse_lost(deposit)
        if found is None:
            raise Damaged(f"the capture of {deposit.source} is neither held nor staged; run `pressmark verify`")
        understood = found.version is None and deposit.article is not None
        if found.entry is not None and not understood:
            return self._known(deposit, found, person)
        kept = Kept(found.id, found.digest)
        if deposit.override_reason:
            self._override(deposit, kept, person)
        return Decision(self._hands(person), deposit, kept).settle()

    def _unmodified(self, deposit: Deposit, known: InForce) -> Result:
        person, kept = _person(deposit), Kept(known.capture, known.digest)
        if deposit.override_reason:
            self._override(deposit, kept, person)
        hands = self._hands(person)
        result = settle_unmodified(hands, deposit, known)
        Decision(hands, deposit, kept).label(known.record)
        return result

    def write(self, kind: Kind, chain: str, body: Mapping[str, Any], agent: Agent | None = None) -> None:
        """One entry: its place allocated, applied to the projections; with its decision it goes to the segment."""
        entry = self._append(kind, chain, body, agent)
        self._flush()
        apply(self._tx, entry, self._content.__getitem__, self._ready)

    def begin(self, body: Mapping[str, Any]) -> None:
        """The archive's first entry, if no other process was faster."""
        if self._chains.head(self._pen.archive)[0] == 0:
            self.write(Kind.ARCHIVE, self._pen.archive, body)

    def acting(self, person: Agent) -> Hands:
        """What a person may do: every entry is the person's."""
        write = lambda kind, chain, body: self.write(kind, chain, body, person)  # noqa: E731
        return Hands(self._tx, self._pen.archive, write, self._keep, self._keep_article, self._mint, self._take_up)

    def add(self, written: Iterable[Written]) -> None:
        """Members to be catalogued with this batch."""
        self._written += written

    def finish(self, warcinfo: str | None = None) -> None:
        """Syncs the segment, then catalogues its members and its committed length in the transaction."""
        segment = self._pen.segment
        self._flush()
        self._close()
        segment.sync()
        catalogue(self._tx, segment.name, segment.size, self._written, warcinfo)

    def _close(self) -> None:
        """Ends a decision: what it writes goes to the segment."""
        self._written += [self._pen.append(draft) for draft in marked(self._drafts)]
        self._drop()

    def _drop(self) -> None:
        """What the decision that was begun would have written."""
        self._drafts = []
        self._content.clear()
        self._ready.clear()

    def _flush(self) -> None:
        self._chains.flush()
        self._firsts.flush(self._tx)

    def _append(self, kind: Kind, chain: str, body: Mapping[str, Any], agent: Agent | None = None) -> Entry:
        at = utc_text(self._pen.now())
        entry, data = self._chains.append(kind, chain, body, at, agent or self._pen.agent)
        self._drafts.append(entry_draft(entry, data))
        return entry

    def _first(self, item: Staged, kept: Kept, facts: bytes) -> Settled:
        """A piece that nobody has met: nothing is looked up, and its rows wait for those of the batch."""
        read = item.deposit.ready(item.deposit.article or Article())
        deposit = replace(item.deposit, article=read.article, prepared=read)
        person = _person(deposit)

        def write(kind: Kind, chain: str, body: Mapping[str, Any]) -> None:
            if kind is Kind.VERSION:
                self._chains.begin(chain)
                entry = self._append(kind, chain, body)
                self._firsts.add(entry, facts, kept.digest, read)
            else:
                entry = self._append(kind, chain, body, person if kind in _BY_PERSONS else None)
                self._firsts.say(entry, self._content.__getitem__)

        self._written += item.written
        hands = Hands(self._tx, self._pen.archive, write, self._keep, self._keep_article, self._mint_free, self._take_up)
        return Decision(hands, deposit, kept).first()

    def _hands(self, person: Agent) -> Hands:
        return Hands(
            self._tx,
            self._pen.archive,
            lambda kind, chain, body: self.write(kind, chain, body, person if kind in _BY_PERSONS else None),
            self._keep,
            self._keep_article,
            self._mint,
            self._take_up,
        )

    def _take_up(self, record: str) -> None:
        self._chains.head(record)

    def _mint(self) -> str:
        while self._chains.head(record := mint_record_id(self._pen.archive))[0]:
            pass  # taken: one in ten at ten million records
        return record

    def _mint_free(self) -> str:
        """A minted record id that no chain has; many are looked up at once."""
        while not self._free:
            minted = {mint_record_id(self._pen.archive) for _ in range(_AT_ONCE)}
            t = tables.ledger.c
            self._free = sorted(minted - set(self._tx.execute(select(t.chain).where(t.chain.in_(minted)).distinct()).scalars()))
        return self._free.pop()

    def _override(self, deposit: Deposit, kept: Kept, person: Agent) -> None:
        detail = {"reason": deposit.override_reason, "url": deposit.capture.url}
        body = {"type": "robots override", "outcome": "success", "detail": detail, "subject": kept.to_json()}
        self.write(Kind.EVENT, self._pen.archive, body, person)

    def _keep(self, uri: str, block: bytes) -> dict[str, Any]:
        return self._wait(said_draft(self._pen.new_id(), uri, block, utc_text(self._pen.now())))

    def _keep_article(self, read: Prepared, capture: str) -> dict[str, Any]:
        now = utc_text(self._pen.now())
        payload = self._wait(article_draft(self._pen.new_id(), capture, read.content, now, read.deflated))
        self._ready[payload["id"]] = read
        return payload

    def _wait(self, draft: Draft) -> dict[str, Any]:
        """A record of content, to be written with its decision; how the ledger names it."""
        self._drafts.append(draft)
        self._content[draft.id] = draft.block
        return {"id": draft.id, "digest": draft.digest, "length": len(draft.block)}

    def _known(self, deposit: Deposit, row: Any, person: Agent) -> Settled:
        """The answer for a capture that is held and decided: nothing new but what a person says of it."""
        url = row.final_url or row.url
        if row.version is not None:
            Decision(self._hands(person), deposit, Kept(row.id, row.digest)).label(row.record)
            return Result(deposit.source, Outcome.UNCHANGED, url, None, row.record, row.version, row.id)
        t = tables.ledger.c
        body = json.loads(self._tx.execute(select(t.bytes).where(t.entry == row.entry)).scalar_one())["body"]
        outcome = Outcome(body.get("outcome", Outcome.UNCHANGED))
        return Result(deposit.source, outcome, url, body.get("reason"), None, None, row.id)


def _person(deposit: Deposit) -> Agent:
    return Agent(AgentType.PERSON, deposit.person.name if deposit.person else _UNNAMED)
