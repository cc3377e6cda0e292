"""Elements that may show the piece's date, what they and the words before them call it, and reading them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, islice
from urllib.parse import urlsplit

from extractors import printed_dates
from extractors.cards import in_card
from extractors.date_links import leads_to_own_day
from extractors.date_words import labels
from extractors.declared_dates import parse
from extractors.dom import Element
from extractors.field import Candidate
from extractors.page import Page
from extractors.printed_dates import Printed
from model.article import Evidence, How

MOST_ELEMENTS = 40
_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}(?::\d{2})?(?:\s?(?:hs?|hrs?|Uhr|[ap]\.?m\.?)\.?)?", re.I)
LONGEST_TEXT = 300

_CARRIERS = (
    "time", "span", "div", "p", "li", "a", "abbr", "small", "em", "b", "strong", "font", "td", "dd", "h4", "h5", "h6", "address",
    "section", "header", "ul", "i",
)  # fmt: skip

PUBLISHED_NAME = re.compile(
    r"publi|posted|pubdate|pub-date|created|first-?pub|entry-date|dt-published|post-date|article-date", re.I
)
UPDATED_NAME = re.compile(r"updat|modif|(?<![a-z])mod[_-]|(?<![a-z])changed|edited|revis|aktualis|dt-updated", re.I)
_DATE_NAME = re.compile(
    r"date|datum|fecha|(?<![a-z])time(?!line|r)|timestamp|publi|posted|byline|meta(?!l)|dateline|article-?info|datetime|created|info",
    re.I,
)
_EVENT_NAME = re.compile(r"(?<![a-z])(?:events?|start|end|due|birth|expiry)[-_]?date(?![a-z])", re.I)
URL_MONTH = re.compile(r"/((?:19|20)\d{2})/(0?[1-9]|1[0-2])/")


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


_OTHER_IST = {"il": "+02:00", "he": "+02:00", "ie": "+01:00", "ga": "+01:00"}


def on_own_clock(page: Page, edtf: str, words: str) -> str:
    """A date with the offset of its "IST" as the page's country means it: India's, but in Israel or Ireland their own."""
    if not edtf.endswith("+05:30") or not re.search(r"\bIST\b", words):
        return edtf
    locale = page.meta_first("og:locale")
    regions = re.split(r"[-_]", f"{page.tree.get('lang') or ''}-{locale.content if locale else ''}".lower())
    regions.append((urlsplit(page.url or "").hostname or "").rsplit(".", 1)[-1])
    return edtf[:-6] + next((_OTHER_IST[r] for r in regions if r in _OTHER_IST), "+05:30")


def names_date(element: Element) -> bool:
    """Whether class, id or itemprop speak of a date or byline."""
    return _says_date(marks_of(element))


def names_update(element: Element) -> bool:
    """Whether class, id or itemprop speak of a later change."""
    return _says_update(marks_of(element))


def names_event(element: Element) -> bool:
    """Whether class, id or itemprop speak of the date of what the piece is about."""
    return _EVENT_NAME.search(marks_of(element)) is not None


def marks_of(element: Element) -> str:
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
    return UPDATED_NAME.search(marks) is not None and PUBLISHED_NAME.search(marks) is None


def dated(page: Page) -> list[Element]:
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
                known = named[marks] = _says_date(marks_of(element))
            if not known:
                continue
        if len(element) > 12 or elsewhere(page, element):
            continue
        inside = page.main is not None and any(a is page.main for a in element.iterancestors())
        if page.in_noise(element) and not (
            inside and _SAYS_SO & set((element.get("itemprop") or "").split()) and _its_own(page, element)
        ):
            continue
        (near if inside else far).append(element)
        if len(near) + len(far) > 4 * MOST_ELEMENTS:
            break
    return (near + far)[:MOST_ELEMENTS]


_SAYS_SO = frozenset({"datePublished", "dateModified"})


def _its_own(page: Page, element: Element) -> bool:
    """Whether an element stands in a foot or a row of share buttons beside the headline: the article's own."""
    named = (a for a in islice(element.iterancestors(), 4) if re.search("footer|share|social", f"{a.tag} {a.get('class') or ''}"))
    foot = next(named, None)
    return foot is not None and foot.getparent() in page.around_headline


