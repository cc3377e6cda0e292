"""What differs between two versions, word by word and field by field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from model.change import Change, FieldChange, side_by_side
from model.diff import Op, Run, diff_words
from model.record import VersionView
from model.said import say_field_change
from pressmark.cli.phrases import field_label
from pressmark.cli.safe import safe
from pressmark.cli.times import say_date, say_moment

_DATES = {"date_published", "date_modified"}
_BRIDGE = 3
_CONTEXT = 12  # words kept on either side of a changed run in a long field
_STYLES = {Op.SAME: "", Op.ADDED: "green", Op.REMOVED: "red strike"}
_MARKS = {Op.SAME: ("", ""), Op.ADDED: ("{+", "+}"), Op.REMOVED: ("[-", "-]")}


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field that differs, with the runs of words that turn one into the other."""

    change: FieldChange
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Differences:
    """Two versions of a record, and what differs between them as both are now read."""

    record: str
    before: VersionView
    after: VersionView
    change: Change
    fields: tuple[FieldDifference, ...]

    @property
    def like_readings(self) -> bool:
        """False where two releases read them: part of a difference may then be ours."""
        return self.before.reader.release == self.after.reader.release

    def to_json(self) -> dict[str, Any]:
        """``{record, before, after, like_readings, same, fields[], attendant[]}``."""
        return {
            "record": self.record,
            "before": _end(self.before),
            "after": _end(self.after),
            "like_readings": self.like_readings,
            "same": self.change.same,
            "fields": [_plain(f) for f in self.fields if f.change in self.change.fields],
            "attendant": [_plain(f) for f in self.fields if f.change in self.change.attendant],
        }


def differences(before: VersionView, after: VersionView, change: Change) -> Differences:
    """Lays the words of every changed field beside each other, as pages were read and not as persons amended them."""
    texts = {name: [_text(old), _text(new)] for name, old, new in side_by_side(before.read, after.read)}
    texts["date_modified"] = [before.read.date_modified or "", after.read.date_modified or ""]
    fields = tuple(FieldDifference(c, diff_words(*texts[c.field])) for c in (*change.fields, *change.attendant))
    return Differences(after.record, before, after, change, fields)


def render_differences(found: Differences, *, colour: bool, whole: bool = False) -> RenderableType:
    """For people. Without ``colour`` words are marked ``[-removed-] {+added+}``."""
    parts: list[RenderableType] = [_title(found)]
    if found.before.stated or found.after.stated:
        parts.append(Text("as the pages were read: values that persons stated are left out", style="dim"))
    if not found.like_readings:
        parts.append(Text("read by two releases of Pressmark: part of the difference may be ours", style="yellow"))
    if not found.fields:
        parts.append(Text("nothing that counts differs (advertisements, related links and counters never do)"))
    for item in found.fields:
        parts += [Text(), Text.assemble((field_label(item.change.field), "bold"), "  ", (say_field_change(item.change), "dim"))]
        runs = _dates(found, item) if item.change.field in _DATES else coalesce(item.runs)
        lines: Iterable[list[Run] | Text] = _paragraphs(runs) if whole else _changed_paragraphs(runs)
        parts += [Padding(_line(line, colour), (0, 0, 0, 2)) for line in lines]
    return Group(*parts)


def coalesce(runs: Sequence[Run]) -> list[Run]:
    """Joins changes that only a few characters without a space part, so that ``4.1`` is replaced
    by ``3.8`` and not ``4`` by ``3`` and ``1`` by ``8``.
    """
    joined: list[Run] = []
    removed = added = bridge = ""

    def flush() -> None:
        nonlocal removed, added, bridge
        gone, come, space = _without_common_end(removed, added)
        kept = (Run(Op.REMOVED, gone), Run(Op.ADDED, come), Run(Op.SAME, space + bridge))
        joined.extend(run for run in kept if run.text)
        removed = added = bridge = ""

    for run in runs:
        if run.op is Op.SAME:
            if not (removed or added) or len(run.text) > _BRIDGE or any(c.isspace() for c in run.text):
                flush()
                before = joined.pop().text if joined and joined[-1].op is Op.SAME else ""
                joined.append(Run(Op.SAME, before + run.text))
            else:
                bridge = run.text
            continue
        removed, added, bridge = removed + bridge, added + bridge, ""
        if run.op is Op.REMOVED:
            removed += run.text
        else:
            added += run.text
    flush()
    return joined


