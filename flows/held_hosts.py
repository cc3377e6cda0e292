"""What one process knows of leases: the hosts it holds, and the beats of other workers. In memory only, and not for several
threads at once: ``flows.leasing`` sees to that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping


class HeldHosts:
    """The hosts that a process holds: which of them somebody here asks or has pinned, when each was asked last, and the
    rest that each is owed. ``now`` is in seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._held: set[str] = set()
        self._pinned: set[str] = set()
        self._asking: Counter[str] = Counter()
        self._used: dict[str, float] = {}
        self._rests: dict[str, float] = {}

    def __contains__(self, host: str) -> bool:
        """Whether a host is held."""
        return host in self._held

    def ask(self, host: str) -> None:
        """Somebody here wants to ask a host, held or not: it is not given back before ``asked``."""
        self._asking[host] += 1

    def asked(self, host: str, rest: float) -> None:
        """A host was asked, or is not after all; it is owed so many seconds from now on."""
        self._asking[host] -= 1
        if self._asking[host] <= 0:
            del self._asking[host]
        self._used_just_now(host, rest)

    def take(self, taken: Mapping[str, float], *, pinned: bool) -> dict[str, float]:
        """Hosts are held from now on, each with the seconds that it is owed: what each is owed as far as is known here."""
        self._held |= taken.keys()
        self._pinned |= taken.keys() if pinned else set()
        for host, owed in taken.items():
            self._used_just_now(host, owed)
        return {host: self._owed(host) for host in taken}

    def unpin(self, hosts: Iterable[str]) -> None:
        """These may be given back, as far as nobody here asks them."""
        self._pinned.difference_update(hosts)

    def give_up(self, hosts: Iterable[str]) -> dict[str, float]:
        """Of these hosts, those that nobody here needs are held no more: the seconds that each is owed."""
        rests = {host: self._owed(host) for host in hosts if host in self._held and self._is_free(host)}
        self._held -= rests.keys()
        for host in rests:
            self._rests.pop(host, None)
            self._used.pop(host, None)
        return rests

    def rests(self, above: float = -1.0) -> dict[str, float]:
        """The seconds that each is owed, where these are more."""
        return {host: owed for host in self._held if (owed := self._owed(host)) > above}

    def idle(self, seconds: float) -> list[str]:
        """Those that nobody here needs, or has asked for so long."""
        since = self._now() - seconds
        return [host for host in self._held if self._is_free(host) and self._used.get(host, 0.0) < since]

    def forget(self) -> None:
        """None is held any more. Who wants to ask one still does."""
        for kept in (self._held, self._rests, self._used, self._pinned):
            kept.clear()

    def _used_just_now(self, host: str, rest: float) -> None:
        self._used[host] = self._now()
        self._rests[host] = max(self._rests.get(host, 0.0), self._now() + rest)

    def _is_free(self, host: str) -> bool:
        return not self._asking[host] and host not in self._pinned

    def _owed(self, host: str) -> float:
        return max(0.0, self._rests.get(host, 0.0) - self._now())


class Others:
    """The beats of other workers: since when, by our own time, each has stood still."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, float]] = {}

    def see(self, beats: Mapping[str, int], now: float) -> None:
        """How far all of them have counted now."""
        before = self._seen
        self._seen = {
            worker: before[worker] if worker in before and before[worker][0] == count else (count, now)
            for worker, count in beats.items()
        }

    def dead(self, now: float, seconds: float) -> list[tuple[str, int]]:
        """Those that have stood still for longer, each with its count."""
        return [(worker, count) for worker, (count, since) in self._seen.items() if now - since > seconds]

    def forget(self) -> None:
        """As if none had been seen."""
        self._seen.clear()
