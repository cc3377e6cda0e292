#!/usr/bin/env python3
"""Learns what the signs of body passages count: python benchmarks/learn_body.py EVAL_DIR [--check].

EVAL_DIR holds ``corpora/*.jsonl`` and ``pages/`` as its README describes. A passage is right as far as its words
stand in a page's gold body (or it holds a segment that must be, or must not be, in it). Logistic regression, a passage
weighing as much as its share of the page's gold words; needs scikit-learn, which Pressmark itself does not. Writes
``extractors/words/body_signs.toml``; the same pages give the same file. With ``--check`` nothing is written; it prints,
cross-validated over publishers, the share of gold words lost and of words too many.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-not-found]

from extractors.body.opinion import compact, kept_words
from extractors.body.passages import Passage
from extractors.body.reading import surroundings, weighable_passages
from extractors.body.signs import Signs
from extractors.body.weigh import ALWAYS
from extractors.page import Page
from model.errors import PressmarkError

CORPORA = ("fundus", "aeb", "trafilatura", "wcxb")
FOLDS = 5
PUBLISHERS_MIN = 8  # a sign seen at fewer publishers says something about them, not about pages
LOOSENESS = 0.1  # inverse strength of the pull towards zero
WEIGHT = 20.0  # passage weights are shares of a page; this brings a page to about the weight of twenty plain rows
SMALLEST = 0.03  # a weight below this is left out of the file
SEGMENT_WEIGHT = 0.08
PASSAGE_WEIGHT_MAX = 0.5

_TOKEN = re.compile(r"\w+")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u2060\ufeff"))


@dataclass(slots=True)
class Example:
    """One page: the signs of its passages, what trafilatura keeps, and how right and how heavy each passage is."""

    publisher: str
    signs: Signs
    still: list[list[str]]
    opinion: list[bool]
    right: list[float | None]
    weight: list[float]
    chance: list[float] = field(default_factory=list)

    @property
    def fold(self) -> int:
        return int(hashlib.md5(self.publisher.encode()).hexdigest(), 16) % FOLDS


def tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.translate(_INVISIBLE))


def judged(gold: dict[str, Any], found: Sequence[Passage]) -> list[tuple[float | None, float]]:
    """For each passage how right it is (``None``: not known) and how much it weighs."""
    if "body" in gold:
        return _by_body(tokens(gold["body"]), found)
    wanted, unwanted = ([compact(s) for s in gold[k]] for k in ("with", "without"))
    result: list[tuple[float | None, float]] = []
    for passage in found:
        text = compact(passage.text)
        if any(w in text or (len(text) > 15 and text in w) for w in wanted):
            result.append((1.0, SEGMENT_WEIGHT))
        elif any(w in text for w in unwanted):
            result.append((0.0, SEGMENT_WEIGHT))
        else:
            result.append((None, 0.0))
    return result


def _by_body(words: list[str], found: Sequence[Passage]) -> list[tuple[float | None, float]]:
    whole = f" {' '.join(words)} "
    fours = {tuple(words[i : i + 4]) for i in range(len(words) - 3)}
    result: list[tuple[float | None, float]] = []
    for passage in found:
        own = tokens(passage.text)
        weight = min(len(own) / max(1, len(words)), PASSAGE_WEIGHT_MAX)
        if not own:
            result.append((None, 0.0))
        elif len(own) < 4:
            result.append((float(f" {' '.join(own)} " in whole), weight))
        else:
            grams = [tuple(own[i : i + 4]) for i in range(len(own) - 3)]
            result.append((sum(g in fours for g in grams) / len(grams), weight))
    return result


def examples(root: Path) -> list[Example]:
    found: list[Example] = []
    for corpus in CORPORA:
        for line in (root / f"corpora/{corpus}.jsonl").read_text("utf-8").split("\n"):
            if not line.strip():
                continue
            gold = json.loads(line)
            try:
                page = Page.parse(gzip.decompress((root / gold["page"]).read_bytes()), gold["url"])
            except PressmarkError:
                continue
            passages = weighable_passages(page)
            signs = Signs(passages, surroundings(page, None))
            labels = judged(gold["gold"], passages)
            opinion = signs.said_by(kept_words(page.tree, page.url))
            found.append(Example(gold["publisher"], signs, _all(signs), opinion, [a for a, _ in labels], [b for _, b in labels]))
    return found


def _all(signs: Signs) -> list[list[str]]:
    marks = [
        [f"m:{m}" for m in sorted(p.marks - signs.common)] + [f"n:{m}" for m in sorted(p.near - signs.common)]
        for p in signs.found
    ]
    return [[ALWAYS, *s, *m] for s, m in zip(signs.still(), marks, strict=True)]


Row = tuple[list[str], float, float]


def rows(pages: Iterable[Example], moving: str | None) -> list[Row]:
    result: list[Row] = []
    for page in pages:
        extra = moves(page, moving)
        for i, (right, weight) in enumerate(zip(page.right, page.weight, strict=True)):
            if right is not None and weight:
                result.append((page.still[i] + extra[i] if extra else page.still[i], right, weight))
    return result


def moves(page: Example, moving: str | None) -> list[list[str]]:
    if moving is None:
        return []
    return page.signs.moving([c >= 0.5 for c in page.chance] if moving == "again" else page.opinion)


def common_signs(pages: Sequence[Example]) -> set[str]:
    publishers: dict[str, set[str]] = defaultdict(set)
    for page in pages:
        for shown in (page.still, moves(page, "opinion")):
            for name in {s for signs in shown for s in signs}:
                publishers[name].add(page.publisher)
    return {name for name, at in publishers.items() if len(at) >= PUBLISHERS_MIN}


def learn(data: list[Row], known: set[str]) -> dict[str, float]:
    """Weights of a logistic regression; a passage half right counts half for and half against."""
    numbers = {name: n for n, name in enumerate(sorted(known))}
    columns: list[int] = []
    ends = [0]
    right: list[int] = []
    weight: list[float] = []
    for signs, share, heavy in data:
        shown = sorted({numbers[s] for s in signs if s in numbers})
        for value, part in ((1, share), (0, 1 - share)):
            if part > 0:
                columns.extend(shown)
                ends.append(len(columns))
                right.append(value)
                weight.append(heavy * part * WEIGHT)
    table = csr_matrix(([1.0] * len(columns), columns, ends), shape=(len(right), len(numbers)))
    model = LogisticRegression(C=LOOSENESS, max_iter=300).fit(table, right, sample_weight=weight)
    learnt = {name: float(model.coef_[0][n]) for name, n in numbers.items()}
    learnt[ALWAYS] += float(model.intercept_[0])
    return learnt


def judge(page: Example, weights: dict[str, float], moving: str | None) -> list[float]:
    extra = moves(page, moving)
    result = []
    for i, signs in enumerate(page.still):
        odds = sum(weights.get(s, 0.0) for s in {*signs, *(extra[i] if extra else ())})
        result.append(1 / (1 + math.exp(-max(-30.0, min(30.0, odds)))))
    return result


def out_of_fold(pages: list[Example], known: set[str]) -> None:
    """Gives each page the first round's chances as learnt from other publishers: what the second round will meet."""
    for fold in range(FOLDS):
        first = learn(rows((p for p in pages if p.fold != fold), None), known)
        for page in pages:
            if page.fold == fold:
                page.chance = judge(page, first, None)


