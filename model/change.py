"""Whether two articles are two states of a piece, and what differs: a pure function.

What counts: headline, standfirst, authors (with affiliations), dateline, date published,
body, captions, credits and corrections. What never does: advertisements, related links,
counters, image addresses, keywords, white space, invisible characters, how the body is
cut into paragraphs. ``date_modified`` is reported beside other changes but makes no
version by itself: many sites stamp it anew on every visit.

Ask it with like readings only: two articles read by one release. Otherwise the difference
may be ours.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from model.article import Article, Author, BlockKind
from model.canonical import canonical_json
from model.capture import digest_of
from model.diff import changed_words, count_words, plain, tokens
from model.edtf import is_edtf, parse_edtf, utc_text

_MARKS = {"'": "‘’‚‛′`´", '"': "“”„‟″«»", "-": "‐‑‒–—―−", "...": "…"}
_TYPOGRAPHY = str.maketrans({mark: plain_mark for plain_mark, marks in _MARKS.items() for mark in marks})
# scripts that part no words: a space in them, or a cut between paragraphs, is white space only
_UNPARTED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_NO_SPACE = re.compile(rf"(?<=[{_UNPARTED}])\s+|\s+(?=[{_UNPARTED}])")
_HAS_UNPARTED = re.compile(f"[{_UNPARTED}]")
_LOOSE_SPACE = re.compile(r"(?<!\w)\s+|\s+(?!\w)")
_SHINGLE = 4
_SIMILAR = 0.5


class ChangeKind(StrEnum):
    """How a field changed."""

    ADDED = "added"
    REMOVED = "removed"
    EDITED = "edited"
    REORDERED = "reordered"
    TYPOGRAPHIC = "typographic"  # the shape of quotes, dashes and spaces only


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs. Sizes are words; ``words_before`` is the old field's length."""

    field: str
    kind: ChangeKind
    words_added: int
    words_removed: int
    words_before: int


@dataclass(frozen=True, slots=True)
class Change:
    """What differs between two like readings. Empty means: the same state.

    ``attendant`` are differences that are told but make no version by themselves.
    """

    fields: tuple[FieldChange, ...]
    attendant: tuple[FieldChange, ...] = ()

    @property
    def same(self) -> bool:
        """True where both articles are one state of the piece."""
        return not self.fields

    @property
    def substantive(self) -> bool:
        """True where more than typography changed. Not a judgement of importance."""
        return any(f.kind is not ChangeKind.TYPOGRAPHIC for f in self.fields)

    def to_json(self) -> dict[str, Any]:
        """As in docs/shapes.md."""
        fields, attendant = ([{**asdict(f), "kind": f.kind.value} for f in some] for some in (self.fields, self.attendant))
        return {"same": self.same, "substantive": self.substantive, "fields": fields, "attendant": attendant}


def compare(before: Article, after: Article) -> Change:
    """What turned ``before`` into ``after``; symmetric in whether it says same."""
    changes = [_field_change(*field) for field in side_by_side(before, after)]
    stamp = _field_change("date_modified", [before.date_modified or ""], [after.date_modified or ""])
    return Change(tuple(c for c in changes if c), (stamp,) if stamp else ())


def signature(article: Article) -> str:
    """A digest that two like readings share if and only if ``compare`` calls them the same."""
    return digest_of(canonical_json({name: _key(name, values) for name, values in comparable(article)}))


def similar(a: Article, b: Article) -> bool:
    """True where two articles are plainly the same piece, edited or not.

    Half of the shorter text's word 4-grams are in the other, or, where a text is too short
    to tell, the headlines agree. Good for believing a canonical link; not for finding copies.
    """
    one, two = _shingles(a.text), _shingles(b.text)
    if min(len(one), len(two)) < 10:
        return plain(a.headline).casefold() == plain(b.headline).casefold() != ""
    return len(one & two) >= _SIMILAR * min(len(one), len(two))


