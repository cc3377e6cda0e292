"""The authors of a plain text: its byline, the lines under it, and the note at its end."""

from __future__ import annotations

import re
from dataclasses import replace

from extractors.field import shorten
from extractors.fields import affiliations, bio, byline, names, position
from extractors.text.line import Line
from extractors.text.lines import Copy
from extractors.words.people import either, people
from model.article import Affiliation, Author, Evidence, How


def read(copy: Copy, language: str | None, evidence: dict[str, Evidence]) -> tuple[Author, ...]:
    """The authors in the order printed, each with what byline and note say about them."""
    authors: list[Author] = []
    for index, line in enumerate(copy.lines[: copy.first]):
        if line.kind == "byline":
            for author in byline.read(line.text, language):
                if all(names.key(author.name) != names.key(a.name) for a in authors):
                    _say(evidence, f"/authors/{len(authors)}/name", "authors.byline", line)
                    for at, _ in enumerate(author.affiliations):
                        _say(evidence, f"/authors/{len(authors)}/affiliations/{at}", "authors.byline", line)
                    authors.append(author)
        elif line.kind == "house" and authors and not any(x.kind == "house" for x in copy.lines[:index]):
            for number, author in enumerate(authors):
                if not author.affiliations:
                    authors[number] = _with_house(author, line.text, language)
                    _say(evidence, f"/authors/{number}/affiliations/0", "authors.below_byline", line)
        elif line.kind == "role" and authors:
            item = position.read(line.text, language, needs_role=False)
            if item:
                authors[-1] = replace(authors[-1], role=item.role, affiliations=(*authors[-1].affiliations, item))
                _say(evidence, f"/authors/{len(authors) - 1}/affiliations/0", "authors.below_byline", line)
    if not authors:
        authors = _below(copy, language, evidence) or _makers(copy, language, evidence)
    _notes(copy, authors, language, evidence)
    return tuple(authors)


def _with_house(author: Author, text: str, language: str | None) -> Author:
    """The author with what the line below the byline says: "The Agency", "Special to the Courier", "Courier Staff Writer"."""
    told = byline.read(f"{author.name}, {text}", language)
    if len(told) == 1 and told[0].name == author.name and told[0].affiliations:
        return replace(author, role=author.role or told[0].role, affiliations=told[0].affiliations)
    return replace(author, affiliations=(Affiliation(text),))


def _below(copy: Copy, language: str | None, evidence: dict[str, Evidence]) -> list[Author]:
    """A byline under the last sentence, with the house below it."""
    authors: list[Author] = []
    for line in copy.lines[copy.last :]:
        if line.kind == "byline" and not authors:
            authors = list(byline.read(line.text.lstrip("-–—― "), language))
            for number, author in enumerate(authors):
                _say(evidence, f"/authors/{number}/name", "authors.closing_byline", line)
                for at, _ in enumerate(author.affiliations):
                    _say(evidence, f"/authors/{number}/affiliations/{at}", "authors.closing_byline", line)
        elif line.kind == "house" and authors and not any(a.affiliations for a in authors):
            for number, author in enumerate(authors):
                authors[number] = _with_house(author, line.text, language)
                _say(evidence, f"/authors/{number}/affiliations/0", "authors.below_byline", line)
    return authors


def _makers(copy: Copy, language: str | None, evidence: dict[str, Evidence]) -> list[Author]:
    """ "Reporting by A. Person" at the end, for copy without a byline."""
    makers = [line for line in copy.lines[copy.first :] if line.kind == "makers"]
    told = people(language)
    for line, words in ((m, either(w)) for w in (told.reported, told.written) for m in makers):
        found = re.search(rf"(?:^\(?|;\s*)(?:{words})\s+(.+)", line.text, re.IGNORECASE)
        if found:
            said = re.split(r"[;,.)]\s*(?:additional|writing|editing|$)|\sfrom\s", found[1], maxsplit=1, flags=re.IGNORECASE)[0]
            authors = [a for a in byline.read(said, language) if names.is_person(a.name, language)]
            for number, _ in enumerate(authors):
                _say(evidence, f"/authors/{number}/name", "authors.reporting", line)
            return authors
    return []


def _notes(copy: Copy, authors: list[Author], language: str | None, evidence: dict[str, Evidence]) -> None:
    lines = [line for line in copy.lines if line.kind == "note"]
    if not lines:
        return
    whole = Line(" ".join(x.text for x in lines), lines[0].start, lines[-1].end)
    for number, author in enumerate(authors):
        own = next((x for x in lines if bio.is_about(x.text, author.name, language)), None)
        alone = len(authors) == 1
        note = own if own is not None and len(authors) == 1 and len(lines) == 1 else whole
        told = bio.read(note.text, author.name, language)
        if not told.affiliations and alone:
            told = bio.read(note.text, None, language)
        if not told.affiliations and not told.role and own is None:
            continue
        merged = affiliations.merge(author.affiliations, told.affiliations)
        role = author.role or told.role or next((a.role for a in merged if a.role and not a.past), None)
        authors[number] = replace(author, role=role, affiliations=merged, bio=_part(note.text, author, alone))
        _say(evidence, f"/authors/{number}/bio", "authors.end_note", note)
        for at, item in enumerate(merged):
            if item not in author.affiliations:
                _say(evidence, f"/authors/{number}/affiliations/{at}", "authors.end_note", note)
        if told.role and not author.role:
            _say(evidence, f"/authors/{number}/role", "authors.end_note", note)


def _part(note: str, author: Author, alone: bool) -> str:
    """The sentences of a note that are about this author."""
    if alone:
        return note
    own = [s for s in bio.sentences(note) if names.key(author.name) in names.key(s)]
    return " ".join(own) or note


def _say(evidence: dict[str, Evidence], pointer: str, strategy: str, line: Line) -> None:
    evidence[pointer] = Evidence(strategy, How.MARKED if "byline" in strategy else How.INFERRED, line.where, shorten(line.text))
