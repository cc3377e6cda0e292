"""The image files of what was taken in: asked for after an article is settled, kept beside it.

An article's outcome never depends on its images; it only waits for them to be told. What a
kill leaves out is wanted still at the next ingest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from extractors.decode import decode_entity
from extractors.pictures import image_type, read_picture
from flows.gathered import Gathered
from model.capture import Basis, Capture
from model.errors import Damaged, PressmarkError, Refused
from model.record import ImageTally, Outcome, Result
from model.said import say_second
from storage import Archive, Deposit, ImageWanted, Release, Unsettled, Verdict

COMMIT_SECONDS = 1.0
COMMIT_IMAGES = 50
COMMIT_BYTES = 32_000_000  # they wait in memory

_SEEN = frozenset({Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED})
_OK, _NOT_MODIFIED = 200, 304

Ask = Callable[[Sequence[ImageWanted]], None]
"""Has images fetched; each comes back as ``Gathered`` with its ``wanted``."""


@dataclass(slots=True)
class _Waiting:
    """A result that is told when its images are there, or known not to come."""

    result: Result
    tally: ImageTally
    left: int

    def told(self) -> Result:
        return replace(self.result, images=self.tally)

    def count(self, url: str, problem: str | None, *, held: bool = False) -> None:
        now = self.tally
        self.left -= 1
        if problem is not None:
            self.tally = replace(now, missed=(*now.missed, {"url": url, "reason": problem}))
        elif held:
            self.tally = replace(now, held=now.held + 1)
        else:
            self.tally = replace(now, taken=now.taken + 1)


class Pictures:
    """One ingest's images. ``ask`` is ``None`` where nobody wants any."""

    def __init__(self, archive: Archive, release: Release, ask: Ask | None) -> None:
        self._archive = archive
        self._release = release
        self._ask = ask
        self._waiting: dict[tuple[str, int], _Waiting] = {}
        self._ready: list[Deposit] = []
        self._held: list[ImageWanted] = []
        self._since = 0.0

    @property
    def waiting(self) -> int:
        """How many results wait for their images."""
        return len(self._waiting)

    def after(self, result: Result) -> Iterator[Result]:
        """The result, unless there are images to wait for."""
        if self._ask is None or result.outcome not in _SEEN or result.record is None or result.version is None:
            yield result
            return
        try:
            yield from self._asked(result, result.record, result.version, self._ask)
        except Damaged as error:  # the article is taken in all the same
            missed = ({"url": result.url or result.source, "reason": f"{error}; then its images are asked for"},)
            yield replace(result, images=ImageTally(0, 0, missed))

    def _asked(self, result: Result, record: str, version: int, ask: Ask) -> Iterator[Result]:
        if result.capture is not None and self._archive.capture_facts(result.capture)["basis"] != Basis.FETCHED:
            yield result  # the images of today are not those of a copy from elsewhere
            return
        place = (record, version)
        wanted = self._archive.wanted_images(*place) if place not in self._waiting else ()
        missed = tuple(
            {"url": x.url, "reason": f"tried {say_second(x.tried_at)}, asked for again after a day"} for x in wanted if x.tried_at
        )
        tally = ImageTally(0, self._archive.count_images(*place), missed)
        asked = [x for x in wanted if not x.tried_at]
        if not asked:
            yield replace(result, images=tally)
            return
        self._waiting[place] = _Waiting(result, tally, len(asked))
        ask(asked)

    def take(self, item: Gathered, wanted: ImageWanted) -> None:
        """One image that came, or why it did not."""
        self._since = self._since or time.monotonic()
        capture, problem = item.capture, str(item.error) if item.error is not None else None
        if capture is None:
            self._waiting[wanted.record, wanted.version].count(wanted.url, problem)
        elif capture.status == _NOT_MODIFIED and wanted.held is not None:
            self._held.append(wanted)
        else:
            refused = isinstance(item.error, Refused)
            self._ready.append(image_deposit(capture, wanted, self._release, problem, refused=refused))

    def settle(self) -> Iterator[Result]:
        """Where it is time to commit, keeps what came; the results that have all their images."""
        came = len(self._ready) + len(self._held)
        size = sum(len(deposit.capture.entity) for deposit in self._ready)
        small = came < COMMIT_IMAGES and size < COMMIT_BYTES and time.monotonic() - self._since < COMMIT_SECONDS
        waits_for_more = sum(waiting.left for waiting in self._waiting.values()) > came
        if not self._since or (waits_for_more and small):
            return
        ready, held, self._ready, self._held, self._since = self._ready, self._held, [], [], 0.0
        unkept = self._archive.keep_held(held) if held else ()
        answers = self._archive.settle(self._archive.stage(ready)) if ready else ()
        for wanted, damage in zip(held, unkept, strict=True):
            self._waiting[wanted.record, wanted.version].count(wanted.url, str(damage) if damage else None, held=True)
        for deposit, answer in zip(ready, answers, strict=True):
            if deposit.image is not None:
                problem = None if deposit.verdict is Verdict.IMAGE else deposit.reason
                if isinstance(answer, Unsettled):
                    problem = f"{answer.error}; the file is kept, and decided once that is mended"
                self._waiting[deposit.image.record, deposit.image.version].count(deposit.image.url, problem)
        for place in [place for place, waiting in self._waiting.items() if waiting.left <= 0]:
            yield self._waiting.pop(place).told()


def image_deposit(
    capture: Capture, wanted: ImageWanted, release: Release, problem: str | None = None, *, refused: bool = False
) -> Deposit:
    """What was captured for an image of a version: the image with what its file says, or what came in its place."""
    purpose: dict[str, object] = {"record": wanted.record, "version": wanted.version, "url": wanted.url}
    verdict, code = Verdict.REFUSED if refused else Verdict.FAILED, "image"
    if problem is None:
        problem, says = _look(capture)
        if problem is None:
            verdict, purpose["says"] = Verdict.IMAGE, says
    kept = replace(capture, context={**capture.context, "image": purpose})
    return Deposit(wanted.url, kept, verdict, release, reason=problem, code=code, image=wanted)


def wanted_for(capture: Capture) -> ImageWanted | None:
    """For which image a capture was made that an earlier process kept; ``None`` for a page."""
    purpose = capture.context.get("image")
    if not isinstance(purpose, dict) or capture.basis is not Basis.FETCHED:
        return None  # what another archive noted is not our purpose
    return ImageWanted(str(purpose["record"]), int(purpose["version"]), str(purpose["url"]))


def _look(capture: Capture) -> tuple[str | None, list[dict[str, str]]]:
    """Why a capture is no image, or what the image says of itself."""
    if capture.status != _OK:
        return f"the server answered {capture.status}", []
    if capture.truncated is not None:
        return f"it broke off or is over the limit ({capture.truncated.value})", []
    try:
        body = decode_entity(capture.entity, capture.headers)
    except PressmarkError as error:
        return str(error), []
    if image_type(body) is None:
        return "what the server sent is no image", []
    return None, [statement.to_json() for statement in read_picture(body)]
