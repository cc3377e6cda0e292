"""Where dates stand on a page, and reading them there: the hands of ``fields/dates``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from typing import Any
from urllib.parse import urlsplit

from extractors import declared, printed_dates
from extractors.date_words import labels
from extractors.declared_dates import parse
from extractors.dom import Element
from extractors.field import Candidate
from extractors.page import Node, Page
from model.article import Evidence, How
from model.edtf import is_edtf

MOST_ELEMENTS = 40
LONGEST_TEXT = 300

_CARRIERS = (
    "time", "span", "div", "p", "li", "a", "abbr", "small", "em", "b", "strong", "font", "td", "dd", "h4", "h5", "h6", "address",
    "section", "header", "ul", "i",
)  # fmt: skip

_URL_DAY = re.compile(r"(?<!\d)((?:19|20)\d{2})[/_.-]?(0[1-9]|1[0-2])[/_.-]?(0[1-9]|[12]\d|3[01])(?!\d)")
_URL_SPLIT = re.compile(r"/((?:19|20)\d{2})/(\d{1,2})/(\d{1,2})(?:/|$)")
_URL_MONTH = re.compile(r"/((?:19|20)\d{2})/(0?[1-9]|1[0-2])/")
_PUBLISHED_NAME = re.compile(
    r"publi|posted|pubdate|pub-date|created|first-?pub|entry-date|dt-published|post-date|article-date", re.I
)
_UPDATED_NAME = re.compile(r"updat|modif|(?<![a-z])mod[_-]|(?<![a-z])changed|edited|revis|aktualis|dt-updated", re.I)
_DATE_NAME = re.compile(
    r"date|datum|fecha|(?<![a-z])time(?!line|r)|timestamp|publi|posted|byline|meta(?!l)|dateline|article-?info|datetime|created|info",
    re.I,
)
_PUBLISHED_META = re.compile(r"publi(?:sh(?:ed|ing)?|cation)?[-_:. ]?(?:date|time|on|at)\b|pub-?date\b", re.I)
_KEY = {
    "published": re.compile(
        r"^(?:date_?published|published_?(?:at|on|date|time)?|publish(?:ed)?_?(?:date|time|at)|publication_?date(?:time)?|first_?publish(?:ed)?(?:_?date|_?at)?|"
        r"display_?date|original_?publication_?date|pub_?date|release_?date|svc_?date|article_?date|deploy_?(?:dt|date)|input_?(?:dt|date)|created_?at|service_?(?:dt|date))$",
        re.I,
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
    prop, name = ("datePublished", _PUBLISHED_NAME) if label == "published" else ("dateModified", _UPDATED_NAME)
    elsewhere = _UPDATED_NAME if label == "published" else _PUBLISHED_NAME
    for element in _dated(page):
        props = (element.get("itemprop") or "").split()
        marks = _marks(element)
        said = prop in props or (element.get("pubdate") is not None and label == "published")
        if said:
            yield from read(page, element)
        elif name.search(marks) and not elsewhere.search(marks) and not {"datePublished", "dateModified"} & set(props):
            yield from (c for c in read(page, element) if c.cue in {"", label})
        elif not elsewhere.search(marks):
            yield from (c for c in read(page, element) if c.cue == label)


def times(page: Page) -> Iterator[Candidate[str]]:
    """``<time>`` elements that nothing calls updated, in reading order from the headline on."""
    for element in _dated(page):
        if element.tag == "time" and not names_update(element):
            yield from (c for c in read(page, element) if c.cue != "updated")


def printed(page: Page) -> Iterator[Candidate[str]]:
    """Dates in other elements whose names say date, byline or the like."""
    for element in _dated(page):
        if element.tag != "time" and not names_update(element):
            yield from (c for c in read(page, element) if c.cue != "updated")


def in_states(page: Page, label: str) -> Iterator[Candidate[str]]:
    """Dates under keys of embedded state that mean publication, nearest to the root first."""
    for state in page.states:
        if not (re.search("publi|_dt|date|created", state.source[:2_000_000], re.I)):
            continue
        for pointer, value in _walk(state.data, _KEY[label]):
            edtf = parse(value, page.language, day_first=day_first(page))
            if edtf:
                yield Candidate(edtf, How.DECLARED, f"state:{state.name}{pointer}", value)


def in_url(page: Page) -> Iterator[Candidate[str]]:
    """The day that the path of the address spells out."""
    path = urlsplit(page.url or "").path
    for pattern in (_URL_SPLIT, _URL_DAY):
        for found in pattern.finditer(path):
            value = f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"
            if is_edtf(value):
                yield Candidate(value, How.INFERRED, f"url:{found[0]}", found[0])
                return


def month_in_url(page: Page) -> Iterator[Candidate[str]]:
    """The month that the path of the address spells out."""
    said = _URL_MONTH.search(urlsplit(page.url or "").path)
    if said is not None:
        yield Candidate(f"{said[1]}-{int(said[2]):02}", How.INFERRED, f"url:{said[0]}", said[0])


def day_first(page: Page) -> bool:
    """Whether ``5/6/2024`` is the fifth of June here: everywhere but in American English."""
    if page.language not in {"en", None}:
        return True
    locale = page.tree.get("lang") or ""
    og = page.meta_first("og:locale")
    region = f"{locale} {og.content if og else ''}".replace("_", "-").lower()
    host = urlsplit(page.url or "").hostname or ""
    if "en-us" in region:
        return False
    return any(r in region for r in ("en-gb", "en-au", "en-in", "en-ie", "en-nz", "en-za")) or host.rsplit(".", 1)[-1] not in {
        "com", "org", "net", "us", "gov", "edu", "info", "io",
    }  # fmt: skip


def _parsed(page: Page, text: str, where: str) -> Iterator[Candidate[str]]:
    edtf = parse(text, page.language, day_first=day_first(page))
    if edtf:
        yield Candidate(edtf, How.DECLARED, where, text)


def names_date(element: Element) -> bool:
    """Whether class, id or itemprop speak of a date or byline."""
    return _says_date(_marks(element))


def names_update(element: Element) -> bool:
    """Whether class, id or itemprop speak of a later change."""
    return _says_update(_marks(element))


def _marks(element: Element) -> str:
    return " ".join([element.get(name) or "" for name in ("class", "id", "itemprop", "data-testid")])[:300]


def _says_date(marks: str) -> bool:
    low = marks.lower()
    if not (
        "dat" in low
        or "time" in low
        or "info" in low
        or "meta" in low
        or "publi" in low
        or "post" in low
        or "byline" in low
        or "creat" in low
        or "fecha" in low
    ):
        return False  # most marks, and this is a tenth of the pattern's cost
    return _DATE_NAME.search(marks) is not None


@lru_cache(maxsize=4096)
def _says_update(marks: str) -> bool:
    # "date updated published" is one time for both
    return _UPDATED_NAME.search(marks) is not None and _PUBLISHED_NAME.search(marks) is None


def _dated(page: Page) -> list[Element]:
    """Elements that may carry the piece's date: named so and short, outside noise, from the headline on."""
    known = page.notes.get("dated")
    if known is None:
        known = page.notes["dated"] = _find_dated(page)
    return known


