"""JSON-LD of a page: read block by block, so that a broken block costs only itself.

Follows schema.org as publishers use it: lists at the top, ``@graph``, an article nested in
its page (``mainEntity``), objects that refer to each other by ``@id``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from extractors import lenient_json

MAX_BLOCKS = 200
MAX_NODES = 5_000
_INTO = ("@graph", "mainEntity", "mainEntityOfPage")

_ARTICLES = """Article NewsArticle ReportageNewsArticle AnalysisNewsArticle OpinionNewsArticle BackgroundNewsArticle
    AskPublicNewsArticle ReviewNewsArticle SatiricalArticle AdvertiserContentArticle BlogPosting LiveBlogPosting
    SocialMediaPosting Report ScholarlyArticle TechArticle MedicalScholarlyArticle"""
ARTICLE_TYPES = frozenset(_ARTICLES.split())


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One JSON-LD object: the number of its block, its JSON pointer in it, and its data."""

    block: int
    pointer: str
    data: dict[str, Any]

    @property
    def types(self) -> frozenset[str]:
        """The names in ``@type``, without a namespace."""
        return types_of(self.data)

    def where(self, sub: str = "") -> str:
        """The place as evidence names it, such as ``json-ld[0]/@graph/1/author``."""
        return f"json-ld[{self.block}]{self.pointer}{sub}"


def types_of(data: Mapping[str, Any]) -> frozenset[str]:
    """The names in an object's ``@type``, without a namespace; empty where there are none."""
    given = data.get("@type")
    names = given if isinstance(given, list) else [given]
    return frozenset(n.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for n in names if isinstance(n, str))


def nodes(blocks: Iterable[str]) -> Iterator[Node]:
    """Every object of every block, in order, flattened out of lists, ``@graph`` and main entities.

    Blocks that even the forgiving parser gives up on are passed over, with their number kept.
    """
    left = MAX_NODES
    for number, text in enumerate(blocks):
        if number >= MAX_BLOCKS or left <= 0:
            return
        try:
            value = lenient_json.parse(text)
        except lenient_json.NotJson:
            continue
        for node in _flatten(number, value):
            yield node
            left -= 1
            if left <= 0:
                return


def index(found: Iterable[Node]) -> dict[str, dict[str, Any]]:
    """Objects by ``@id``, nested ones included; the fullest one where an id stands twice."""
    known: dict[str, dict[str, Any]] = {}
    left = 4 * MAX_NODES
    for node in found:
        stack: list[Any] = [node.data]
        while stack and left > 0:
            left -= 1
            value = stack.pop()
            if isinstance(value, dict):
                name = value.get("@id")
                if isinstance(name, str) and len(value) > len(known.get(name, {"@id": name})):
                    known[name] = value
                stack.extend(v for v in value.values() if isinstance(v, (dict, list)))
            else:
                stack.extend(v for v in value if isinstance(v, (dict, list)))
    return known


def _flatten(block: int, value: Any) -> Iterator[Node]:
    stack: list[tuple[str, Any, int]] = [("", value, 0)]
    while stack:
        pointer, item, depth = stack.pop()
        if depth > lenient_json.MAX_DEPTH:
            continue
        if isinstance(item, list):
            stack.extend((f"{pointer}/{i}", item[i], depth + 1) for i in reversed(range(len(item))))
        elif isinstance(item, dict):
            if set(item) - {"@context", "@graph", "@id"} or "@graph" not in item:
                yield Node(block, pointer, item)
            inner = [(k, item[k]) for k in _INTO if isinstance(item.get(k), (dict, list))]
            stack.extend((f"{pointer}/{k}", v, depth + 1) for k, v in reversed(inner))
