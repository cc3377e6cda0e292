"""``reprocess``: this release over captures that another one read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from model.errors import Ambiguous, BadCall, NotFound
from pressmark.cli.call import Call
from pressmark.cli.options import ArchiveOption, JsonOption, in_utf8
from pressmark.cli.references import find_reference

if TYPE_CHECKING:
    from rich.console import RenderableType

    from flows.reprocess import Summary
    from storage import Archive

MOST = 1_000_000_000
_FINDINGS = {
    "never_differed": "never differed from @{told}, as now read",
    "missing_version": "a look told as @{told} showed another state: now a version of its own",
    "returned": "the state of @{told} was there again: now a version of its own",
    "another_state": "a look told as @{told} showed this state",
}
_SHOWN = 20
_LONG = 80
_BEFORE = 20


def reprocess_command(
    ctx: typer.Context,
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[QUERY | RECORD...]",
            help="Records, or what pressmark search finds. Default: all.",
            show_default=False,
            callback=in_utf8,
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, by field; keep nothing.")] = False,
    processes: Annotated[
        int | None,
        typer.Option("--processes", metavar="N", min=1, max=256, help="Pages read at once. Default: one a core."),
    ] = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Read kept captures again with this release.

    Adds readings to versions that this release has not read; earlier ones stay, and what persons
    stated outranks it. Says where it reads otherwise, which versions never differed, and adds
    versions that were missed, with their true time. Stopped, it goes on where it was.

    \b
    Example:
      pressmark reprocess --dry-run
      pressmark reprocess publisher:ledger since:2024
      pressmark reprocess c4p9xk-7f
    """
    import extractors
    from flows.extraction import Reader
    from flows.reprocess import Summary, reprocess
    from pressmark.cli.shapes import write_json
    from pressmark.cli.terminal import console_for, progress
    from storage import Release

    call: Call = ctx.obj
    summary = Summary()
    opened = call.open(archive) if dry_run else call.open_to_write(archive)
    with opened as kept, progress(call, "records read again:") as shown, Reader(processes) as reader:
        records = _chosen(kept, what) if what else None
        for reviewed in reprocess(kept, Release(extractors.release()), reader, records, dry_run=dry_run):
            summary.add(reviewed)
            shown.advance(summary.records, len(records) if records else None)
    if as_json:
        write_json(call.out, {"dry_run": dry_run, **summary.to_json()})
    else:
        console = console_for(call.out, call.environ)
        for part in _render(summary, dry_run):
            console.print(part)
    return 1 if summary.problems else 0


def _chosen(kept: Archive, what: Sequence[str]) -> list[str]:
    """The records that were named; where one of the words names none, what a search for all of them finds."""
    try:
        return [find_reference(kept, text).record for text in what]
    except Ambiguous:
        raise
    except (NotFound, BadCall):
        if any("://" in text for text in what):
            raise
    found = [hit.line.record for hit in kept.search(" ".join(what), MOST, restricted=True)]
    if not found:
        raise NotFound(f"no record is named or found by {' '.join(what)!r}")
    return found


def _render(summary: Summary, dry_run: bool) -> Iterator[RenderableType]:
    from rich.text import Text

    from pressmark.cli.terminal import words

    if not summary.records:
        yield Text("nothing to read: this release has read it all")
        return
    done = "would be read again" if dry_run else "read again"
    counted = [_count(summary.readings, "version")] + [_count(summary.looks, "look")] * bool(summary.looks)
    yield Text(f"{' and '.join(counted)} of {_count(summary.records, 'record')} {done}; versions that read as before: ").append(
        f"{summary.unchanged:,}", "green"
    )
    for name, count in summary.fields.most_common():
        yield Text.assemble((f"{name:<22}", "bold"), f"{count:,}")
        for example in summary.examples[name]:
            turned = _turned(example["before"], example["after"])
            yield words(f"    {example['record']}@{example['version']}  {turned}", "dim")
    yield from (words(_finding(x, dry_run), "yellow") for x in summary.findings[:_SHOWN])
    yield from (words(_disagreement(x), "magenta") for x in summary.disagreements[:_SHOWN])
    yield from (words(f"{x['record']}@{x['version']}: left as it is, {x['reason']}", "yellow") for x in summary.doubts[:_SHOWN])
    yield from (words(f"not read: {x}", "red") for x in summary.problems[:_SHOWN])
    lists = (summary.findings, summary.disagreements, summary.doubts, summary.problems)
    left = sum(max(0, len(x) - _SHOWN) for x in lists)
    if left:
        yield Text(f"and {left:,} more; --json tells all", style="dim")


def _count(number: int, one: str) -> str:
    return f"{number:,} {one if number == 1 else one + 's'}"


def _finding(found: Mapping[str, Any], dry_run: bool) -> str:
    said = _FINDINGS[found["finding"]].format(told=found["told"])
    if dry_run:
        said = said.replace("now a version of its own", "it would become a version of its own")
    named = f"{found['record']}@{found['version']}" if found["version"] else found["record"]
    return f"{named}, {found['observed_at']}: {said}"


def _disagreement(found: Mapping[str, Any]) -> str:
    place = f"{found['record']}@{found['version']} {found['field'].removeprefix('/')}"
    if not found["placed"]:
        return f"{place}: what {found['agent']} stated it of is not read any more; {_short(found['stated'])} is kept, not shown"
    return f"{place}: {found['agent']} states {_short(found['stated'])}, which stands; read is {_short(found['read'])}"


def _turned(before: Any, after: Any) -> str:
    """Both values from shortly before they part."""
    old, new = _text(before), _text(after)
    part = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    start = 0 if max(len(old), len(new)) <= _LONG else max(0, part - _BEFORE)
    return f"{'…' if start else ''}{_cut(old[start:])} → {'…' if start else ''}{_cut(new[start:])}"


def _short(value: Any) -> str:
    return _cut(_text(value))


def _text(value: Any) -> str:
    import json

    text = "nothing" if value in (None, "", []) else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " ".join(text.split())


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else text[: _LONG - 1].rstrip() + "…"
