#!/usr/bin/env python3
"""Learns what the signs of body passages count: python benchmarks/learn_body.py EVAL_DIR [--check].

EVAL_DIR holds ``corpora/*.jsonl`` and ``pages/`` as its README describes. A passage is right as far as its words
stand in a page's gold body (or it holds a segment that must be, or must not be, in it). Logistic regression, a passage
weighing as much as its share of the page's gold words; a first one with an absolute pull towards zero picks the signs
that matter. Needs scikit-learn, which Pressmark itself does not. Writes ``extractors/words/body_signs.toml``; the same
pages give the same file. With ``--check`` nothing is written: every page's body is read with signs and weights that
were picked and learnt from other publishers, and the scores of the four corpora are printed as ``score.py`` beside
EVAL_DIR counts them, next to those of weights learnt from all.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-not-found]

from extractors.body.opinion import compact, kept_words
from extractors.body.passages import Passage
from extractors.body.reading import surroundings, weighable_passages
from extractors.body.signs import Signs
from extractors.body.weigh import ALWAYS, Rounds, Weights
from extractors.fields import authors, body, headline, images, publisher, standfirst
from extractors.page import Page
from model.article import BlockKind
from model.errors import PressmarkError

CORPORA = ("fundus", "aeb", "trafilatura", "wcxb")
FOLDS = 5
PUBLISHERS_MIN = 20  # a sign seen at fewer publishers says something about them, not about pages
PICKING = 0.6  # the same for picking signs, with an absolute pull; more picks more of them
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
        return fold_of(self.publisher)


def fold_of(publisher: str) -> int:
    """Which of the ``FOLDS`` parts a publisher is in; always the same."""
    return int(hashlib.md5(publisher.encode()).hexdigest(), 16) % FOLDS


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


def golds(root: Path, corpus: str) -> Iterator[dict[str, Any]]:
    """The pages of a corpus with what is known of their bodies."""
    for line in (root / f"corpora/{corpus}.jsonl").read_text("utf-8").split("\n"):
        if line.strip():
            yield json.loads(line)


def examples(root: Path) -> list[Example]:
    found: list[Example] = []
    for corpus in CORPORA:
        for gold in golds(root, corpus):
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


def _table(data: list[Row], known: set[str]) -> tuple[dict[str, int], csr_matrix, list[int], list[float]]:
    """Signs as columns; a passage half right is two rows, half for and half against."""
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
    return numbers, csr_matrix(([1.0] * len(columns), columns, ends), shape=(len(right), len(numbers))), right, weight


def pick(pages: Sequence[Example]) -> set[str]:
    """The signs that matter: seen at enough publishers, and not pulled to zero."""
    numbers, table, right, weight = _table(rows(pages, "opinion"), common_signs(pages))
    model = LogisticRegression(C=PICKING, l1_ratio=1, solver="liblinear", max_iter=100, tol=1e-3, random_state=0)
    model.fit(table, right, sample_weight=weight)
    return {name for name, n in numbers.items() if abs(model.coef_[0][n]) >= SMALLEST} | {ALWAYS}


def learn(data: list[Row], known: set[str]) -> dict[str, float]:
    """Weights of a logistic regression over the signs picked."""
    numbers, table, right, weight = _table(data, known)
    model = LogisticRegression(C=LOOSENESS, max_iter=300).fit(table, right, sample_weight=weight)
    learnt = {name: float(model.coef_[0][n]) for name, n in numbers.items()}
    learnt[ALWAYS] += float(model.intercept_[0])
    return {name: round(value, 2) for name, value in learnt.items() if abs(value) >= SMALLEST}


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


def rounds(pages: Sequence[Example], known: set[str]) -> list[dict[str, float]]:
    """The weights of the three rounds, from pages that have their chances already."""
    return [learn(rows(pages, name), known) for name in (None, "again", "opinion")]


def check(pages: list[Example], root: Path) -> None:
    """Prints the scores of every corpus, each page read with the weights of other publishers, and with those of all."""
    known = pick(pages)
    out_of_fold(pages, known)
    own = _weights(rounds(pages, known))
    others: list[Rounds] = []
    for fold in range(FOLDS):
        rest = [p for p in pages if p.fold != fold]
        others.append(_weights(rounds(rest, pick(rest))))
    sys.path.insert(0, str(root.parent))
    print(f"{'':14}{'pages':>6}{'others':>9}{'all':>8}   F1 with weights of other publishers, and of all")
    for corpus in CORPORA:
        counts: list[list[Any]] = [[], []]
        for gold in golds(root, corpus):
            for number, learnt in enumerate((others[fold_of(gold["publisher"])], own)):
                counts[number].append((gold["gold"], body_text(root, gold, learnt, corpus == "fundus")))
        by_others, by_all = (f1(corpus, found) for found in counts)
        print(f"{corpus:14}{len(counts[0]):6}{by_others:9.4f}{by_all:8.4f}", flush=True)


def _weights(learnt: Sequence[dict[str, float]]) -> Rounds:
    look, again, opinion = (Weights(signs) for signs in learnt)
    return look, again, opinion


def body_text(root: Path, gold: dict[str, Any], learnt: Rounds, standfirst_too: bool) -> str:
    """The body as ``extract`` composes it, but with other weights; empty for what is no page."""
    try:
        page = Page.parse(gzip.decompress((root / gold["page"]).read_bytes()), gold["url"])
    except PressmarkError:
        return ""
    title = headline.read(page).value
    said = standfirst.read(page, title)
    deck = said.value
    people = authors.read(page, publisher.read(page).value).value or ()
    found = body.read(
        page,
        headline=title,
        standfirst=deck,
        opens=standfirst.may_be_text(said),
        images=images.read(page).value or (),
        authors=people,
        learnt=learnt,
    )
    text = "\n\n".join(b.text for b in found.value or () if b.kind is not BlockKind.EMBED)
    return f"{deck}\n\n{text}" if deck and standfirst_too and not body.holds(found.value or (), deck) else text


def f1(corpus: str, found: Sequence[tuple[dict[str, Any], str]]) -> float:
    """The corpus' own measure, from the scorer beside EVAL_DIR."""
    import scoring  # type: ignore[import-not-found]
    from score import word_f1  # type: ignore[import-not-found]

    if corpus == "wcxb":
        return float(sum(word_f1(gold["body"], text) for gold, text in found) / len(found))
    if corpus == "trafilatura":
        held, extra, lost, _ = (sum(c) for c in zip(*(scoring.segment_counts(g, t) for g, t in found), strict=True))
        return float(2 * held / (2 * held + extra + lost))
    return float(scoring.shingle_summary([scoring.shingle_tp_fp_fn(g["body"], t) for g, t in found])["f1"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("eval_dir", type=Path)
    parser.add_argument("--check", action="store_true")
    a = parser.parse_args()
    root = a.eval_dir.resolve()
    pages = examples(root)
    if a.check:
        check(pages, root)
        return
    known = pick(pages)
    out_of_fold(pages, known)
    learnt = rounds(pages, known)
    lines = [
        "# What each sign of a passage counts, in natural log odds that it is the article's, in the three rounds of",
        "# extractors/body/weigh.py: look, again, opinion. Learnt by benchmarks/learn_body.py; do not edit by hand.",
        "[signs]",
    ]
    for name in sorted(known):
        row = [r.get(name, 0) for r in learnt]
        if any(row):
            lines.append(f"{json.dumps(name, ensure_ascii=False)} = [{', '.join(f'{v:g}' for v in row)}]")
    target = Path(__file__).resolve().parent.parent / "extractors" / "words" / "body_signs.toml"
    target.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(lines) - 3} signs from {len(pages)} pages")


if __name__ == "__main__":
    main()
