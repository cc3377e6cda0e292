"""What is taken out of the chosen passages because it is another field's, or leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from extractors.body.endings import before_contacts
from extractors.body.opinion import compact
from extractors.body.passages import Passage
from extractors.body.service import ends_piece, is_date, is_end_mark, is_service_line
from extractors.dom import HEADINGS, Element
from extractors.fields.language import EAST

_PICTURE_MARKS = frozenset(("<figcaption>", "<figure>", "caption", "credit", "wp-caption-text"))
_BYLINE_REST = 25  # compact characters beside the authors' names up to which a passage is their byline
_LONG = 40  # compact characters from which a passage inside another field's text is no chance
_CAPTION = 15  # compact characters of a caption that a picture's own line holds
_CAPTION_LONGEST = 600  # characters; longer words under a picture are a paragraph of the piece
_SAID = 120  # characters of a heading that is a paragraph
_SENTENCES = 2  # in a heading that is a paragraph
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_SENTENCE_WORDS = 3
_ENDS = '.!?…。！？:"”»“’'
_QUOTES = "\"'“”„«»‘’‹›.…"
_CERTAIN, _LIKELY = 0.95, 0.85  # chances from which words of a caption, and a paragraph of such words, stay text
_PARAGRAPH = 110  # characters
_NOTE_LONGEST = 450
_MAIL = re.compile(r"[\w.+-]{1,40}@[\w-]{1,40}(?:\.[\w-]{1,20}){1,4}")
_NOTES = 0.5  # of the text before it, what may stand behind the mark of its end
_REACHED = re.compile(r"[\w.+-]+@[\w-]+\.\w|(?<!\w)@\w{3,}|(?<!\d)\d{3}[-. ]\d{3,4}[-. ]?\d{0,4}(?!\d)")
_BEGUN, _BEGUN_EAST = 100, 40  # characters of a passage from which running text has begun
_SYLLABLES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # where a character is a syllable or a word
_REPEATED = 80  # compact characters that nobody writes twice in one piece


class Taken:
    """The texts that other fields have taken: ``whole`` ones, captions, bios, and names of authors."""

    def __init__(
        self, whole: Iterable[str | None], captions: Iterable[str | None], bios: Iterable[str | None], names: Iterable[str]
    ) -> None:
        self.captions = [c for t in captions if t and (c := compact(t)) and len(t) <= _CAPTION_LONGEST]
        self.bios = [c for t in bios if t and (c := compact(t))]
        self.names = sorted({c for t in names if (c := compact(t).lower())}, key=lambda n: (-len(n), n))
        self.whole = {compact(t) for t in whole if t} | set(self.bios)

    def has(self, passage: Passage, begun: bool, chance: float = 0.5) -> bool:
        """True where a passage is another field's; ``begun``: running text stands before it; ``chance``: that it is text.

        A caption may repeat a paragraph: what stands in no picture and is clearly text stays.
        """
        text = compact(passage.text)
        if text in self.whole:
            return True
        if any(text in bio or (_is_long(bio) and bio in text) for bio in self.bios if _is_long(text)):
            return True
        pictured = bool(passage.marks & _PICTURE_MARKS)
        clearly = chance >= (_LIKELY if len(passage.text) >= _PARAGRAPH else _CERTAIN)
        if (pictured or not clearly) and self._in_caption(text, pictured):
            return True
        return not begun and self._is_byline(compact(_MAIL.sub("", passage.text)).lower())

    def tells_of_author(self, text: str) -> bool:
        """Whether the last words of a piece say where its author can be reached."""
        plain = compact(text).lower()
        return len(text) <= _NOTE_LONGEST and bool(_REACHED.search(text)) and any(n in plain for n in self.names)

    def _in_caption(self, text: str, pictured: bool) -> bool:
        if any(text == c or (text in c and (pictured or _is_long(text))) for c in self.captions):
            return True
        enough = [c for c in self.captions if _is_long(c) or (pictured and len(c) >= _CAPTION)]
        return any(c in text and len(text) < 1.6 * len(c) for c in enough)

    def _is_byline(self, text: str) -> bool:
        if len(text) > 120 or not any(name in text for name in self.names):
            return False
        for name in self.names:
            text = text.replace(name, "", 1)
        return len(text) <= _BYLINE_REST


def _is_long(text: str) -> bool:
    return len(text) >= (_LONG // 3 if _SYLLABLES.search(text) else _LONG)


def cleaned(
    kept: Sequence[Passage], taken: Taken, language: str | None, chances: Mapping[int, float] | None = None
) -> list[Passage]:
    """The chosen passages without those that are taken, without service lines, and without headings that head nothing.

    ``chances``: how likely each passage, by its index, is the article's.
    """
    result: list[Passage] = []
    begun = False
    for passage in _unpulled(_once(kept)):
        chance = (chances or {}).get(passage.index, 0.5)
        if not taken.has(passage, begun, chance) and not is_service_line(passage, language, begun):
            result.append(passage)
            begun = begun or len(passage.text) >= (_BEGUN_EAST if language in EAST else _BEGUN)
    result = before_contacts(_up_to_end(_without_day_above(result, language)))
    while result and (_heads_nothing(result[-1]) or taken.tells_of_author(result[-1].text) or ends_piece(result[-1], language)):
        result.pop()
    return result


def _without_day_above(kept: list[Passage], language: str | None) -> list[Passage]:
    """The passages without the day that heads them on a blog; where several days are headings they are a chronicle's."""
    days = [p for p in kept if p.tag in HEADINGS and is_date(p.text, language)]
    return kept[1:] if len(days) == 1 and days[0] is kept[0] else kept


