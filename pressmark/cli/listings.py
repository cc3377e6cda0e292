"""Many records, changes, hits and events: one entry each, in order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from model.changes import ChangeLine
from model.record import Announced, EventLine, RecordLine, SearchHit, Strand
from model.said import say_address, say_announcement, say_change
from model.verification import Behind, Verification
from pressmark.cli.terminal import words
from pressmark.cli.times import say_date, say_moment

_ADDRESSES = {"url", "to"}  # keys of events
_LOST = "what was read of it is lost"
_TIMES = frozenset({"full", "sample", "oldest", "copied_at", "checked_at"})  # figures of ``stats`` that are times
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_KIND_STYLES = {"new": "green", "changed": "yellow", "gone": "magenta", "restored": "cyan"}


def render_record_line(line: RecordLine) -> Iterator[RenderableType]:
    """Id and headline; then who, where, when; then the address."""
    title = Text.assemble((line.record, "bold"), "  ")
    if line.headline or not (line.restricted or line.lost):
        title.append_text(words(line.headline or "without a headline"))
    if line.lost:
        title.append(f"  {_LOST}" if line.headline else _LOST, "red")
    if line.restricted:
        title.append("  restricted" if line.headline or line.lost else "its content is restricted", "red")
    if line.withdrawn:
        title.append("  withdrawn", "magenta")
    yield title
    facts = [", ".join(line.authors), line.publisher or "", say_date(line.date_published) if line.date_published else ""]
    facts.append(f"{line.versions} {'version' if line.versions == 1 else 'versions'}")
    yield _under(" · ".join(fact for fact in facts if fact))
    if line.url:
        yield _under(say_address(line.url))


def render_hit(hit: SearchHit) -> Iterator[RenderableType]:
    """The record with the version that matched, where that stands unless it is the latest, and the words around the match."""
    title = Text.assemble((f"{hit.line.record}@{hit.version}", "bold"), "  ")
    if hit.headline or not hit.lost:
        title.append_text(words(hit.headline or "without a headline"))
    if hit.lost:
        title.append(f"  {_LOST}" if hit.headline else _LOST, "red")
    if hit.line.restricted:
        title.append("  restricted", "red")
    if hit.line.withdrawn:
        title.append("  withdrawn", "magenta")
    if not hit.latest:
        title.append("  a copy beside" if hit.strand is Strand.BESIDE else "  not the latest version", "yellow")
    yield title
    yield _under(" ".join(hit.snippet.split()))


def render_change_line(line: ChangeLine) -> Iterator[RenderableType]:
    """When, what kind, which record; then what changed."""
    title = Text.assemble(say_moment(line.seen_at), "  ", (f"{line.kind:<8}", _KIND_STYLES.get(line.kind, "")), "  ")
    title.append(f"{line.record}@{line.version}" if line.version else line.record, "bold")
    title.append_text(words("  " + (line.headline or say_address(line.url or ""))))
    yield title
    changes = say_change(line.change)
    if changes:
        yield _under("; ".join(changes))
    if line.not_seen_before and line.kind != "new":
        yield _under(f"between {say_moment(line.not_seen_before)} and {say_moment(line.seen_at)}")
    if line.announcement is not None:
        silent = line.announcement.announced is Announced.NOT
        yield Padding(words(say_announcement(line.announcement), "dim" if silent else "green"), (0, 0, 0, 4))


def render_event(event: EventLine) -> Iterator[RenderableType]:
    """When, what, by whom, in which chain."""
    line = Text.assemble(say_moment(event.at), "  ", (f"{event.type:<24}", "cyan"), f" {event.chain} #{event.seq}  ")
    agent = " ".join(str(event.agent[k]) for k in ("name", "version") if event.agent.get(k))
    line.append_text(words(agent, "dim"))
    if event.outcome != "success":
        line.append_text(words(f"  {event.outcome}", "red"))
    yield line
    yield _under("  ".join(_details(event.detail)))
    if event.reason and event.detail.get("reason") != event.reason and event.detail["entry"] != "event":
        yield _under(f"because: {event.reason}")


def render_stats(stats: Mapping[str, Any]) -> RenderableType:
    """Figures, nested ones indented."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="cyan")
    grid.add_column(justify="right")
    for label, value in _figures(stats):
        grid.add_row(label, words(value))
    return grid


