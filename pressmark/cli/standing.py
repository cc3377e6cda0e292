"""Where a version stands: in time, among readings, beside what persons stated, among its likely copies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from model.copies import Copy, Likely, Origin
from model.record import AsOf, Certainty, Restriction, VersionView
from model.said import say_address, say_change
from model.statement import Stated
from pressmark.cli.phrases import say_maker, say_saved
from pressmark.cli.terminal import words
from pressmark.cli.times import say_moment

_COPIES_SHOWN = 5


def standing_rows(view: VersionView, likely: Likely) -> Iterator[tuple[str, RenderableType]]:
    """Label and value of each; what there is nothing of is left out."""
    state = view.state
    if view.as_of is not None:
        yield "As of", Text(_say_as_of(view.as_of))
    seen = say_moment(state.first_seen)
    if state.last_seen and state.last_seen != state.first_seen:
        seen += f", last {say_moment(state.last_seen)}"
    yield "Seen", Text(seen)
    made = f", {say_maker(state.maker, state.fidelity or '')}" if state.maker else ""
    yield "Kept", words(f"{state.basis} copy{made}, received {say_moment(state.received_at)}\ncapture {state.capture}")
    if saved := view.capture.get("context", {}).get("saved"):
        yield "File says", words(say_saved(saved))
    agent = view.reader.agent
    yield "Read by", words(" ".join(str(agent[k]) for k in ("name", "version") if agent.get(k)))
    for stated in view.stated:
        yield "Stated", words(say_stated(stated))
    if view.aliases:
        yield "Known as", Text("\n").join([words(say_address(alias.url)) for alias in view.aliases])
    for relation in view.relations:
        if relation["relation"] == "moved_to":
            yield "Moved to", words(f"{say_address(relation['to'])}, since {say_moment(relation['since'])}")
    for restriction in view.restrictions:
        yield "Restricted", words(say_restriction(restriction))
    yield from _likely_rows(likely)


def say_stated(stated: Stated) -> str:
    """``authors/0/role by Ada Bell, 2026-11-23 …: as in print (read: reporter)``."""
    said = f"{stated.pointer.removeprefix('/')} by {stated.agent}, {say_moment(stated.at)}: {stated.reason}"
    if not stated.placed:
        return f"{said} (not shown: what it was said of is not there any more; it was {_value(stated.value)})"
    return f"{said} ({'read alike' if stated.agrees else 'read: ' + _value(stated.read)})"


def say_restriction(restriction: Restriction) -> str:
    """``content until 2036-12-31 by Ada Bell, 2026-11-23 …: a minor is named``."""
    end = f" until {say_moment(restriction.until)}" if restriction.until else ""
    return f"{restriction.scope.value}{end} by {restriction.agent}, {say_moment(restriction.at)}: {restriction.reason}"


def say_relation(relation: Mapping[str, Any]) -> str:
    """``syndicated_from https://…``."""
    return f"{relation.get('relation', 'related to')} {say_address(relation.get('to', ''))}"


def _say_as_of(as_of: AsOf) -> str:
    moment, last = say_moment(as_of.moment), say_moment(as_of.seen_before)
    match as_of.certainty:
        case Certainty.SEEN:
            return f"{moment}: in force, as looks before and after found it"
        case Certainty.BETWEEN:
            became = {"withdrawal": "withdrawn by", "absence": "not there at"}.get(as_of.found_after or "", "changed by")
            return f"{moment}: in force when last looked at, {last}; {became} {say_moment(as_of.seen_after)}"
        case Certainty.LAST:
            return f"{moment}: in force when last looked at, {last}; not looked at since"
        case Certainty.WITHDRAWN:
            return f"{moment}: withdrawn by then; this is what it had said, last {last}"


def _likely_rows(likely: Likely) -> Iterator[tuple[str, RenderableType]]:
    if likely.origin is not None:
        yield "Origin", words(_say_origin(likely.origin))
    if likely.copies:
        lines: list[RenderableType] = [part for copy in likely.copies[:_COPIES_SHOWN] for part in _copy(copy)]
        if len(likely.copies) > _COPIES_SHOWN:
            lines.append(Text(f"and {len(likely.copies) - _COPIES_SHOWN} more", style="dim"))
        yield "Copies", Group(*lines)


def _say_origin(origin: Origin) -> str:
    name = " ".join(x for x in (origin.name, origin.record, say_address(origin.url or "")) if x)
    rests = {"credited": "credited in the text", "declared": "the address it declares", "earliest": "the earliest of them"}
    return f"likely {name} ({rests[origin.basis]})"


def _copy(copy: Copy) -> tuple[RenderableType, RenderableType]:
    who = " ".join(x for x in (copy.publisher, say_address(copy.url or "")) if x)
    line = Text.assemble((f"{copy.record}@{copy.version}", "bold"), f"  {copy.shared} % the same")
    if copy.declared:
        line.append(", declared")
    line.append_text(words(f"  {who}"))
    differs = "; ".join(say_change(copy.change))
    return line, Padding(words(differs or "nothing that counts differs", "dim"), (0, 0, 0, 2))


def _value(value: Any) -> str:
    return "nothing" if value in (None, "", []) else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
