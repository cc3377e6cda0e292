"""Authors as the publisher declares them: JSON-LD of the article, and ``<meta>``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from extractors import declared
from extractors.field import Candidate
from extractors.fields import affiliations, byline, names
from extractors.json_ld import types_of
from extractors.page import Node, Page
from model.article import Author, Evidence, How

_METAS = """author article:author_name parsely-author sailthru.author dc.creator dcterms.creator dc.creator.personalname byl
    byline cxenseparse:author cxenseparse:recs:author article:author og:article:author og:author authors article_author
    article.author articleauthor vr:author shareaholic:article_author_name citation_author rbauthors cse_author news_authors
    page.author swiftype:author creator twitter:data1"""
_PLAIN_METAS = tuple(_METAS.split())
_INVERTED = frozenset({"citation_author", "dc.creator", "dcterms.creator", "dc.creator.personalname"})
_NOT_NAMES = frozenset(
    {
        "admin",
        "administrator",
        "null",
        "none",
        "undefined",
        "unknown",
        "author",
        "editor",
        "default",
        "guest",
        "n/a",
        "root",
        "wordpress",
        "drupal",
        "joomla",
    }
)


def json_ld(page: Page) -> Iterator[Candidate[tuple[Author, ...]]]:
    """``author`` (or ``creator``) of the page's own article, references followed."""
    for node in page.articles[:6]:
        for key in ("author", "creator"):
            candidate = _of_node(page, node, key)
            if candidate is not None:
                yield candidate
                break
        else:
            yield from _of_posts(page, node)


def _of_posts(page: Page, node: Node) -> Iterator[Candidate[tuple[Author, ...]]]:
    """Who wrote the posts of a live blog that names nobody for the whole, in the order of the posts."""
    posts = node.data.get("liveBlogUpdate")
    found: list[Author] = []
    detail: dict[str, Evidence] = {}
    for at, post in enumerate(posts[:400] if isinstance(posts, list) else ()):
        given = page.deref(post)
        people = page.deref(given.get("author")) if isinstance(given, dict) else None
        for number, person in enumerate(people if isinstance(people, list) else [people]):
            here = node.where(f"/liveBlogUpdate/{at}/author" + (f"/{number}" if isinstance(people, list) else ""))
            for author, where, quote in _of_item(page, page.deref(person), here):
                if names.is_person(author.name, page.language) and all(
                    names.key(author.name) != names.key(f.name) for f in found
                ):
                    detail[f"/{len(found)}/name"] = Evidence("authors.json_ld", How.DECLARED, where, quote[:300])
                    found.append(author)
    if found:
        yield Candidate(tuple(found), How.DECLARED, detail["/0/name"].where, detail["/0/name"].quote, detail)


def json_ld_page(page: Page) -> Iterator[Candidate[tuple[Author, ...]]]:
    """``author`` of the page or another work that JSON-LD describes, or the one person it knows."""
    own = {id(n) for n in page.articles}
    others = [n for n in page.json_ld if id(n) not in own]
    for node in others:
        if node.types & _WORKS:
            candidate = _of_node(page, node, "author")
            if candidate is not None:
                yield candidate
    persons = [n for n in others if "Person" in n.types and isinstance(n.data.get("name"), str)]
    if len(persons) == 1:
        node = persons[0]
        found = tuple(a for a, _, _ in _of_item(page, node.data, node.where()))
        if found:
            yield Candidate(found, How.DECLARED, node.where("/name"), node.data["name"])


def meta(page: Page) -> Iterator[Candidate[tuple[Author, ...]]]:
    """Every ``<meta>`` under which pages name their authors; several of one name are one list."""
    for name in _PLAIN_METAS:
        found: list[Author] = []
        detail: dict[str, Evidence] = {}
        for item in page.meta.get(name, ())[:60]:
            if name == "twitter:data1" and not _labelled(page):
                continue
            text = declared.plain(item.content)
            if name in _INVERTED:
                text = names.invert(text)
            for author in _named(text, page):
                if all(names.key(author.name) != names.key(f.name) for f in found):
                    detail[f"/{len(found)}/name"] = Evidence("authors.meta", How.DECLARED, item.where, item.content[:300])
                    found.append(author)
        if found:
            first = page.meta[name][0]
            yield Candidate(tuple(found), How.DECLARED, first.where, first.content, detail)


