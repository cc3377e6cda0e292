"""A caption with its credit in one string, cut into the two.

    "The mayor on Friday. File Photo by A. B./UPI | License Photo"
    "Der Hafen am Morgen. © IMAGO / Pool"        "거리에서 연설하고 있다. 연합뉴스"

A credit is taken off only where something announces it (a label, a mark, brackets, a dash, the
end of a sentence) and what follows names somebody: words of the caption are never lost.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from extractors.fields.credible import LONGEST_CREDIT, credible
from extractors.fields.credit_names import is_known, looks_like_person
from extractors.fields.credit_words import Lexicon, fold, lexicon
from extractors.fields.credits import Credit, parse_credit, tidy
from extractors.words.agencies import is_organization

_TAIL_LOOKED_AT = 420  # a credit ends a caption: only so much of its end is searched
_BRACKETED = re.compile(
    r"\s*[(\[（【]([^()\[\]（）【】]{2,170}(?:[(\[（][^()\[\]（）]{1,60}[)\]）][^()\[\]（）]{0,60})?)[)\]）】][\s.。»”\"]*$"
)
_SENTENCE_END = re.compile(r"[.!?…»”\"'’。！？۔؟।)\]:]$")
_DASH = re.compile(r"\s*[|｜]\s*|\s+[–—]\s*|\s+-\s+|\s+--\s*|\s*/\s+|\s*[■▲◆▶]\s*")
_AFTER_SENTENCE = re.compile(r"(?<=[.!?…»”\"’。！？۔؟।)])\s+|(?<=[。」])")
_SLASHED = re.compile(r"(?:^|(?<=\s))((?:[^\W\d_][\w.’'-]*\s+){1,4}?[^\W\d_][\w.’'-]*)\s?/\s?[^/\n]{2,60}$")
_SENTENCE_BEFORE = re.compile(r"(?<=\w\w\w)[.!?۔।][»”\"’]?(?:\s+|(?=[—–]))")
_PARTS = re.compile(r"\s*[|｜/]\s*|,\s+(?=[Ss]taff|[Cc]hief [Pp]hoto|[Pp]hoto)")
_TAKEN_BY = re.compile(r"[、，＝=で]\s*([\u3400-\u9fff\u3040-\u30ff々ー・ 　]{2,10}(?:撮影|写す|提供))[。]?$")
_NAME_AND_HOUSE = re.compile(r"([^()]{4,40}?)\s*[(]([^()]{2,40})[)]\.?")
_DANGLING = re.compile(r"\s*(?:©|\(c\))$", re.I)
_NUMBER = re.compile(
    r"^\[?\d{1,3}\s?(?:/|of|von)\s?\d{1,3}\]?\s*(?=\D)|(?:\s*hide caption)?\s*toggle caption$|(?<=[)\]])\s*(?:less|more)$", re.I
)
_START_CAPTION = re.compile(r"^\s*(?:image\s+caption|caption|bildunterschrift|légende|pie de foto)\s*[:,.]?\s+", re.I)


@dataclass(frozen=True, slots=True)
class Split:
    """``caption`` without the credit; ``credit`` as parsed, or ``None`` where there is none."""

    caption: str | None
    credit: Credit | None


def split_caption(text: str, language: str | None = None, *, organizations: Collection[str] = ()) -> Split:
    """Cuts a credit off the end (or the beginning) of a caption; see the module's docstring.

    A text that is nothing but a credit gives no caption. Never raises.
    """
    words = lexicon(language)
    whole = _NUMBER.sub("", _START_CAPTION.sub("", " ".join(text.split())))
    if not whole:
        return Split(None, None)
    for cut in (_by_label, _by_brackets, _by_shape, _by_mark_between, _bare_end, _end_east):
        found = cut(whole, words, language, organizations)
        if found is not None:
            return found
    return Split(whole, None)


def is_credit(text: str, language: str | None = None, *, organizations: Collection[str] = (), strict: bool = False) -> bool:
    """Whether a whole text is a credit and nothing else: short, names somebody, no sentence.

    ``strict`` asks for an agency that is known or a label: for places where any text may stand.
    """
    return credible(text, language, organizations, strict=strict) is not None


def _by_label(text: str, words: Lexicon, language: str | None, organizations: Collection[str]) -> Split | None:
    """ "Foto: A. B./dpa", "Photo by …", "© …": from the first label whose tail is a credit."""
    offset = max(0, len(text) - _TAIL_LOOKED_AT)
    for lead in words.lead.finditer(text, offset):
        start = lead.start()
        tail = text[start:]
        if len(tail) > LONGEST_CREDIT + 30:
            continue
        credit = credible(tail, language, organizations, labelled=True)
        if credit is None:
            continue
        before = text[:start].rstrip()
        # "(AP Photo/…": what stands before the label within the bracket or before a slash belongs to it
        opened = max(map(before.rfind, "([（【"))
        if opened >= 0 and not any(c in ")]）】" for c in before[opened:]) and len(text) - opened <= LONGEST_CREDIT:
            wider = credible(text[opened:], language, organizations, labelled=True)
            before, credit = (before[:opened], wider) if wider else (before, credit)
        elif house := _house_before(before, lead.group(), words):
            wider = credible(text[house:], language, organizations, labelled=True)
            before, credit = (before[:house], wider) if wider else (before, credit)
        return Split(_caption(before), credit)
    lead_first = words.lead.match(text.lstrip("([|—– "))
    if lead_first:
        return _credit_first(text, language, organizations)
    return None


def _house_before(before: str, label: str, words: Lexicon) -> int | None:
    """Where the words begin that belong to a label behind them: "Courier photo by A. B.", "Staff photo by".

    In front of "photo by" any name may stand, in front of a colon only what is known to be no caption.
    """
    ends = list(_SENTENCE_BEFORE.finditer(before))
    start = ends[-1].end() if ends else 0
    said = before[start:].split()
    if not 1 <= len(said) <= 3:
        return None
    told = " ".join(said)
    known = (
        all(is_known(w) or fold(w) in words.noise or fold(w) in words.kinds for w in said)
        or is_known(told)
        or fold(told) in words.kinds
    )
    shouted = label.isupper() and told.isupper() and len(told) <= 4
    named = label.rstrip()[-1:].isalpha() and all(w[0].isupper() or fold(w) in words.noise for w in said)
    return start if known or shouted or (named and ends) else None


def _credit_first(text: str, language: str | None, organizations: Collection[str]) -> Split | None:
    """ "Photo: A. B./AP. The mayor …": the credit is the first sentence or the bracket."""
    bracket = re.match(r"^[(\[]([^()\[\]]{3,120})[)\]]\s*", text)
    if bracket:
        credit = credible(bracket.group(1), language, organizations, labelled=True)
        return Split(_caption(text[bracket.end() :]), credit) if credit else None
    for end in re.finditer(r"[.|]\s+(?=\S)|\s[–—-]\s", text[: LONGEST_CREDIT + 20]):
        credit = credible(text[: end.start()], language, organizations, labelled=True)
        if credit and len(text) - end.end() > 12:
            return Split(_caption(text[end.end() :]), credit)
    return None


def _by_brackets(text: str, words: Lexicon, language: str | None, organizations: Collection[str]) -> Split | None:
    """ "… on Friday. (A. B./Associated Press)"."""
    bracket = _BRACKETED.search(text, max(0, len(text) - _TAIL_LOOKED_AT))
    if not bracket or (bracket.start() == 0 and not is_credit(bracket.group(1), language, organizations=organizations)):
        return None
    inside, before = bracket.group(1), text[: bracket.start()].rstrip()
    credit = credible(inside, language, organizations, strict=True)
    if credit is None and (not before or _SENTENCE_END.search(before)):
        credit = credible(inside, language, organizations)
        if credit and not (credit.creators or _shaped(inside, words)):
            credit = None
    if credit is None and (label := words.bare.match(inside)) and all(t[0].isupper() for t in inside[label.end() :].split()):
        credit = parse_credit(inside, language, organizations=organizations)  # "(foto Surname)"
    if credit is None and len(inside) <= 60:
        given = parse_credit(inside, language, organizations=organizations)
        lent = (
            given.lent and not given.unclear and inside[0].isupper() and " " in inside
        )  # "(Family photo)", but "A. Person (son)"
        credit = given if lent or (given.kind == "handout" and words.kind.match(inside)) else None  # "(Supplied by the family)"
    if credit and (ends := list(_AFTER_SENTENCE.finditer(before))):
        tail = before[ends[-1].end() :]  # "… on Friday. A. Person (AP)"
        signed = not credit.creators and looks_like_person(tail, words)
        if (signed or (len(tail) <= 12 and words.after.search(tail))) and (
            wider := credible(f"{tail} ({inside})", language, organizations)
        ):
            return Split(_caption(before[: ends[-1].start()]), wider)
    return Split(_caption(before), credit) if credit else None


def _by_shape(text: str, words: Lexicon, language: str | None, organizations: Collection[str]) -> Split | None:
    """ "… on Friday. A. B. | The Courier", "… A. B., Staff Photographer", "… PHOTO | A. B.", "… —The Courier/File"."""
    for end in list(_SENTENCE_BEFORE.finditer(text, max(0, len(text) - LONGEST_CREDIT)))[-2:]:
        tail = text[end.end() :]
        dashed = tail[:1] in "—–"
        plain = tail.lstrip("—– ").rstrip()
        parts = [p.strip() for p in _PARTS.split(plain)]
        if dashed and plain.isupper() and looks_like_person(plain, words):
            return Split(_caption(text[: end.start() + 1]), parse_credit(plain, language))  # "… on Friday. —A. B."
        if fold(text[: end.start()].rsplit(None, 1)[-1]) in words.noise:
            continue  # a label with a full stop
        if not 1 < len(parts) <= 5 or len(plain) > 110 or plain[-1:] in "!?" or any(len(p.split()) > 6 for p in parts):
            continue
        label = words.bare.match(plain) is not None or (fold(parts[0]) in words.noise | set(words.kinds) and plain[0].isupper())
        credit = credible(plain, language, organizations, labelled=label)
        if credit is None or not (credit.names_someone or credit.kind) or credit.unclear:
            continue
        signed = len(credit.creators) == 1 and (looks_like_person(parts[0], words) or (parts[0].isupper() and len(parts) == 2))
        filed = dashed and credit.kind == "file photo" and len(credit.agencies) == 1
        if label or signed or filed:
            return Split(_caption(text[: end.start() + 1]), credit)
    return None


def _by_mark_between(text: str, words: Lexicon, language: str | None, organizations: Collection[str]) -> Split | None:
    """ "Caption | A. B./dpa", "Caption — AFP pic"."""
    offset = max(0, len(text) - LONGEST_CREDIT)
    for mark in _DASH.finditer(text, offset):
        tail = text[mark.end() :]
        pipe = mark.group().strip() in ("|", "｜")
        if not tail or mark.start() == 0:
            continue
        credit = credible(tail, language, organizations, strict=not pipe)
        if credit is None and mark.group() == " / " and _signs(text[: mark.start()], tail, words):
            return Split(_caption(text[: mark.start()]), parse_credit(tail, language, organizations=organizations))
        if credit is None or (pipe and not _names_for_sure(credit)):
            continue
        announced = words.after.search(tidy(tail)) or words.bare.match(tail)
        if mark.group().strip() == "/" and not (announced or _SENTENCE_END.search(text[: mark.start()].rstrip())):
            continue
        return Split(_caption(text[: mark.start()]), credit)
    return None


def _signs(caption: str, tail: str, words: Lexicon) -> bool:
    """Whether a name behind a slash signs a caption: a phrase in running words, then two or three of a person's, which
    an organization in brackets may follow ("A. Person (Agency)").
    """
    running = [w for w in caption.split() if w[:1].islower()]
    house = _NAME_AND_HOUSE.fullmatch(tail)
    name = house[1] if house and (is_known(house[2]) or is_organization(house[2])) else tail
    return "/" not in caption and len(running) > 1 and 2 <= len(name.split()) <= 3 and looks_like_person(name, words)


def _bare_end(text: str, words: Lexicon, language: str | None, organizations: Collection[str]) -> Split | None:
    """ "… sagte sie. A. B./dpa", "… 있다. 연합뉴스", "… on Friday A. B./Reuters"."""
    offset = max(0, len(text) - LONGEST_CREDIT)
    for end in _AFTER_SENTENCE.finditer(text, offset):
        tail = text[end.end() :]
        if tail and (credit := credible(tail, language, organizations, strict=True)):
            if (start := _house_before(text[: end.start()], "", words)) and (
                wider := credible(text[start:], language, organizations, labelled=True)
            ):
                return Split(_caption(text[:start]), wider)  # "File photo. The Agency"
            return Split(_caption(text[: end.start()]), credit)
        if tail[:1].isupper() and len(tail) <= 80 and (kind := words.kind.match(tail)):
            given = credible(tail, language, organizations, labelled=True)
            marked = tail[kind.end() :].lstrip()[:1] in {"/", "|"}  # "Screengrab/The Platform"
            if given and (given.names_someone or given.lent) and (given.kind == "handout" or marked):
                return Split(_caption(text[: end.start()]), given)  # "Courtesy Town Museum"
    slashed = _SLASHED.search(text, offset)
    if slashed and (credit := credible(slashed.group(), language, organizations, strict=True)) and credit.creators:
        return Split(_caption(text[: slashed.start()]), credit)
    last = text.rsplit(None, 2)
    for count in (2, 1):
        tail = " ".join(last[-count:])
        if len(last) > count and not tail.isascii() and is_known(tail):
            return Split(_caption(text[: len(text) - len(tail)]), parse_credit(tail, language, organizations=organizations))
    if is_credit(text, language, organizations=organizations, strict=True) and _shaped(text, words):
        return Split(None, parse_credit(text, language, organizations=organizations))
    return None


def _end_east(text: str, words: Lexicon, language: str | None, organizations: Collection[str]) -> Split | None:
    """ "…＝5日、港町、A. B.撮影": the photographer behind the last comma of a Japanese caption."""
    found = _TAKEN_BY.search(text)
    credit = credible(found[1], language, organizations) if found else None
    return Split(_caption(text[: found.start()]), credit) if found and credit and credit.names_someone else None


def _names_for_sure(credit: Credit) -> bool:
    """One or two names, of which one is a person's or a known organization's."""
    return (bool(credit.creators) and len(credit.creators) + len(credit.agencies) <= 3) or any(
        is_known(a) for a in credit.agencies
    )


def _shaped(text: str, words: Lexicon) -> bool:
    """Slashes, a known agency or a name alone: the shape of a credit rather than of a remark."""
    return "/" in text or is_known(tidy(text)) or looks_like_person(tidy(text), words)


def _caption(text: str) -> str | None:
    caption = _DANGLING.sub("", text.strip(" |–—-/■▲◆▶,;([（【、，؛،＝=：")).strip()
    return caption or None
