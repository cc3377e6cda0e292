"""Whether a name in a photo credit is a person's or an organization's.

No list can hold every agency: what is in the word data is certain, the rest is told by the
shape of the name (an organization's word in it, a domain, capitals) and by its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.fields.credit_words import Lexicon, agencies, fold, known_organizations, platforms, short_organizations
from extractors.words.agencies import agency

_PARTICLES = frozenset(
    re.findall(
        r"\S+",
        "de da do dos das del della di du des la le el al bin ibn bint ben abu abd van von der den ter ten te zu zum zur y e i "
        "af av d' dal dalla st. st jr. jr sr. sr ii iii iv ul ur",
    )
)
_NEVER_LAST = _PARTICLES - frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "ul"})
_CONNECTIVES = _PARTICLES | frozenset(re.findall(r"\S+", "of the and for und et für pour para per och og à in on at & +"))
_DOMAIN = re.compile(
    r"\w\.(?:com|org|net|de|at|ch|fr|it|es|uk|ru|рф|ua|pl|nl|se|no|dk|fi|is|eu|tv|news|info|media|in|jp|kr|cn)\b", re.I
)
_CASELESS = re.compile(r"[\u0590-\u08ff\u0900-\u0dff\u0e00-\u0fff\u1000-\u109f]")
_HAN = re.compile(r"^[\u3400-\u9fff々]{2,4}$")
_HAN_KANA = re.compile(r"^[\u3400-\u9fff々\u3040-\u30ffー・\s]{2,9}$")
_HANGUL = re.compile(r"^[가-힣]{2,4}$")
_ROLE_END = re.compile(r"(?:\s*(?:선임|인턴|사진|전문)?기자|記者|记者|さん|撮影|摄|攝)$")
_REPORTER_EAST = re.compile(
    r"([\u3400-\u9fff]{2,12}?\s?)?(?:本报|本報|特约|特約|摄影|攝影)?(?:记者|記者)\s*[:：]?\s*([\u3400-\u9fff]{2,4})"
)
_TAKEN_BY = re.compile(
    r"(?:^|[、，。（(])\s*(?:撮影\s*[・=＝：:/／]\s*(?P<behind>[^、，。）)]+)|(?P<before>[^、，。（(]+?)撮影)[）)。]?$"
)
_LONG_NAME = re.compile(r"[\u3400-\u9fff][\u3400-\u9fff々\u3040-\u30ffー]{2,5}")
_NO_NAME = re.compile(r"から|より|にて|で$|本[社紙]|[支総]局|記者|読者|提供|写真|[部班隊課係室者人民]$")
_PICTURE_HOUSE = re.compile(r"[a-zäöü]{2,9}(?:bild|bilder|foto|photo|pix|pics|press|presse|media|news|images|pictures|com)")
_ON = re.compile(r"\s(?:on|auf|bei|sur|en|su|no|på|w|na|via)$", re.I)  # "A. B. on Unsplash"
_EDITORS_SIGN = re.compile(r"[a-z]{2,4}")  # of who edited the picture: "AGENCY/A. Person/jlt"
LONGEST_NAME = 8  # words of an organization


@dataclass(frozen=True, slots=True)
class Party:
    """One part of a credit; ``organization``: what stands before it says so ("via", "for")."""

    text: str
    organization: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """``person`` is ``None`` where the words are no name."""

    name: str
    person: bool | None


def classify(
    parties: Sequence[Party], words: Lexicon, known: frozenset[str], *, labelled: bool, taken_by: str | None = None
) -> list[Named]:
    """Each part as a person, an organization, or neither; a part that joins two is split.

    ``known`` are folded names of further organizations. ``labelled``: a label or mark announced
    the credit, so that a short unclear part is rather a name than a sentence. ``taken_by`` is a person.
    """
    split = [piece for party in parties for piece in _split_known(party, words, known)]
    certain = [p.text == taken_by or _certain(p, words, known) for p in split]
    agency_named = any(c is False and (is_known(p.text) or p.organization) for c, p in zip(certain, split, strict=True))
    platform_named = any({fold(p.text), fold(p.text).removesuffix(".com")} & platforms() for p in split)
    result = []
    for party, person in zip(split, certain, strict=True):
        name = _ROLE_END.sub("", party.text) or party.text
        if person is None and agency_named and True in certain and _EDITORS_SIGN.fullmatch(name):
            continue
        if person is None:
            person = _by_neighbours(
                name, agency_named=agency_named, platform_named=platform_named, person_named=True in certain, labelled=labelled
            )
        if person is None and labelled and fold(name.split()[0]) in words.organization and len(name.split()) <= 3:
            person = False  # an office in lower case
        result.append(Named(name, person))
    return result


def taker(line: str, words: Lexicon) -> str | None:
    """Who a Japanese credit says took the picture ("NAME撮影", "撮影・NAME"), where that is a name and no organization's."""
    found = _TAKEN_BY.search(line)
    name = (found["behind"] or found["before"]).strip() if found else ""
    if not _LONG_NAME.fullmatch(name) or _NO_NAME.search(name) or name.endswith(words.organization_ends):
        return None
    return None if is_known(name) or fold(name) in words.noise else name


def is_known(name: str, known: frozenset[str] = frozenset()) -> bool:
    """Whether the word data (or ``known``, folded) has this organization."""
    folded = fold(name)
    printed_so = len(folded) > 3 or name.strip(" .,:") in short_organizations()
    return folded in known or (printed_so and folded in known_organizations()) or agency(name) is not None


