"""Announced corrections, clarifications, editor's notes and retractions. A time stamp of an update is none."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from extractors import printed_dates
from extractors.body.passages import Passage
from extractors.body.reading import passages_of
from extractors.field import Candidate, Field, Resolved, resolve, shorten
from extractors.fields.language import EAST
from extractors.page import Page
from model.article import Block, Correction, Evidence, How

_Notices = tuple[Correction, ...]
_NOTE = "editors_note"
_KINDS = ("correction", "clarification", _NOTE, "retraction")
LONGEST = 1500  # characters; a longer passage that speaks of a correction is a story about one
_HEAD = 250  # characters in which a phrase has to begin
_LABEL = 60  # characters in which the date of a notice stands
_SHORTEST = 30  # characters after the label; less is a link or a menu item
_SHORTEST_EAST = 14  # where a character is a syllable or a word
_SHORTEST_WIRE = 16  # a wire's note in brackets
_ASIDE = frozenset(("<footer>", "<form>", "comment", "comments", "disqus"))
_SAYS_SO = frozenset(("correction", "corrections", "clarification", "clarifications", "erratum", "errata", "editorsnote"))
_ASIDE_TAG = frozenset(("<aside>",))
_NEAR_ASIDE = _ASIDE_TAG | {"related", "newsletter", "promo", "teaser"}
# after a label: its date or time of day if any, then what parts it from the notice
_MARKS_EAST = "■□●○▼▲◆◇★※【"
_MARKS = "*[( _•·▪†‡­—–-（＜［〔" + _MARKS_EAST
_QUOTES = '"“”„«»‘「『'
_NEAR_PHRASE = 50
_NEAR_LABEL = 25
_SENTENCE_END = re.compile(r"(?<=\w\w[.!?])\s")
_SHORT_NOTE = 300  # characters of a wire's note in brackets
_AFTER_LABEL = re.compile(
    r"\s{0,2}(?:[:：—–-]|[(\[（]|[】\])）＞］〕]|,? ?(?:(?:le|du|vom|am|del|de|el|il|di|do|z|dnia|от|від|of|on|den) ){0,2}"
    r"(?:\w{3,9}\.? )?\d{1,4}[./:\w ,-]{0,40}?[:：—–])"
)


def read(page: Page, body: tuple[Block, ...]) -> Resolved[_Notices]:
    """The notices in reading order, each with its kind; ``body`` tells the article from what is around it."""
    words = [b.text for b in body]

    def printed(page: Page) -> Iterator[Candidate[_Notices]]:
        yield from _printed(page, words)

    return resolve(Field("corrections", (printed, declared)), page)


def declared(page: Page) -> Iterator[Candidate[_Notices]]:
    """schema.org ``correction`` of the page's article: text, or a ``CorrectionComment``."""
    for node in page.articles[:1]:
        value = node.data.get("correction")
        found: list[Correction] = []
        detail: dict[str, Evidence] = {}
        for number, item in enumerate(value if isinstance(value, list) else [value]):
            given = page.deref(item)
            text = given.get("text") if isinstance(given, dict) else given
            if not isinstance(text, str) or len(text.split()) < 4:
                continue
            pointer = (
                "/correction" + (f"/{number}" if isinstance(value, list) else "") + ("/text" if isinstance(given, dict) else "")
            )
            detail[f"/{len(found)}"] = Evidence("corrections.declared", How.DECLARED, node.where(pointer), shorten(text))
            found.append(
                Correction(" ".join(text.split()), kind_of(text, page.language) or _KINDS[0], date_in(text, page.language))
            )
        if found:
            yield Candidate(tuple(found), How.DECLARED, detail["/0"].where, detail["/0"].quote, detail)


def _printed(page: Page, body: list[str]) -> Iterator[Candidate[_Notices]]:
    found: list[Correction] = []
    detail: dict[str, Evidence] = {}
    inside = set(body)
    shortest = _SHORTEST_EAST if page.language in EAST else _SHORTEST
    for passage in passages_of(page):
        least = _SHORTEST_WIRE if passage.text[0] in "(（[" else shortest
        if not least < len(passage.text) <= LONGEST or passage.linked > 0.7 * len(passage.text):
            continue
        kind = kind_of(passage.text, page.language)
        if kind is None or any(c.text == passage.text for c in found):
            continue
        if passage.tag == "h1" or (passage.text not in inside and _aside(passage)):
            continue
        where = "css:" + page.css(passage.element)
        detail[f"/{len(found)}"] = Evidence("corrections.printed", How.INFERRED, where, shorten(passage.text))
        found.append(Correction(passage.text, kind, date_in(passage.text, page.language)))
    if found:
        first = detail["/0"]
        yield Candidate(tuple(found), How.INFERRED, first.where, first.quote, detail)


def _aside(passage: Passage) -> bool:
    beside = passage.near & _NEAR_ASIDE
    if beside == _ASIDE_TAG and passage.near & _SAYS_SO:
        return False  # an <aside> that is named after what it holds
    return bool(passage.marks & _ASIDE or beside)


