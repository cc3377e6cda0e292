"""Decisions whole or void: the entries that one decision writes say so in their WARC headers.

A decision may take several ledger entries (a version and the note that came with it, a state and
the look that it promotes). A process that is killed between two of them leaves the first ones
behind, and these alone would say less than was decided. So each of several carries ``Pressmark-Decision:
ID N/OF``: the id of the decision's first entry, which of how many this one is. Recovery and
``rebuild`` take in all of a decision or nothing; its captures are then decided anew. A single entry
carries nothing, and neither do those of archives from before: each of them is a decision of its own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from model.ledger import Entry
from storage.warc import Draft, Member

LEDGER = "urn:pressmark:ledger:"
_HEADER = "Pressmark-Decision"
_SAID = re.compile(r"(\S+) (\d{1,9})/(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Part:
    """Which entry of which decision something is; ``number`` counts from 1."""

    decision: str
    number: int
    of: int


def entry_draft(entry: Entry, data: bytes, mark: str | None = None) -> Draft:
    """The record of an entry, whose bytes are ``data``; ``mark`` is what ``mark_of`` makes, where its decision has several."""
    extra = ((_HEADER, mark),) if mark is not None else ()
    return Draft("metadata", entry.id, entry.at, data, "application/json", f"{LEDGER}{entry.chain}:{entry.seq}", extra)


def mark_of(decision: str, number: int, of: int) -> str:
    """What the header of an entry says; see ``Part``."""
    return f"{decision} {number}/{of}"


def marked(drafts: Sequence[Draft]) -> list[Draft]:
    """Everything that one decision writes, its entries marked where there are several."""
    entries = [d.id for d in drafts if _is_entry(d)]
    if len(entries) < 2:
        return list(drafts)
    numbers = {entry: n for n, entry in enumerate(entries, 1)}
    return [_with(d, mark_of(entries[0], numbers[d.id], len(entries))) if d.id in numbers else d for d in drafts]


def part_of(member: Member) -> Part | None:
    """The part that an entry's record says it is; ``None`` for a decision of one entry."""
    said = _SAID.fullmatch(member.headers.get(_HEADER.lower(), ""))
    return Part(said[1], int(said[2]), int(said[3])) if said else None


def partial(parts: Iterable[Part | None]) -> set[str]:
    """The decisions of which not every part is there."""
    found: Mapping[str, list[Part]] = defaultdict(list)
    for part in parts:
        if part is not None:
            found[part.decision].append(part)
    return {decision for decision, there in found.items() if {p.number for p in there} != set(range(1, there[0].of + 1))}


def _is_entry(draft: Draft) -> bool:
    return (draft.uri or "").startswith(LEDGER)


def _with(draft: Draft, said: str) -> Draft:
    return replace(draft, extra=(*draft.extra, (_HEADER, said)))
