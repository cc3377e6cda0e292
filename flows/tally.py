"""What became of the sources of one run, counted while it goes on, for people to read."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

from flows.shards import Shard, host_of
from flows.watching import Checked
from model.errors import PressmarkError, RetryLater
from model.identity import without_credentials
from model.record import Outcome, Result
from model.watch import LookOutcome

LISTED = 25
"""How many pieces of each outcome that is news a summary names."""

REASONS = 500
"""How many different reasons are told apart; the rest are counted as ``OTHER``."""

OTHER = "other reasons"
NEWS = (Outcome.CHANGED, Outcome.NEW, Outcome.GONE)

NOT_TAKEN = frozenset({Outcome.REFUSED, Outcome.FAILED})


@dataclass(slots=True)
class Reason:
    """Sources that ended the same way for the same reason, with one of them as example."""

    count: int
    example: str
    hosts: set[str]


@dataclass(slots=True)
class Host:
    """``seconds`` from the start of the run to the host's last page; its pages are taken one at a time."""

    pages: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Tally:
    """Counts of one run or one shard. ``listed`` are the first pieces of each outcome that is news."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    reasons: dict[tuple[Outcome, str], Reason] = field(default_factory=dict)
    hosts: dict[str, Host] = field(default_factory=dict)
    listed: dict[Outcome, list[Result]] = field(default_factory=lambda: {outcome: [] for outcome in NEWS})

    def add(self, result: Result, seconds: float) -> None:
        """Counts one result, told ``seconds`` after the run began."""
        self.outcomes[result.outcome] += 1
        name = host_of(result.source)
        host = self.hosts.setdefault(name, Host())
        host.pages += 1
        host.seconds = seconds
        key = (result.outcome, result.reason or "")
        if key not in self.reasons and len(self.reasons) >= REASONS:
            key = (result.outcome, OTHER)
        reason = self.reasons.setdefault(key, Reason(0, result.source, set()))
        reason.count += 1
        reason.hosts.add(name)
        news = self.listed.get(result.outcome)
        if news is not None and len(news) < LISTED:
            news.append(result)

    @property
    def total(self) -> int:
        """How many sources were told."""
        return self.outcomes.total()

    @property
    def all_failed(self) -> bool:
        """True where nothing at all could be taken."""
        return self.total > 0 and self.outcomes.keys() <= NOT_TAKEN

    def in_words(self) -> str:
        """``3 new, 9 unchanged``."""
        return ", ".join(f"{self.outcomes[o]} {o.value}" for o in Outcome if self.outcomes[o]) or "nothing told"

    def first_trouble(self) -> str:
        """The commonest reason among what was not taken."""
        troubles = [(r.count, text) for (outcome, text), r in self.reasons.items() if outcome in NOT_TAKEN]
        return max(troubles, default=(0, ""), key=lambda t: t[0])[1]


@dataclass(slots=True)
class LookTally:
    """Counts of looks at watches, of one round or one shard."""

    outcomes: Counter[LookOutcome] = field(default_factory=Counter)
    new: int = 0
    gaps: int = 0
    failed: list[Checked] = field(default_factory=list)

    def add(self, checked: Checked, seconds: float) -> None:
        """Counts one look."""
        self.outcomes[checked.outcome] += 1
        self.new += checked.new
        self.gaps += checked.gap is not None
        if checked.outcome is LookOutcome.FAILED:
            self.failed.append(checked)

    @property
    def total(self) -> int:
        """How many watches were looked at."""
        return self.outcomes.total()

    @property
    def all_failed(self) -> bool:
        """True where no look said anything."""
        return self.total > 0 and len(self.failed) == self.total

    def in_words(self) -> str:
        """``100 looks, 3 new addresses, 2 failed``."""
        said = [f"{self.total} {'look' if self.total == 1 else 'looks'}"]
        said += [f"{self.new} new {'address' if self.new == 1 else 'addresses'}"] if self.new else []
        said += [f"{self.gaps} rolled over"] if self.gaps else []
        said += [f"{len(self.failed)} failed"] if self.failed else []
        return ", ".join(said)

    def first_trouble(self) -> str:
        """The commonest reason of a failed look."""
        reasons = Counter(x.reason or "" for x in self.failed)
        return reasons.most_common(1)[0][0] if reasons else ""


class Told(Protocol):
    """What a board is told: an outcome of a source."""

    @property
    def source(self) -> str:
        """What it is the outcome of."""


ToldT = TypeVar("ToldT", bound=Told, contravariant=True)


class Counts(Protocol[ToldT]):
    """What a board counts with."""

    @property
    def total(self) -> int:
        """How many sources were told."""

    @property
    def all_failed(self) -> bool:
        """True where nothing at all came of it."""

    def add(self, result: ToldT, seconds: float, /) -> None:
        """Counts one."""

    def in_words(self) -> str:
        """The counts, for people."""

    def first_trouble(self) -> str:
        """The commonest reason among what failed."""


ResultT = TypeVar("ResultT", bound=Told)
CountsT = TypeVar("CountsT", bound=Counts[Any])


class Board(Generic[ResultT, CountsT]):
    """Where one pipeline call tells its results and those who wait for one shard find them.

    ``make`` makes a tally that counts nothing yet. One thread tells, inside a ``with``; any number wait.
    """

    def __init__(self, shards: Sequence[Shard], make: Callable[[], CountsT]) -> None:
        self.whole = make()
        self._tallies = [make() for _ in shards]
        self._left = [len(shard.sources) for shard in shards]
        self._done = [threading.Event() for _ in shards]
        self._place = {without_credentials(source): place for place, shard in enumerate(shards) for source in shard.sources}
        self._error: PressmarkError | None = None

    def tell(self, result: ResultT, seconds: float) -> None:
        """Counts a result for the run and for its shard; a shard is done with its last source."""
        self.whole.add(result, seconds)
        place = self._place.get(result.source)
        whole = place is not None
        if place is None:
            place = self._place_of_member(result.source)
        if place is None:  # from a list that could not be read when the shards were cut, and now can
            return
        self._tallies[place].add(result, seconds)
        if not whole:  # how many more are in its file nobody knows before the end
            return
        self._left[place] -= 1
        if self._left[place] <= 0:
            self._done[place].set()

    def _place_of_member(self, source: str) -> int | None:
        """The shard of a file of which ``FILE#RECORD`` is a part."""
        parts = source.split("#")
        names = ("#".join(parts[:n]) for n in range(len(parts) - 1, 0, -1))
        return next((self._place[name] for name in names if name in self._place), None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None) -> None:
        """Nothing more will be told: whoever still waits is let go."""
        if error is not None:
            self._error = error if isinstance(error, PressmarkError) else RetryLater("the run was stopped; the next one goes on")
        for done in self._done:
            done.set()

    def wait(self, place: int) -> CountsT:
        """The tally of a shard, once it is done. Raises what ended the run before that."""
        self._done[place].wait()
        if self._left[place] > 0 and self._error is not None:
            raise self._error
        return self._tallies[place]