def _find_dated(page: Page) -> list[Element]:
    near: list[Element] = []
    far: list[Element] = []
    named: dict[tuple[str | None, ...], bool] = {}
    for element in page.tree.iter(*_CARRIERS):
        if element.tag != "time":
            get = element.get
            marks = (get("class"), get("id"), get("itemprop"), get("data-testid"))
            known = named.get(marks)
            if known is None:
                known = named[marks] = _says_date(_marks(element))
            if not known:
                continue
        if len(element) > 12 or elsewhere(page, element):
            continue
        inside = page.main is not None and any(a is page.main for a in element.iterancestors())
        if page.in_noise(element) and not (
            inside and "datePublished" in (element.get("itemprop") or "") and _in_foot(page, element)
        ):
            continue
        (near if inside else far).append(element)
        if len(near) + len(far) > 4 * MOST_ELEMENTS:
            break
    return (near + far)[:MOST_ELEMENTS]


def _in_foot(page: Page, element: Element) -> bool:
    """Whether an element stands in a foot right beside the headline: the article's own, no furniture."""
    foot = next((a for a in islice(element.iterancestors(), 4) if "footer" in f"{a.tag} {a.get('class') or ''}"), None)
    return foot is not None and foot.getparent() in page.around_headline


def elsewhere(page: Page, element: Element) -> bool:
    """Whether an element belongs to a card about another piece: in a link away, or in an article without the headline."""
    for ancestor in islice(chain((element,), element.iterancestors()), 9):
        if page.h1 is not None and ancestor in page.around_headline:
            return False
        href = ancestor.get("href") if ancestor.tag == "a" else None
        if href and len(href) > 1 and href[0] != "#" and not page.is_own_address(href):
            return True
        if ancestor.tag == "article" and page.h1 is not None and ancestor not in page.around_main:
            return True
        if ancestor.tag == "header" and page.main is not None and not any(a is page.main for a in ancestor.iterancestors()):
            return True  # the site's head shows the day of the visit
    return False


