"""An archive with pieces that may leave the house, and some that may not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from model.article import Affiliation, Article, Author, Correction, Dateline, Evidence, How, Image
from model.capture import Capture
from model.export import Exported, Format, Which
from model.record import Scope
from storage import Archive, Selection


@dataclass(frozen=True)
class Shelf:
    """The archive, the ids of its records by a word of theirs, and a folder to write into."""

    archive: Archive
    records: dict[str, str]
    out: Path

    def export(self, format: Format, name: str = "out", *, evidence: bool = False, **said: Any) -> Exported:
        """To ``out/NAME``: all versions, unless told otherwise."""
        selection = Selection(**{"which": Which.ALL, **said})
        return self.archive.export(format, self.out / name, selection, evidence=evidence, institution="Saltmarsh Library")

    def lines(self, name: str = "out") -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.out / name).read_text("utf-8").splitlines()]

    def left(self) -> list[str]:
        """What lies in the folder."""
        return sorted(p.name for p in self.out.iterdir())


@pytest.fixture
def shelf(desk: Any, make_article: Callable[..., Article], tmp_path: Path) -> Shelf:
    """``quay`` has two versions, ``ferry`` one that was seen twice (a revisit), ``copy`` was supplied, ``notes`` asks
    not to be archived, ``closed`` is restricted whole, ``inner`` for exports."""
    out = tmp_path / "out"
    out.mkdir()
    authors = (Author("Mara Quill", "reporter", (Affiliation("Harbour Ledger", "reporter", "Port Hallow"),), "She writes."),)
    credit = ("Photo: Ilse Brandt/NPA", ("Ilse Brandt",), ("NPA",), None, "© 2026", "https://paper.example/licence")
    image = Image("http://paper.example/quay.jpg", "The quay.", "A quay", *credit)
    rich = make_article(
        "=Quay reopens",
        "The quay reopened on Monday.",
        authors=authors,
        standfirst="After a year.",
        dateline=Dateline("PORT HALLOW, Dec. 18 (NPA)", "Port Hallow", "XXXX-12-18", "NPA"),
        date_published="2025-12-31T22:30:00-05:00",
        date_modified="2026-01",
        images=(image,),
        keywords=("harbour", "quay"),
        in_language="en",
        section="Local",
        provider="NPA",
        corrections=(Correction("An earlier version had the wrong day.", "correction", "2026-01-02"),),
        evidence={"/headline": Evidence("headline.h1", How.MARKED, "css:h1", "=Quay reopens")},
    )
    quay, ferry, notes, closed, inner = (f"http://paper.example/news/{n}" for n in ("quay", "ferry", "notes", "closed", "inner"))
    records: dict[str, str] = {}

    def take(word: str, capture: Capture, article: Article) -> None:
        records[word] = desk.take(capture, article).record

    take("quay", desk.fetched(quay, b"<p>first</p>" * 40, 1), make_article("Quay closed", "Words of the quay."))
    take("quay", desk.fetched(quay, b"<p>second</p>" * 40, 9), rich)
    for hours in (2, 3):
        take("ferry", desk.fetched(ferry, b"<p>ferry</p>" * 40, hours), make_article("Ferries sail", "Words of the ferry."))
    take("copy", desk.supplied(b"<p>a copy</p>"), make_article("Harbour notes", "Words of a copy."))
    asked = replace(desk.fetched(notes, b"<p>notes</p>", 4), signals=("robots: noarchive",))
    take("notes", asked, make_article("Quiet notes", "Words that are reserved."))
    take("closed", desk.fetched(closed, b"<p>closed</p>", 5), make_article("Closed", "Words that are closed."))
    take("inner", desk.fetched(inner, b"<p>inner</p>", 6), make_article("Inner", "Words for the house."))
    hand = desk.archive.by("Ada Holm")
    hand.restrict(records["closed"], Scope.CONTENT, reason="a court said so")
    hand.restrict(records["inner"], Scope.EXPORT, reason="as agreed")
    hand.note(records["quay"], "seen from the boat")
    hand.collect([records["quay"]], "harbour")
    return Shelf(desk.archive, records, out)
