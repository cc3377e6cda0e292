"""What is taken out of the chosen passages because it is another field's, or leads nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from extractors.body.opinion import compact
from extractors.body.passages import Passage
from extractors.body.service import is_service_line

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_PICTURE_MARKS = frozenset(("<figcaption>", "<figure>", "caption", "credit", "wp-caption-text"))
_BYLINE_REST = 25  # compact characters beside the authors' names up to which a passage is their byline
_LONG = 40  # compact characters from which a passage inside another field's text is no chance


class Taken:
    """The texts that other fields have taken: ``whole`` ones, captions, bios, and names of authors."""

    def __init__(
        self, whole: Iterable[str | None], captions: Iterable[str | None], bios: Iterable[str | None], names: Iterable[str]
    ) -> None:
        self.captions = [c for t in captions if t and (c := compact(t))]
        self.bios = [c for t in bios if t and (c := compact(t))]
        self.names = sorted({c for t in names if (c := compact(t).lower())}, key=lambda n: (-len(n), n))
        self.whole = {compact(t) for t in whole if t} | set(self.captions) | set(self.bios)

    def has(self, passage: Passage, begun: bool) -> bool:
        """True where a passage is another field's; ``begun``: running text stands before it."""
        text = compact(passage.text)
        if text in self.whole:
            return True
        if any(text in bio or (len(bio) >= _LONG and bio in text) for bio in self.bios if len(text) >= _LONG):
            return True
        pictured = bool(passage.marks & _PICTURE_MARKS)
        if any(text in c if pictured or len(text) >= _LONG else False for c in self.captions):
            return True
        if any(len(c) >= _LONG and c in text and len(text) < 1.6 * len(c) for c in self.captions):
            return True
        return not begun and self._is_byline(text.lower())

    def _is_byline(self, text: str) -> bool:
        if len(text) > 120 or not any(name in text for name in self.names):
            return False
        for name in self.names:
            text = text.replace(name, "", 1)
        return len(text) <= _BYLINE_REST


def cleaned(kept: Sequence[Passage], taken: Taken, language: str | None) -> list[Passage]:
    """The chosen passages without those that are taken, without service lines, and without headings that head nothing."""
    result: list[Passage] = []
    begun = False
    for passage in kept:
        if not taken.has(passage, begun) and not is_service_line(passage, language, begun):
            result.append(passage)
            begun = begun or len(passage.text) >= 100
    while result and result[-1].tag in _HEADINGS:
        result.pop()
    return result
