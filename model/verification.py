"""What ``verify`` tells of an archive."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing ``verify`` found wrong: where, what, and what to do."""

    place: str
    problem: str
    advice: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What ``verify`` checked and found. Sizes in bytes."""

    segments: int
    records: int
    bytes: int
    entries: int
    captures: int
    findings: tuple[Finding, ...] = field(default_factory=tuple)

    @property
    def ok(self) -> bool:
        """True where nothing was found."""
        return not self.findings
