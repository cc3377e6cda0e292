"""Which entries of a chain come to something, where others of it, or facts of captures, are lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from model.ledger import Entry, Kind

NAMING = frozenset({Kind.VERSION, Kind.READING})
"""Kinds that come to nothing without the facts of their capture."""

_OF_A_VERSION = frozenset({Kind.READING, Kind.CHECK, Kind.IMAGE})


def standing(chain: Sequence[Entry], is_there: Callable[[str], bool]) -> Iterator[Entry]:
    """The entries of a record's chain that can be applied: versions and readings whose captures' facts are there
    (``is_there``, by the capture's id), and what is said of these versions; nothing of a record that has no version left.
    All of a chain that lost nothing.
    """
    lost = {entry.id for entry in chain if entry.kind in NAMING and not is_there(entry.body["capture"]["id"])}
    versions = {entry.body["number"] for entry in chain if entry.kind is Kind.VERSION and entry.id not in lost}
    for entry in chain if versions else ():
        speaks_of_lost = entry.kind in _OF_A_VERSION and entry.body["version"] not in versions
        if entry.id not in lost and not speaks_of_lost:
            yield entry
