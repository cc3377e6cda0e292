"""The signs by which a passage is told to be the article's or not: names of yes-or-no features.

A sign says what is seen ("m:related", "link:4:1", "kept:0:5:t"), never what follows from it: how much each
counts is data (``words/body_signs.toml``), learnt from read pages by ``benchmarks/learn_body.py``.

``still`` signs depend on the page alone. ``moving`` signs depend on an opinion about which passages are
kept: our own of the round before, or trafilatura's.
"""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from extractors.body.furniture import begins_as
from extractors.body.opinion import compact
from extractors.body.passages import Passage
from extractors.dom import HEADINGS, Element

_ENDS = frozenset(".!?…。！？\"”»“’')։।؟۔")
_SIZES = (12, 25, 45, 80, 140, 240, 400)
_NONE: frozenset[str] = frozenset()
_RUNNING = 80  # characters from which a passage with few links counts as running text


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known about the page: the declared ``articleBody`` as compact text, the headline's element and compact text."""

    declared: str
    headline: str
    h1: Element | None
    language: str | None


class _Groups:
    """Passages that belong together, and how much of a passage's fellows' text (itself left out) counts."""

    def __init__(self, keys: list[Hashable], sizes: list[int]) -> None:
        numbers: dict[Hashable, int] = {}
        self.keys = [numbers.setdefault(key, len(numbers)) for key in keys]
        self.sizes = sizes
        self.total = [0] * len(numbers)
        for key, size in zip(self.keys, sizes, strict=True):
            self.total[key] += size

    def sums(self, values: Sequence[float]) -> list[float]:
        """For each group the sum of its sizes times values."""
        sums = [0.0] * len(self.total)
        for key, size, value in zip(self.keys, self.sizes, values, strict=True):
            if value:
                sums[key] += size * value
        return sums

    def shares(self, values: Sequence[float]) -> list[float]:
        """Share of each passage's fellows' text that ``values`` (0 to 1 a passage) marks; -1 without fellows."""
        sums, total = self.sums(values), self.total
        return [
            (sums[key] - size * value) / (total[key] - size) if total[key] > size else -1.0
            for key, size, value in zip(self.keys, self.sizes, values, strict=True)
        ]