def read(page: Page, element: Element) -> tuple[Candidate[str], ...]:
    """The dates in an element's attributes, else in its short text; ``cue`` is what a word before calls them."""
    known = page.notes.setdefault("dates", {})
    if element not in known:
        known[element] = tuple(_read(page, element))
    found: tuple[Candidate[str], ...] = known[element]
    return found


def _read(page: Page, element: Element) -> Iterator[Candidate[str]]:
    place = "css:" + page.css(element)
    for name in ("datetime", "content", "data-datetime", "data-timestamp", "data-time", "data-date", "title"):
        if name == "title" and element.tag not in {"time", "span", "abbr", "small"}:
            continue
        value = element.get(name)
        edtf = parse(value, page.language, day_first=day_first(page)) if value and any(c.isdigit() for c in value) else None
        if edtf:
            yield Candidate(edtf, How.MARKED, f"{place}@{name}", value or "", cue=label_before(page, element))
            return
    text = page.text_of(element)
    if not text or len(text) > LONGEST_TEXT:
        return
    for found in printed_dates.find(text, page.language, day_first=day_first(page)):
        words = text[found.start : found.end]
        cue = found.label or (label_before(page, element) if found.start < 4 else "")
        yield with_year(page, Candidate(found.edtf, How.MARKED, place, words, cue=cue))


def label_before(page: Page, element: Element) -> str:
    """What the words right before an element call the date in it."""
    item: Element | None = element
    words = ""
    for _ in range(4):
        if item is None or len(words) > 12:
            break
        before, parent = item.getprevious(), item.getparent()
        if before is not None:
            words = f"{page.text_of(before)[-40:]} {before.tail or ''} {words}".strip()
            item = before
        else:
            words = f"{(parent.text or '') if parent is not None else ''} {words}".strip()
            item = parent
    found = list(labels(page.language).finditer(words[-40:]))
    near = found and len(words[-40:]) - found[-1].end() <= 12
    return (found[-1].lastgroup or "") if near else ""


def with_year(page: Page, found: Candidate[str]) -> Candidate[str]:
    """A printed day and month completed by the year that the address spells, with both as evidence."""
    if not found.value.startswith("XXXX"):
        return found
    said = _URL_MONTH.search(urlsplit(page.url or "").path)
    if said is None or int(said[2]) != int(found.value[5:7]):
        return found
    proof = Evidence("date_published.address", How.INFERRED, f"url:{said[0]}", said[0])
    return Candidate(said[1] + found.value[4:], found.how, found.where, found.quote, {"/year": proof}, found.cue)


def _walk(data: Any, key: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    queue: list[tuple[str, Any]] = [("", data)]
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
                    yield inner, str(item)
        elif isinstance(value, list):
            queue.extend((f"{pointer}/{i}", item) for i, item in enumerate(value[:200]) if isinstance(item, (dict, list)))
