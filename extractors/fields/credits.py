"""A photo credit as printed, and who is named in it.

``parse_credit`` takes the words of a credit ("Photo by A. B./AFP via Getty Images",
"© IMAGO / Pool", "사진=연합뉴스"); ``extractors.fields.captions`` cuts them off a caption.
The terms are IPTC's: credit line, creator, copyright notice, licence. A link "License Photo"
states no licence. Nobody is invented: a name that cannot be told for a person's is kept as an
organization's, and words that are no name are kept in the credit line alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from extractors.fields.credit_names import Party, classify, is_known, looks_like_person, taker
from extractors.fields.credit_words import KINDS, Lexicon, fold, lexicon

LONGEST = 400  # characters; a longer text is no credit, and only its beginning is looked at

_WRAPPED = re.compile(r"^[(\[（【{]([^()\[\]（）【】{}]*(?:[(\[（][^()\[\]（）]*[)\]）][^()\[\]（）]*)*)[)\]）】}]?[.。]?$")
_EDGES = " \t\n\r|•·—–-=;,:/▲■◆▶"
_BUY = (
    r"(?:(?:licen[sc]e|buy|purchase|order)\s+(?:this\s+)?(?:photo|image|picture)"
    r"|купить\s+фото|buy\s+photo|foto\s+kaufen|acheter\s+(?:la|cette)\s+photo|comprar\s+(?:la\s+)?foto|acquista\s+(?:la\s+)?foto"
    r"|purchase\s+licen[sc]ing\s+rights(?:\s?,\s?opens\s+new\s+tab)?)"
)
_LICENSE_LINK = re.compile(rf"\s*[|/·•-]?\s*(?<!\w){_BUY}(?!\w)\s*$", re.I)
_LICENSE = re.compile(
    r"\(?\b(?:(?:licen[sc]ed|lizenziert)\s+)?(?:(?:under|unter|sous|bajo)\s+)?"
    r"(CC[ -]?0|(?:CC|Creative Commons)(?:[ -](?:BY|SA|NC|ND))+(?:[ -]?\d\.\d)?(?:[ -][A-Z]{2}\b)?"
    r"|CC(?=\s)|Creative Commons(?: licen[sc]e)?"
    r"|public domain|gemeinfrei|domaine public|dominio público|domínio público|pubblico dominio)\b\)?",
    re.I,
)
_URL = re.compile(r"https?://\S+|\bwww\.\S+|(?<=[가-힣])\s+\S+@[\w.-]+")
_PLACE_EAST = re.compile(r"(?<![가-힣])[가-힣·]{2,8}=(?=[가-힣]{2,4}\s*\S{0,2}(?:기자|특파원))")
_NOBODY = re.compile(r"(?<!\w)n/a(?!\w)", re.I)
_YEARS = re.compile(r"(?<!\w)(?:19|20)\d\d(?:\s?[-–]\s?(?:19|20)?\d\d)?(?!\w)")
_MARK = re.compile(r"©|ⓒ|\(c\)|℗|®", re.I)
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u2060\ufeff"))  # soft hyphens, marks of direction
_SIDE = re.compile(r"^(?:[LR]|left|right|links|rechts|oben|unten|top|bottom)\s?:\s*", re.I)
_CUT = "\ue000"  # a character for private use: not white space, in no word
_HOUSE = "\ue001"  # the same, behind what stands right before "photo by"
_SEPARATORS = re.compile(
    rf"{_CUT}|\s*[/／|;•▲■◆▶=＝｜]\s*|\s[-–—]+\s|\s*[–—]\s*|[-–]\s|\s-(?=\w)|[()\[\]（）【】]|,\s*|，|(?<=\w\w\w)\.\s+(?=[^\W\d_a-zа-я])|[«»“”„]|(?<![\u0590-\u05ff])\"|\"(?![\u0590-\u05ff])"
)
_HOUSE_FIRST = re.compile(r"([A-Z][\w.&'’-]*(?: [A-Z][\w.&'’-]*){0,3}): ([^:]{4,40})")
_ONE_WORD = re.compile(r"(?:^|[/|,;(]\s*)[A-Z][a-z]+$")
_NAMES_END = frozenset({"pictures", "images", "photos", "archive", "archives", "library"})  # of organizations: "Vale Pictures"
_STAFF = re.compile(r"\s+(?:staff|pool)(?:\s+photo(?:grapher)?)?$", re.I)
_CLASS = re.compile(r"\s[’'‘]\d\d$")  # of a student: "A. B. ’27"
_VIA = re.compile(r"(?:^|\s)(?:via|über|vía|through)\s", re.I)


@dataclass(frozen=True, slots=True)
class Credit:
    """``credit_line`` as printed, without enclosing brackets and leading dashes.

    ``creators`` are people, ``agencies`` organizations, in the order printed; who lent a picture without being named as
    its maker ("the Halloran family", "a reader") is neither and makes it a handout. ``kind`` is "file
    photo", "handout", "screenshot", "illustration", "symbolic image" or "AI-generated image".
    ``copyright_notice`` is the line where it carries a copyright mark. ``license`` is printed
    ("CC BY 3.0"); ``acquire_license_page`` is a URL that the page gives and the text alone
    never does. ``unclear`` are words that name nobody we know: many of them, and it is no credit. ``lent``: by somebody who
    is not named as its maker.
    """

    credit_line: str | None = None
    creators: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    kind: str | None = None
    copyright_notice: str | None = None
    license: str | None = None
    acquire_license_page: str | None = None
    unclear: tuple[str, ...] = ()
    lent: bool = False

    @property
    def names_someone(self) -> bool:
        return bool(self.creators or self.agencies)


def parse_credit(text: str, language: str | None = None, *, organizations: Collection[str] = ()) -> Credit:
    """Reads a text that is a credit as a whole; for a caption with its credit see ``captions``.

    ``language`` is the page's primary subtag, for words that mean something only there.
    ``organizations`` are further names known to be organizations' (the publisher's). Never
    raises; a text that is no credit gives a credit without names, or with much ``unclear``.
    """
    return _parsed(tidy(text), language, frozenset(map(fold, organizations)))


@lru_cache(maxsize=1024)
def _parsed(line: str, language: str | None, known: frozenset[str]) -> Credit:
    words = lexicon(language)
    if not line:
        return Credit()
    rest = _MARK.sub(_CUT, line[:LONGEST])
    notice = line if rest != line[:LONGEST] or words.rights.search(line) else None
    rest = _PLACE_EAST.sub("", _URL.sub(_CUT, _NOBODY.sub(_CUT, rest)))
    license_ = _LICENSE.search(rest)
    rest = _LICENSE.sub(_CUT, rest)
    rest = words.rights.sub(_CUT, rest)
    if notice:
        rest = _YEARS.sub(_CUT, rest)
    kind, rest = _kind(rest, words)
    labelled = bool(words.lead.match(line)) or bool(words.bare.match(line)) or notice is not None
    parties = _parties(rest, words)
    kind = kind or next((words.kinds[fold(p.text)] for p in parties if fold(p.text) in words.kinds), None)
    private = [p for p in parties if words.private.fullmatch(p.text)]
    kind = kind or (KINDS["handout"] if private else None)
    others = [p for p in parties if fold(p.text) not in words.kinds and p not in private]
    named = classify(others, words, known, labelled=labelled, taken_by=taker(line[:LONGEST], words))
    return Credit(
        credit_line=line,
        creators=_once(n.name for n in named if n.person),
        agencies=_without_acronyms(_once(n.name for n in named if n.person is False)),
        kind=kind,
        copyright_notice=notice,
        license=license_.group(1) if license_ else None,
        unclear=tuple(n.name for n in named if n.person is None),
        lent=bool(private),
    )


def tidy(text: str) -> str:
    """The credit line: white space collapsed, enclosing brackets, dashes at the edges and the
    text of a link that sells the picture taken off."""
    line = _LICENSE_LINK.sub("", " ".join(text.translate(_INVISIBLE).split()))
    for _ in range(2):
        line = line.strip(_EDGES)
        wrapped = _WRAPPED.match(line)
        if wrapped:
            line = wrapped.group(1)
    return line.strip(_EDGES)


def is_license_link(text: str) -> bool:
    """Whether these are the words of a link that sells the picture ("License Photo")."""
    return bool(re.fullmatch(_BUY, " ".join(text.split()), re.I))


def _kind(text: str, words: Lexicon) -> tuple[str | None, str]:
    """The kind of picture and the text with its words cut out.

    A kind word that belongs to a name ("National Archives", "Film Archive") is left alone.
    """
    found: list[str] = []

    def cut(match: re.Match[str]) -> str:
        before = text[: match.start()].rstrip(" ")
        last = fold(before.rsplit(None, 1)[-1]) if before else ""
        touches = before[-1:].isalnum() and len(before) + 1 == match.start()
        own = match.group() in ("Archive", "Archives") and bool(_ONE_WORD.search(before)) and not is_known(last)
        if touches and " " not in match.group() and (own or last in words.organization or is_known(f"{last} {match.group()}")):
            return match.group()
        found.append(words.kinds[fold(match.group())])
        return _CUT

    rest = words.kind.sub(cut, text)
    order = list(dict.fromkeys(found))
    if len(order) > 1 and "handout" in order:
        order.remove("handout")  # "Screenshot/Handout": what it shows says more than who gave it
    return (order[0] if order else None), rest


def _parties(text: str, words: Lexicon) -> list[Party]:
    """The parts between separators, without labels and by-words at their edges."""
    parties: list[Party] = []
    parts = _SEPARATORS.split(words.lead.sub(_announced, text))
    for n, part in enumerate(parts):
        if part.endswith(_HOUSE):  # "Courier photo by A. B."
            parties.append(Party(_bare_name(part.strip(_HOUSE), words), organization=True))
            continue
        told = _HOUSE_FIRST.fullmatch(part.strip())
        if told and (" " in told[1] or told[1].isupper()) and looks_like_person(told[2], words):  # "The Broadcaster: A. Person"
            parties += [Party(_bare_name(told[1], words), organization=True), Party(_bare_name(told[2], words))]
            continue
        pieces = _VIA.split(part)
        house = 0 < n == len(parts) - 1 and _is_before_house(text, parts[n - 1].strip(), words)
        for i, piece in enumerate(pieces):
            before, *agents = words.agent.split(piece)
            if match := words.for_whom.match(before):  # "A. B. / For The Paper"
                parties.append(Party(_bare_name(before[match.end() :], words), organization=True))
                before = ""
            for name in _joined(before, words):
                parties.append(Party(_bare_name(name, words), organization=i > 0 or house))
            parties.extend(Party(_bare_name(a, words), organization=True) for a in agents)
    return [p for p in parties if p.text]


def _is_before_house(text: str, before: str, words: Lexicon) -> bool:
    """Whether what stands behind the only slash or bar is a house: "A. B. and C. D./The Paper", "A. B. | The Paper"."""
    if text.count("|") == 1 and "/" not in text:
        return looks_like_person(before, words) and not is_known(before)
    return text.count("/") == 1 and len(_joined(before, words)) > 1


def _announced(lead: re.Match[str]) -> str:
    """What stands in a label's place: a cut, with a mark for what is printed right before "photo by"."""
    said = lead[0].rstrip()
    return (_HOUSE if said[-1:].isalpha() and not said.casefold().endswith("via") else "") + _CUT


