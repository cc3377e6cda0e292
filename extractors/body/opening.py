"""Whether what stands between headline and text, and could be a standfirst, is the text's first paragraph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from extractors.body.choose import shelf
from extractors.body.passages import Passage
from extractors.dom import Element

_PARAGRAPH = 60  # characters
_SAYS_MORE = 180  # characters that are more than a summary
_AGAIN = 60  # characters of a summary with which a paragraph begins, too
_RIGHT_ABOVE = 4  # passages
_CLOSE = 3  # elements around the text up to the one that holds both


def opening(summary: str | None, found: Sequence[Passage], likely: Sequence[Passage]) -> Passage | None:
    """The passage of a summary that is the text's first paragraph: a long one, right above and close to the others.

    ``None`` where the summary stands apart, or nowhere. ``found`` is the page, ``likely`` what is chosen of it.
    """
    if summary is None or len(summary) < _SAYS_MORE:
        return None
    said = next((p for p in found if p.text == summary), None)
    below = next((p for p in likely if said is not None and p.index > said.index), None)
    if said is None or below is None or below.index - said.index > _RIGHT_ABOVE:
        return None
    paragraphs = [p for p in likely if p is not said and len(p.text) >= _PARAGRAPH]
    if any(p.text.startswith(summary[:_AGAIN]) for p in paragraphs):
        return None
    counted = Counter(shelf(p) for p in paragraphs)
    if not counted:
        return None
    main = counted.most_common(1)[0][0]
    return said if main is not None and _near(main, said.element) else None


def _near(around: Element, element: Element) -> bool:
    above = set(element.iterancestors())
    return any(e in above for e in islice((around, *around.iterancestors()), _CLOSE + 1))
