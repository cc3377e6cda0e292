"""The dateline at the start of a paragraph: place, date and agency in many papers' house styles.

A pure function of text. "KYIV, Ukraine (AP) — ", "Dec. 18 (UPI) -- ", "Berlin (dpa) - ",
"МОСКВА, 5 мар — РИА Новости.", "JAKARTA, KOMPAS.com - ", "Berlin, 29. November 2022." and the
bracketed forms of East Asia. What stands before the separator must be taken apart to the last
word, or it is no dateline.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractors import filed_arabic, filed_east, printed_dates
from extractors.date_words import month
from extractors.filed_behind import agency_behind
from extractors.filed_pieces import BRACKET, SENT_BY, agency_shape, is_agency, is_known, is_label, is_place, is_shouted
from extractors.place_case import as_place
from extractors.words import agencies
from extractors.words.datelines import BEFORE, DESKS, WEEKDAYS, is_region
from extractors.words.people import people
from model.article import Dateline

LONGEST = 150
_RUNS_ON = re.compile(r"(?![^\W\d_][A-Z])[^\W\d_](?<=[a-zß-ÿа-яё])")  # a sentence goes on; "iPhone" begins one
_ABBREVIATED = re.compile(r",\s(?:[A-Z][a-z]{1,4}|(?:[A-Z]\.)+[A-Z])\.$")  # "Boise, Id."
_SEPARATOR = re.compile(
    r"\s*(?:-{2,}|[—–―‒]+|\.-(?!-)|/-)\s*|\s+-\s+|(?<=[\w).»])\s?-\s+|(?<=[)\]])-(?=[^\W\d])|:\s+"
    r"|(?<=[\w\u093e-\u094d\u0900-\u0903)\]])।\s*|\s*\|\s+|\s=\s|\.\s+|(?<=[)\]/])\s+(?![-–—])|\s/\s|,\s+(?=[^\W\d_a-zß-ÿ][^\W\d_A-ZÀ-Þ]*\s)"
)
_BEFORE_DAY = re.compile(r",?\s(?:le|den|el|il|am|dnia|dne)$")  # "Valmont, le 14 mars 2012"
_SIGN = re.compile(r"[a-zäöü]{2,5}")
_ONE_WORD = re.compile(r"[^\W\d_]{3,20}(?:-[^\W\d_]{2,20})?")


@dataclass(frozen=True, slots=True)
class Filed:
    """A dateline found; ``end`` is how many characters of the text it and its separator take.

    ``sure`` is false where only a capitalised word and a separator speak for it, which then
    needs another witness (mark-up around it, the place named again in the text).
    """

    dateline: Dateline
    end: int
    sure: bool


def read(text: str, language: str | None = None, house: str | None = None) -> Filed | None:
    """The dateline that a paragraph begins with, or ``None``. ``house`` is the publisher's name."""
    start = len(text) - len(text.lstrip(' \u00a0\t\n"*•'))
    start += next((len(b) for b in BEFORE if text[start : start + len(b)].casefold() == b), 0)
    start += len(text[start:]) - len(text[start:].lstrip())
    head = text[start : start + LONGEST]
    told = filed_east.read(head) or (filed_arabic.read(head, language) if language == "ar" else None)
    if told is not None:
        dateline, end = told
        return Filed(dateline, start + end, True)
    if reported := filed_east.of_reporter(head):
        return Filed(reported[0], start + reported[1], False)
    if slashed := _by_slashes(head, language):
        return Filed(slashed[0], start + slashed[1], True)
    best: tuple[int, Filed] | None = None
    for separator in _SEPARATOR.finditer(head):
        raw = head[: separator.start()].strip()
        if separator.start() < 2 or any(raw.count(a) != raw.count(b) for a, b in ("()", "[]")):
            continue
        found = _head(raw, separator[0], language, house)
        if found is None:
            continue
        parts, sure = found
        if separator[0].strip() == "," and parts.agency is None and not _begins(head[separator.end() :], language):
            continue  # "WASHINGTON, March 5, Thomas Reed said …"
        runs_on = _RUNS_ON.match(head, separator.end()) is not None
        if not separator[0].strip() and runs_on:
            continue  # "(AP) reported on Monday": the agency is in the sentence
        if runs_on and not agencies.agency(parts.agency or ""):
            sure = False  # "NASA - the agency - said"
        raw, end = head[: separator.start()].rstrip(" ,"), separator.end()
        if parts.agency is None and (
            after := agency_behind(head[end:], dated=parts.place is not None and parts.date is not None)
        ):
            parts, sure = _Parts(parts.place, parts.date, after[0]), True
            raw, end = head[: end + after[1]], end + after[2]
        elif parts.place is None and parts.agency and (more := _place_after(head[end:], language)):
            parts = _Parts(more[0].place, more[0].date or parts.date, parts.agency)
            raw, end = head[: end + more[1]], end + more[2]
        if head[:end].rstrip().endswith(".") and (dash := re.match(r"[-–—]\s+", head[end:])):
            end += dash.end()
        parts = _of_bracket(parts, language)
        comma = separator[0].strip() == ","  # another sign says more surely where it ends
        filled = 2 * (sum(v is not None for v in (parts.place, parts.date, parts.agency)) + 2 * sure) - comma
        if best is None or filled > best[0]:
            place = parts.place and as_place(parts.place, language)
            best = filled, Filed(Dateline(raw, place, parts.date, parts.agency), start + end, sure)
    return best[1] if best else None