def comparable(article: Article) -> Iterator[tuple[str, list[str]]]:
    """The fields that count, each as a list of plain texts, in a fixed order of names."""
    yield "headline", [plain(article.headline)]
    yield "standfirst", [plain(article.standfirst)]
    yield "authors", [_author_line(a) for a in article.authors]
    yield "dateline", [plain(article.dateline.raw if article.dateline else None)]
    yield "date_published", [_instant(article.date_published)]
    yield "body", [plain(b.text) for b in article.body if b.kind is not BlockKind.EMBED]
    yield "captions", [plain(i.caption) for i in article.images]
    yield "credits", [plain(i.credit_line or ", ".join((*i.creators, *i.agencies))) for i in article.images]
    yield "corrections", [plain(c.text) for c in article.corrections]


def side_by_side(before: Article, after: Article) -> Iterator[tuple[str, list[str], list[str]]]:
    """The same fields of two articles as people read them and words are counted in them: name, texts before, texts after.

    What ``comparable`` calls the same is the same here, and what it calls different differs here.
    """
    for (name, old), (_, new) in zip(comparable(before), comparable(after), strict=True):
        if name == "authors" and _key(name, old) != _key(name, new):
            once = [[_author_line(a, once=True) for a in article.authors] for article in (before, after)]
            if _key(name, once[0]) != _key(name, once[1]):
                old, new = once
        yield name, old, new


def _key(name: str, values: list[str]) -> str:
    """What of a field counts: for pictures the set of words, whatever their order or repetition."""
    kept = [_closed_up(v) for v in values if v]
    return "\n".join(sorted(set(kept))) if name in {"captions", "credits"} else _closed_up(" ".join(kept))


def _closed_up(text: str) -> str:
    """Without the spaces that mean nothing, beside scripts that part no words."""
    return text if text.isascii() or not _HAS_UNPARTED.search(text) else _NO_SPACE.sub("", text)


def _instant(text: str | None) -> str:
    """A date as it is compared: the same instant is the same date, however its offset is written."""
    if text is None or not is_edtf(text):
        return text or ""
    value = parse_edtf(text)
    moment = value.earliest if value.has_time and value.offset is not None else None
    return utc_text(moment) if moment else text


def _author_line(author: Author, *, once: bool = False) -> str:
    """An author with role and posts; ``once``: a role that stands with one of the posts is said there only."""
    posts = (", ".join(x for x in (p.role, p.organization, p.location) if x) for p in author.affiliations)
    role = None if once and any(p.role == author.role for p in author.affiliations) else author.role
    return plain("; ".join(x for x in (author.name, role, *posts) if x))


def _field_change(name: str, before: list[str], after: list[str]) -> FieldChange | None:
    before, after = [x for x in before if x], [x for x in after if x]
    if _key(name, before) == _key(name, after):
        return None
    old, new = "\n\n".join(before), "\n\n".join(after)
    words = count_words(old)
    if not new:
        return FieldChange(name, ChangeKind.REMOVED, 0, words, words)
    if not old:
        return FieldChange(name, ChangeKind.ADDED, count_words(new), 0, 0)
    added, removed = changed_words(old, new)
    if _without_typography(old) == _without_typography(new):
        kind = ChangeKind.TYPOGRAPHIC
    elif sorted(before) == sorted(after):
        kind = ChangeKind.REORDERED
    else:
        kind = ChangeKind.EDITED
    return FieldChange(name, kind, added, removed, words)


def _without_typography(text: str) -> str:
    """A text in one shape of letters and marks. Figures keep their meaning (10² is not 102), words their gaps."""
    shaped = "".join(c if _is_special_figure(c) else unicodedata.normalize("NFKC", c) for c in text.translate(_TYPOGRAPHY))
    tight = _LOOSE_SPACE.sub("", _closed_up(unicodedata.normalize("NFC", shaped)))
    return " ".join(tight.split())


def _is_special_figure(character: str) -> bool:
    """True for ², ½ and ①, which compatibility forms would turn into other numbers."""
    return character.isnumeric() and not character.isdecimal()


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = [t.strip() for t in tokens(plain(text).casefold()) if t[0].isalnum()]
    return {tuple(words[i : i + _SHINGLE]) for i in range(max(0, len(words) - _SHINGLE + 1))}
