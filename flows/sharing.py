"""Work that is due, shared out host by host among all who work on one archive.

What is due was looked up when the round began; before a host's addresses are asked its lease is taken, and it is
looked again which of them nobody has done meanwhile. A turn is a few addresses of one host; it ends when what came
of them is put down, and then the host is given back: whoever comes later gets his part, and a host that its dead
worker left is taken over by whoever is there. No more hosts are taken than keep this process busy, so that who is
slow to read does not sit on what others could do.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass

from flows.leasing import LOOKS, Leasing
from flows.shards import by_host, host_of
from storage.leases import Share

Still = Callable[[Sequence[str]], Set[str]]
"""Those of some addresses that nobody has done since they were found to be due."""

TURN = 25
TURN_SECONDS = 30.0
AT_ONCE = 128
"""Hosts that one process asks at once."""
_FIRST_HOSTS = 2
_TAKES_SECONDS = 0.1
"""Between two takes, for it to be seen whether the hosts of the first are enough; each is twice as large as the one before."""
_PATIENCE = 1.5
_LOOKS = (0.05, 1.0)
_FOR_OTHERS = 1.5 * LOOKS[1]  # seconds: whoever waits for a host looks at least once in them


@dataclass(frozen=True, slots=True)
class Turn:
    """Addresses of one host that are this process's to ask; ``worker`` is who took them."""

    host: str
    urls: tuple[str, ...]
    worker: str


def turn_size(gap: float) -> int:
    """So many addresses of a host make a turn of about half a minute with such a gap (seconds)."""
    return max(1, min(TURN, int(TURN_SECONDS / gap))) if gap > 0 else TURN


class Shared:
    """What is left of one round's work. One event loop asks for turns, another thread tells what is done.

    A round ends when all of it is done, or when for one and a half times the life of a lease and a turn more others who
    live held all that is left: that is theirs.
    """

    def __init__(self, leasing: Leasing, urls: Sequence[str], still: Still, size: int = TURN, at_once: int = AT_ONCE) -> None:
        self._leasing = leasing
        self._still = still
        self._urls = frozenset(urls)
        self._size = size
        self._at_once = at_once
        self._step = _FIRST_HOSTS
        self._took_at = float("-inf")
        self._left = {host: deque(those) for host, those in by_host(urls).items()}
        self._out: dict[str, set[str]] = {}
        self._given_back: dict[str, float] = {}
        self._ready: deque[Turn] = deque()
        self._lock = threading.Lock()
        self._one = asyncio.Lock()
        self._worker = ""
        self._stuck_since: float | None = None

    def __contains__(self, url: str) -> bool:
        """Whether an address was shared out in this round."""
        return url in self._urls

    @property
    def hosts(self) -> int:
        """How many hosts have work left."""
        return len(self._left)

    @contextmanager
    def taking_part(self) -> Iterator[None]:
        """For as long as this round works."""
        with self._leasing:
            self._leasing.share(True)
            try:
                yield
            finally:
                self._leasing.share(False)
                with self._lock:
                    out, self._out = list(self._out), {}
                self._leasing.unpin(out)

    async def next(self, is_hungry: Callable[[], bool] = lambda: True) -> Turn | None:
        """The next turn that falls to this process; ``None`` where there is none to come. As long as it is not hungry for
        more than it has, no further host is taken.
        """
        async with self._one:
            pause = _LOOKS[0]
            while True:
                self._take_back_lost()
                with self._lock:
                    if self._ready:
                        return self._ready.popleft()
                    hosts = [host for host in self._left if host not in self._out and self._may_be_taken_again(host)]
                    if not self._left:
                        return None
                if not is_hungry():
                    self._stuck_since, self._step = None, _FIRST_HOSTS
                    await asyncio.sleep(_LOOKS[0])
                    continue
                if (early := self._took_at + _TAKES_SECONDS - time.monotonic()) > 0:
                    await asyncio.sleep(early)
                    continue
                took = bool(hosts) and await asyncio.to_thread(self._take, hosts)
                if took:
                    self._stuck_since, self._took_at = None, time.monotonic()
                    self._step = min(2 * self._step, self._at_once)
                    continue
                if self._is_left_to_others():
                    return None
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, _LOOKS[1])

    def is_mine(self, turn: Turn) -> bool:
        """Whether a turn is still this process's: not after it was taken for dead."""
        return turn.worker == self._leasing.worker

    def told(self, sources: Iterable[str]) -> None:
        """What came of some addresses is put down."""
        ended = []
        with self._lock:
            for source in sources:
                host = host_of(source)
                out = self._out.get(host)
                if out is None or source not in out:
                    continue
                out.discard(source)
                if not out:
                    ended.append(host)
                    self._given_back[host] = time.monotonic()
                    del self._out[host]
                    if not self._left[host]:
                        del self._left[host]
        if ended:
            self._leasing.unpin(ended)

    def ends_turn(self, sources: Set[str]) -> bool:
        """Whether a turn ends once these are put down."""
        with self._lock:
            return any(out <= sources for out in self._out.values())

    def _take(self, hosts: Sequence[str]) -> bool:
        """Takes what falls to this process; whether that led anywhere."""
        with self._lock:
            share = Share(len(self._left), len(self._out), min(self._at_once, len(self._out) + self._step))
        worker, taken = self._leasing.pin(hosts, share)
        with self._lock:
            wanted = {host: [self._left[host].popleft() for _ in range(min(self._size, len(self._left[host])))] for host in taken}
        still = self._still([url for urls in wanted.values() for url in urls]) if wanted else frozenset()
        done = []
        with self._lock:
            for host, urls in wanted.items():
                left = [url for url in urls if url in still]
                if left:
                    self._out[host] = set(left)
                    self._ready.append(Turn(host, tuple(left), worker))
                else:
                    done.append(host)
                    if not self._left[host]:
                        del self._left[host]
        if done:
            self._leasing.unpin(done)
        return bool(taken)

    def _take_back_lost(self) -> None:
        """What was taken by a worker that was taken for dead has to be taken anew."""
        with self._lock:
            if self._worker == self._leasing.worker:
                return
            self._worker = self._leasing.worker
            for host, out in self._out.items():
                self._left[host].extendleft(out)
            self._out.clear()
            self._ready.clear()

    def _may_be_taken_again(self, host: str) -> bool:
        """Whether a host was free for long enough after a turn that a call by hand could have its own."""
        since = self._given_back.get(host)
        return since is None or time.monotonic() - since >= _FOR_OTHERS

    def _is_left_to_others(self) -> bool:
        with self._lock:
            if self._out or self._ready:
                self._stuck_since = None
                return False
        now = time.monotonic()
        self._stuck_since = self._stuck_since or now
        return now - self._stuck_since > _PATIENCE * self._leasing.seconds + TURN_SECONDS