def looks_like_person(name: str, words: Lexicon) -> bool:
    """Two to five words that could be a person's name, none of them an organization's word."""
    tokens = name.split()
    if _HAN.match(name) or _HANGUL.match(name):
        return not name.endswith(words.organization_ends)
    if not 2 <= len(tokens) <= 5 or len(name) > 60 or re.search(r"[\d@_#:?!<>%&+]", name) or _DOMAIN.search(name):
        return False
    if _has_organization_word(tokens, words):
        return False
    if _CASELESS.search(name) or _HAN_KANA.match(name):
        return len(tokens) <= 4
    significant = [
        t for t in tokens if t.lower().rstrip(",") not in _PARTICLES and not t.lower().startswith(("d'", "d’", "al-", "el-"))
    ]
    if not significant or (tokens[0][0].islower() and len(significant) < 2) or _capitals_inside(tokens):
        return False
    if tokens[-1].lower() in _NEVER_LAST or fold(tokens[0]) in ("the", "les", "los", "las", "het", "der", "die", "das"):
        return False
    return all(_capital(t) for t in significant) and any(sum(c.isalpha() for c in t) > 1 for t in significant)


def _capitals_inside(tokens: Sequence[str]) -> bool:
    """ "Helm POC Tectal" is a thing; "Jean NOM" and "NOM Jean" are people."""
    capitals = [sum(c.isalpha() for c in t) > 2 and t.isupper() for t in tokens]
    return any(capitals) and not capitals[0] and not capitals[-1]


def _certain(party: Party, words: Lexicon, known: frozenset[str]) -> bool | None:
    name = party.text
    if not any(c.isalpha() for c in name):
        return None
    tokens = name.split()
    if party.organization or is_known(name, known):
        return False
    if not name.isupper() and any(len(t) > 1 and t.isupper() and is_known(t) for t in tokens):
        return False  # "CBS San Lucas"
    if len(tokens) > 1 and len(tokens[0]) > 4 and is_known(tokens[0]) and fold(tokens[0]) in agencies():
        return False  # "Reuters Connect"
    if looks_like_person(_ROLE_END.sub("", name), words):
        return True
    if len(tokens) > LONGEST_NAME or len(name) > 90 or re.search(r"\d{4}|\w@\w|\w: ", name):
        return None  # a sentence, an archive's number, an address
    lower = sum(t[0].islower() and fold(t) not in _CONNECTIVES for t in tokens)
    if len(tokens) >= 4 and lower * 2 >= len(tokens):
        return None  # a sentence
    if _DOMAIN.search(name) or name.startswith("@"):
        return False
    if _has_organization_word(tokens, words) and _capital_somewhere(name):
        return False
    return False if len(tokens) > 1 and all(_capital(t) or t.lower() in _CONNECTIVES for t in tokens) else None


def _by_neighbours(name: str, *, agency_named: bool, platform_named: bool, person_named: bool, labelled: bool) -> bool | None:
    tokens = name.split()
    if len(tokens) == 1 and name[0].isalpha():
        if platform_named and (name[0].islower() or any(c.isdigit() for c in name)):
            return True  # a nickname on a picture platform
        if name.isupper() or _CASELESS.search(name) or _HAN_KANA.match(name):
            return False
        if _capital(name):
            return agency_named and name[1:].islower()
        house = 2 <= len(name) <= 4 or (labelled and _PICTURE_HOUSE.fullmatch(name))
        return False if person_named and house else None  # "A. B./hr", "A. B./westbild"
    if labelled and len(tokens) <= 4 and _capital_somewhere(name) and name[-1] not in "!?":
        return False
    return None


def _split_known(party: Party, words: Lexicon, known: frozenset[str]) -> list[Party]:
    """ "Instagram A. B." or "A. B. AFP" are two; "Getty Images Europe" is one."""
    tokens = party.text.split()
    if sent := _REPORTER_EAST.fullmatch(party.text):  # "the agency's reporter A. B."
        return [Party(sent[2]), *([Party(sent[1].strip(), True)] if sent[1] and fold(sent[1]) not in words.noise else [])]
    if is_known(party.text, known) or len(tokens) < 2:
        return [party]
    owner, hyphen, house = party.text.partition("-")
    if hyphen and is_known(house, known) and looks_like_person(owner, words):
        return [Party(owner), Party(house, True)]  # "A. B.-USA TODAY Sports"
    if len(tokens) == 2 and tokens[1].startswith("@") and fold(tokens[0]) in platforms():
        return [Party(tokens[0].rstrip(":"), True)]
    for cut in range(len(tokens) - 1, 0, -1):
        head, tail = _ROLE_END.sub("", " ".join(tokens[:cut])), " ".join(tokens[cut:])
        if is_known(head, known) and fold(head) in agencies() and looks_like_person(tail, words):
            return [Party(head.rstrip(" :,"), True), Party(tail)]
        owner = _ON.sub("", head)
        if is_known(tail, known) and (looks_like_person(owner, words) or owner != head):
            return [Party(owner), Party(tail, True)]
    return [party]


def _has_organization_word(tokens: Sequence[str], words: Lexicon) -> bool:
    folded = [fold(t) for token in tokens for t in {token: None, **dict.fromkeys(token.split("-"))}]
    return any(t in words.organization or t.endswith(words.organization_ends) for t in folded)


def _capital(token: str) -> bool:
    first = next((c for c in token if c.isalpha()), "")
    return bool(first) and not first.islower()


def _capital_somewhere(name: str) -> bool:
    return any(c.isalpha() and not c.islower() for c in name)