def _without_common_end(removed: str, added: str) -> tuple[str, str, str]:
    """Both without the white space that both end in, and that white space: it stayed."""
    gone, come = removed.rstrip(), added.rstrip()
    space = removed[len(gone) :]
    if gone and come and space == added[len(come) :]:
        return gone, come, space
    return removed, added, ""


def _dates(found: Differences, item: FieldDifference) -> list[Run]:
    """A date is replaced whole, said as people read it."""
    old, new = (getattr(view.read, item.change.field) for view in (found.before, found.after))
    runs = [Run(Op.REMOVED, say_date(old))] if old else []
    if old and new:
        runs.append(Run(Op.SAME, " "))
    return [*runs, Run(Op.ADDED, say_date(new))] if new else runs


def _title(found: Differences) -> Text:
    title = Text.assemble((f"{found.record}  ", "bold"))
    for mark, view in (("@", found.before), (" → @", found.after)):
        title.append(f"{mark}{view.version}", "bold")
        title.append(f" ({say_moment(view.state.first_seen)})", "dim")
    return title


def _text(values: Sequence[str]) -> str:
    return "\n\n".join(x for x in values if x)


def _paragraphs(runs: Sequence[Run]) -> list[list[Run]]:
    lines: list[list[Run]] = [[]]
    for run in runs:
        pieces = run.text.split("\n\n")
        for number, piece in enumerate(pieces):
            if number:
                lines.append([])
            if piece:
                lines[-1].append(Run(run.op, piece))
    return [line for line in lines if line]


def _changed_paragraphs(runs: Sequence[Run]) -> Iterator[list[Run] | Text]:
    skipped = 0
    for line in _paragraphs(runs):
        if all(run.op is Op.SAME for run in line):
            skipped += 1
            continue
        if skipped:
            yield _skipped(skipped)
            skipped = 0
        yield [_shorten(run, first=i == 0, last=i == len(line) - 1) for i, run in enumerate(line)]
    if skipped:
        yield _skipped(skipped)


def _skipped(count: int) -> Text:
    return Text(f"… {count} paragraph{'s' if count > 1 else ''} the same …", style="dim")


def _shorten(run: Run, *, first: bool, last: bool) -> Run:
    if run.op is not Op.SAME:
        return run
    words = run.text.split(" ")
    if first and len(words) > _CONTEXT:
        return Run(Op.SAME, "… " + " ".join(words[-_CONTEXT:]))
    if last and len(words) > _CONTEXT:
        return Run(Op.SAME, " ".join(words[:_CONTEXT]) + " …")
    if len(words) > 2 * _CONTEXT + 1:
        return Run(Op.SAME, " ".join(words[:_CONTEXT]) + " … " + " ".join(words[-_CONTEXT:]))
    return run


def _line(runs: Sequence[Run] | Text, colour: bool) -> Text:
    if isinstance(runs, Text):
        return runs
    line = Text()
    for run in runs:
        text = safe(run.text)
        opening, closing = _MARKS[run.op]
        if colour or run.op is Op.SAME:
            line.append(text, _STYLES[run.op])
        else:
            line.append(f"{opening}{text}{closing}")
    return line


def _end(view: VersionView) -> dict[str, Any]:
    return {"version": view.version, "reading": view.reading, "first_seen": view.state.first_seen, "capture": view.state.capture}


def _plain(item: FieldDifference) -> dict[str, Any]:
    c = item.change
    return {
        "field": c.field,
        "kind": c.kind.value,
        "words_added": c.words_added,
        "words_removed": c.words_removed,
        "words_before": c.words_before,
        "runs": [{"op": run.op.value, "text": run.text} for run in item.runs],
    }
