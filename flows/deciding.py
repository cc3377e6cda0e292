"""Captures decided: made into deposits for the one writer, and settled. What an earlier process left open, too."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from flows.extraction import Reader
from flows.pictures import image_deposit, wanted_for
from flows.verdict import Judgement, after_reading, before_reading
from flows.worker import Extraction
from model.article import Article
from model.capture import Basis, Capture
from model.collection import check_collection_name
from model.errors import BadCall, Damaged, NotFound
from model.given import check_text
from model.prepared import Prepared
from model.record import Outcome, Result
from storage import Archive, Deposit, Person, Release, Reread, Unsettled, Verdict
from storage.batch import Staged

_TRIES = 4

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Labels:
    """What the caller wants kept with the records. Raises ``BadCall`` for what no collection can be called, and for what is
    no text or says nothing.
    """

    person: str | None = None
    collection: str | None = None
    note: str | None = None
    override_robots: str | None = None

    def __post_init__(self) -> None:
        check_text("a collection's name", self.collection)
        check_text("a note", self.note)
        check_text("a reason", self.override_robots)
        check_text("a person's name", self.person)
        if self.collection is not None:
            check_collection_name(self.collection)
        if self.note is not None and not self.note.strip():
            raise BadCall("an empty note says nothing: leave it out, or write one")


def check_labels(collection: str | None, note: str | None) -> None:
    """Raises ``BadCall`` as ``Labels`` does, for whoever wants to know before anything is done."""
    Labels(collection=collection, note=note)


@dataclass(frozen=True, slots=True)
class Decider:
    """Decides for one call: ``reader`` reads anew what has to be compared, ``labels`` go with every deposit. Without
    ``keep_unchanged``, a page that reads as it did before is not kept, but for its digest.
    """

    archive: Archive
    release: Release
    reader: Reader
    labels: Labels
    keep_unchanged: bool = True

    def unread(self, source: str, capture: Capture, judgement: Judgement) -> Deposit:
        """What becomes of a capture that nobody needs to read."""
        return self._made(source, capture, judgement, None)

    def read(self, source: str, capture: Capture, read: Extraction) -> Deposit:
        """What becomes of a capture, now that it was read."""
        if read.article is None:
            if read.kind == "defect":
                log.warning("%s: %s", source, read.problem)
            return self.unread(source, capture, Judgement(Verdict.FAILED, _unread(read), read.kind))
        deposit = self._made(source, capture, after_reading(read.article), read.article, read.prepared)
        if self.keep_unchanged or deposit.article is None:
            return deposit
        try:
            return replace(deposit, known=self.archive.read_the_same(capture, deposit.article, self.release.id))
        except Damaged:
            return deposit  # kept whole; what is wrong is told when it is settled

    def settle(self, staged: Sequence[Staged]) -> Iterator[Result]:
        """Settles what is staged; what must be compared with a capture read anew is tried again. What cannot be decided, as the
        archive is damaged, has failed; its capture waits. Raises ``StorageUnavailable`` as storage does.
        """
        for item, answer in self._settled(staged):
            yield _waits(item, answer) if isinstance(answer, Unsettled) else answer

    def _settled(self, staged: Sequence[Staged]) -> Iterator[tuple[Staged, Result | Unsettled]]:
        waiting = list(staged)
        for _ in range(_TRIES):
            again: list[Staged] = []
            for item, answer in zip(waiting, self.archive.settle(waiting), strict=True):
                if not isinstance(answer, Reread):
                    yield item, answer
                    continue
                try:
                    again.append(self._again(item, answer))
                except Damaged as damage:
                    yield item, _left(item, damage)
            if not again:
                return
            waiting = again
        error = Damaged("it could not be decided although its neighbours were read again; run `pressmark verify`")
        yield from ((item, _left(item, error)) for item in waiting)

    def finish_interrupted(self, tell: Callable[[str], None] = log.warning) -> list[Result]:
        """Decides the captures that an earlier process kept and did not get to decide. Those that wait on, as the archive is
        damaged, ``tell`` is told of, in a line.
        """
        results: list[Result] = []
        left: dict[str, Damaged] = {}  # by address: what else came from there would be read in vain
        waiting = 0
        for found in self.archive.undecided():
            source = found.capture.url or found.capture.filename or found.kept.id
            if source in left:
                waiting += 1
                continue
            ours = found.capture.basis is Basis.FETCHED  # what another archive noted is not our doing
            override = found.capture.context.get("robots_override") if ours else None
            labels = Labels(self.labels.person, override_robots=str(override) if override else None)
            decider = replace(self, labels=labels, keep_unchanged=True)
            wanted = wanted_for(found.capture)
            if wanted is not None:
                deposit = image_deposit(found.capture, wanted, self.release)
            elif (judgement := before_reading(found.capture)) is not None:
                deposit = decider.unread(source, found.capture, judgement)
            else:
                deposit = decider.read(source, found.capture, self.reader.read_one(found.capture))
            for _, answer in self._settled([found.staged(deposit)]):
                if isinstance(answer, Unsettled):
                    left[source] = answer.error
                    waiting += 1
                elif wanted is None:
                    results.append(answer)
        if left:
            copies = "a copy that was kept waits" if waiting == 1 else f"{waiting:,} copies that were kept wait"
            tell(f"{copies} to be decided: {next(iter(left.values()))}")
        return results

    def _made(
        self, source: str, capture: Capture, judgement: Judgement, article: Article | None, prepared: Prepared | None = None
    ) -> Deposit:
        labels = self.labels
        is_piece = judgement.verdict is Verdict.ARTICLE
        return Deposit(
            source=source,
            capture=capture,
            verdict=judgement.verdict,
            release=self.release,
            article=article if is_piece else None,
            prepared=prepared if is_piece else None,
            reason=judgement.reason,
            code=judgement.code,
            person=Person(labels.person) if labels.person else None,
            collection=labels.collection,
            note=labels.note,
            override_reason=labels.override_robots,
        )

    def _again(self, item: Staged, asked: Reread) -> Staged:
        """The item with what it asked to be read again; held where that cannot be read any more."""
        found: dict[str, Article] = {}
        lost: set[str] = set()
        for capture_id in asked.captures:
            try:
                capture = self.archive.load_capture(capture_id)
            except (Damaged, NotFound):
                if not self.archive.is_lost(capture_id):
                    raise
                lost.add(capture_id)
                continue
            read = self.reader.read_one(capture)
            if read.article is None:
                reason = "the copy before it could not be read again, so they were not compared; it is kept"
                held = replace(
                    item.deposit, verdict=Verdict.FAILED, article=None, prepared=None, reason=reason, code="not-compared"
                )
                return replace(item, deposit=held, written=())
            found[capture_id] = read.article
        return self.archive.stage_again(item, found, lost)


def _left(item: Staged, error: Damaged) -> Unsettled:
    return Unsettled(error, item.kept.id if item.kept else None)


def _waits(item: Staged, left: Unsettled) -> Result:
    deposit = item.deposit
    kept = "; the copy is kept, and decided once that is mended" if left.capture is not None else ""
    url = deposit.capture.final_url or deposit.capture.url
    return Result(deposit.source, Outcome.FAILED, url, f"{left.error}{kept}", capture=left.capture)


def _unread(read: Extraction) -> str:
    """Why a page was not read, without words of a page or a machine: the ledger keeps it for ever."""
    if read.kind == "defect":
        return "it could not be read, which is a defect of Pressmark (the log says more); it is kept"
    return f"it could not be read ({read.problem}); it is kept"
