"""The agency that stands behind a dateline's separator: "МОСКВА, 5 мар — РИА Новости. ", "city - «The Paper»: "."""

from __future__ import annotations

import re

from extractors.words import agencies

_BRACKETED = re.compile(r"[(]([^()]{3,40})[)]\s?:\s+")
_WIRE = re.compile(r"\(([A-Z][A-Z ]{2,30}[A-Z])\)\s?-{2,}\s*")  # "--(A NEWSWIRE)--", as wires of releases sign
_INNER_CAPITAL = re.compile(r"([А-ЯЁA-Z][а-яёa-z]+[А-ЯЁA-Z][а-яёa-z]+)\.\s+")


def agency_behind(text: str, *, dated: bool) -> tuple[str, int, int] | None:
    """The agency a text begins with, where it ends, and where what follows it begins; ``None`` where there is none.

    One that nobody knows in brackets before a colon where a word says what it is, or behind place and date (``dated``)
    by the capital inside its one word.
    """
    for words in (3, 2, 1):
        found = re.match(
            rf"[/(]?((?:[^\s()/]+\s?){{{words}}}?)[)/]?\s*(?:\.\s+|[—–-]+\s+|(?<=\))-{{2,}}|:\s+|,\s+)", text[:60]
        ) or (words < 3 and re.match(rf"\(((?:[^\s()/]+\s?){{{words}}}?)\)-{{2,}}", text[:60]))
        if found and agencies.agency(found[1].strip(" .,:")):
            name = found[1].strip(" .,:")
            closed = found.start(1) + len(name) + (text[found.start(1) + len(name) :][:1] in {")", "/"})
            return name, closed, found.end()
    told = _WIRE.match(text[:60]) or _BRACKETED.match(text[:60])
    if told and (told.re is _WIRE or agencies.is_organization(told[1])):
        return told[1], told.end(1) + 1, told.end()
    if dated and (told := _INNER_CAPITAL.match(text[:60])):
        return told[1], told.end(1), told.end()
    quoted = re.match(r"«([^«»]{2,30})»:\s+", text)  # "city - «The Paper»: "
    return (quoted[1], quoted.end(1) + 1, quoted.end()) if quoted else None
