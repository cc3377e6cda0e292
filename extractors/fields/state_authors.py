"""Authors that stand only in embedded state, in the object that carries the page's own headline."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractors.field import Candidate
from extractors.fields import byline, names
from extractors.own_state import Said, own_objects
from extractors.page import Page
from model.article import Author, Evidence, How

_KEY = re.compile(r"(?:article_?|story_?|post_?)?(?:authors?|by_?lines?|writers?|reporters?|by)(?:_?names?|_?list)?", re.I)
_SPEAKS = re.compile(r"author|by_?line|writer|reporter", re.I)
_NAMES = ("name", "fullName", "full_name", "displayName", "display_name", "authorName", "author_name", "title")
_MOST = 12


def in_state(page: Page) -> Iterator[Candidate[tuple[Author, ...]]]:
    """The names under a key that speaks of authors, beside the page's own headline."""
    for said in own_objects(page, _SPEAKS):
        for key, inner in _named(said):
            if not _KEY.fullmatch(key):
                continue
            found = [(a, s) for s in _texts(inner, 0) for a in byline.read(s.value, page.language)]
            found = [(a, s) for a, s in found if names.is_person(a.name, page.language)][:_MOST]
            if found:
                detail = {
                    f"/{n}/name": Evidence("authors.in_state", How.DECLARED, s.where, s.value[:300])
                    for n, (_, s) in enumerate(found)
                }
                first = found[0][1]
                yield Candidate(tuple(a for a, _ in found), How.DECLARED, first.where, first.value[:300], detail)
                return


def _named(said: Said) -> Iterator[tuple[str, Said]]:
    """What an object holds, and what its credits hold: Arc has ``credits.by``."""
    for key, inner in said.items():
        yield key, inner
        if key == "credits" and isinstance(inner.value, dict):
            yield from inner.items()


def _texts(said: Said, depth: int) -> Iterator[Said]:
    if isinstance(said.value, str):
        yield said
    elif isinstance(said.value, list) and depth < 2:
        for _, inner in said.items():
            yield from _texts(inner, depth + 1)
    elif isinstance(said.value, dict):
        held = dict(said.items())
        name = next((held[k] for k in _NAMES if k in held and isinstance(held[k].value, str)), None)
        if name is not None:
            yield name
