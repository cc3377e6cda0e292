"""The headline as readers of the piece saw it, and the other one that search engines saw.

``h1``, ``og:title``, JSON-LD and ``<title>`` often differ: a kicker is set apart, the site's
name appended, another wording made for search or social media. Measured on the open pages,
the wording in which two independent places agree beats any fixed order of places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from urllib.parse import urlsplit

from extractors import declared, printed_dates
from extractors.date_elements import day_first
from extractors.dom import Element, collapse
from extractors.field import Candidate, Field, Found, Resolved, resolve
from extractors.json_ld import ARTICLE_TYPES
from extractors.page import Page
from extractors.titles import same_key, site_names, without_site, without_tail
from model.article import How

LONGEST = 400
_SEPARATED = re.compile(r"\s[-–—|»·]\s")
_DAY_LONGEST = 60  # characters in which a day before a headline ends
_PIECES_LOOKED_AT = 12
_LABEL = re.compile(
    r"kicker|over-?line|top-?line|eyebrow|badge|premium|(?<![a-z])(?:plus|paid|label|tag|flag)(?![a-z])|visually-?hidden|sr-only|screen-?reader",
    re.I,
)
_LABEL_LONGEST = 6  # words
NEAR = 4  # how far up a heading's own surroundings go
# types that newsrooms' systems write; a plain Article is often an SEO plug-in's
_NEWS = ARTICLE_TYPES - {"Article", "BlogPosting", "TechArticle", "SocialMediaPosting"}


def read(page: Page) -> Resolved[str]:
    """The headline, without the site's name, typography as printed."""
    return resolve(_FIELD, page)


def alternative(page: Page, headline: str | None) -> Resolved[str]:
    """Another wording that the publisher gives the same piece; empty where all say the same."""
    taken = same_key(headline or "")

    def differs(_page: Page, value: str) -> str | None:
        key = same_key(value)
        if not key or key == taken:
            return "the same words"
        return "hardly another wording" if taken and (taken in key or key in taken) else _accept(_page, value)

    return resolve(Field("alternative_headline", (declared_alternative, *_FIELD.strategies), differs), page)


def h1(page: Page) -> Iterator[Candidate[str]]:
    """The element that shows it."""
    element = page.h1
    if element is not None:
        value = _undated(page, _unlabelled(page, element))
        yield Candidate(value, How.MARKED, "css:" + page.css(element), value, cue="noise" if _in_navigation(page) else "")


def json_ld(page: Page) -> Iterator[Candidate[str]]:
    """``headline`` of the page's own article."""
    for node in page.articles[:1]:
        yield from _bare(page, declared.of_node(page, node, "headline"))


def og_title(page: Page) -> Iterator[Candidate[str]]:
    """Open Graph's title without the site's name."""
    yield from _bare(page, declared.meta(page, "og:title"))


def metas(page: Page) -> Iterator[Candidate[str]]:
    """Other metas that hold a headline."""
    yield from _bare(
        page, declared.meta(page, "headline", "twitter:title", "title", "citation_title", "dc.title", "parsely-title")
    )


def title(page: Page) -> Iterator[Candidate[str]]:
    """``<title>`` without the site's name."""
    own = _before_site(page)
    if own:
        yield Candidate(own, How.DECLARED, page.title_place, own)
    elif page.title:
        yield from _bare(page, [Candidate(page.title, How.DECLARED, page.title_place, page.title)])


def declared_alternative(page: Page) -> Iterator[Candidate[str]]:
    """``alternativeHeadline`` of the page's own article."""
    for node in page.articles[:1]:
        yield from declared.of_node(page, node, "alternativeHeadline")


def _bare(page: Page, found: Iterator[Candidate[str]] | list[Candidate[str]]) -> Iterator[Candidate[str]]:
    publisher = next((v.value for n in page.articles[:1] for v in declared.of_node(page, n, "publisher")), None)
    names = site_names(page, publisher)
    shown = page.text_of(page.h1) if page.h1 is not None else ""
    for c in found:
        yield Candidate(without_tail(without_site(c.value, names), shown), c.how, c.where, c.quote)


def _unlabelled(page: Page, element: Element) -> str:
    """The heading's words without a kicker or label that stands in an element of its own at either end.

    Only where what is left is a title that the page declares, and the whole is none: "Town councilTwelve million …".
    """
    whole = page.text_of(element)
    parts = [text for t in islice(element.itertext(), _PIECES_LOOKED_AT) if (text := collapse(str(t)))]
    if not 1 < len(parts) < _PIECES_LOOKED_AT:
        return whole
    declared_keys = _declared_keys(page)
    if same_key(whole) in declared_keys:
        return whole
    if same_key(" ".join(parts)) in declared_keys:
        return " ".join(parts)
    tail_is_label = len(parts[-1].split()) <= _LABEL_LONGEST
    for start, end in ((1, None), (0, -1), (2, None), (1, -1)):
        text = " ".join(parts[start:end]).lstrip(" :|–—-·,")
        if (end is None or tail_is_label) and len(text.split()) > 1 and same_key(text) in declared_keys:
            return text
    label = next((c for c in element.iterdescendants() if _LABEL.search(c.get("class") or "")), None)
    said = page.text_of(label) if label is not None else ""
    rest = whole[len(said) :].strip(" :|–—-") if said and whole.startswith(said) else ""
    return rest if len(rest.split()) > 2 and len(said.split()) <= _LABEL_LONGEST else whole