def kind_of(text: str, language: str | None) -> str | None:
    """The kind of notice a passage is, or ``None``. English is understood on every page."""
    lowered = text[: _HEAD + 60].lower().replace("’", "'").lstrip(_MARKS)
    tables = [t for t in (_words(language), _words("en")) if t]
    kind = _announced(lowered, text, tables)
    if kind is not None and any(phrase in lowered for table in tables for phrase in table.get("not_a_notice", ())):
        return None
    return kind


def _of_wire(lowered: str, text: str, tables: list[dict[str, Any]]) -> str | None:
    """The kind of a wire's note to editors, in brackets or behind "Eds:" at the head or the end of its copy."""
    plain = re.sub(r"^(?:eds|editors)\s?[.:]\s*", "", lowered)
    if text[:1] not in "(（[" and plain == lowered:
        return None
    for table in tables:
        for begin in table.get("bracketed", ()):
            if plain.startswith(begin) and not plain[len(begin) : len(begin) + 1].isalnum() and len(text) <= _SHORT_NOTE:
                return _KINDS[1] if begin.startswith(("clarif", "this version clarif", "rewords")) else _KINDS[0]
    return None


def _announced(lowered: str, text: str, tables: list[dict[str, Any]]) -> str | None:
    told = _of_wire(lowered, text, tables)
    if told is not None:
        return told
    for table in tables:
        for kind in _KINDS:
            for label in table.get(kind, ()):
                if not lowered.startswith(label):
                    continue
                parted = _AFTER_LABEL.match(lowered, len(label))
                if (
                    parted
                    or _east(lowered, text, label)
                    or (
                        lowered.startswith(". ", len(label)) and _owns_up(text[len(label) + 2 :], tables)
                    )  # "Fe de erratas. En …"
                ):
                    if kind == _NOTE:
                        return kind if _owns_up(text, tables) else None
                    behind = len(lowered) - parted.end() if parted else 0
                    is_prose = parted and _is_prose(text[len(text) - behind :].lstrip(), kind, table, tables)
                    return None if is_prose else kind
    if text[:1] in _QUOTES:
        return None  # somebody else owns up
    said = [
        p for table in tables for p in table.get("phrases", ()) if 0 <= lowered.find(p) <= _HEAD and _of_text(p, lowered, table)
    ]
    if said:
        return _KINDS[3] if all("retract" in p for p in said) else _KINDS[0]
    return None


def _is_prose(behind: str, kind: str, table: dict[str, Any], tables: list[dict[str, Any]]) -> bool:
    """Whether an ordinary text stands behind a label of ``table``: "the word that every editor fears".

    A notice is a sentence, with a capital; where there is one, a small word behind it ("A bridge …") tells nothing.
    """
    said = behind.lower().lstrip(_QUOTES)
    is_sentence = behind.lstrip(_QUOTES)[:1].isupper()
    opens = (*table.get("opens_prose", ()), *(() if is_sentence else table.get("opens_prose_small", ())))
    if kind != _KINDS[3] and not said.startswith(opens):
        return False
    first = _SENTENCE_END.split(said, maxsplit=1)[0]
    near = [w for t in tables for w in t.get("beside", ())]
    sure = [w for t in tables for key in ("owning_up", "contrast", "phrases") for w in t.get(key, ())]
    nearby = said[: _SHORT_NOTE if is_sentence else _NEAR_LABEL]
    return bool(sure) and not any(w in nearby for w in near) and not any(w in first for w in sure)


def _of_text(phrase: str, lowered: str, table: dict[str, Any]) -> bool:
    """Whether an earlier version is a text's, not a play's: a word for texts or errors stands in the phrase or near it."""
    beside = table.get("beside", ())
    at = lowered.find(phrase)
    around = lowered[max(0, at - _NEAR_PHRASE) : at + len(phrase) + 2 * _NEAR_PHRASE]
    return not beside or any(word in around for word in beside)


def _east(lowered: str, text: str, label: str) -> bool:
    """True for a label of East Asia that only a space parts from its notice: "■訂正 3月5日の …"."""
    after = lowered[len(label) : len(label) + 1]
    return not label.isascii() and (after in {" ", "　"}) and (text[:1] in _MARKS_EAST or label[0] >= "\u3040")


def date_in(text: str, language: str | None) -> str | None:
    """The date printed between a notice's label and its words."""
    head = text[:_LABEL].partition(":")[0]
    found = printed_dates.find(head, language)
    return found[0].edtf if found else None


def _owns_up(text: str, tables: list[dict[str, Any]]) -> bool:
    """Whether an editor's note speaks of something got wrong, where the language's list says how that is said."""
    lowered = text.lower()
    lists = [table["owning_up"] for table in tables if "owning_up" in table]
    return not lists or any(word in lowered for words in lists for word in words)


@cache
def _words(language: str | None) -> dict[str, Any]:
    found = _all_words().get(language or "")
    return found if isinstance(found, dict) else {}


@cache
def _all_words() -> dict[str, Any]:
    return tomllib.loads((files("extractors") / "words" / "corrections.toml").read_text("utf-8"))
