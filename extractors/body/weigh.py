"""How likely each passage is the article's: the learnt weights of ``words/body_signs.toml`` over its signs.

Three rounds. The first looks at the page alone; the second also at what the first kept; the third, at
what trafilatura keeps. The third is dear and asked for only where the second wavers.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from extractors.body.passages import Passage
from extractors.body.signs import Signs, Surroundings

# share of doubtful text from which a second opinion is worth its time
WAVERING = 0.15
ALWAYS = "always"
ROUNDS = ("look", "again", "opinion")


@dataclass(frozen=True)
class Weights:
    """What a sign counts in one round, in natural log odds; an unknown sign counts nothing."""

    signs: dict[str, float]

    @cached_property
    def _of_marks(self) -> dict[str, float]:
        return {s.removeprefix("m:"): v for s, v in self.signs.items() if s.startswith("m:")}

    @cached_property
    def _of_near(self) -> dict[str, float]:
        return {s.removeprefix("n:"): v for s, v in self.signs.items() if s.startswith("n:")}

    def marks(self, signs: Signs) -> list[float]:
        """For each passage the sum over its marks; passages mostly share them, so each set is summed once."""
        known: dict[tuple[frozenset[str], frozenset[str]], float] = {}
        mark, near = self._of_marks.get, self._of_near.get
        sums = []
        for passage in signs.found:
            key = (passage.marks, passage.near)
            total = known.get(key)
            if total is None:
                total = math.fsum(
                    [mark(m, 0.0) for m in passage.marks - signs.common] + [near(m, 0.0) for m in passage.near - signs.common]
                )
                known[key] = total
            sums.append(total)
        return sums

    def chances(self, marks: Sequence[float], *shown: Sequence[Sequence[str]]) -> list[float]:
        """The chance, 0 to 1, of each passage, from its marks' sum and the signs it shows."""
        get, base = self.signs.get, self.signs.get(ALWAYS, 0.0)
        chances = []
        for i, total in enumerate(marks):
            odds = total + base
            for signs in shown:
                for sign in signs[i]:
                    odds += get(sign, 0.0)
            chances.append(1 / (1 + math.exp(-max(-30.0, min(30.0, odds)))))
        return chances


Rounds = tuple[Weights, Weights, Weights]


@cache
def weights() -> Rounds:
    """The weights of the three rounds."""
    table = tomllib.loads((files("extractors") / "words" / "body_signs.toml").read_text("utf-8"))["signs"]
    first, second, third = (Weights({s: row[n] for s, row in table.items() if row[n]}) for n in range(len(ROUNDS)))
    return first, second, third


def weighable(passage: Passage) -> bool:
    """False for what needs no weighing: links of a line or so, and all links of navigation and footer."""
    if passage.linked < 0.95 * len(passage.text):
        return True
    return len(passage.text) >= 25 and not passage.marks & {"<nav>", "<footer>"}


def chances(found: Sequence[Passage], about: Surroundings, ask: Callable[[], str], learnt: Rounds | None = None) -> list[float]:
    """The chance, 0 to 1, that each passage is the article's.

    ``ask`` gets trafilatura's choice as compact text; ``learnt`` stands in for the weights of the release.
    """
    look, again, opinion = learnt or weights()
    signs = Signs(found, about)
    still = signs.still()
    boxed = signs.boxed()
    first = look.chances(look.marks(signs), still)
    second = again.chances(
        again.marks(signs), still, signs.moving([c >= 0.5 and not b for c, b in zip(first, boxed, strict=True)])
    )
    second = [0.0 if b else c for c, b in zip(second, boxed, strict=True)]
    if not wavers(signs.sizes, second):
        return second
    third = opinion.chances(opinion.marks(signs), still, signs.moving(signs.said_by(ask())))
    return [0.0 if b else _between(a, c) for a, c, b in zip(second, third, boxed, strict=True)]


def wavers(sizes: Sequence[int], judged: Sequence[float]) -> bool:
    """True where too much of the text is neither clearly in nor clearly out, or next to nothing is in."""
    chosen = math.fsum(s * c for s, c in zip(sizes, judged, strict=True))
    doubtful = math.fsum(s * min(c, 1 - c) for s, c in zip(sizes, judged, strict=True))
    return chosen < 250 or doubtful > WAVERING * chosen


def _between(a: float, b: float) -> float:
    """The chance half-way between two, in log odds."""
    ratio = math.sqrt(a * b / ((1 - a) * (1 - b))) if a < 1 and b < 1 else 1e9
    return ratio / (1 + ratio)
