"""What ``verify`` tells of an archive."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Gone:
    """What a WARC file had and has no more, by the catalogue: the offset of the first record that is not there, how many
    bytes and records are missing, how many of these are ledger entries and articles, how many captures lack something, and where
    these records were, neighbours together (offset, length).
    """

    segment: str
    start: int
    bytes: int
    records: int
    entries: int
    captures: int
    articles: int
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Behind:
    """What WARC files have that the database does not know, and no writer has in hand: how many files, bytes and whole WARC
    records. It is a killed process's, or the database is older than the files; without a whole record it is no finding.
    """

    files: int = 0
    bytes: int = 0
    records: int = 0

    def __add__(self, other: Behind) -> Behind:
        return Behind(self.files + other.files, self.bytes + other.bytes, self.records + other.records)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing ``verify`` found wrong: where, what, and what to do. ``gone`` where a file or its end is missing: what merely
    follows from that is no finding of its own.
    """

    place: str
    problem: str
    advice: str
    gone: Gone | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """What ``verify`` checked and found. Sizes in bytes.

    ``extent`` is ``full``, ``sample`` or ``older than``; ``checked`` are the segments that were read whole, each
    with how much of it; ``checked_records`` how many pieces were compared with what the ledger says of them;
    ``unnamed`` how many WARC records nothing names: what a process left that was killed, and no damage.
    """

    segments: int
    records: int
    bytes: int
    entries: int
    captures: int
    findings: tuple[Finding, ...] = field(default_factory=tuple)
    extent: str = "full"
    checked: tuple[tuple[str, int], ...] = ()
    checked_records: int = 0
    unnamed: int = 0
    behind: Behind = Behind()

    @property
    def ok(self) -> bool:
        """True where nothing was found."""
        return not self.findings

    @property
    def nothing_due(self) -> bool:
        """True where only what was last checked long ago was asked for, and nothing was."""
        return self.extent == "older than" and not self.checked and self.ok
