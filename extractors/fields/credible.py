"""Whether a text is a credit as a whole: short, names somebody, no sentence, no byline, no row of links."""

from __future__ import annotations

import re
from collections.abc import Collection

from extractors.fields.credit_names import is_known
from extractors.fields.credit_words import fold, lexicon
from extractors.fields.credits import Credit, parse_credit, tidy

LONGEST_CREDIT = 170  # characters
_SENTENCE_INSIDE = re.compile(r"(?:(?<=\w\w\w)|(?<=[\"”“»)]))[.!?]\s(?=[\w(])|(?<=[가-힣])\.\s|[。！？]\S")
# a byline, or a row of links for sharing
_SHARE = "facebook|twitter|x|whatsapp|e-?mail|linkedin|pinterest|telegram|reddit|share|print|copy link"
_SHARED_ON = frozenset({"facebook", "twitter", "x", "reddit", "whatsapp", "pinterest", "linkedin", "telegram"})
_NO_CREDIT = re.compile(rf"(?:^|[|•]\s?)(?:By|Von|Par|Por|Door|Av|Af)\s[A-ZÀ-Þ]|\d:\d\d\b|^(?:(?i:{_SHARE})\W*){{2,}}$")
_ARTICLE = re.compile(r"^\s*(?:(?:the|der|die|das|dem|des|la|le|les|el|los|las|il|lo|de|het)\s|l['’])?\s*", re.I)
_EMAIL = re.compile(r"\s*\S+@[\w.-]+$")


def credible(
    text: str, language: str | None, organizations: Collection[str], *, strict: bool = False, labelled: bool = False
) -> Credit | None:
    """The credit if the text is one as a whole, else ``None``."""
    line = tidy(text)
    if not line or len(line) > LONGEST_CREDIT or _NO_CREDIT.search(line):
        return None
    words = lexicon(language)
    credit = parse_credit(line, language, organizations=organizations)
    labelled = labelled or words.lead.match(line) is not None
    bare = words.bare.match(line) is not None  # "Foto A. B."; but also "Aufnahme vom 3. Juli"
    if not (labelled or bare) and (_SENTENCE_INSIDE.search(words.rights.sub("", line).rstrip(" .")) or line[-1] in "!?"):
        return None
    if any(len(u.split()) > 2 for u in credit.unclear) or len(credit.unclear) > (2 if credit.names_someone else 1):
        return None
    lead = words.lead.match(line)
    if (
        lead
        and lead.group().rstrip()[-1].isalpha()
        and not credit.creators
        and _after_lead(line[lead.end() :], credit)[:1].islower()
    ):
        return None  # "photos from the auction"
    if not credit.names_someone:
        stated = (
            (credit.kind is not None or credit.license is not None or bool(credit.unclear))
            and (labelled or bare)
            and len(line) <= 60
        )
        behind = line[lead.end() :] if lead else line if labelled else ""
        nobody = fold(behind.strip(" .")) in words.noise  # "Foto: Especial"
        return credit if (stated or nobody) and not credit.unclear else None
    if (
        labelled
        or not strict
        or words.after.search(_EMAIL.sub("", words.rights.sub("", line)).rstrip(" ."))
        or (bare and credit.creators)
    ):
        return credit
    if credit.license and credit.creators:
        return credit
    names = frozenset(map(fold, organizations))
    known = [a for a in credit.agencies if is_known(a, names) and fold(a) not in _SHARED_ON]
    return credit if known and (len(known) * 2 >= len(credit.agencies) or bool(credit.creators)) else None


def _after_lead(rest: str, credit: Credit) -> str:
    """What a label announces; who gives a picture may have an article ("Courtesy of the Museum")."""
    return _ARTICLE.sub("", rest) if credit.kind == "handout" else rest.lstrip()


def could_be_credit(text: str) -> bool:
    """Whether nothing speaks against a text that is named a credit: no byline, no links for sharing."""
    return _NO_CREDIT.search(tidy(text)) is None