def _labelled(page: Page) -> bool:
    label = page.meta_first("twitter:label1")
    return label is not None and byline.says_by(label.content.strip())


_WORKS = frozenset(
    {"WebPage", "ItemPage", "CreativeWork", "Recipe", "HowTo", "Review", "Book", "PodcastEpisode", "VideoObject", "QAPage"}
)


def _of_node(page: Page, node: Node, key: str) -> Candidate[tuple[Author, ...]] | None:
    given = node.data.get(key)
    items = list(enumerate(given[:60])) if isinstance(given, list) else [(None, given)]
    found: list[Author] = []
    detail: dict[str, Evidence] = {}
    for at, item in items:
        here = node.where(f"/{key}" + ("" if at is None else f"/{at}"))
        person = page.deref(item)
        if isinstance(person, list):
            person = person[0] if person and isinstance(person[0], (dict, str)) else None
        if isinstance(person, dict) and person is not item:
            here = _home(page, person) or here
        for author, where, quote in _of_item(page, person, here):
            if any(names.key(author.name) == names.key(f.name) for f in found):
                continue
            detail[f"/{len(found)}/name"] = Evidence("authors.json_ld", How.DECLARED, where, quote[:300])
            if author.affiliations:
                said = (
                    {k: v for k, v in (person or {}).items() if k in ("jobTitle", "worksFor", "affiliation")}
                    if isinstance(person, dict)
                    else {}
                )
                word = next(iter(said), "")
                if word and isinstance(said[word], str):
                    detail[f"/{len(found)}/affiliations"] = Evidence(
                        "authors.json_ld", How.DECLARED, f"{here}/{word}", said[word][:300]
                    )
            found.append(author)
    if not found:
        return None
    first = detail["/0/name"]
    persons = [page.deref(item) for _, item in items]
    company = all(isinstance(p, dict) and "Organization" in "".join(sorted(types_of(p))) for p in persons)
    return Candidate(tuple(found), How.DECLARED, first.where, first.quote, detail, "organization" if company else "")


def _home(page: Page, person: dict[str, Any]) -> str | None:
    """Where the object that a reference points at stands itself."""
    return next((n.where() for n in page.json_ld if n.data is person), None)


def _of_item(page: Page, person: Any, here: str) -> Iterator[tuple[Author, str, str]]:
    if isinstance(person, str):
        for author in _named(declared.plain(person), page):
            yield author, here, person
        return
    if not isinstance(person, dict):
        return
    raw = person.get("name")
    pointer = f"{here}/name"
    if isinstance(raw, list):
        for at, one in enumerate(raw[:40]):
            if isinstance(one, str):
                for author in _named(declared.plain(one), page):
                    yield author, f"{pointer}/{at}", one
        return
    if isinstance(raw, dict):
        raw, pointer = raw.get("@value") or raw.get("name"), f"{pointer}/@value"
    if not isinstance(raw, str) or not raw.strip():
        given, family = person.get("givenName"), person.get("familyName")
        if isinstance(given, str) and isinstance(family, str):
            yield Author(names.clean(f"{given} {family}")), f"{here}/familyName", family
        return
    told = affiliations.of_person(page, person)
    authors = list(_named(declared.plain(raw), page))
    for author in authors:
        full = replace(author, affiliations=affiliations.merge(author.affiliations, told)) if len(authors) == 1 else author
        role = full.role or next((a.role for a in full.affiliations if a.role), None)
        bio = person.get("description")
        note = affiliations.prose(bio) if isinstance(bio, str) and len(authors) == 1 and len(bio.strip()) > 20 else None
        yield replace(full, role=role, bio=note), pointer, raw


def _named(text: str, page: Page) -> tuple[Author, ...]:
    """The authors in a declared text; a name of a shape nobody knows is kept as a whole."""
    plain = names.collapse(text)
    if names.never(plain, page.language) or plain.isdigit() or plain.casefold().split()[-1:] == ["admin"]:
        return ()
    if not plain or plain.startswith(("http://", "https://", "//", "/")) or len(plain) > 400 or plain.casefold() in _NOT_NAMES:
        return ()
    found = byline.read(plain, page.language, single=True)
    if found:
        return found
    whole = names.clean(byline.without_lead(plain, page.language)[0])
    return (Author(whole),) if 1 < len(whole) <= 80 else ()
