"""An archive with something of everything in it, and all that it says of itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from storage import Archive, Deposit, Person, Release, Verdict
from tests.storage.desk import Desk, article

QUAY = "http://paper.example/news/quay"


def fill(desk: Desk) -> None:
    """Something of everything that an archive can hold, in no good order."""
    quay, ferry, pier = QUAY, *(f"http://paper.example/news/{n}" for n in ("ferry", "pier"))
    newer = Release({"pressmark": "test", "rules": "two"})
    # states out of order, one found between two equal looks, a return to old words
    desk.take(desk.fetched(quay, b"late" * 50, 9), article("Quay reopens", "third words of the quay"))
    desk.take(desk.fetched(quay, b"early" * 50, 1), article("Quay closed", "first words of the quay"))
    desk.take(desk.fetched(quay, b"later" * 50, 12), article("Quay reopens", "third words of the quay"))
    desk.take(desk.fetched(quay, b"between" * 50, 10), article("Quay closed", "first words of the quay"))
    # copies beside, with and without an address, read twice
    desk.take(desk.supplied(b"a copy", quay, 5), article("Quay closed", "words that somebody typed"))
    desk.take(desk.supplied(b"a text"), article("Harbour notes", "words of a text", date_published="XXXX-12-18"))
    desk.take(desk.supplied(b"a text", "http://paper.example/notes"), article("Harbour notes", "words of a text"))
    # the very same bytes again (a revisit), then gone, then back, then gone for good after three looks
    desk.take(desk.fetched(ferry, b"ferry" * 50, 2), article("Ferries sail", "words of the ferry"))
    desk.take(desk.fetched(ferry, b"ferry" * 50, 3), article("Ferries sail", "words of the ferry"))
    desk.absent(desk.fetched(ferry, b"gone", 4, 410))
    desk.take(desk.fetched(ferry, b"ferry!" * 50, 5), article("Ferries sail", "words of the ferry"))
    for hours in (6, 7, 40):
        desk.absent(desk.fetched(ferry, b"no such page", hours, 404))
    # a newer release reads an old state again; a person labels it
    desk.take(desk.fetched(pier, b"pier 1", 2), article("Pier painted", "words of the pier"))
    desk.articles = {k: replace(a, section="Local") for k, a in desk.articles.items()}
    desk.take(desk.fetched(pier, b"pier 2", 8), article("Pier painted blue", "words of the blue pier", section="Local"), newer)
    labelled = desk.fetched(pier, b"pier 3", 9)
    read = article("Pier painted blue", "words of the blue pier", section="Local")
    labels = {"person": Person("Ada"), "collection": "harbour", "note": "seen from the boat", "override_reason": "for the record"}
    desk.settle(Deposit(pier, labelled, Verdict.ARTICLE, newer, read, **labels))  # type: ignore[arg-type]
    desk.held(desk.fetched("http://paper.example/report", b"%PDF-1.7", 3))


def tell(archive: Archive) -> dict[str, Any]:
    """Everything that an archive says of itself, sizes of files left out."""
    lines = list(archive.list(None))
    stats = archive.stats()
    versions = [
        archive.show(line.record, reading.version, reading.number)
        for line in lines
        for reading in archive.history(line.record).readings
    ]
    return {
        "list": lines,
        "histories": {line.record: archive.history(line.record) for line in lines},
        "versions": [replace(v, capture={k: v.capture[k] for k in v.capture}) for v in versions],
        "changes": list(archive.changes(datetime(2000, 1, 1, tzinfo=UTC))),
        "events": list(archive.events(limit=None)),
        "events of records": {line.record: list(archive.events(line.record, None)) for line in lines},
        "found": [archive.search(q) for q in ("words", "author:quill", "collection:harbour", "quay -third")],
        "stats": {k: v for k, v in stats.items() if not k.endswith("_bytes")},
    }
