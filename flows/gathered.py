"""What gathering gives, and what the caller of an ingest says of its sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from model.capture import Capture
from model.errors import PressmarkError, Skip
from sources.memento import Wish
from storage import ImageWanted, InForce


@dataclass(frozen=True, slots=True)
class Gathered:
    """What came of one source: a capture, or the error with the hops that came before it. ``wanted`` is
    given where it is an image file that a version wants, and no source of its own; ``known`` where the
    server answered that the copy in force is still the same. A ``note`` alone is no outcome: what
    of a source was passed over, for people. ``met`` where the archive has looked at the address before: most likely it is
    the same again.
    """

    source: str
    capture: Capture | None = None
    error: PressmarkError | None = None
    wanted: ImageWanted | None = None
    known: InForce | None = None
    note: str | None = None
    met: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What the caller of an ingest says of its sources. With ``memento``, addresses are not asked for
    themselves: their copies in another web archive are. ``fresh`` asks for everything in full.
    """

    url: str | None = None
    captured_at: datetime | None = None
    override_robots: str | None = None
    memento: Wish | None = None
    fresh: bool = False


def defect(error: Exception, source: str, done: str) -> PressmarkError:
    """An exception that nobody foresaw, as the outcome of one source; ``done`` such as ``fetched``."""
    said = f"{type(error).__name__}: {error}"[:200]
    return Skip(f"{source} could not be {done}, which is a defect of Pressmark ({said}); please report it", source=source)


def first_of(error: BaseException) -> BaseException:
    """What went wrong first, where several tasks ended with it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
