"""What embedded state says of the page's own piece: the objects in it that carry the page's headline.

State comes as a tree, or flat: one list whose objects and lists hold the numbers of others (Nuxt's payload).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from extractors.embedded import State
from extractors.page import Page

FLAT = "__NUXT_DATA__"
_NODES = 20_000
_DEPTH = 12
_HEADLINE = re.compile(r"(?:article_?|web_?|page_?|seo_?|main_?)?(?:headlines?|title|heading)", re.I)
_SHORTEST = 6  # letters of a headline
_WRAPPED = frozenset({"Reactive", "ShallowReactive", "Ref", "ShallowRef", "Date"})


@dataclass(frozen=True, slots=True)
class Said:
    """A value in state and where it stands, as evidence names it."""

    state: State
    pointer: str
    value: Any

    @property
    def where(self) -> str:
        """The place as evidence names it."""
        return f"state:{self.state.name}{self.pointer}"

    def items(self) -> Iterator[tuple[str, Said]]:
        """What an object or list holds, references followed."""
        if isinstance(self.value, dict):
            for key, inner in self.value.items():
                yield str(key), self._at(str(key).replace("~", "~0").replace("/", "~1"), inner)
        elif isinstance(self.value, list):
            for number, inner in enumerate(self.value[:200]):
                yield str(number), self._at(str(number), inner)

    def _at(self, key: str, inner: Any) -> Said:
        return followed(Said(self.state, f"{self.pointer}/{key}", inner))


def followed(said: Said) -> Said:
    """A number in flat state as what it refers to; anything else as it is."""
    data = said.state.data
    if said.state.name != FLAT or not isinstance(data, list):
        return said
    for _ in range(4):
        number = said.value
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(data):
            return said
        target = data[number]
        wrapped = isinstance(target, list) and len(target) == 2 and target[0] in _WRAPPED
        if not wrapped:
            return Said(said.state, f"/{number}", target)
        said = Said(said.state, f"/{number}/1", target[1])
    return said


def spelled_out(said: Said, most: int) -> Any:
    """A value of flat state as a tree, its references followed; ``None`` beyond so many objects and lists, or too deep."""
    left = [most]

    def spelled(inner: Said, depth: int) -> Any:
        left[0] -= 1
        if left[0] < 0 or depth > _DEPTH:
            return None
        if isinstance(inner.value, dict):
            return {key: spelled(item, depth + 1) for key, item in inner.items()}
        return [spelled(item, depth + 1) for _, item in inner.items()] if isinstance(inner.value, list) else inner.value

    return spelled(said, 0)


def own_objects(page: Page, speaks: re.Pattern[str]) -> Iterator[Said]:
    """The objects whose headline is the page's own, of the states in whose source ``speaks`` is found."""
    titles = {_letters(page.text_of(page.h1)) if page.h1 is not None else ""}
    titles |= {_letters(m.content) for name in ("og:title", "twitter:title") for m in page.meta.get(name, ())}
    whole = _letters(page.title)
    for state in page.states:
        if not speaks.search(state.source[:2_000_000]):
            continue
        for said in _objects(state):
            for key, inner in said.items():
                title = inner.value.get("basic") if key == "headlines" and isinstance(inner.value, dict) else inner.value
                text = _letters(title) if _HEADLINE.fullmatch(key) and isinstance(title, str) else ""
                if len(text) >= _SHORTEST and (text in titles or whole.startswith(text)):
                    yield said
                    break


def _objects(state: State) -> Iterator[Said]:
    if state.name == FLAT and isinstance(state.data, list):
        for number, value in enumerate(state.data[:_NODES]):
            if isinstance(value, dict):
                yield Said(state, f"/{number}", value)
        return
    queue = [(Said(state, "", state.data), 0)]
    for count, (said, depth) in enumerate(queue):
        if count > _NODES:
            return
        if isinstance(said.value, dict):
            yield said
        if depth < _DEPTH:
            queue.extend((inner, depth + 1) for _, inner in said.items() if isinstance(inner.value, (dict, list)))


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
