"""A run's tally as a page of Markdown and as the rows of a table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flows.shards import FILES
from flows.tally import NOT_TAKEN, Reason, Tally
from model.record import Outcome, Result

SLOWEST = 5
ROWS = 100
_ADDRESS = re.compile(r"https?://[!-;=?-_a-~]+")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#|~!&])")


def markdown(
    tally: Tally, *, doing: str, archive: str, seconds: float, problem: str | None = None, more: Sequence[tuple[str, str]] = ()
) -> str:
    """The summary of a run: what is new, what was not taken and why, which hosts took longest.

    ``doing`` says what was asked for, ``problem`` what ended the run early; ``more`` are lines of plain text, each
    with the heading it stands under.
    """
    parts = [f"# {_safe(problem)}" if problem else f"# {tally.in_words()}"]
    before = f", {tally.in_words()} before that" if problem else ""
    parts.append(f"{_safe(doing)} into archive `{archive}`, {say_seconds(seconds)}{before}.")
    for heading in dict.fromkeys(heading for heading, _ in more):
        lines = [f"- {_safe(line)}" for under, line in more if under == heading]
        parts += [f"## {heading}", "\n".join(lines[:ROWS])]
    for outcome, pieces in tally.listed.items():
        if pieces:
            parts += [f"## {outcome.value.capitalize()}", _pieces(pieces, tally.outcomes[outcome])]
    troubles = [(outcome, text, reason) for (outcome, text), reason in tally.reasons.items() if outcome in NOT_TAKEN]
    if troubles:
        troubles.sort(key=lambda t: -t[2].count)
        parts.append("## Not taken")
        parts.append("\n".join(_trouble(*trouble) for trouble in troubles[:ROWS]))
    slowest = slowest_hosts(tally)
    if slowest:
        parts.append("## Hosts that took longest")
        rows = "\n".join(f"| {_safe(name)} | {pages} | {say_seconds(took)} |" for took, name, pages in slowest)
        parts.append(f"| host | sources | done after |\n| --- | ---: | ---: |\n{rows}")
    return "\n\n".join(parts) + "\n"


def table(tally: Tally, lacking: Sequence[tuple[str, str, int, int]] = ()) -> list[dict[str, str | int]]:
    """One row an outcome and reason: how many sources, of how many hosts, and one of them; then the slowest hosts, and
    which fields are missing where: ``lacking`` is (site, field, pages that lack it, pages). Reasons come last: long ones
    would push what stands behind them out of sight.
    """
    order = list(Outcome)
    rows = sorted(tally.reasons.items(), key=lambda item: (order.index(item[0][0]), -item[1].count, item[0][1]))
    told: list[dict[str, str | int]] = [
        {"outcome": outcome.value, "sources": r.count, "hosts": len(r.hosts), "such as": r.example, "reason": text}
        for (outcome, text), r in rows[:ROWS]
    ]
    told += [
        {"outcome": "slowest host", "sources": pages, "hosts": 1, "such as": name, "reason": f"done after {say_seconds(took)}"}
        for took, name, pages in slowest_hosts(tally)
    ]
    told += [
        {"outcome": "field missing", "sources": lack, "hosts": 1, "such as": site, "reason": _lacking(field, lack, pages)}
        for site, field, lack, pages in lacking[:ROWS]
    ]
    return told


def _lacking(field: str, lack: int, pages: int) -> str:
    named = field.replace("_", " ")
    return f"no {named} on {'any' if lack == pages else lack} of {pages} new or changed {'page' if pages == 1 else 'pages'}"


def slowest_hosts(tally: Tally) -> list[tuple[float, str, int]]:
    """(seconds, host, pages) of those that took longest, where there are several."""
    hosts = [(h.seconds, name, h.pages) for name, h in tally.hosts.items() if name != FILES]
    return sorted(hosts, reverse=True)[:SLOWEST] if len(tally.hosts) > 1 else []


def say_seconds(seconds: float) -> str:
    """``4.2 s``, ``12 min``."""
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def counts(tally: Tally) -> dict[str, int]:
    """``{new, changed, unchanged, gone, held, refused, failed}``, zeros included."""
    return {outcome.value: tally.outcomes[outcome] for outcome in Outcome}


def _pieces(pieces: Sequence[Result], total: int) -> str:
    lines = [f"- {_named(r.url or r.source)}{_what(r)}" for r in pieces]
    if total > len(pieces):
        lines.append(f"- and {total - len(pieces)} more")
    return "\n".join(lines)


def _trouble(outcome: Outcome, text: str, reason: Reason) -> str:
    example = f"such as {_named(reason.example)}" if reason.count > 1 else _named(reason.example)
    return f"- {reason.count} {outcome.value}: {_safe(text)}: {example}"


def _what(result: Result) -> str:
    named = f", `{result.record}@{result.version}`" if result.record and result.version else ""
    fields = ", ".join(f.field.replace("_", " ") for f in result.change.fields) if result.change else ""
    return f"{named}: {fields}" if fields else named


def _safe(text: str) -> str:
    # reasons and addresses come from outside: in a summary they are words, not mark-up
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _named(source: str) -> str:
    if _ADDRESS.fullmatch(source):
        return f"<{source}>"
    return "`" + " ".join(source.replace("`", " ").split()) + "`"
