"""The job in an element of its own right behind an author's name: ``<a>A. Person</a><span>Science editor</span>``."""

from __future__ import annotations

from itertools import islice

from extractors.dom import Element
from extractors.fields import byline, names
from extractors.page import Page
from model.folding import index_words

_NEAR = 80  # elements behind the headline
_BEHIND = 3  # elements
_LONGEST = 6  # words
_LONGEST_CUT = 12  # the same where a script parts no words and they are cut
_RUNNING = 100  # characters of a paragraph: the second one that long is the text's, where boxes name people, too
_OTHER_PEOPLE = frozenset({"figure", "figcaption", "blockquote", "table", "nav", "aside"})


def job_beside(page: Page, name: str) -> tuple[str, Element] | None:
    """The job printed behind a name below the headline, and its element; ``None`` where none is or the name is no byline's."""
    elements = page.elements
    start = elements.index(page.h1) if page.h1 is not None else 0
    running = 0
    for at, item in enumerate(islice(elements, start + 1, start + _NEAR), start + 1):
        if item.tag == "p" and len(page.text_of(item)) >= _RUNNING:
            running += 1
            if running == 2:
                break
        if len(item) > 1 or name not in (text := page.text_of(item)) or byline.without_lead(text, page.language)[0] != name:
            continue
        above = islice(item.iterancestors(), 5)
        if any(a.tag in _OTHER_PEOPLE and not page.lays_out(a) for a in above) or page.in_noise(item):
            continue
        for behind in elements[at + 1 : at + 1 + _BEHIND]:
            text = page.text_of(behind) if len(behind) <= 1 else ""
            if not text or text == name:
                continue
            head = names.role_head(text, page.language)
            read = byline.read_pieces([name, text], page.language) if head and _is_short(text) else ()
            if len(read) == 1 and read[0].name == name and read[0].role and not read[0].role.endswith((".", "。")):
                return read[0].role, behind
            break
    return None


def _is_short(text: str) -> bool:
    return len(text.split()) <= _LONGEST and len(index_words(text)) <= _LONGEST_CUT
