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

from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, case, select

from model.article import Article
from model.capture import Capture
from model.edtf import utc_text
from model.errors import Damaged
from model.ledger import FORMAT, Agent, AgentType, Kind
from storage import tables
from storage.batch import Batch, Pen, Staged
from storage.capture_records import Earlier, draft_capture, earlier_of, parse_facts
from storage.catalogue import no_other_folder
from storage.chain import Chains
from storage.closed import closed_files
from storage.columns import stored_key
from storage.database import Database
from storage.decide import Hands, Kept
from storage.deposit import Deposit, ImageWanted, Settled, Verdict
from storage.engines import Contended
from storage.recovery import recover
from storage.segments import Segment, SegmentFolder
from storage.totals import refuse_lost_ledger
from storage.uploads import Uploads
from storage.warc import Draft

_LOOKED_AT = 20
T = TypeVar("T")

CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


@dataclass(frozen=True, slots=True)
class Imprint:
    """What ``warcinfo`` says: the archive's id, ``name/version`` of the software, and who runs it (may be empty)."""

    archive: str
    software: str
    operator: str = ""
    institution: str = ""

    @property
    def agent(self) -> Agent:
        """This software, as ledger entries name it."""
        name, _, version = self.software.partition("/")
        return Agent(AgentType.SOFTWARE, name, version or None)


