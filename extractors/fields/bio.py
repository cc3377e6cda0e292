"""The biographical note: "X is professor of … at …. She served as … from 1999 to 2014."

Read sentence by sentence. A sentence counts when its subject is the author: the name or a part
of it, a pronoun, or "the author" in the page's language. What it says after "is", "was" or
"works for" is one position or several.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from extractors.fields import names, position
from extractors.words import agencies
from extractors.words.people import either, every, people
from model.article import Affiliation

MAX_LENGTH = 3_000
_END = re.compile(r"(?<=[.!?。])[\"”»]?\s+(?=[A-ZÀ-ÞΑ-ΩА-ЯЁІЇЄҐ\"“„«\d])")
_ABBREVIATED = re.compile(r"(?:\b\w|\b(?:Dr|St|Mr|Ms|Mrs|Jr|Sr|Mt|Co|Nr|No|Inc|Ltd|Univ|Prof|bzw|geb|etc|U\.S|D\.C))\.$")


@dataclass(frozen=True, slots=True)
class Told:
    """What a note tells: ``role`` is an occupation without an organization ("a professor of
    physics, …"), ``affiliations`` the positions in the order told."""

    role: str | None = None
    affiliations: tuple[Affiliation, ...] = ()


@cache
def _patterns(language: str | None) -> dict[str, re.Pattern[str]]:
    words = people(language)
    past = [
        p
        for p in words.past
        if p.isascii() is False
        or " " in p
        or p in {"was", "were", "war", "waren", "fue", "era", "foi", "var", "oli", "był", "byl"}
    ]
    verbs = (
        rf"(?P<past>{either(past)})|(?P<works>{either(w for w in words.works if '*' not in w)})|(?P<is>{either(words.copula)})"
    )
    articles = either(every("articles"))
    school = either(every("teaches_at")).replace("'", "['’]")
    return {
        "verb": re.compile(
            rf"^\s*(?:\([^()]{{1,40}}\)\s*)?(?P<appo>,\s*(?:[^,;]{{2,90}}|[^,;]{{2,60}},[^,;]{{2,60}}),)?\s*(?:(?:who|currently|now|also|derzeit|previously|later|then)\s+)*(?:{verbs})(?!\w)\s*",
            re.IGNORECASE,
        ),
        "at": re.compile(rf"\s(?:{either(words.at)})\s+(?:the |der |die |das )?(?=[A-Z0-9])"),
        "subject": re.compile(rf"^(?:(?:{either(words.subjects)}))(?!\w)", re.IGNORECASE),
        "led": re.compile(rf"^(?:{either(every('led'))})[^,]{{0,60}},?\s*", re.IGNORECASE),
        "writes": re.compile(
            rf"\b(?:{either(every('covers'))})\b[^.;]{{0,70}}?\s(?:{either(every('covers_for'))})\s+"
            rf"(?:(?:{articles}) )?(?P<org>[A-Z0-9][^.;:]{{1,60}})"
        ),
        "teaches": re.compile(
            rf"\b(?:{either(every('teaches'))})\b[^.;]{{0,70}}?"
            rf"\s(?:{school})(?:(?<=['’])|\s)(?:the )?(?P<org>[^\W\d_][^.;:]{{1,60}})"
        ),
        "joined": re.compile(
            rf"\b(?:{either(every('joined'))})\s+(?:the )?(?P<org>[A-Z0-9][\w.&’' -]{{1,50}}?)"
            r"(?:\s+(?:staff|team|newsroom))?(?=\s+(?:in|from|after|as)\b|\.(?:\s|$)|[,;]|$)"
        ),
    }


def sentences(text: str) -> list[str]:
    """The sentences of a note, initials and titles not taken for their ends."""
    found: list[str] = []
    for piece in _END.split(names.collapse(text)[:MAX_LENGTH]):
        if found and _ABBREVIATED.search(found[-1][-12:]):
            found[-1] += " " + piece
        else:
            found.append(piece)
    return [s.strip() for s in found if s.strip()]


def read(text: str, name: str | None, language: str | None, *, lone: bool = False) -> Told:
    """What a note tells about one author.

    ``name`` is the author's; sentences about others are passed over. ``lone`` says that the whole
    text is this author's note, so that "he" or "I" may begin it. Empty where it tells nothing.
    """
    role: str | None = None
    found: list[Affiliation] = []
    speaking = lone
    for sentence in sentences(text):
        rest = _after_subject(sentence, name, language, speaking)
        if rest is None:
            speaking = False
            continue
        speaking = True
        occupation, told = _predicate(rest, language)
        role = role or occupation
        for item in told:
            if not any(_same(item, f) for f in found):
                found.append(item)
    return Told(role, tuple(found))


def speaks_of_author(text: str, language: str | None) -> bool:
    """True where a note begins with "the author" in the page's language."""
    found = _patterns(language)["subject"].match(text.strip())
    return found is not None and " " in found[0]


def is_about(text: str, name: str, language: str | None) -> bool:
    """True where a paragraph reads as a note about this author: the name, then "is" or "was"."""
    low = text.casefold()
    if not any(t.casefold() in low for t in name.split() if len(t) > 2) and name.casefold() not in low:
        return False
    verb, writes, joined = (_patterns(language)[k] for k in ("verb", "writes", "joined"))
    for sentence in sentences(text)[:10]:
        if names.key(name.split()[-1]) not in names.key(sentence[:160]) and names.key(name.split()[0]) not in names.key(
            sentence[:160]
        ):
            continue
        rest = _after_subject(sentence, name, language, False)
        if rest is not None and (verb.match(rest) or writes.match(rest.lstrip()) or joined.match(rest.lstrip())):
            return True
    return False


def _after_subject(sentence: str, name: str | None, language: str | None, speaking: bool) -> str | None:
    """What stands after the subject, where the subject is the author."""
    patterns = _patterns(language)
    plain = patterns["led"].sub("", sentence)
    subject = patterns["subject"].match(plain)
    if subject and (speaking or name is None or len(subject[0]) > 4 or subject[0] in {"I", "Ich", "Jag", "Je"}):
        return plain[subject.end() :]
    if not name:
        return None
    tokens = [t for t in name.split() if len(t) > 1]
    plain = plain.replace("’", "'")
    tokens = [t.replace("’", "'") for t in tokens]
    spellings = [f"(?i:{re.escape(name)})".replace("’", "'")]
    if tokens:
        first, last = re.escape(tokens[0]), re.escape(tokens[-1])
        spellings.append(rf"(?i:{first}(?:\s+\w\.)?(?:\s+[A-ZÀ-Þ][\w’'-]+){{0,2}}?\s+{last})")
        # one name alone may be a common word: "A loom is patient" is not about A. Loom
        spellings += [last, first, *(re.escape(t.upper()) for t in (tokens[-1], tokens[0]))]
    found = re.search(rf"(?<!\w)(?:{'|'.join(spellings)})(?!\w)", plain[:160])
    before = plain[: found.start()] if found else ""
    if not found or len(before.split()) > 5 or re.search(r"[,;:]", _LABEL.sub("", before)):
        return None
    return _WITH_OTHERS.sub(" ", plain[found.end() :], count=1)


_LABEL = re.compile(r"^\W*\w+(?:\s\w+){0,3}\s*:\W*$")  # "About the author: ", "Zur Person: "
_ANDS = either(w for w in every("and") if w.isalpha() and w not in every("with"))
_VERBS = either(v for key in ("copula", "past") for v in every(key) if v.isalpha())
_WITH_OTHERS = re.compile(
    rf"^(?:(?:,\s*|,?\s+(?:{_ANDS})\s+)[A-ZÀ-Þ][\w.'-]+(?:\s[A-ZÀ-Þ][\w.'-]+){{0,3}}){{1,4}}\s+(?=(?:both|{_VERBS})\s)"
)


def _predicate(rest: str, language: str | None) -> tuple[str | None, list[Affiliation]]:
    """Every verb of a sentence with what it says: "was … and is …" are two statements."""
    occupation: str | None = None
    told: list[Affiliation] = []
    for clause in _AND_VERB.split(_CHAIRS.sub(r", \1 of \2", rest))[:6]:
        trade, more = _clause(clause, language)
        occupation = occupation or trade
        told += more
    return occupation, told


_AND_VERB = re.compile(
    rf",?\s+(?:{_ANDS})\s+(?:(?:{either(w for w in every('subjects') if w.isalpha() and len(w) > 1)})\s+)?"
    rf"(?=(?:serves as|served as|has been|{_VERBS})\s)"
)
_CHAIRS = re.compile(r",?\s+and\s+(?:also\s+|currently\s+)?(chair|head)s\s+(the|an?)\b")


def _clause(rest: str, language: str | None) -> tuple[str | None, list[Affiliation]]:
    patterns = _patterns(language)
    verb = patterns["verb"].match(rest)
    occupation: str | None = None
    told: list[Affiliation] = []
    if verb:
        if verb["appo"]:
            standing = position.read(verb["appo"], language)
            if standing and standing.organization is None:
                occupation = standing.role
            elif standing:
                told.append(standing)
        said = rest[verb.end() :]
        if verb["works"]:
            organization = position.read(f"writer at {said}", "en")
            if organization and organization.organization:
                told.append(Affiliation(organization.organization, None, organization.location))
        else:
            direct = patterns["at"].match(f" {said}") if verb["is"] else None
            if direct:
                reading = position.read(f"writer at {said[direct.end() - 1 :]}", "en")
                told += [Affiliation(reading.organization)] if reading and reading.organization else []
            else:
                told += _positions(said, language, past=bool(verb["past"]))
    else:
        said = rest
        appositive = re.match(
            r"\s*,\s*([^,;]{3,120}(?:,(?!\s(?:teaches|lectures|writes|covers|leads|runs|heads)\s)[^,;.]{2,60})?)(?:[,.]|$)", rest
        )
        if appositive and names.role_head(appositive[1][:60], language):
            told += _positions(appositive[1], language, past=False)
    if not any(t.organization for t in told):
        for label in ("writes", "teaches", "joined"):
            found = patterns[label].search(said)
            if found and (label != "teaches" or agencies.is_organization(found["org"])):
                reading = position.read(f"writer at {found['org']}", "en")
                if reading and reading.organization:
                    told.append(Affiliation(reading.organization, None, None))
                    break
    return occupation, told


def _positions(said: str, language: str | None, *, past: bool) -> list[Affiliation]:
    """Every position in what follows the verb; a further one begins at "and" or a comma with a job word."""
    found: list[Affiliation] = []
    for phrase in _conjuncts(said, language):
        item = position.read(phrase, language, past=past)
        if item is None:
            if not found:
                break
            continue
        found.append(item)
    return found


_AND = re.compile(rf",\s+(?:{_ANDS})\s+|\s+(?:{_ANDS})\s+|,\s+|;\s+", re.IGNORECASE)


def _conjuncts(said: str, language: str | None) -> list[str]:
    cuts = [0]
    ends: list[int] = []
    for found in _AND.finditer(said):
        ahead = said[found.end() : found.end() + 80]
        head = names.role_head(ahead, language)
        if head is None:
            continue
        lead = ahead[: head.start()]
        if len(lead.split()) > 5 or re.search(
            r"[,.;]|\b(?:at|of|for|by|with|bei|von|who|where|is|was|the (?:host|author) of)\b", lead
        ):
            continue
        behind = said[cuts[-1] : found.start()]
        if names.role_head(behind, language) is None:
            continue
        compound = (
            not re.search(r"\s(?:at|of|for|bei|von|der|des|på|à|de)\s", behind)
            and not re.match(r"(?:an?|the|ein|eine|der|die|le|la|un|une)\s", ahead, re.I)
            and "," not in found[0]
        )
        if compound:
            continue
        ends.append(found.start())
        cuts.append(found.end())
    ends.append(len(said))
    return [said[a:b] for a, b in zip(cuts, ends, strict=True)]


def _same(a: Affiliation, b: Affiliation) -> bool:
    return names.key(a.organization or "") == names.key(b.organization or "") and names.key(a.role or "") == names.key(
        b.role or ""
    )
