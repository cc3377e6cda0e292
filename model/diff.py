"""Which words changed between two texts: paragraphs are aligned first, then their words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from model.alignment import align

_INVISIBLE = "\u00ad\u200b\u200c\u200e\u200f\u2060\ufeff"
# scripts without spaces count character by character
_UNPARTED = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f"
_TOKEN = re.compile(rf"[{_UNPARTED}]|[^\W{_UNPARTED}]+|\s+|[^\w\s]")
_CHARACTER = re.compile(f"[{_UNPARTED}]")
# as compared, a figure is one word: 310,000 never becomes 410,000 by its first half
_COMPARED = re.compile(r"\d+(?:[.,:]\d+)*(?!\w)|" + _TOKEN.pattern)
# pairs of passages with more possible matches than this are shown as replaced whole: matching them takes for ever
_POSSIBLE_MATCHES = 300_000


class Op(StrEnum):
    """What happened to a run of words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive words with one fate; ``text`` includes the white space between them."""

    op: Op
    text: str


def plain(text: str | None) -> str:
    """A text as it is compared: NFC, white space collapsed, invisible marks dropped."""
    shown = text or ""
    if shown.isascii():
        if shown.isprintable() and "  " not in shown and shown[:1] != " " and shown[-1:] != " ":
            return shown
    else:
        for mark in _INVISIBLE:
            shown = shown.replace(mark, "")
        shown = unicodedata.normalize("NFC", shown)
    return " ".join(shown.split())


def tokens(text: str) -> list[str]:
    """Words, single characters of scripts without spaces, punctuation and white space, in order."""
    return _TOKEN.findall(text)


def count_words(text: str) -> int:
    """Words in a text (characters in scripts that do not part words)."""
    return sum(1 for t in tokens(text) if t[0].isalnum())


def parts_words(text: str) -> bool:
    """False where most of what ``count_words`` counts are single characters of scripts that part no words."""
    return 2 * sum(1 for c in _CHARACTER.findall(text) if c.isalnum()) <= count_words(text)


def diff_words(before: str, after: str) -> tuple[Run, ...]:
    """The runs that turn ``before`` into ``after``, in reading order.

    The SAME and REMOVED runs together are ``before``, the SAME and ADDED runs ``after``,
    paragraphs (parted by blank lines) joined by one blank line.
    """
    old, new = _paragraphs(before), _paragraphs(after)
    return tuple(_merge(_paragraph_runs(old, new)))


def changed_words(before: str, after: str) -> tuple[int, int]:
    """How many words were added and removed."""
    added = removed = 0
    for run in diff_words(before, after):
        if run.op is Op.ADDED:
            added += count_words(run.text)
        elif run.op is Op.REMOVED:
            removed += count_words(run.text)
    return added, removed


def _paragraphs(text: str) -> list[str]:
    parts = [p for p in text.split("\n\n") if p]
    return [p + "\n\n" for p in parts[:-1]] + parts[-1:]


def _paragraph_runs(old: Sequence[str], new: Sequence[str]) -> Iterator[Run]:
    keys_old, keys_new = [p.strip() for p in old], [p.strip() for p in new]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, keys_old, keys_new, autojunk=False).get_opcodes():
        if tag == "equal":
            for before, after in zip(old[i1:i2], new[j1:j2], strict=True):
                yield from _word_runs(before, after) if before != after else [Run(Op.SAME, before)]
            continue
        was, now = old[i1:i2], new[j1:j2]
        for left, right in align([_words(p) for p in was], [_words(p) for p in now]):
            yield from _word_runs("".join(was[left]), "".join(now[right]))


def _words(text: str) -> list[str]:
    return [t for t in _COMPARED.findall(text) if t[0].isalnum()]


def _word_runs(old: str, new: str) -> Iterator[Run]:
    a, b = _COMPARED.findall(old), _COMPARED.findall(new)
    if _possible_matches(a, b) > _POSSIBLE_MATCHES:
        yield Run(Op.REMOVED, old)
        yield Run(Op.ADDED, new)
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(str.isspace, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Run(Op.SAME, "".join(a[i1:i2]))
            continue
        if i2 > i1:
            yield Run(Op.REMOVED, "".join(a[i1:i2]))
        if j2 > j1:
            yield Run(Op.ADDED, "".join(b[j1:j2]))


def _possible_matches(a: Sequence[str], b: Sequence[str]) -> int:
    there = Counter(b)
    return sum(count * there[token] for token, count in Counter(a).items() if not token.isspace())


def _merge(runs: Iterator[Run]) -> Iterator[Run]:
    held: Run | None = None
    for run in runs:
        if not run.text:
            continue
        if held is not None and held.op is run.op:
            held = Run(run.op, held.text + run.text)
            continue
        if held is not None:
            yield held
        held = run
    if held is not None:
        yield held