def _up_to_end(kept: list[Passage]) -> list[Passage]:
    """The passages before a mark of the end ("Ends"), where the contacts and notes behind it are the smaller part."""
    at = next((i for i, p in enumerate(kept) if is_end_mark(p.text) and p.text[:1].isalpha()), None)
    if at is None or sum(len(p.text) for p in kept[at:]) > _NOTES * sum(len(p.text) for p in kept[:at]):
        return kept
    return kept[:at]


def _unpulled(kept: Sequence[Passage]) -> list[Passage]:
    """The passages without pull quotes: what is named so and repeats words of the text, and who said it."""
    whole = [compact(p.text) for p in kept]
    pulled: set[Element] = set()
    for passage, text in zip(kept, whole, strict=True):
        if _is_pull(passage.marks) and any(text.strip(_QUOTES) in other and len(other) > len(text) for other in whole):
            pulled.add(_quotation(passage.element))
    return [p for p in kept if not (_is_pull(p.marks) and _quotation(p.element) in pulled)]


def _is_pull(marks: frozenset[str]) -> bool:
    return "pullquote" in marks or marks >= {"pull", "quote"}


def _quotation(element: Element) -> Element:
    """The quotation that an element is or stands in; the element itself where none is."""
    return next((e for e in (element, *element.iterancestors()) if e.tag in ("blockquote", "aside", "figure")), element)


def _heads_nothing(last: Passage) -> bool:
    """Whether the last passage is a heading, and not a paragraph that is set as one."""
    if last.tag not in HEADINGS or last.text[-1] not in _ENDS:
        return last.tag in HEADINGS
    sentences = [s for s in _SENTENCE.split(last.text) if len(s.split()) >= _SENTENCE_WORDS]
    return len(last.text) < _SAID and len(sentences) < _SENTENCES


def _once(kept: Sequence[Passage]) -> list[Passage]:
    """The passages without whole stretches that stood before: pages made for several widths show their text for each."""
    texts = [compact(p.text) for p in kept]
    first = {t: i for i, t in reversed(list(enumerate(texts)))}
    again = [first[t] < i for i, t in enumerate(texts)]
    gone = [a and len(t) >= _REPEATED for a, t in zip(again, texts, strict=True)]
    for order in (range(1, len(kept)), range(len(kept) - 2, -1, -1)):
        step = -order.step
        for i in order:  # a line that stood before goes with the stretch it stands in
            gone[i] = gone[i] or (again[i] and gone[i + step])
    return [p for p, g in zip(kept, gone, strict=True) if not g]