def elsewhere(page: Page, element: Element) -> bool:
    """Whether an element belongs to a card about another piece: in a link away, in a list of
    such cards, or in an article without the headline.
    """
    for ancestor in islice(chain((element,), element.iterancestors()), 9):
        if page.h1 is not None and ancestor in page.around_headline:
            return in_card(page, element)
        href = ancestor.get("href") if ancestor.tag == "a" else None
        if href and len(href) > 1 and href[0] != "#" and not (page.is_own_address(href) or leads_to_own_day(page, ancestor)):
            return True
        if ancestor.tag == "article" and page.h1 is not None and ancestor not in page.around_main:
            return not _holds_text(page, ancestor)
        if ancestor.tag == "li" and listed(page, ancestor):
            return True
        if ancestor.tag == "header" and page.main is not None and not any(a is page.main for a in ancestor.iterancestors()):
            return True  # the site's head shows the day of the visit
    return in_card(page, element)


def _holds_text(page: Page, article: Element) -> bool:
    """Whether an article below its headline holds most of what stands around both."""
    around = page.main
    return around is not None and around in article.iterancestors() and 2 * len(page.text_of(article)) > len(page.text_of(around))


def listed(page: Page, item: Element) -> bool:
    """Whether a list item is one of several with a link and a time each: a list of other pieces."""
    known: dict[Element, bool] = page.notes.setdefault("dated links", {})

    def dated_link(item: Element) -> bool:
        if item not in known:
            shown = next(item.iter("time"), None) is not None or any(names_date(e) for e in islice(item.iter(), 12))
            known[item] = shown and next(item.iter("a"), None) is not None
        return known[item]

    holder = item.getparent()
    fellows = () if holder is None else islice(holder.iterchildren("li"), 20)
    return dated_link(item) and len(list(islice(filter(dated_link, fellows), 2))) == 2


def read(page: Page, element: Element) -> tuple[Candidate[str], ...]:
    """The dates in an element's attributes, else in its short text; ``cue`` is what a word before calls them."""
    known = page.notes.setdefault("dates", {})
    if element not in known:
        known[element] = tuple(_read(page, element))
    found: tuple[Candidate[str], ...] = known[element]
    return found


def _read(page: Page, element: Element) -> Iterator[Candidate[str]]:
    place = "css:" + page.css(element)
    text = page.text_of(element)
    timed = _with_time_beside(page, element, text)
    for name in ("datetime", "content", "data-datetime", "data-timestamp", "data-time", "data-date", "title"):
        if name == "title" and element.tag not in {"time", "span", "abbr", "small"}:
            continue
        value = element.get(name)
        edtf = parse(value, page.language, day_first=day_first(page)) if value and any(c.isdigit() for c in value) else None
        if edtf and timed != text and any(d.edtf.startswith(f"{edtf}T") for d in _printed(page, timed)):
            break  # the attribute has the day alone, and its time of day stands beside it
        if edtf:
            edtf = on_own_clock(page, edtf, value or "")
            yield Candidate(edtf, How.MARKED, f"{place}@{name}", value or "", cue=label_before(page, element))
            return
    if not text or len(text) > LONGEST_TEXT:
        return
    parent = element.getparent()
    if timed != text and parent is not None:
        text, place = timed, "css:" + page.css(parent)
    for found in _printed(page, text):
        words = text[found.start : found.end]
        cue = found.label or (label_before(page, element) if found.start < 4 else "")
        edtf = on_own_clock(page, found.edtf, words)
        yield with_year(page, Candidate(edtf, How.MARKED, place, words, cue=cue))


def _printed(page: Page, text: str) -> list[Printed]:
    return printed_dates.find(text, page.language, day_first=day_first(page))


def _with_time_beside(page: Page, element: Element, text: str) -> str:
    """A short date with the time of day that stands in the next element: "5 March 2026" "18:40"."""
    beside = element.getnext()
    if len(text) > 40 or beside is None or not isinstance(beside.tag, str) or _CLOCK.search(text):
        return text
    time = page.text_of(beside) if not (element.tail or "").strip(" |·,-") else ""
    return f"{text} {time}" if len(time) <= 12 and _CLOCK.fullmatch(time) else text


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
    said = URL_MONTH.search(urlsplit(page.url or "").path)
    if said is None or int(said[2]) != int(found.value[5:7]):
        return found
    proof = Evidence("date_published.address", How.INFERRED, f"url:{said[0]}", said[0])
    return Candidate(said[1] + found.value[4:], found.how, found.where, found.quote, {"/year": proof}, found.cue)
