"""Where dates stand on a page, and reading them there: the hands of ``fields/dates``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from extractors import declared
from extractors.date_elements import (
    PUBLISHED_NAME,
    UPDATED_NAME,
    URL_MONTH,
    dated,
    day_first,
    marks_of,
    names_event,
    names_update,
    read,
)
from extractors.date_words import month
from extractors.declared_dates import parse
from extractors.embedded import State
from extractors.field import Candidate
from extractors.own_state import Said, followed, own_objects
from extractors.page import Node, Page
from model.article import How
from model.edtf import is_edtf

_URL_DAY = re.compile(r"(?<!\d)((?:19|20)\d{2})[/_.-]?(0[1-9]|1[0-2])[/_.-]?(0[1-9]|[12]\d|3[01])(?!\d)")
_URL_SPLIT = re.compile(r"/((?:19|20)\d{2})/(\d{1,2})/(\d{1,2})(?:/|$)")
_URL_NAMED = re.compile(r"/((?:19|20)\d{2})/([^\W\d_]{3,12})/(\d{1,2})(?=/|$)")
_PUBLISHED_META = re.compile(r"publi(?:sh(?:ed|ing)?|cation)?[-_:. ]?(?:date|time|on|at)\b|pub-?date\b", re.I)
# what is of the site and its people, and not of the piece
_SITE_STATE = re.compile(r"/(?:site(?:_?(?:config|settings|data))?|tenant|organi[sz]ation|user|author)s?/", re.I)
_KEY = {
    "published": re.compile(
        r"^(?:date_?published|published_?(?:at|on|date|time)?|publish(?:ed)?_?(?:date|time|at)|publication_?date(?:time)?|first_?publish(?:ed)?(?:_?date|_?at)?|"
        r"display_?date|original_?publication_?date|pub_?date|release_?date|svc_?date|article_?date|deploy_?(?:dt|date)|input_?(?:dt|date)|created_?at|service_?(?:dt|date))$",
        re.I,
    ),
    "updated": re.compile(
        r"^(?:date_?modified|(?:last_?)?modified_?(?:at|on|date|time)?|(?:last_?)?updated?_?(?:at|on|date|time)|updated)$", re.I
    ),
}  # fmt: skip


def of_nodes(page: Page, nodes: Iterable[Node], *keys: str) -> Iterator[Candidate[str]]:
    """Dates under these keys of JSON-LD objects."""
    for node in nodes:
        for key in keys:
            for found in declared.of_node(page, node, key, "@value"):
                yield from _parsed(page, found.quote, found.where)


def of_metas(page: Page, *names: str) -> Iterator[Candidate[str]]:
    """Dates in the metas of these names, in the order of the names."""
    for name in names:
        for found in page.meta.get(name, ()):
            yield from _parsed(page, found.content, found.where)


def of_speaking_metas(page: Page, known: Iterable[str]) -> Iterator[Candidate[str]]:
    """Dates in metas whose names say publication in a spelling of their own (``published_on``), not among the known ones."""
    for name in page.meta:
        if _PUBLISHED_META.search(name) and name not in known:
            yield from of_metas(page, name)


def marked(page: Page, label: str) -> Iterator[Candidate[str]]:
    """Elements whose itemprop, class or own words call their date published, or updated."""
    prop, name = ("datePublished", PUBLISHED_NAME) if label == "published" else ("dateModified", UPDATED_NAME)
    elsewhere = UPDATED_NAME if label == "published" else PUBLISHED_NAME
    for element in dated(page):
        props = (element.get("itemprop") or "").split()
        marks = marks_of(element)
        said = prop in props or (element.get("pubdate") is not None and label == "published")
        if said:
            yield from read(page, element)
        elif any(prop in (e.get("itemprop") or "").split() for e in element.iterdescendants("time", "meta", "span")):
            continue  # what it holds says so itself, with the machine's date
        elif name.search(marks) and not elsewhere.search(marks) and not {"datePublished", "dateModified"} & set(props):
            yield from (c for c in read(page, element) if c.cue in {"", label})
        elif not elsewhere.search(marks):
            yield from (c for c in read(page, element) if c.cue == label)


def times(page: Page) -> Iterator[Candidate[str]]:
    """``<time>`` elements that nothing calls updated, in reading order from the headline on."""
    for element in dated(page):
        if element.tag == "time" and not names_update(element):
            yield from (c for c in read(page, element) if c.cue != "updated")


def printed(page: Page) -> Iterator[Candidate[str]]:
    """Dates in other elements whose names say date, byline or the like."""
    for element in dated(page):
        if element.tag != "time" and not names_update(element) and not names_event(element):
            yield from (c for c in read(page, element) if c.cue != "updated")


def in_states(page: Page, label: str) -> Iterator[Candidate[str]]:
    """Dates under keys of embedded state that mean publication, nearest to the root first."""
    for state in page.states:
        if not (re.search("publi|_dt|date|created", state.source[:2_000_000], re.I)):
            continue
        for pointer, value in _walk(state, _KEY[label]):
            if _SITE_STATE.search(pointer):
                continue
            edtf = parse(value, page.language, day_first=day_first(page))
            if edtf:
                yield Candidate(edtf, How.DECLARED, f"state:{state.name}{pointer}", value)


def of_own_state(page: Page, label: str) -> Iterator[Candidate[str]]:
    """The same of the object alone that carries the page's own headline, where just ``date`` means publication, too."""
    speaks, plain = ("date", "date") if label == "published" else ("modif|updat", None)
    for said in own_objects(page, re.compile(speaks, re.I)):
        for key, inner in said.items():
            if (_KEY[label].match(key) or key == plain) and isinstance(inner.value, str):
                yield from _parsed(page, inner.value, inner.where)


def in_url(page: Page) -> Iterator[Candidate[str]]:
    """The day that the path of the address spells out."""
    path = urlsplit(page.url or "").path
    for pattern in (_URL_SPLIT, _URL_DAY, _URL_NAMED):
        for found in pattern.finditer(path):
            named = None if found[2].isdigit() else month(found[2], page.language)
            if named is not None and named.jalali:
                continue
            told = named.number if named else int(found[2]) if found[2].isdigit() else 0
            value = f"{found[1]}-{told:02}-{int(found[3]):02}"
            if is_edtf(value):
                yield Candidate(value, How.INFERRED, f"url:{found[0]}", found[0])
                return


def month_in_url(page: Page) -> Iterator[Candidate[str]]:
    """The month that the path of the address spells out."""
    said = URL_MONTH.search(urlsplit(page.url or "").path)
    if said is not None:
        yield Candidate(f"{said[1]}-{int(said[2]):02}", How.INFERRED, f"url:{said[0]}", said[0])


def _parsed(page: Page, text: str, where: str) -> Iterator[Candidate[str]]:
    edtf = parse(text, page.language, day_first=day_first(page))
    if edtf:
        yield Candidate(edtf, How.DECLARED, where, text)


def _walk(state: State, key: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    queue: list[tuple[str, Any]] = [("", state.data)]
    left = 20_000
    for pointer, value in queue:
        left -= 1
        if left < 0:
            return
        if isinstance(value, dict):
            for name, item in value.items():
                inner = f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"
                if isinstance(item, (dict, list)):
                    queue.append((inner, item))
                elif key.match(str(name)) and isinstance(item, (str, int)) and not isinstance(item, bool):
                    said = followed(Said(state, inner, item))
                    yield said.pointer, str(said.value)
        elif isinstance(value, list):
            queue.extend((f"{pointer}/{i}", item) for i, item in enumerate(value[:200]) if isinstance(item, (dict, list)))