class Signs:
    """The signs of a page's passages."""

    def __init__(self, found: Sequence[Passage], about: Surroundings) -> None:
        self.found = found
        self.about = about
        self.texts = [compact(p.text) for p in found]
        self.sizes = [len(t) or 1 for t in self.texts]
        self.lengths = [sum(len(p.text) >= s for s in _SIZES) for p in found]
        self.kinds = ["h" if p.tag in HEADINGS else "li" if "<li>" in p.marks else "t" for p in found]
        linked = [p.linked / len(p.text) for p in found]
        self.linked = linked
        self.links = [0 if not x else 1 if x < 0.2 else 2 if x < 0.5 else 3 if x < 0.95 else 4 for x in linked]
        parents = [p.element.getparent() for p in found]
        self.styles = _Groups([(p.tag, p.near) for p in found], self.sizes)
        self.parents = _Groups(list(parents), self.sizes)
        self.grands = _Groups([None if e is None else e.getparent() for e in parents], self.sizes)
        self.running = [float(len(p.text) >= _RUNNING and x < 0.3) for p, x in zip(found, linked, strict=True)]
        self.common = self._common()
        self.title = self._title()

    def still(self) -> list[list[str]]:
        """Signs of each passage other than its marks."""
        about, texts, title = self.about, self.texts, self.title
        link_grand = self.grands.shares(self.linked)
        total = sum(s for s, r in zip(self.sizes, self.running, strict=True) if r) or 1
        bulk = [
            [_step(value / total) for value in groups.sums(self.running)] for groups in (self.styles, self.parents, self.grands)
        ]
        times = Counter(texts)
        seen: set[str] = set()
        heading, since = "", 99
        result: list[list[str]] = []
        for i, passage in enumerate(self.found):
            text, size, kind, length, links = passage.text, len(passage.text), self.kinds[i], self.lengths[i], self.links[i]
            half, mostly = length // 2, links // 3
            begins = begins_as(text, about.language)
            bold = passage.bold > 0.8 * size
            if kind == "h" or (bold and size < 60):
                heading, since = begins or "", 0
            else:
                since += 1
            style, parent, grand = bulk[0][self.styles.keys[i]], bulk[1][self.parents.keys[i]], bulk[2][self.grands.keys[i]]
            own = [
                f"tag:{passage.tag}", f"len:{length}:{kind}", f"link:{links}:{half}",
                f"ends:{int(text[-1] in _ENDS)}:{half}:{kind}",
                f"links around:{_step(link_grand[i])}:{kind}:{mostly}", f"style bulk:{style}:{kind}",
                f"parent bulk:{parent}:{kind}",
                f"grand bulk:{grand}:{kind}",
            ]  # fmt: skip
            if begins:
                own += (f"begins:{begins}:{half}", f"begins:{begins}:link:{mostly}")
            if heading and since:
                own.append(f"under:{heading}:{min(since, 4)}:{mostly}")
            if bold:
                own.append(f"bold:{half}:{mostly}")
            if i <= title:
                own.append("above title")
            elif i <= title + 4:
                own.append(f"below title:{half}")
            if about.declared:
                own.append(f"declared:{int(texts[i] in about.declared)}:{half}")
            if times[texts[i]] > 1:
                own.append(f"{'again' if texts[i] in seen else 'twice'}:{half}")
                seen.add(texts[i])
            if texts[i] == about.headline:
                own.append("headline")
            result.append(own)
        return result

    def moving(self, kept: Sequence[bool]) -> list[list[str]]:
        """Signs of each passage from which passages are kept, itself and around it."""
        first = next((i for i, k in enumerate(kept) if k), len(kept))
        last = next((i for i in range(len(kept) - 1, -1, -1) if kept[i]), -1)
        styles, parents, grands = self.styles.shares(kept), self.parents.shares(kept), self.grands.shares(kept)
        inside = self._inside(kept)
        padded = [0, 0, 0, *map(int, kept), 0, 0, 0]
        declared = bool(self.about.declared)
        result = []
        for i, kind in enumerate(self.kinds):
            k = padded[i + 3]
            before, after = padded[i + 2], padded[i + 4]
            around = sum(padded[i : i + 7]) - k
            length, half = self.lengths[i], self.lengths[i] // 2
            where = "before" if i < first else "after" if i > last else "within"
            own = [
                f"kept:{k}", f"kept:{k}:{around}:{kind}", f"len:{length}:{kind}:{k}", f"link:{self.links[i]}:{k}:{half}",
                f"style:{_step(styles[i])}:{k}", f"parent:{_step(parents[i])}:{k}", f"grand:{_step(grands[i])}:{k}",
                f"between:{before}{after}:{k}", f"place:{where}:{int(inside[i])}:{k}", f"inside:{int(inside[i])}:{kind}",
            ]  # fmt: skip
            if i in (first, last):
                own.append(f"{'first' if i == first else 'last'}:{kind}")
            if declared:
                own.append(f"declared:{int(self.texts[i] in self.about.declared)}:{k}:{half}")
            result.append(own)
        return result

    def boxed(self) -> list[bool]:
        """Which passages stand in a box that is never the article's (``words/boxes.toml``).

        What most of the text stands in is no box, unless it holds comments and the headline stands outside.
        """
        outside = _box("threads") - self.found[self.title].marks if self.title >= 0 else _NONE
        never = (_boxes() - self.common) | outside
        return [not never.isdisjoint(p.marks) for p in self.found]

    def said_by(self, opinion: str) -> list[bool]:
        """Which passages stand in another's choice, given as compact text."""
        return [t in opinion and (len(t) > 3 or p.tag == "p") for p, t in zip(self.found, self.texts, strict=True)]

    def _title(self) -> int:
        """The number of the passage that is the headline, -1 where none is."""
        title = next((i for i, p in enumerate(self.found) if p.element is self.about.h1), None)
        if title is None:
            title = next((i for i, t in enumerate(self.texts) if t and t == self.about.headline), -1)
        return title

    def _common(self) -> frozenset[str]:
        """Marks that most of the running text stands under: they tell nothing apart."""
        total = 0
        counts: Counter[frozenset[str]] = Counter()
        for passage, running, size in zip(self.found, self.running, self.sizes, strict=True):
            if running:
                total += size
                counts[passage.marks] += size
        marks: Counter[str] = Counter()
        for names, size in counts.items():
            for name in names:
                marks[name] += size
        return frozenset(m for m, n in marks.items() if n > 0.7 * total)

    def _inside(self, kept: Sequence[bool]) -> list[bool]:
        """Whether each passage stands in the smallest element around most of the kept running text."""
        total = 0
        weights: dict[Element, int] = defaultdict(int)
        for passage, k, size in zip(self.found, kept, self.sizes, strict=True):
            if k and size >= 40:
                total += size
                weights[passage.element] += size
        above: dict[Element, int] = defaultdict(int)
        for element, size in weights.items():
            item: Element | None = element
            while item is not None:
                above[item] += size
                item = item.getparent()
        around = next((e for e, weight in above.items() if weight >= 0.8 * total), None)
        if around is None:
            return [False] * len(kept)
        known: dict[Element | None, bool] = {around: True, None: False}
        return [_within(p.element, known) for p in self.found]


def _within(element: Element, known: dict[Element | None, bool]) -> bool:
    """Whether an element stands in one of those ``known`` to be inside; what is learnt on the way is kept there."""
    passed: list[Element] = []
    item: Element | None = element
    while item not in known:
        assert item is not None
        passed.append(item)
        item = item.getparent()
    answer = known[item]
    known.update(dict.fromkeys(passed, answer))
    return answer


@cache
def _boxes() -> frozenset[str]:
    return frozenset(w for group in _table() for w in _box(group))


@cache
def _box(group: str) -> frozenset[str]:
    return frozenset(_table()[group])


@cache
def _table() -> dict[str, list[str]]:
    return tomllib.loads((files("extractors") / "words" / "boxes.toml").read_text("utf-8"))


def _step(share: float) -> int:
    return 0 if share < 0 else 1 if share < 0.02 else 2 if share < 0.3 else 3 if share < 0.7 else 4 if share < 0.98 else 5
