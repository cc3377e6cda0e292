"""Which paragraphs of two texts belong together: in order, those most alike, and one with the parts it was cut into."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

_ALIKE = 0.5  # the share of their words that two passages must have in common
_PARTS = 3  # into so many a paragraph may have been cut
_PAIRS = 4000  # with more paragraphs against each other than this, weighing all takes for ever

Words = Sequence[str]


def align(old: Sequence[Words], new: Sequence[Words]) -> Iterator[tuple[slice, slice]]:
    """Slices of ``old`` and ``new`` that belong together, in order, which leave nothing out; of each paragraph its words.

    An empty slice stands beside what only the other text has.
    """
    if len(old) * len(new) > _PAIRS or [*chain(*old)] == [*chain(*new)]:
        yield slice(0, len(old)), slice(0, len(new))
        return
    i = j = 0
    for i1, i2, j1, j2 in [*_pairs(old, new), (len(old), len(old), len(new), len(new))]:
        if i1 - i == j1 - j == 1:
            yield slice(i, i1), slice(j, j1)
        else:
            yield slice(i, i1), slice(j, j)
            yield slice(i1, i1), slice(j, j1)
        yield slice(i1, i2), slice(j1, j2)
        i, j = i2, j2


def _pairs(old: Sequence[Words], new: Sequence[Words]) -> list[tuple[int, int, int, int]]:
    """The pairs of passages, ``old[i1:i2]`` and ``new[j1:j2]``, that are most alike together."""
    shared = _Shared(old, new)
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    steps = [[(1, 0)] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) + 1):
        for j in range(len(new) + 1):
            found = [(best[i - a][j - b] + shared.worth(i - a, i, j - b, j), (a, b)) for a, b in _STEPS if a <= i and b <= j]
            best[i][j], steps[i][j] = max(found, key=lambda f: f[0], default=(0.0, (0, 0)))
    pairs = []
    i, j = len(old), len(new)
    while i or j:
        a, b = steps[i][j]
        if a and b:
            pairs.append((i - a, i, j - b, j))
        i, j = i - a, j - b
    return pairs[::-1]


_CUT = range(2, _PARTS + 1)
_STEPS = ((1, 0), (0, 1), (1, 1), *((1, k) for k in _CUT), *((k, 1) for k in _CUT))


class _Shared:
    """How much paragraphs of two texts have in common."""

    def __init__(self, old: Sequence[Words], new: Sequence[Words]) -> None:
        self._old, self._new = [Counter(p) for p in old], [Counter(p) for p in new]
        self._sizes = [len(p) for p in old], [len(p) for p in new]
        self._words = [[_common(a, b) for b in self._new] for a in self._old]

    def worth(self, i1: int, i2: int, j1: int, j2: int) -> float:
        """Of pairing two passages: the larger and the more alike they are, the more; nothing where they are not alike."""
        if i1 == i2 or j1 == j2:
            return 0.0
        if i2 - i1 == j2 - j1 == 1:
            common = self._words[i1][j1]
        elif self._is_cut(i1, i2, j1, j2):
            common = _common(sum(self._old[i1:i2], Counter()), sum(self._new[j1:j2], Counter()))
        else:
            return 0.0
        size = sum(self._sizes[0][i1:i2]) + sum(self._sizes[1][j1:j2])
        alike = 2 * common / size if size else 0.0
        return alike * alike * size if alike >= _ALIKE else 0.0

    def _is_cut(self, i1: int, i2: int, j1: int, j2: int) -> bool:
        """True where one side is a paragraph that has the most of each of the other's."""
        return all(
            self._words[i][j] > _ALIKE * (self._sizes[0][i] if i2 - i1 > 1 else self._sizes[1][j])
            for i in range(i1, i2)
            for j in range(j1, j2)
        )


def _common(a: Counter[str], b: Counter[str]) -> int:
    few, many = (a, b) if len(a) < len(b) else (b, a)
    return sum(min(count, many[word]) for word, count in few.items() if word in many)
