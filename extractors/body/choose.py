"""Which passages are the article's, from how likely each of them is: the sure ones, and those that belong to them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from extractors.body.blocks import post_quoted
from extractors.body.furniture import begins_as
from extractors.body.listed import announced, key_points
from extractors.body.opinion import compact
from extractors.body.passages import Passage
from extractors.body.pointed import pointed
from extractors.body.service import is_label
from extractors.dom import Element
from extractors.fields.language import EAST

SURE = 0.5  # chance
_PARAGRAPH = 60  # characters from which a passage shows where the paragraphs stand
_HEADS = 0.3  # chance that is enough for a heading right above a paragraph
_AMONG = 0.2  # chance that is enough for what stands among the paragraphs, or is one of their make beside them
_BELOW_HEADING = 0.1  # chance that is enough for a long paragraph right below a chosen heading
_VERY_LONG = 300  # characters from which one sure paragraph beside it is enough
_LONG = 140  # characters of a paragraph that may stand before the first sure one or behind the last
_FELLOWS = 2  # sure paragraphs of one parent from which another of its children is one too
_UNLINKED = 0.3  # share of a passage that may be links
_HEADINGS = frozenset(("h2", "h3", "h4"))
_PARAGRAPHS = frozenset(("p", "blockquote"))
_LISTS = frozenset(("ul", "ol", "dl", "table"))
_LISTED = 0.3  # share of a list or table that is enough to keep the rest
_LISTED_IN = frozenset(("<li>", "<dl>", "<table>"))
_RUNNING = 80  # characters
_ONLY_TEXT = 300  # characters of running text under one parent that are a piece where nothing surer stands
_RUNNING_EAST, _ONLY_TEXT_EAST = 12, 60  # the same where a character is a syllable or a word
_POSSIBLE = 0.05  # chance


def chosen(found: Sequence[Passage], chances: Sequence[float], language: str | None) -> list[Passage]:
    """The passages that are likely the article's, in order; empty where none is.

    Beside the sure ones: a line among the paragraphs of one parent, a long paragraph beside them, a heading right
    above one, the rest of a list or table of which a good part is sure, quoted posts, lines that a paragraph
    announces, and a box of key points above the first. Boxes of other pieces hold none.
    """
    sure = [p for p, chance in zip(found, chances, strict=True) if chance >= SURE]
    if not sure:
        return []
    first, last = sure[0].index, sure[-1].index
    by_index = {p.index: chance for p, chance in zip(found, chances, strict=True)}
    known = {p.index for p in sure}
    headed = {p.index for p in sure if len(p.text) >= _PARAGRAPH}
    paragraphs, listed_too = (Counter(place(p) for p in sure if len(p.text) >= _PARAGRAPH) for place in (shelf, _bookcase))
    listed = _lists(found, known)
    for passage, chance in zip(found, chances, strict=True):
        if passage.index in known:
            continue
        within = first < passage.index < last
        if within and post_quoted(passage):
            known.add(passage.index)
        elif chance >= _AMONG and not _is_furniture(passage, language):
            enough = 1 if within and len(passage.text) >= _VERY_LONG and chance >= _HEADS else _FELLOWS
            beside = (listed_too if chance >= _HEADS else paragraphs)[shelf(passage)]
            fellow = _is_plain(passage) and beside >= enough and (within or len(passage.text) >= _LONG)
            heads = chance >= _HEADS and passage.tag in _HEADINGS and passage.index + 1 in headed and not passage.linked
            item = within and passage.linked < SURE * len(passage.text) and passage.index in listed
            if fellow or (within and heads) or item:
                known.add(passage.index)
    known |= {p.index for p in _headed(found, by_index, known)}
    known |= {p.index for p in announced(found, known, language)}
    known |= {p.index for p in key_points(found, by_index, first, language)}
    known -= {p.index for p in pointed(found, sure, language)}
    result = [p for p in found if p.index in known]
    above = next((p for p, c in zip(found, chances, strict=True) if p.index == first - 1 and c >= _HEADS), None)
    if above is not None and above.tag in _HEADINGS and any((p.tag, p.near) == (above.tag, above.near) for p in result):
        return sorted((*result, above), key=lambda p: p.index)  # the first of a row of headings
    return result


def only_text(found: Sequence[Passage], chances: Sequence[float], opinion: str, language: str | None) -> list[Passage]:
    """The running text of the one parent that holds most of it, where nothing on the page is likely the article's.

    Only what another opinion, given as compact text, takes for the article; empty where that is little.
    """
    running: dict[Element | None, list[Passage]] = defaultdict(list)
    shortest, least = (_RUNNING_EAST, _ONLY_TEXT_EAST) if language in EAST else (_RUNNING, _ONLY_TEXT)
    for passage, chance in zip(found, chances, strict=True):
        plain = len(passage.text) >= shortest and passage.linked < _UNLINKED * len(passage.text)
        if plain and chance >= _POSSIBLE and compact(passage.text) in opinion:
            running[shelf(passage)].append(passage)
    most = max(running.values(), key=_size, default=[])
    return most if _size(most) >= least else []


def _headed(found: Sequence[Passage], chances: Mapping[int, float], known: set[int]) -> Iterator[Passage]:
    """Long paragraphs right below a chosen heading of their shelf."""
    for above, passage in pairwise(found):
        if above.tag not in _HEADINGS or above.index not in known or passage.index != above.index + 1:
            continue
        below = _is_plain(passage) and len(passage.text) >= _LONG and shelf(passage) is shelf(above)
        if below and passage.index not in known and chances[passage.index] >= _BELOW_HEADING:
            yield passage


def _bookcase(passage: Passage) -> Element | None:
    """The shelf of a passage; a list stands on it as a whole."""
    parent = shelf(passage)
    while parent is not None and parent.tag in ("ul", "ol", "li"):
        parent = parent.getparent()
    return parent


def shelf(passage: Passage) -> Element | None:
    """The element whose children the paragraphs are; a quotation stands among them as a whole."""
    parent = passage.element.getparent()
    while parent is not None and parent.tag in ("blockquote", "figure"):
        parent = parent.getparent()
    return parent


def _size(passages: Sequence[Passage]) -> int:
    return sum(len(p.text) for p in passages)


def _is_plain(passage: Passage) -> bool:
    return passage.tag in _PARAGRAPHS and passage.linked < _UNLINKED * len(passage.text)


def _is_furniture(passage: Passage, language: str | None) -> bool:
    return begins_as(passage.text, language) is not None or is_label(passage.text, language)


def _lists(found: Sequence[Passage], known: set[int]) -> set[int]:
    """The items and cells, by index, of the lists and tables a good part of whose text is chosen."""
    items: dict[Element, list[Passage]] = defaultdict(list)
    for passage in found:
        if not passage.marks.isdisjoint(_LISTED_IN):
            around = next(_around(passage), None)
            if around is not None:
                items[around].append(passage)
    return {
        p.index
        for passages in items.values()
        if sum(len(p.text) for p in passages if p.index in known) >= _LISTED * _size(passages)
        for p in passages
    }


def _around(passage: Passage) -> Iterator[Element]:
    return (e for e in passage.element.iterancestors() if e.tag in _LISTS)
