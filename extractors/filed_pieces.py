"""What the pieces of a dateline's head are: a place, an agency, a label that is neither."""

from __future__ import annotations

import re

from extractors.place_case import SMALL
from extractors.words import agencies
from extractors.words.datelines import LABELS, PLACES

SENT_BY = re.compile(r"^[Кк]орр\.\s*")
BRACKET = re.compile(r"\s*(?:[(\[]\s*([^()\[\]]{2,60}?)\s*[)\]]|/\s*([^()\[\]/]{2,40}?)\s*/)\s*$")


def is_agency(text: str, house: str | None) -> bool:
    """True for an agency, the paper itself, or what a word or its address shows to be an organization."""
    if agencies.agency(text) or agencies.agency(SENT_BY.sub("", text)):
        return True
    if agencies.is_service_abroad(text):
        return True
    if is_known(text):
        return False
    if house and re.sub(r"\W", "", text).casefold() == re.sub(r"\W", "", house).casefold():
        return True
    return bool(re.fullmatch(r"[\w-]{3,30}\.(?:com|net|org|id|de|tv|co|ru|ua)(?:\.\w{2})?", text, re.IGNORECASE)) or (
        agencies.is_organization(text) and len(text.split()) <= 4 and not text[:1].islower()
    )


def agency_shape(text: str) -> bool:
    """Capitals or inner capitals without spaces, or a call sign: what papers and stations call themselves."""
    plain = text.strip()
    if len(plain.split()) > 4 or not any(c.isalpha() for c in plain):
        return False
    return bool(re.fullmatch(r"[A-ZÄÖÜÇİŞČĆŽŠА-ЯІЇЄΑ-Ω0-9][A-ZÄÖÜÇİŞČĆŽŠА-ЯІЇЄΑ-Ω0-9&./ -]{1,20}", plain)) or bool(
        re.search(r"[a-z][A-Z]|\bNow\b|\d", plain) and " im " not in plain
    )


def is_place(text: str, *, first: bool) -> bool:
    """True for what has the shape of a place: one to five words that begin in capitals, joined by small ones."""
    plain = re.sub(r"\s*[(\[][^()\[\]]{2,30}[)\]]", "", text).strip()
    words = plain.split()
    if not 1 <= len(words) <= 5 or len(plain) > 45 or plain.endswith("-") or re.search(r"\d|[?!:;\"„“”@#%+*]", plain):
        return False
    if is_known(plain):
        return True
    if words[0] == "The":  # of places with an article those that are known
        return False
    strong = 0
    for word in words:
        bare = word.strip(".,'’()")
        if not bare:
            return False
        if bare.casefold() in SMALL and strong:
            continue
        if not (bare[0].isupper() or not (bare[0].islower() or bare[0].isupper())):
            return False
        strong += 1
    return strong >= 1 and (first is False or len(plain) > 1)


def is_label(head: str) -> bool:
    """True for words that announce something: ``Exclusive``, ``Update``."""
    low = head.casefold().strip(" :.-")
    if is_known(head):
        return False
    if low in LABELS:
        return True
    words = re.findall(r"[^\W\d_][\w’'-]*", BRACKET.sub("", low))
    return bool(words) and (words[0] in LABELS or words[-1] in LABELS or any(w in LABELS and len(w) > 6 for w in words))


def is_known(place: str) -> bool:
    """True for a place of the list, alone or before its region."""
    first = re.split(r"[,(/\[]", place.casefold())[0].strip()
    return first in PLACES or place.casefold().strip() in PLACES


def is_shouted(place: str) -> bool:
    """True for a place of up to four words in capitals."""
    first = re.split(r"[,(\[]", place)[0].strip()
    letters = [c for c in first if c.isalpha()]
    return len(letters) > 2 and first.upper() == first and first.lower() != first and len(first.split()) <= 4