_SLASHED = re.compile(r"([^/]{3,60}?) / ([^/]{3,30}) / ([^/]{6,30}) /\s+")


def _by_slashes(head: str, language: str | None) -> tuple[Dateline, int] | None:
    """Place, wire of releases and date parted by slashes: "HARBORVILLE, OH / ACCESS Newswire / March 5, 2026 / "."""
    found = _SLASHED.match(head)
    dates = printed_dates.find(found[3], language) if found else []
    if found is None or len(dates) != 1 or not agencies.agency(found[2]):
        return None
    return Dateline(found[0].rstrip(" /"), as_place(found[1].strip(), language), dates[0].edtf, found[2].strip()), found.end()


def _begins(text: str, language: str | None) -> bool:
    """Whether a text begins with an article, as a sentence does and a name does not."""
    return text.partition(" ")[0].casefold() in people(language).articles


@dataclass(frozen=True, slots=True)
class _Parts:
    place: str | None = None
    date: str | None = None
    agency: str | None = None


def _of_bracket(parts: _Parts, language: str | None) -> _Parts:
    """A bracket left at the end of a place is who filed it, where no agency is named: of a place in capitals, or in English.
    Elsewhere it may be the region ("Rostow (Russland)"), as it may be beside an agency.
    """
    bracket = BRACKET.search(parts.place or "")
    if parts.place is None or parts.agency is not None or bracket is None:
        return parts
    inner = bracket[1] or bracket[2]
    if is_known(inner) or is_region(inner, language):
        return parts
    place = parts.place[: bracket.start()].rstrip(" ,")
    signs = language == "de" and bool(_SIGN.fullmatch(inner))  # "Lindhafen (npa)": no region is written small
    return _Parts(place, parts.date, inner) if place and (is_shouted(place) or language == "en" or signs) else parts


def _head(head: str, separator: str, language: str | None, house: str | None) -> tuple[_Parts, bool] | None:
    """The parts of what stands before a separator, and whether they speak for themselves."""
    if not 2 <= len(head) <= 110 or is_label(head):
        return None
    dash = separator.strip() not in {":", ".", "", "|", "/", "=", ","}
    place_text, agency, date = head, None, None
    bracket = BRACKET.search(head)
    if bracket:
        inner = _bracket((bracket[1] or bracket[2]), language, house, alone=not head[: bracket.start()].strip())
        if inner is not None:
            agency, date = inner.agency, inner.date
            place_text = head[: bracket.start()].rstrip(" ,")
            if inner.place and not place_text:
                known = is_known(inner.place)
                return (_Parts(inner.place, date, agency), known) if dash or (known and language == "fr") else None
            if not place_text and not dash and separator.strip() == "" and agencies.agency(bracket[1] or bracket[2]):
                return _Parts(None, date, agency), True  # "(dpa) Words of the text"
    if separator.strip() == "" and agency is None:
        return None
    if (
        bracket
        and agency is None
        and date is None
        and dash
        and (named := _dated(head[: bracket.start()], bracket[1] or "", language))
    ):
        return named, True
    rest = _comma_parts(place_text, language, house)
    if rest is None:
        return None
    place, own_date, own_agency = rest.place, rest.date, rest.agency
    agency = SENT_BY.sub("", agency or own_agency or "") or None
    parts = _Parts(place, date or own_date, agency)
    if date and agency is None and not (is_shouted(place or "") or is_known(place or "")):
        return None  # "Archive picture (16 August 2024) – …"
    if parts.place is None and parts.agency is None:
        return None
    if separator.strip() in {"|", "/", "="} and parts.agency is None:
        return None
    if separator.strip() == ",":  # "PORTO CLARO, 5 mar (Lusa), O velho …"
        told = parts.date or agencies.agency(parts.agency or "")
        return (parts, True) if told and parts.place and is_shouted(parts.place) else None
    if separator.strip() == "" and parts.date is None and not (bracket and agencies.agency(bracket[1] or bracket[2])):
        return None
    if parts.agency and (parts.place or parts.date):
        return parts, True
    if parts.agency:
        printed = parts.agency
        known = agencies.agency(printed) is not None or bracket is not None or printed.isupper() or printed.startswith("خبرگزاری")
        return (parts, True) if known and dash else None
    if parts.date:
        return parts, True
    assert parts.place is not None
    shouted = is_shouted(parts.place)
    known = is_known(parts.place)
    if separator.strip() == ".":
        return (parts, False) if language != "en" and len(parts.place) > 3 else None
    if separator.strip() == ":":
        if bracket is not None and is_region(bracket[1] or "", language):
            return parts, False  # "Kadalpuram (Kerala): "
        caseless = parts.place.upper() == parts.place.lower()
        return (parts, known and (shouted or caseless)) if shouted or known else None
    return parts, shouted or known


