"""Which entries of a chain come to something, where others of it, or facts of captures, are lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from model.ledger import Entry, Kind

_OF_A_VERSION = frozenset({Kind.READING, Kind.CHECK, Kind.IMAGE})


def standing(chain: Sequence[Entry], is_there: Callable[[str], bool]) -> Iterator[Entry]:
    """The entries of a record's chain that can be applied: versions whose captures' facts are there (``is_there``, by the
    capture's id), and what is said of these; nothing of a record that has no version left. All of a chain that lost nothing.
    """
    versions = {e.body["number"] for e in chain if e.kind is Kind.VERSION and is_there(e.body["capture"]["id"])}
    for entry in chain if versions else ():
        if entry.kind is Kind.VERSION:
            stands = entry.body["number"] in versions
        else:
            stands = entry.kind not in _OF_A_VERSION or entry.body["version"] in versions
        if stands:
            yield entry
