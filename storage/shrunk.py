"""Files of which an earlier check read more than there is now. Where whole chains of the ledger were in them, and the database is
gone, nothing else tells that there was anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from model.ledger import Entry, Kind
from model.said import say_second

_PREFIX = "warc/"


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A file, how many bytes of it were read, when (UTC text), and how many there are now."""

    segment: str
    bytes: int
    at: str
    here: int

    @property
    def id(self) -> str:
        """File and bytes, as what is lost is kept."""
        return file_id(self.segment, self.bytes)

    @property
    def line(self) -> str:
        """In a line."""
        there = f"only {self.here:,} bytes of it are here" if self.here else "it is not here"
        return f"a check read {self.bytes:,} bytes of {_PREFIX}{self.segment} on {say_second(self.at)}: {there}"


def file_id(segment: str, size: int) -> str:
    """A file and so many bytes of it, as what is lost is kept."""
    return f"{_PREFIX}{segment}:{size}"


def shrunk(own: Iterable[Entry], lengths: Mapping[str, int]) -> list[Shrunk]:
    """Those of files that now have some lengths, by the checks that the archive's own chain tells of; but for what a check found
    wrong with a file itself.
    """
    most: dict[str, tuple[int, str]] = {}
    for entry in own:
        if entry.kind is Kind.FIXITY:
            wrong = {finding["place"].partition(":")[0].removeprefix(_PREFIX) for finding in entry.body["findings"]}
            for name, size in entry.body["scope"]["segments"]:
                if name not in wrong and size > most.get(name, (0, ""))[0]:
                    most[name] = size, entry.at
    return [Shrunk(name, *said, lengths.get(name, 0)) for name, said in sorted(most.items()) if lengths.get(name, 0) < said[0]]


def still(ids: Collection[str], lengths: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Of what is kept as lost, the files that are still shorter, with the bytes that were read of them."""
    for one in sorted(ids):
        name, _, size = one.removeprefix(_PREFIX).rpartition(":")
        if one.startswith(_PREFIX) and lengths.get(name, 0) < int(size):
            yield name, int(size)