def _joined(text: str, words: Lexicon) -> list[str]:
    """Two names joined by "and" are two parties; "Black & White Images" stays one."""
    names = [n for n in words.joins.split(text) if n]
    if len(names) < 2 or any(len(n.split()) == 1 and not _unspaced(n) for n in names):
        return [text]
    return names


def _unspaced(text: str) -> bool:
    return any("\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af" for c in text)


def _bare_name(text: str, words: Lexicon) -> str:
    name = _SIDE.sub("", text.strip(" .,:：;'‘’*")).removeprefix("the ")
    if is_known(name):  # "picture alliance" begins with no label, "AP Photo" ends with one
        shorter = words.label_end.sub("", name)
        return shorter if is_known(shorter) else name
    for pattern in (words.first_join, words.bare, words.by):
        if match := pattern.match(name):
            name = name[match.end() :].strip(" .,:;")
    if fold(name) in words.noise:
        return ""
    if (match := words.label_end.search(name)) and match.start() > 0:
        stripped = name[: match.start()].rstrip(" .,:;")
        own = fold(match.group()) in _NAMES_END and match.group().strip()[0].isupper() and not is_known(stripped)
        return name if own and stripped.isalpha() else stripped or name
    return _CLASS.sub("", _STAFF.sub("", name))


def _without_acronyms(names: tuple[str, ...]) -> tuple[str, ...]:
    """ "A News Agency (ANA)" is one name."""
    short = {"".join(w[0] for w in re.findall(r"\w+", n)).casefold() for n in names if " " in n}
    return tuple(n for n in names if n.casefold() not in short)


def _once(names: Iterable[str]) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(re.sub(r"[\W_]", "", name.casefold()), name)
    return tuple(seen.values())