def _dated(before: str, inner: str, language: str | None) -> _Parts | None:
    """Place, date and a word in brackets, which is who filed it whatever it is: "LINDHAFEN, 3 mai (Mouette) – "."""
    if not _ONE_WORD.fullmatch(inner) or inner.casefold() in WEEKDAYS or is_label(inner):
        return None
    parts = _comma_parts(before.rstrip(" ,"), language, None)
    return _Parts(parts.place, parts.date, inner) if parts and parts.place and parts.date and parts.agency is None else None


def _comma_parts(text: str, language: str | None, house: str | None) -> _Parts | None:
    place: list[str] = []
    date: str | None = None
    agency: str | None = None
    for found in printed_dates.find(text, language)[:1]:
        if "T" in found.edtf:
            return None
        lead, tail = text[: found.start].rstrip(" ,"), text[found.end :].strip(" ,.")
        lead = _BEFORE_DAY.sub("", lead)
        lead = lead if _ABBREVIATED.search(lead) else lead.rstrip(" ,.")
        words = [w for w in re.split(r"[\s,]+", tail) if w]
        if words and not all(w.casefold().strip(".") in WEEKDAYS for w in words):
            if not lead and is_place(tail, first=True):
                lead = tail  # the date comes first
            elif agencies.agency(tail) is None and not re.fullmatch(r"[A-Z]{2,6}", tail):
                return None
            else:
                agency = tail
        date, text = found.edtf, lead
    pieces = (
        [p.strip() for p in re.split(r",\s*|\.\s+(?=[^\W\d_])", text) if p.strip()]
        if date
        else [p.strip() for p in re.split(r",\s+|،\s*", text) if p.strip()]
    )
    for piece in pieces:
        if agencies.is_legal_form(piece) and not (piece == "Co." and place and is_shouted(place[0])):  # Colorado
            return None  # "Lantern Loom, Inc. said …"
        if piece.casefold() in WEEKDAYS or (" " in piece and month(piece.split()[-1], language) and not piece.isascii()):
            continue  # a day, also one whose number is spelled out
        if any(w in DESKS for w in piece.split()):
            continue
        if is_agency(piece, house):
            if agency is not None:
                return None
            agency = piece
        elif is_place(piece, first=not place):
            place.append(piece)
        else:
            return None
    if len(place) > 3:
        return None
    return _Parts(", ".join(place) or None, date, agency)


def _bracket(text: str, language: str | None, house: str | None, *, alone: bool) -> _Parts | None:
    """What a bracket at the end holds: an agency, an agency with a date, a place; or nothing of these."""
    dates = printed_dates.find(text, language)
    if dates:
        lead = text[: dates[0].start].strip(" ,-–—")
        if not lead and not alone and len(dates[0].edtf) == len("2026-03-05") and dates[0].end == len(text):
            return _Parts(None, dates[0].edtf, None)  # "GENEVA (5 March 2026) – "
        filed_by = is_agency(lead, house) or (len(lead.split()) <= 5 and lead)
        return _Parts(None, dates[0].edtf.split("T")[0], lead) if filed_by else None
    if is_region(text, language) and agencies.agency(text) is None:
        return None  # "PARIS (TX)"
    if is_agency(text, house) or (agency_shape(text) and not is_known(text)):
        return _Parts(None, None, text)
    if alone and is_place(text, first=True):
        return _Parts(text, None, None)
    return None


def _place_after(text: str, language: str | None) -> tuple[_Parts, int, int] | None:
    """A place in capitals after the agency: "(ANSA) - ROMA, 05 MAR - " """
    for separator in _SEPARATOR.finditer(text[:70]):
        if separator[0].strip() in {"", "|", "/"}:
            continue
        head = text[: separator.start()].strip()
        parts = _comma_parts(head, language, None) if head and not is_label(head) else None
        if parts and parts.place and parts.agency is None and (is_shouted(parts.place) or is_known(parts.place)):
            return parts, len(text[: separator.start()].rstrip()), separator.end()
        return None
    return None
