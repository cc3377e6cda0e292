"""Captures decided: made into deposits for the one writer, and settled. What an earlier process left open, too."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flows.extraction import Reader
from flows.pictures import image_deposit, wanted_for
from flows.verdict import Judgement, after_reading, before_reading
from flows.worker import Extraction
from model.article import Article
from model.capture import Basis, Capture
from model.collection import check_collection_name
from model.errors import BadCall, Damaged
from model.given import check_text
from model.prepared import Prepared
from model.record import Result
from storage import Archive, Deposit, Person, Release, Reread, Verdict
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
        return replace(deposit, known=self.archive.read_the_same(capture, deposit.article, self.release.id))

    def settle(self, staged: Sequence[Staged]) -> Iterator[Result]:
        """Settles what is staged; what must be compared with a capture read anew is tried again.

        Raises ``Damaged`` where that does not end, ``StorageUnavailable`` as storage does.
        """
        waiting = list(staged)
        for _ in range(_TRIES):
            again: list[Staged] = []
            for item, answer in zip(waiting, self.archive.settle(waiting), strict=True):
                if isinstance(answer, Reread):
                    again.append(self._again(item, answer))
                else:
                    yield answer
            if not again:
                return
            waiting = again
        raise Damaged("a capture could not be decided although its neighbours were read again; run `pressmark verify`")

    def finish_interrupted(self) -> list[Result]:
        """Decides the captures that an earlier process kept and did not get to decide."""
        results: list[Result] = []
        for found in self.archive.undecided():
            source = found.capture.url or found.capture.filename or found.kept.id
            ours = found.capture.basis is Basis.FETCHED  # what another archive noted is not our doing
            override = found.capture.context.get("robots_override") if ours else None
            labels = Labels(self.labels.person, override_robots=str(override) if override else None)
            decider = replace(self, labels=labels, keep_unchanged=True)
            wanted = wanted_for(found.capture)
            if wanted is not None:
                list(self.settle([found.staged(image_deposit(found.capture, wanted, self.release))]))
                continue
            judgement = before_reading(found.capture)
            if judgement is not None:
                deposit = decider.unread(source, found.capture, judgement)
            else:
                deposit = decider.read(source, found.capture, self.reader.read_one(found.capture))
            results += self.settle([found.staged(deposit)])
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
        for capture_id in asked.captures:
            read = self.reader.read_one(self.archive.load_capture(capture_id))
            if read.article is None:
                reason = "the copy before it could not be read again, so they were not compared; it is kept"
                held = replace(
                    item.deposit, verdict=Verdict.FAILED, article=None, prepared=None, reason=reason, code="not-compared"
                )
                return replace(item, deposit=held, written=())
            found[capture_id] = read.article
        return self.archive.stage_again(item, found)


def _unread(read: Extraction) -> str:
    """Why a page was not read, without words of a page or a machine: the ledger keeps it for ever."""
    if read.kind == "defect":
        return "it could not be read, which is a defect of Pressmark (the log says more); it is kept"
    return f"it could not be read ({read.problem}); it is kept"
