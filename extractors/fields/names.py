"""Names of people: what looks like one, and how one is printed without what clings to it.

Judged by shape and by word lists, not by a register of names: a short place in capitals can
pass for a person, so callers look only where names are expected.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

from extractors.date_words import every_label
from extractors.words.agencies import NEVER_NAMES, NEVER_STARTS, agency, is_organization
from extractors.words.people import either, every, people

_PARTICLES = """de del della di da das do dos du des la le el los las van von vom zu zur zum der den ter ten te bin bint ibn ben
    abu al und y e i av af st san 't d' o' mac mc dela der't"""
PARTICLES = frozenset(_PARTICLES.split())
_NEVER_FIRST = frozenset({"der", "die", "das", "den", "dem", "zu", "zur", "zum", "und", "y", "e", "i", "and", "las", "los"})
_NEVER_IN = frozenset(
    {"us", "our", "your", "more", "here", "this", "read", "click", "newsletter", "wiki", "uns", "unsere", "mehr", "hier"}
)
_STATES = frozenset({"u.s", "u.n", "u.k", "e.u"})
_CJK = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff々ー"
_EAST = re.compile(rf"[{_CJK}]{{2,6}}(?:[ ・　][{_CJK}]{{1,8}})?|[가-힣]{{2,5}}")
_UNCASED = re.compile(r"[\u0590-\u08ff\u0900-\u0dff\u0e00-\u0eff\u10a0-\u10ff][\u0590-\u08ff\u0900-\u0dff\u200c\u200d'’.-]*")
_BUREAU = re.compile(rf"^[{_CJK}]{{1,8}}(?:支局|総局|支社|特派員)[・･/／=＝　 ]+(?=[{_CJK}]{{2}})")
_TITLES = every("titles")
_TITLED = re.compile(
    rf"^(?:(?:{either(t for t in _TITLES if not t.endswith('.'))})\.? +"
    rf"|(?:{either(t for t in _TITLES if t.endswith('.'))})\s*)+(?=\w)",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"(?:https?://|www\.)\S+|\S+@\S+\.\w+|(?:^|\s)@\w+|\b(?:e-?mail|twitter|"
    r"facebook|instagram|linkedin|follow(?: us)?|view (?:all )?posts?|"
    r"see (?:all|more)|more (?:from|by)|read (?:more|full bio)|full bio)\b.*$",
    re.IGNORECASE,
)
_SHORT_CODE = re.compile(r"\s*[(\[][^()\[\]]{0,40}[)\]]")
_EDGES = ' \t,;:|·•–—-/\\*"“”„«»<>[]{}=…_►▸›»+~©'
_AND_OTHERS = re.compile(r"\s*외\s*\d+명$|\s+et al\.?$|\s+u\.? ?a\.$")
_COMPOUNDING = frozenset({"de", "nl", "sv", "da", "no"})
_HEAD_SHORTEST = 8
_INITIAL = re.compile(r"\w\.?(?:-?\w\.)*")


def collapse(text: str) -> str:
    """White space collapsed, invisible marks taken out."""
    return " ".join(re.sub(r"[\u00ad\u200b\u200e\u200f\u2060\ufeff]", "", text).split())


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """A name without web addresses, handles, brackets, honorifics and stray punctuation."""
    plain = _CONTACT.sub(" ", collapse(unicodedata.normalize("NFC", text)))
    if len(plain) > 3 and not plain.startswith(("(", "[")):
        plain = _SHORT_CODE.sub("", plain)
    plain = _BUREAU.sub("", _AND_OTHERS.sub("", plain).strip(_EDGES))
    plain = _TITLED.sub("", plain)
    plain = re.sub(r"(?<=[^\W\d_]{4})\.$", "", plain.strip(_EDGES))  # the full stop of a sentence, not that of "Jr."
    plain = re.sub(r"(?<=\w)\s[’'‘]\d\d$", "", plain)  # a student's year: "A. Person ’27"
    if " " not in plain:
        return plain.strip(_EDGES)  # an account's name may end in a figure, a reporter's in the mark of a footnote
    return re.sub(r"(?<=[^\W\d_]{2})[\d¹²³⁴-⁹*†‡]{1,3}$", "", plain.strip(_EDGES))


def is_slug(text: str) -> bool:
    """True for what a URL or an account is called by (``chuck-ross``, ``Sophie-Foster``), not a person."""
    return bool(re.fullmatch(r"[a-z0-9]+(?:[-_.][a-z0-9]+)+|[A-Z][a-z]+-[A-Z][a-z]+|[a-z]+\d+", text))


@cache
def _role_pattern(language: str | None) -> re.Pattern[str]:
    words = people(language)
    east = [r for r in words.roles if re.fullmatch(rf"[{_CJK}가-힣]+", r)]
    compound = (
        rf"|(?<!\w)[^\W\d_]{{3,14}}(?:{either(_heads_of_compounds(words.roles))})(?!\w)" if language in _COMPOUNDING else ""
    )
    return re.compile(
        rf"(?:(?<!\w)(?:{either(w for w in words.roles if w not in east)})(?!\w)){compound}|(?:{either(east)})", re.IGNORECASE
    )


def _heads_of_compounds(roles: Iterable[str]) -> list[str]:
    """Head words long enough to be known at the end of a compound: "regio" + "verslaggever"."""
    return [r for r in roles if len(r) >= _HEAD_SHORTEST and " " not in r]


def role_head(text: str, language: str | None) -> re.Match[str] | None:
    """The first head word of a job title in a text ("editor" in "Deputy news editor")."""
    return _role_pattern(language).search(text)


_FURNITURE = frozenset(w for w in NEVER_NAMES if " " not in w)
_NEVER = re.compile(rf"(?:{either(NEVER_NAMES)})[\s:.]*$|(?:{either(NEVER_STARTS)})(?!\w)", re.IGNORECASE)


def is_desk(text: str, language: str | None) -> bool:
    """True for an unnamed desk or nobody in particular: "Agencies", "red", "Staff"."""
    return text.strip(" .").casefold() in people(language).desks


def never(text: str, language: str | None) -> bool:
    """True for what stands around names and is none: "Written by", "Share", "More from …"."""
    plain = text.strip(" :.")
    low = plain.casefold()
    return (
        bool(_NEVER.match(plain))
        or low in people(language).by
        or low in every_label()
        or all(w in _FURNITURE for w in low.split())
    )


def is_person(text: str, language: str | None, *, single: bool = False) -> bool:
    """True where a text has the shape of a person's full name.

    ``single`` lets one word pass, for places where nothing but a name can stand.
    """
    plain = text.strip()
    if not 2 <= len(plain) <= 60 or re.search(r"[\d@/:?!#%&=<>|\\\"“”_()]", plain):
        return False
    if never(plain, language) or ("," in plain and not re.search(r", ?(?:Jr|Sr|I{2,3}|IV)\b\.?$", plain)):
        return False
    if _EAST.fullmatch(plain):
        if re.search(r"[はをにでがへもこそ]", plain):
            return False
        return not is_organization(plain) and role_head(plain, language) is None
    tokens = plain.replace("\u00a0", " ").split(" ")
    if len(tokens) > 6 or (len(tokens) == 1 and not single):
        return False
    if any(t.casefold().strip(".,") in people(language).desks for t in tokens) or is_organization(plain) or agency(plain):
        return False
    if role_head(plain, language) is not None or all(t.casefold() in people(language).around for t in tokens):
        return False
    if all(_UNCASED.fullmatch(t) for t in tokens):
        return len(tokens) <= 5 and all(len(t) <= 18 for t in tokens)
    return _cased(tokens)


def _cased(tokens: list[str]) -> bool:
    strong = 0
    first = tokens[0].strip(".,")
    if first.casefold() in _STATES or any(t.casefold() in _NEVER_IN for t in tokens):
        return False
    acronym = first.isupper() and len(first) > 1 and "." not in tokens[0] and not all(t.isupper() for t in tokens if len(t) > 2)
    if (acronym or (len(first) in {2, 3} and agency(first.upper()))) and len(tokens) > 1:
        return False
    for position, token in enumerate(tokens):
        bare = token.strip(".,'’‘")
        if not bare:
            return False
        if _INITIAL.fullmatch(token) and len(bare) <= 3:
            if token[0].isupper():
                strong += 1
                continue
            if bare.casefold() not in PARTICLES:
                return False
        if bare.casefold() in PARTICLES and (position or (len(tokens) > 2 and bare.casefold() not in _NEVER_FIRST)):
            continue
        first = re.sub(r"^(?:[dlDLoO]['’‘]|al-|el-|ul-|d['’])", "", bare)[:1]
        if not first.isalpha() or not (first.isupper() or bare[0].isupper()):
            return False
        if not all(c.isalpha() or c in "-'’‘.`´" or unicodedata.combining(c) for c in bare):
            return False
        strong += 1
    return strong >= (1 if len(tokens) == 1 else 2)


def invert(text: str) -> str:
    """``You, Xiaoying`` as ``Xiaoying You``; anything else unchanged."""
    found = re.fullmatch(r"([^\s,]+(?: [^\s,]+)?), ?([^\s,]+(?: [^\s,]+){0,2})", text.strip())
    return f"{found[2]} {found[1]}" if found else text


@lru_cache(maxsize=8192)
def key(name: str) -> str:
    """What two spellings of one name have in common: case, accents, punctuation left out."""
    if name.isascii():
        return " ".join(re.findall(r"\w+", name.lower()))
    decomposed = unicodedata.normalize("NFKD", name)
    plain = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return " ".join(re.findall(r"\w+", plain.replace("ß", "ss").replace("ø", "o").replace("ł", "l")))