def render_verification(found: Verification) -> RenderableType:
    """What was checked, then every finding with what to do."""
    if found.nothing_due:
        return Text("nothing is due: every WARC file was checked since then")
    text = Text(
        f"checked {_count(found.segments, 'WARC file')}, {_count(found.records, 'WARC record')} ({say_size(found.bytes)}), "
        f"{_count(found.entries, 'ledger entry', 'ledger entries')}, {_count(found.captures, 'capture')}: "
    )
    if found.extent != "full":
        text = Text(f"a part, {_count(found.checked_records, 'piece')}: ").append_text(text)
    if found.ok:
        return text.append("all as it was kept", "bold green").append(_say_behind(found.behind))
    text.append(_count(len(found.findings), "thing is wrong", "things are wrong"), "bold red")
    for finding in found.findings:
        text.append("\n")
        text.append_text(words(finding.place, "bold"))
        text.append_text(words(f": {finding.problem}; {finding.advice}"))
    return text.append(_say_behind(found.behind))


def _say_behind(behind: Behind) -> str:
    """What the database does not know, where no finding says all of it."""
    if not behind.files or (behind.files == 1 and behind.records):
        return ""
    whole = _count(behind.records, "whole WARC record") if behind.records else "no whole WARC record"
    where = _count(behind.files, "WARC file")
    return f"\n{say_size(behind.bytes)} in {where} the database does not know, {whole}: the next command that writes settles it"


def say_size(size: int) -> str:
    """Bytes in decimal units: ``1.4 MB``."""
    amount = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{size} bytes" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    raise AssertionError("unreachable")


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _figures(stats: Mapping[str, Any], indent: str = "") -> Iterable[tuple[Text, str]]:
    for key, value in stats.items():
        label = words(indent + (key.replace("_", " ") if not indent else str(key)))
        if isinstance(value, Mapping):
            if value or key == "copies":
                yield label, "" if value else "none"
                yield from _figures(value, indent + "  ")
        elif key == "bytes" and isinstance(value, int):
            yield label, say_size(value)
        elif value is None:
            yield label, "never checked" if key == "findings" else "not yet"
        else:
            yield label, f"{value:,}" if isinstance(value, int) else say_moment(value) if key in _TIMES else str(value)


_CAME = {"s3": "from a copy in a bucket", "folder": "from a copy in a folder", "database": "with what the database has"}


def _details(detail: Mapping[str, Any]) -> Iterator[str]:
    """What a person wants of an entry; the digests and ids it also holds are in the JSON."""
    for key, value in detail.items():
        if key == "entry":
            yield str(value)
        elif key == "scope" and isinstance(value, Mapping):
            held = _count(detail["checked"]["records"], "WARC record")
            yield f"{value['extent']}, {_count(len(value['segments']), 'WARC file')}, {held}, {_count(value['records'], 'piece')}"
        elif key == "findings" and detail["entry"] == "fixity":
            yield _found(value, detail["checked"]["findings"])
        elif key == "mended" and value and isinstance(value[0], Mapping):
            size = sum(length for one in value for _, length in one["spans"])
            came = " and ".join(sorted({_CAME[one["copy"]] for one in value}))
            where = _count(len({one["segment"] for one in value}), "WARC file")
            yield f"{say_size(size)} of {where} put right {came}"
        elif key == "left" and isinstance(value, int):
            yield f"{_count(value, 'thing')} left that nobody had" if value else "nothing left damaged"
        elif key == "entries":
            yield _count(value if isinstance(value, int) else len(value), "ledger entry", "ledger entries")
        elif key == "lifted" and value:
            yield "lifted"
        elif key == "member":
            yield "added to" if value else "removed from"
        elif key in {"set", "clear"} and value:
            yield f"{key} " + ", ".join(pointer.removeprefix("/") for pointer in value)
        elif key == "aliases" and value:
            yield "for " + ", ".join(say_address(str(alias["url"])) for alias in value)
        elif key == "detail" and isinstance(value, Mapping):
            yield from _details(value)
        elif isinstance(value, (str, int)) and not isinstance(value, bool) and key not in {"observed_at", "strand", "outcome"}:
            said = say_address(str(value)) if key in _ADDRESSES else say_moment(str(value)) if _is_moment(value) else value
            yield f"{key.replace('_', ' ')} {said}"


def _is_moment(value: str | int) -> bool:
    return isinstance(value, str) and _MOMENT.fullmatch(value) is not None


def _found(told: Sequence[Mapping[str, str]], count: int) -> str:
    """What a check found: the first of it, and how much there was."""
    if not told:
        return "nothing found"
    return f"{_count(count, 'finding')}: {told[0]['place']}: {told[0]['problem']}" + (" …" if count > 1 else "")


def _under(text: str) -> Padding:
    return Padding(words(text, "dim"), (0, 0, 0, 4))