def _declared_keys(page: Page) -> frozenset[str]:
    found = (c for strategy in (json_ld, og_title, metas, title) for c in strategy(page))
    return frozenset(same_key(c.value) for c in found) - {""}


def _undated(page: Page, shown: str) -> str:
    """The heading's words without a day before them that no title of the page has."""
    day = next(islice(printed_dates.find(shown[:_DAY_LONGEST], page.language, day_first=day_first(page)), 1), None)
    if day is None or day.start:
        return shown
    rest = shown[day.end :].lstrip(" -–—|:·,")
    titles = [same_key(m.content) for m in (page.meta_first("og:title"), page.meta_first("title")) if m] + [same_key(page.title)]
    bare, whole = same_key(rest), same_key(shown)
    told = len(bare.split()) > 1 and any(bare in t for t in titles) and not any(whole in t for t in titles)
    return rest if told else shown


def _in_navigation(page: Page) -> bool:
    return page.h1 is not None and any(
        a.tag in {"nav", "ol", "ul"} or "breadcrumb" in (a.get("class") or "").lower()
        for a in islice(page.h1.iterancestors(), NEAR)
    )


def _accept(page: Page, value: str) -> str | None:
    if not any(c.isalnum() for c in value):
        return "no words"
    if len(value) > LONGEST:
        return "too long for a headline"
    names = {same_key(n) for n in site_names(page, None)}
    return "the site's name" if same_key(value) in names else None


def _choose(page: Page, found: Sequence[Found[str]]) -> int:
    first: dict[str, int] = {}
    for number, item in enumerate(found):
        first.setdefault(item.strategy.partition(".")[2], number)
    keys = {name: same_key(found[number].candidate.value) for name, number in first.items()}
    shown, told, social, tab = (keys.get(n, "") for n in ("h1", "json_ld", "og_title", "title"))
    if not shown:
        return first[_agreed(keys)]
    if not told and tab and tab == same_key(_before_site(page) or ""):
        return first["title"]
    newsroom = bool(told) and bool(page.articles[0].types & _NEWS)
    if found[first["h1"]].candidate.cue == "noise":
        other = next((same_key(c.value) for c in declared_alternative(page)), "")
        return first[_beside_navigation(shown, told, social, other)]
    cut = told and _begins(shown, told) and found[first["json_ld"]].candidate.value.endswith(("...", "…"))
    if told and told != shown and not cut:
        if shown.endswith(" " + told) or (told == social and _better(shown, told, tab, newsroom)):
            return first["json_ld"]
        if newsroom and _begins(tab, told) and social != shown:
            return first["json_ld"]
    if not told and social and (shown.endswith(" " + social) or (social == tab and _apart(shown, social))):
        return first["og_title"]
    # one wording in two spellings: the declared one is what the newsroom's system holds
    return first["json_ld"] if told == shown and not _quoted_whole(found, first) else first["h1"]


def _before_site(page: Page) -> str | None:
    """A title's words before the site's, where the page's heading is no more than the site's: a banner.

    The heading says the domain's own name (``vale-library.example`` and "The Vale Library"),
    and the title is words of its own, a separator, and the heading or how it begins.
    """
    if page.h1 is None:
        return None
    heading = same_key(page.text_of(page.h1))
    labels = (label.replace("-", "") for label in (urlsplit(page.url or "").hostname or "").split(".") if len(label) > 4)
    if not any(label in heading.replace(" ", "") for label in labels):
        return None
    own, *tail = _SEPARATED.split(page.title[:LONGEST])
    apart = bool(tail) and bool(same_key(own)) and same_key(own) not in heading and heading.startswith(same_key(tail[0]))
    return own.strip() if apart and len(tail[0].split()) > 1 else None


def _quoted_whole(found: Sequence[Found[str]], first: Mapping[str, int]) -> bool:
    """Whether only the declaration puts the whole headline in quotation marks: a slip of its templates."""
    told, shown = found[first["json_ld"]].candidate.value, found[first["h1"]].candidate.value
    return told[:1] == told[-1:] == '"' and shown[:1].isalnum()


def _beside_navigation(shown: str, told: str, social: str, other: str) -> str:
    """A heading in the breadcrumbs is made for search engines."""
    if told and told != shown:
        if shown == social and told.endswith(" " + shown):
            return "h1"
        return "og_title" if told == social else "json_ld"
    if social and (not told or social == other or shown.endswith(" " + social)) and not _begins(social, shown):
        return "og_title"
    return "json_ld" if told else "h1"


def _begins(text: str, start: str) -> bool:
    return text == start or text.startswith(start + " ")


def _apart(shown: str, social: str) -> bool:
    """Hardly a word in common: the heading is not the piece's own."""
    if social.startswith(shown) and len(shown.split()) > 1:
        return False  # the heading and a description of the site
    words, others = set(shown.split()), set(social.split())
    return len(words & others) * 5 < len(words | others)


def _better(shown: str, told: str, tab: str, newsroom: bool) -> bool:
    """Whether what both declarations say outdoes a heading that says otherwise."""
    if told.endswith(" " + shown):  # they carry the kicker as well
        return True
    return told in shown or _apart(shown, told) or (newsroom and _begins(tab, told))


def _agreed(keys: dict[str, str]) -> str:
    values = list(keys.values())
    order = ["json_ld", "og_title", "title", "metas"]
    present = [n for n in order if n in keys]
    return max(present, key=lambda n: (values.count(keys[n]), -order.index(n)))


_FIELD = Field("headline", (h1, json_ld, og_title, metas, title), _accept, _choose)
