"""Titles as sites write them: the piece's own words apart from the site's name and section.

Publishers append their name to ``<title>`` and ``og:title`` after a dash, a bar or a
full-width colon; headlines carry dashes of their own. So a tail is cut only where something
else on the page vouches for it: the site's name, its domain, or a heading that ends there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

from extractors.page import Page

LONGEST = 500  # characters; what is longer is no title, and is left as it is

_CUT = re.compile(r"\s+[|｜ㅣ–—\-·•»«:/]+\s+|\s*[|｜ㅣ：]\s*|\s+[»«]\s*|-(?=[^-\s]{1,12}[|｜ㅣ])|,\s+(?=[^,]{3,40}$)|\s\|\s")
_LONGEST_TAIL = 5  # words that a site and its section are called by
_NAMED = 6  # letters of a site's name that tell a longer one
_BAR = re.compile(r"[|｜ㅣ]")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u2060\ufeff"))
_QUOTES = str.maketrans("’‘‛`´“”„«»‟–—−‑", '\'\'\'\'\'""""""----')


def same_key(text: str) -> str:
    """A form in which two spellings of one title agree: case, quotes, dashes, spaces, soft hyphens."""
    plain = unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).translate(_QUOTES).casefold()
    return " ".join(re.sub(r"[^\w']+", " ", plain).split())


def without_site(title: str, names: Iterable[str]) -> str:
    """A title without a tail or head that is one of the site's names; unchanged where none is."""
    if len(title) > LONGEST:
        return title
    keys = {_squeezed(n) for n in names} - {""}
    cuts = list(_CUT.finditer(title))
    for at in reversed(range(len(cuts))):
        cut = cuts[at]
        if cut.start() > 0 and _squeezed(title[cut.end() :]) in keys:
            return title[: _before_section(title, cuts[:at], cut)].strip()
    if cuts and cuts[-1].start() > 0 and _BAR.search(cuts[-1][0]) and _is_longer_name(title[cuts[-1].end() :], keys):
        return title[: cuts[-1].start()].strip()
    for cut in reversed(cuts):
        if _squeezed(title[: cut.start()]) in keys and title[cut.end() :].strip():
            return title[cut.end() :].strip()
    return title


def _is_longer_name(tail: str, keys: set[str]) -> bool:
    """Whether the first words of a tail are one of the site's names: "… | Canal Side News" on ``canalside.example``."""
    words = re.findall(r"\w+", tail)
    begins = {_squeezed("".join(words[:n])) for n in range(1, len(words))}
    return len(tail.split()) <= _LONGEST_TAIL and any(len(key) >= _NAMED for key in begins & keys)


def without_tail(title: str, shown: str) -> str:
    """A title without what stands behind a bar, where the page's heading ends there; unchanged where it does not."""
    for cut in _BAR.finditer(title[:LONGEST]):
        tail = title[cut.end() :]
        if len(tail.split()) <= _LONGEST_TAIL and shown and same_key(title[: cut.start()]) == same_key(shown):
            return title[: cut.start()].strip()
    return title


def _before_section(title: str, earlier: list[re.Match[str]], cut: re.Match[str]) -> int:
    """Where the piece's own words end: before a section's name that stands between bars, too."""
    end = cut.start()
    while earlier:
        last = earlier.pop()
        between = title[last.end() : end].strip()
        barred = _BAR.search(last[0]) or (last[0] == "-" and _BAR.search(cut[0]))
        if not (barred and last.start() > 0 and 0 < len(between) <= 24 and len(between.split()) <= 3):
            break
        end = last.start()
    return end


def site_names(page: Page, publisher: str | None) -> tuple[str, ...]:
    """What the site is called: publisher, Open Graph's site name, and its domain in parts."""
    og = page.meta_first("og:site_name", "application-name")
    host = urlsplit(page.url or "").hostname or ""
    labels = host.removeprefix("www.").split(".")
    domain = ".".join(labels[-2:]) if len(labels) > 1 else ""
    names = [publisher or "", og.content if og else "", host, host.removeprefix("www."), domain, *labels[-3:-1]]
    twitter = page.meta_first("twitter:site")
    names.append(twitter.content.lstrip("@") if twitter else "")
    return tuple(n for n in names if len(n) > 2)


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
