"""Sources cut into shards of whole hosts, the unit of work of a flow's task.

Politeness is kept inside one process, so a host is never split over two shards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from model.errors import BadCall, PressmarkError
from sources.files import Kind, folder_files, kind_of, list_entries

SIZE = 50
FILES = "file"
"""The host that files, and whatever is no address, count as."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Whole hosts with all their sources, in the order the sources were given in."""

    hosts: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def name(self) -> str:
        """``48 pages of 3 hosts``."""
        return say_sources(self.sources)


def host_of(source: str) -> str:
    """The host an address names, without its port, or ``FILES``. Looks at the text only."""
    try:
        parts = urlsplit(source)
        host = parts.hostname if parts.scheme.lower() in {"http", "https"} else None
    except ValueError:
        return FILES
    return host.rstrip(".") if host else FILES


def by_host(sources: Iterable[str]) -> dict[str, list[str]]:
    """Sources under their hosts; hosts in the order they first appear."""
    hosts: dict[str, list[str]] = {}
    for source in sources:
        hosts.setdefault(host_of(source), []).append(source)
    return hosts


def cut(sources: Sequence[str], size: int = SIZE) -> tuple[Shard, ...]:
    """Shards of about ``size`` sources: the largest hosts first, each into the first shard with room.

    A host with more sources than ``size`` is a shard of its own. The same sources in the same
    order give the same shards; a source given twice stays twice.
    """
    hosts = by_host(sources)
    shards: list[list[str]] = []
    counts: list[int] = []
    for host in sorted(hosts, key=lambda h: (-len(hosts[h]), h)):
        many = len(hosts[host])
        place = next((i for i, count in enumerate(counts) if count + many <= size), None)
        if place is None:
            shards.append([host])
            counts.append(many)
        else:
            shards[place].append(host)
            counts[place] += many
    return tuple(Shard(tuple(names), tuple(s for name in names for s in hosts[name])) for names in shards)


def plain_sources(sources: Iterable[str]) -> tuple[str, ...]:
    """Lists and folders taken apart, so that what is left are addresses and files, each once.

    A list or folder that cannot be read stays as it is: the pipeline tells why. Raises
    ``BadCall`` for standard input, which a flow does not have.
    """
    found: list[str] = []
    for source in sources:
        if source == "-":
            raise BadCall("a flow has no standard input: give it addresses, files, folders or @lists")
        found += _taken_apart(source)
    return tuple(dict.fromkeys(found))


def _taken_apart(source: str) -> Sequence[str]:
    try:
        kind = kind_of(source)
        if kind is Kind.LIST:
            return [inner for entry in list_entries(source) for inner in _taken_apart(entry)]
        if kind is Kind.FOLDER:
            return [str(path) for path in folder_files(source)]
    except PressmarkError:
        return [source]
    return [source]


def say_sources(sources: Sequence[str]) -> str:
    """``12 pages of 3 hosts and 4 files``."""
    hosts = by_host(sources)
    files = len(hosts.pop(FILES, ()))
    pages = sum(map(len, hosts.values()))
    said = []
    if pages:
        said.append(f"{_count(pages, 'page')} of {next(iter(hosts)) if len(hosts) == 1 else _count(len(hosts), 'host')}")
    if files or not pages:
        said.append(_count(files, "file"))
    return " and ".join(said)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