class Writer:
    """Appends to one locked segment at a time. Not for two threads at once."""

    def __init__(
        self,
        database: Database,
        folder: SegmentFolder,
        imprint: Imprint,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        uploads: Uploads | None = None,
    ) -> None:
        """``uploads`` is the way to the store, where the archive has one."""
        self._database = database
        self._folder = folder
        self._imprint = imprint
        self.now = now
        self._new_id = new_id
        self._uploads = uploads
        self._segment: Segment | None = None
        self._settled = True  # false while something behind the last commit may be in the segment

    def recover_all(self) -> None:
        """Settles what ended processes left in segments that nobody holds. Raises ``Damaged`` as ``recover`` does."""
        committed = self._committed()
        with ExitStack() as held:
            behind: list[Segment] = []
            for segment in self._folder.lock_free():
                if segment.size <= committed.get(segment.name, 0):
                    segment.close()
                    continue
                held.callback(segment.close)
                behind.append(segment)
            self._recover(behind)

    def begin_ledger(self, created: str) -> None:
        """The first entry of the archive's chain, unless it is there: nobody may be killed before it. Raises ``Damaged`` where it
        was there: nothing begins anew behind what is kept."""
        with self._database.reading() as tx:
            refuse_lost_ledger(tx)
            begun = Chains(tx, self._new_id, [self._imprint.archive]).head(self._imprint.archive)[0] > 0
        if not begun:
            with self._batch() as batch:
                batch.begin({"created": created, "format": FORMAT})

    def stage(self, deposits: Sequence[Deposit]) -> list[Staged]:
        """Step 1. Captures whose origin key is held already are not written again, and of a server's word
        that a copy still stands nothing is.

        Raises ``StorageUnavailable``; whole captures that had been appended are kept and come
        back from recovery undecided.
        """
        held = self._held({stored_key(d.capture.origin_key) for d in deposits})
        earlier = self._earlier(deposits)
        pen = self._open()
        staged: list[Staged] = []
        self._settled = False
        for deposit in deposits:
            key = stored_key(deposit.capture.origin_key)
            if key in held or deposit.known is not None:
                staged.append(Staged(deposit, None, None, ()))
                continue
            held.add(key)
            drafts = draft_capture(deposit.capture, self._new_id, earlier.get(deposit.capture.payload_digest))
            written = tuple(pen.append(d) for d in drafts.records)
            if deposit.verdict is Verdict.IMAGE and (first := earlier_of(parse_facts(drafts.facts))):
                earlier.setdefault(deposit.capture.payload_digest, first)
            staged.append(Staged(deposit, Kept(drafts.id, drafts.digest), drafts.facts, written))
        pen.segment.sync()
        self._settled = True
        return staged

    def settle(self, staged: Sequence[Staged]) -> list[Settled]:
        """Steps 2 to 4, for captures that are in the segment; one answer each, in order.

        Raises ``StorageUnavailable``, and then nothing of the batch is acknowledged: recovery
        finishes or voids what had reached the segment.
        """
        answers = self._settle(staged)
        self._leave_full()
        return answers

    def _settle(self, staged: Sequence[Staged], tries: int = 3) -> list[Settled]:
        """Turned back by another writer, it is done again: what had reached the segment is voided before."""
        try:
            with self._batch([item.deposit for item in staged]) as batch:
                return [batch.settle(item) for item in staged]
        except Contended:
            if tries == 1:
                raise
            return self._settle(staged, tries - 1)

    def keep_held(self, images: Sequence[ImageWanted]) -> list[Damaged | None]:
        """Image files that are held, and still what their server has, are kept for one more version each; where that cannot be,
        what is damaged."""
        with self._batch(alone=True) as batch:

            def keep(image: ImageWanted) -> None:
                if image.held is not None:
                    body = {"capture": Kept(*image.held).to_json(), "version": image.version, "url": image.url}
                    batch.write(Kind.IMAGE, image.record, body)

            return [batch.apart(partial(keep, image)) for image in images]

    def act(self, agent: Agent | None, do: Callable[[Hands], T]) -> T:
        """Something that is not a deposit, in one transaction with its entries, all by ``agent`` (default: this
        software). Raises what ``do`` raises, nothing done."""
        with self._batch(alone=True) as batch:
            done = do(batch.acting(agent or self._imprint.agent))
        self._leave_full()
        return done

    def stage_again(self, staged: Staged, rereadings: Mapping[str, Article], lost: Collection[str] = ()) -> Staged:
        """A deposit that was answered with ``Reread``, with what it asked for; written no twice."""
        before = staged.deposit
        deposit = replace(before, rereadings={**before.rereadings, **rereadings}, lost=before.lost | {*lost})
        return Staged(deposit, staged.kept, staged.facts, ())

    def close(self) -> None:
        """Lets the segment's lock go."""
        if self._segment is not None:
            name = self._segment.name
            self._segment.close()
            self._segment = None
            if self._uploads is not None:
                self._uploads.send(name)

    def _leave_full(self) -> None:
        if self._segment is None:
            return
        if self._folder.is_full(self._segment) or (self._uploads is not None and self._uploads.is_due()):
            self.close()

    @contextmanager
    def _batch(self, deposits: Sequence[Deposit] = (), *, alone: bool = False) -> Iterator[Batch]:
        """``alone`` where what is decided depends on more than ``deposits`` and chains that are appended to."""
        pen = self._open()
        self._settled = False
        with self._database.transaction(alone=alone) as tx:
            batch = Batch(tx, pen, deposits)
            yield batch
            batch.finish()
        self._settled = True

    def _held(self, keys: set[str]) -> set[str]:
        c = tables.captures.c
        with self._database.reading() as tx:
            return set(tx.execute(select(c.origin_key).where(c.origin_key.in_(keys))).scalars())

    def _earlier(self, deposits: Sequence[Deposit]) -> dict[str, Earlier]:
        """By payload digest: what a revisit may refer to, held for the same address; an image, for any."""
        c = tables.captures.c
        found: dict[str, Earlier] = {}
        asked = [(d, d.capture.payload_digest) for d in deposits if _may_refer(d.capture)]
        with self._database.reading() as tx:
            known = set(
                tx.execute(select(c.payload_digest).where(c.payload_digest.in_({x for _, x in asked})).distinct()).scalars()
            )
            for deposit, digest in ((d, digest) for d, digest in asked if digest in known):
                query = select(c.facts).where(c.payload_digest == digest)
                here = c.final_url == deposit.capture.exchanges[-1].url
                if deposit.verdict is Verdict.IMAGE:  # one file has many addresses: sizes in the query, shards of a CDN
                    query = query.order_by(case((here, 0), else_=1)).limit(_LOOKED_AT)
                else:
                    query = query.where(here)
                # the first of them is hardly ever a revisit itself
                copies = (_referred_to(facts) for facts in tx.execute(query.order_by(c.received_at)).scalars())
                earlier = next((e for e in copies if e is not None), None)
                if earlier is not None:
                    found[digest] = earlier
        return found

    def _open(self) -> Pen:
        """The segment to append to: the one held, an adopted one after its recovery, or a new one."""
        if self._segment is None:
            self._segment = self._folder.adopt(self._committed(), self._sealed(), self._closed()) or self._folder.create()
            if self._uploads is not None:
                self._uploads.begin()
            self._settled = False
        if not self._settled:
            self._recover([self._segment])
            self._settled = True
        if self._segment.warcinfo is None:
            self._introduce(self._segment)
        return self._pen(self._segment)

    def _committed(self) -> dict[str, int]:
        t = tables.segments.c
        with self._database.reading() as tx:
            committed = dict(tx.execute(select(t.name, t.committed)).tuples().all())
        if self._database.shares:
            sealed = self._sealed()
            no_other_folder(self._folder, {name: length for name, length in committed.items() if name not in sealed})
        return committed

    def _closed(self) -> Container[str]:
        with self._database.reading() as tx:
            return closed_files(tx)

    def _sealed(self) -> Container[str]:
        return self._uploads.sealed() if self._uploads is not None else ()

    def _pen(self, segment: Segment) -> Pen:
        return Pen(segment, self._imprint.archive, self._imprint.agent, self.now, self._new_id)

    def _recover(self, segments: Sequence[Segment]) -> None:
        recover(self._database, segments, self._new_id, self._void)

    def _void(self, tx: Connection, segment: Segment, wrong: Sequence[tuple[str, str]]) -> None:
        entries = [{"id": entry, "digest": digest} for entry, digest in wrong]
        batch = Batch(tx, self._pen(segment))
        batch.write(
            Kind.VOID, self._imprint.archive, {"entries": entries, "reason": "written before a process ended, never in force"}
        )
        batch.finish()

    def _introduce(self, segment: Segment) -> None:
        """Says in a ``warcinfo`` record who writes from here on, where the last one names another."""
        t = tables.segments.c
        with self._database.reading() as tx:
            known = tx.execute(select(t.warcinfo).where(t.name == segment.name)).scalar_one_or_none() or ""
        record_id, _, software = known.partition(" ")
        if software == self._imprint.software:
            segment.warcinfo = record_id
            return
        info = self._new_id()
        lines = {
            "software": self._imprint.software,
            "format": "WARC File Format 1.1",
            "conformsTo": CONFORMS_TO,
            "isPartOf": f"urn:pressmark:{self._imprint.archive}",
            "operator": self._imprint.operator,
            "publisher": self._imprint.institution,
        }
        block = "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in lines.items() if value).encode()
        name = (("WARC-Filename", segment.name),)
        pen = self._pen(segment)
        written = pen.append(Draft("warcinfo", info, utc_text(self.now()), block, "application/warc-fields", None, name))
        self._settled = False
        with self._database.transaction() as tx:
            batch = Batch(tx, pen)
            batch.add([written])
            batch.finish(f"{info} {self._imprint.software}")
        self._settled = True
        segment.warcinfo = info


def _referred_to(facts: bytes) -> Earlier | None:
    """The record that a revisit may name, if there is one in the facts of a capture, and they are sound."""
    try:
        return earlier_of(parse_facts(facts))
    except Damaged:
        return None  # what came is kept whole


def _may_refer(capture: Capture) -> bool:
    """Whether a capture's payload may be left to an earlier record; an imported one is kept as it was: whole."""
    if not capture.exchanges or capture.truncated or not capture.entity:
        return False
    return capture.imported is None or capture.imported.kind == "revisit"
