"""What the page says about its authors beside the byline: author boxes and notes at the end.

A note belongs to an author it names (or, where there is but one author, calls "the author").
Its text is the author's bio; the positions in it join those of byline and structured data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from extractors.dom import Element
from extractors.field import Found, shorten
from extractors.fields import affiliations, bio, byline_posts, names
from extractors.fields.job_beside import job_beside
from extractors.page import Page
from model.article import Author, Evidence, How

_BOX = re.compile(
    r"(?<![a-z])(?:author|autor(?:en|in)?|auteur|writer|contributor|byline|redakteur|reporter)[a-z]*[-_ ]*(?:bio|box|info|desc|"
    r"about|card|profile|details?|text|meta|note|block|container|wrapper|footer|teaser|section)|"
    r"(?<![a-z])(?:about-?(?:the-?)?author|bio(?:graphy|grafie)?|vita|post-author|ueber-den-autor|kurzbio)(?![a-z])",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOTES = 60
_TAIL = 14  # paragraphs at the end of the article that may hold a note
MAX_NOTE = 1_500


@dataclass(frozen=True, slots=True)
class Note:
    """A text about authors, and where it stands."""

    text: str
    where: str
    how: How
    boxed: bool


def enrich(
    page: Page, authors: Sequence[Author], found: Sequence[Found[tuple[Author, ...]]], evidence: dict[str, Evidence]
) -> tuple[Author, ...]:
    """The authors with roles, affiliations and bios from everywhere on the page; ``evidence`` gets theirs."""
    notes = list(islice(_notes(page, authors), _NOTES))
    told: list[Author] = []
    for number, author in enumerate(authors):
        full = author
        for other in found:
            if other.strategy.endswith(("elsewhere", "anywhere", "json_ld_page")):
                continue
            for one in other.candidate.value:
                if one is not author and _same_person(one.name, author.name):
                    full = _join(full, one)
                    said = other.candidate.detail.get(f"/{other.candidate.value.index(one)}/affiliations")
                    if one.affiliations and f"/{number}/affiliations" not in evidence:
                        own = Evidence(other.strategy, other.candidate.how, other.candidate.where, shorten(other.candidate.quote))
                        evidence[f"/{number}/affiliations"] = said or own
        if not any(a.organization for a in full.affiliations):
            full = _after_byline(page, full, authors, found, number, evidence)
        full = _declared(page, full, number, evidence)
        others = tuple(a.name for a in authors if a is not author)
        full = _noted(page, full, notes, number, evidence, others)
        beside = None if full.role else job_beside(page, full.name)
        if beside is not None:
            full = replace(full, role=beside[0])
            evidence[f"/{number}/role"] = Evidence("authors.job_beside", How.MARKED, "css:" + page.css(beside[1]), beside[0])
        told.append(full)
    return tuple(told)


def _join(author: Author, other: Author) -> Author:
    merged = affiliations.merge(author.affiliations, other.affiliations)
    role = author.role or other.role or next((a.role for a in merged if a.role and not a.past), None)
    return replace(author, role=role, affiliations=merged, bio=author.bio or other.bio)


def _after_byline(
    page: Page,
    author: Author,
    authors: Sequence[Author],
    found: Sequence[Found[tuple[Author, ...]]],
    number: int,
    evidence: dict[str, Evidence],
) -> Author:
    """The organization printed right behind the last name of a byline: "A. Person and B. Person The Paper"."""
    for other in found:
        text = other.candidate.quote
        if other.candidate.how is not How.MARKED or len(text) > 220 or other.strategy.endswith(("elsewhere", "anywhere")):
            continue
        low = text.casefold()
        at = max((low.find(a.name.casefold()) + len(a.name) for a in authors if a.name.casefold() in low), default=0)
        if not at or author.name.casefold() not in low:
            continue
        organization = byline_posts.organization_in(text[at:], page.language)
        if organization and not any(names.key(organization) == names.key(a.name) for a in authors):
            proof = Evidence(other.strategy, How.MARKED, other.candidate.where, shorten(text))
            evidence.setdefault(f"/{number}/affiliations", proof)
            return byline_posts.with_organization(author, organization)
    return author


def _declared(page: Page, author: Author, number: int, evidence: dict[str, Evidence]) -> Author:
    """What a JSON-LD ``Person`` of this name elsewhere on the page declares."""
    for node in page.json_ld:
        name = node.data.get("name")
        if "Person" not in node.types or not isinstance(name, str) or not _same_person(name, author.name):
            continue
        said = affiliations.of_person(page, node.data)
        note = node.data.get("description")
        text = affiliations.prose(note) if isinstance(note, str) and len(note.strip()) > 20 else None
        if said and f"/{number}/affiliations" not in evidence:
            key = next((k for k in ("jobTitle", "worksFor", "affiliation") if isinstance(node.data.get(k), str)), None)
            if key:
                evidence[f"/{number}/affiliations"] = Evidence(
                    "authors.person", How.DECLARED, node.where(f"/{key}"), shorten(node.data[key])
                )
        if text and author.bio is None and isinstance(note, str):
            evidence.setdefault(
                f"/{number}/bio", Evidence("authors.person", How.DECLARED, node.where("/description"), shorten(note))
            )
        author = _join(author, Author(author.name, affiliations=said, bio=text))
    return author


def _noted(
    page: Page, author: Author, notes: Sequence[Note], number: int, evidence: dict[str, Evidence], others: tuple[str, ...]
) -> Author:
    language, alone = page.language, not others
    if author.bio:
        author = _told(author, bio.read(author.bio, author.name, language, lone=True))
    for note in notes:
        own = bio.is_about(note.text, author.name, language) or (
            note.boxed and names.key(author.name) in names.key(note.text[:120])
        )
        the_author = alone and bio.speaks_of_author(note.text, language)
        if not own and not the_author:
            continue
        told = bio.read(_from_name(note.text, author.name), author.name, language)
        if the_author and not own:
            told = bio.read(note.text, None, language)
        before = author
        author = _told(author, told)
        if author.affiliations != before.affiliations:
            evidence.setdefault(f"/{number}/affiliations", Evidence("authors.note", note.how, note.where, shorten(note.text)))
        text = _from_name(note.text, author.name)
        if author.bio is None and (told.affiliations or bio.is_about(text, author.name, language)) and len(text) >= 40:
            author = replace(author, bio=_own_part(text, author.name, others))
            evidence[f"/{number}/bio"] = Evidence("authors.note", note.how, note.where, shorten(text))
    return author


def _own_part(text: str, name: str, others: tuple[str, ...]) -> str:
    """The sentences of a note about several authors that are about this one: from its name to the next name."""
    kept: list[str] = []
    speaking = True
    for sentence in bio.sentences(text):
        said = names.key(sentence)
        speaking = names.key(name) in said or (speaking and not any(names.key(o) in said for o in others))
        if speaking:
            kept.append(sentence)
    return " ".join(kept) or text


def _from_name(text: str, name: str) -> str:
    """A note without what a box prints above it: from the last of the names that are repeated at its start."""
    heading = r"(?:about|über|zur|zum|à propos|sobre)\W+(?:the |den |die |de l['’]|el )?(?:author|autor\w*|auteur\w*)\W*"
    above = rf"(?:{heading})?{re.escape(name)}\W*(?:@\w+)?\s+"
    found = re.match(above, text, re.IGNORECASE)
    if found and text[found.end() :].startswith((name.split()[0], name.split()[-1])):
        return text[found.end() :]
    parts = [m.start() for m in re.finditer(re.escape(name), text[:200])]
    later = [
        p
        for p in parts[1:]
        if re.match(r".{0,60}\s(?:is|ist|est|es|è|é|är|er|has|hat|covers|writes|schreibt|war|was)\s", text[p + len(name) :])
    ]
    return text[later[0] :] if later else text


def _told(author: Author, told: bio.Told) -> Author:
    """Positions join the known ones; an occupation ("a writer and musician") counts as a position
    only where the note names no organization at all."""
    posts = tuple(a for a in told.affiliations if a.organization)
    trades = tuple(a for a in told.affiliations if not a.organization and not a.past)
    merged = affiliations.merge(author.affiliations, posts or trades[:1])
    occupation = told.role or (trades[0].role if trades else None)
    role = author.role or occupation or next((a.role for a in merged if a.role and not a.past), None)
    return replace(author, role=role, affiliations=merged)


def _notes(page: Page, authors: Sequence[Author]) -> Iterator[Note]:
    """Texts that may be notes: boxes that say so, and the last paragraphs of the article."""
    if not authors:
        return
    seen: set[str] = set()
    for element in page.tree.iter("div", "section", "aside", "p", "footer", "address", "li", "span", "article", "em", "figure"):
        mark, name = element.get("class"), element.get("id")
        if not ((mark and _is_box(mark)) or (name and _is_box(name))):
            continue
        text = _short(page, element)
        if text and len(text) >= 30 and text not in seen and not _comment(element):
            seen.add(text)
            yield Note(text, "css:" + page.css(element), How.MARKED, True)
    if page.main is None:
        return
    paragraphs = [p for p in page.main.iter("p", "em", "i", "div") if p.tag == "p" or (len(p) == 0 and (p.text or "").strip())]
    for element in paragraphs[-_TAIL:]:
        text = _short(page, element)
        if text and len(text) >= 30 and text not in seen:
            seen.add(text)
            yield Note(text, "css:" + page.css(element), How.INFERRED, False)


@lru_cache(maxsize=8192)
def _is_box(mark: str) -> bool:
    low = mark.lower()
    told = any(stem in low for stem in ("aut", "writer", "contributor", "byline", "redakteur", "reporter", "bio", "vita"))
    return told and 3 < len(mark) <= 300 and bool(_BOX.search(_CAMEL.sub("-", mark)))


def _short(page: Page, element: Element) -> str | None:
    if sum(1 for _ in zip(element.iter(), range(80), strict=False)) >= 80:
        return None
    text = page.text_of(element)
    return text if len(text) <= MAX_NOTE else None


def _comment(element: Element) -> bool:
    marks = " ".join((e.get("class") or "") + " " + (e.get("id") or "") for e in (element, *list(element.iterancestors())[:6]))
    return bool(re.search(r"comment|discuz|related|teaser-list|recommend", marks, re.IGNORECASE))


def _same_person(a: str, b: str) -> bool:
    return names.key(a) == names.key(b)
