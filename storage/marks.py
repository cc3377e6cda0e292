"""What is derived about a record's states: whether its publisher announced a change, and headlines
that took turns. Pure functions; nothing of it is stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from model.article import Article
from model.change import Change, ChangeKind, comparable
from model.diff import plain, tokens
from model.record import Alternation, Announced, Announcement

_SILENT = frozenset({"corrections", "date_published", "dateline"})
"""Fields whose change alone is no edit that a publisher would announce, or is the announcement itself."""
_TURNS = 4
_SHORTEST_WORD = 4
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True, slots=True)
class Step:
    """A state with its like-read article and the one before it; ``change`` leads from that to this."""

    version: int
    before: Article | None
    after: Article | None
    change: Change | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A state's headline and the time it was in force."""

    version: int
    headline: str | None
    first: str | None
    last: str | None


def announcements(steps: Sequence[Step]) -> dict[int, Announcement]:
    """For each state that changed substantively: whether its publisher said so.

    A correction that comes with a change announces it. One that comes later, with no other change, is linked to
    the earlier unannounced change of whose words it names most; where it names none, the change stays unannounced.
    """
    found: dict[int, Announcement] = {}
    open_changes: list[Step] = []
    for step in steps:
        texts = _new_corrections(step)
        edited = is_edit(step.change)
        if edited and texts:
            found[step.version] = Announcement(Announced.HERE, step.version, texts, _named(step, texts))
        elif edited:
            found[step.version] = Announcement(Announced.NOT)
            open_changes.append(step)
        elif texts and open_changes:
            meant, names = max(((s, _named(s, texts)) for s in reversed(open_changes)), key=lambda x: len(x[1]))
            if names:
                found[meant.version] = Announcement(Announced.LATER, step.version, texts, names)
                open_changes.remove(meant)
    return found


def alternations(states: Iterable[Seen]) -> list[Alternation]:
    """Stretches of at least four consecutive states in which two headlines take turns."""
    found: list[Alternation] = []
    stretch: list[Seen] = []
    for state in states:
        if stretch and _head(state) == _head(stretch[-1]):
            stretch[-1] = replace(stretch[-1], last=state.last)  # something else changed under the same headline
            continue
        if len(stretch) >= 2 and _head(state) != _head(stretch[-2]):
            found += _closed(stretch)
            stretch = stretch[-1:]
        stretch.append(state)
    return [*found, *_closed(stretch)]


def _closed(stretch: Sequence[Seen]) -> list[Alternation]:
    if len(stretch) < _TURNS:
        return []
    headlines = (stretch[0].headline or "", stretch[1].headline or "")
    return [Alternation(headlines, tuple(s.version for s in stretch), stretch[0].first, stretch[-1].last)]


def _head(state: Seen) -> str:
    return plain(state.headline)


def is_edit(change: Change | None) -> bool:
    """True for a change that a publisher would announce."""
    if change is None:
        return False
    return any(f.field not in _SILENT and f.kind is not ChangeKind.TYPOGRAPHIC for f in change.fields)


def _new_corrections(step: Step) -> tuple[str, ...]:
    if step.before is None or step.after is None:
        return ()
    known = {plain(c.text) for c in step.before.corrections}
    return tuple(c.text for c in step.after.corrections if plain(c.text) not in known)


def _named(step: Step, texts: Sequence[str]) -> tuple[str, ...]:
    """Words and figures of a change that corrections name."""
    return tuple(sorted(_folded(texts) & _changed(step)))


def _changed(step: Step) -> set[str]:
    """Telling words that only one of the two states has in the fields that changed."""
    if step.before is None or step.after is None or step.change is None:
        return set()
    old, new = dict(comparable(step.before)), dict(comparable(step.after))
    # a correction that was taken for text would name itself
    said = {*old["corrections"], *new["corrections"]}
    words: set[str] = set()
    for f in step.change.fields:
        if f.field != "corrections":
            before, after = (_folded([t for t in texts[f.field] if t not in said]) for texts in (old, new))
            words |= before ^ after
    return words


def _folded(texts: Sequence[str]) -> set[str]:
    return {t.casefold() for text in texts for t in _telling(text)}


def _telling(text: str) -> list[str]:
    """Figures, and words long enough to mean something; every character of scripts that part no words."""
    words = [t for t in tokens(_FIGURE.sub(" ", text)) if t.isalpha() and (len(t) >= _SHORTEST_WORD or not t.isascii())]
    return _FIGURE.findall(text) + words