def check(pages: list[Example], known: set[str]) -> None:
    lost: dict[str, float] = defaultdict(float)
    extra: dict[str, float] = defaultdict(float)
    for fold in range(FOLDS):
        for name in ("again", "opinion"):
            learnt = learn(rows((p for p in pages if p.fold != fold), name), known)
            for page in (p for p in pages if p.fold == fold):
                for chance, right, weight in zip(judge(page, learnt, name), page.right, page.weight, strict=True):
                    if right is not None:
                        lost[name] += weight * right * (chance < 0.5)
                        extra[name] += weight * (1 - right) * (chance >= 0.5)
    for name in lost:
        print(f"{name}: lost {lost[name] / len(pages):.4f} of the words, {extra[name] / len(pages):.4f} too many")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("eval_dir", type=Path)
    parser.add_argument("--check", action="store_true")
    a = parser.parse_args()
    pages = examples(a.eval_dir)
    known = common_signs(pages)
    out_of_fold(pages, known)
    if a.check:
        check(pages, known)
        return
    rounds = [learn(rows(pages, name), known) for name in (None, "again", "opinion")]
    lines = [
        "# What each sign of a passage counts, in natural log odds that it is the article's, in the three rounds of",
        "# extractors/body/weigh.py: look, again, opinion. Learnt by benchmarks/learn_body.py; do not edit by hand.",
        "[signs]",
    ]
    for name in sorted(known):
        row = [round(r[name], 2) if abs(r[name]) >= SMALLEST else 0 for r in rounds]
        if any(row):
            lines.append(f"{json.dumps(name, ensure_ascii=False)} = [{', '.join(f'{v:g}' for v in row)}]")
    target = Path(__file__).resolve().parent.parent / "extractors" / "words" / "body_signs.toml"
    target.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(lines) - 3} signs from {len(pages)} pages")


if __name__ == "__main__":
    main()
