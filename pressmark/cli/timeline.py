"""A record through time, as a table of states."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from model.record import Alternation, Announced, History, State, Strand
from model.said import say_address, say_announcement, say_change, say_lost
from pressmark.cli.cards import label_rows
from pressmark.cli.phrases import say_maker
from pressmark.cli.standing import say_relation, say_restriction
from pressmark.cli.terminal import words
from pressmark.cli.times import say_moment, say_span
from storage.restrictions import is_hidden

_A_GAP_WORTH_TELLING = 3600


def render_history(history: History) -> RenderableType:
    """The publisher's states in time, then the copies beside; other addresses and relations last."""
    published = [s for s in history.states if s.strand is Strand.PUBLISHER]
    beside = [s for s in history.states if s.strand is Strand.BESIDE]
    parts: list[RenderableType] = [_head(history, published, beside)]
    if published:
        parts.append(_table(published, history))
    if history.lost_entries:
        lost = f"{say_lost(history.lost_entries)}, with what was seen then: pressmark events --kind loss"
        parts.append(Text(lost, style="bold red"))
    absences = [o for o in history.observations if o.kind == "absence"]
    if absences:
        counted = "once" if len(absences) == 1 else f"{len(absences)} times"
        parts.append(Text(f"not found {counted}, last {say_moment(absences[-1].observed_at)}", style="magenta"))
    if beside:
        parts += [
            Text("Copies beside: given by a person or another archive, never counted as the publisher's edits", style="bold"),
            _table(beside, history),
        ]
    parts += (_turns(a) for a in history.alternations)
    parts += _addresses(history)
    parts += [Text.assemble(("Restricted  ", "bold red"), words(say_restriction(r))) for r in history.restrictions]
    parts += [Text.assemble((f"{label}  ", "bold"), said) for label, said in label_rows(history.labels)]
    return Group(*parts)


def _head(history: History, published: Sequence[State], beside: Sequence[State]) -> Text:
    head = Text.assemble(
        (history.record, "bold"), "  ", words(say_address(history.url) if history.url else "without an address", "dim"), "\n"
    )
    counted = f"{len(published)} {'state' if len(published) == 1 else 'states'} seen at the publisher"
    if beside:
        counted += f", {len(beside)} {'copy' if len(beside) == 1 else 'copies'} beside"
    head.append(counted)
    if history.withdrawn:
        head.append(", withdrawn", "bold magenta")
    return head


def _table(states: Sequence[State], history: History) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in ("State", "Seen"):
        table.add_column(name, no_wrap=True)
    table.add_column("Looks", justify="right")
    table.add_column("What happened", overflow="fold")
    for state in states:
        table.add_row(
            Text(f"@{state.version}", style="bold"),
            _seen(state),
            str(1 + state.checks),
            Text("\n").join(list(_happened(state, history))),
        )
    return table


def _seen(state: State) -> str:
    first, last = say_moment(state.first_seen), say_moment(state.last_seen)
    return first if first == last else f"{first}\nto {last}"


def _happened(state: State, history: History) -> Iterator[Text]:
    if state.lost:
        yield Text("what was read of it is lost", style="red")
    unsaid = "its content is restricted" if is_hidden(history.restrictions) else "without a headline"
    if state.headline or not state.lost:
        yield words(state.headline or unsaid, "italic")
    changes = say_change(state.change)
    if changes:
        yield Text("; ".join(changes))
    if state.not_seen_before:
        yield Text(f"changed after {say_moment(state.not_seen_before)}", style="dim")
    if state.same_as_before:
        yield Text("as now read, it never differed from the state before it", style="yellow")
    if state.announcement is not None:
        yield words(say_announcement(state.announcement), "dim" if state.announcement.announced is Announced.NOT else "green")
    if state.reverts_to is not None:
        yield Text(f"the same again as @{state.reverts_to}", style="yellow")
    if state.gap >= _A_GAP_WORTH_TELLING:
        yield Text(f"not looked at for up to {say_span(state.gap)}", style="dim")
    for gone in state.withdrawals:
        yield Text(f"withdrawn: found gone {say_moment(gone.withdrawn_at)}", style="bold magenta")
        if gone.restored_at:
            yield Text(f"back again {say_moment(gone.restored_at)}", style="green")
    made = f", {say_maker(state.maker, state.fidelity or '')}" if state.maker else ""
    if state.strand is Strand.BESIDE or made:
        yield words(f"{state.basis}{made}, received {say_moment(state.received_at)}", "dim")


def _turns(alternation: Alternation) -> Text:
    numbers = ", ".join(f"@{n}" for n in alternation.versions)
    one, other = alternation.headlines
    quoted = f": “{one}” and “{other}”" if one or other else ""
    return words(f"Two headlines took turns in {numbers}, as in a test on readers{quoted}", "yellow")


def _addresses(history: History) -> Iterator[RenderableType]:
    others = [a for a in history.aliases if a.url != history.url]
    if others:
        yield Text("Also at", style="bold")
        yield from (
            Text.assemble("  ", words(say_address(a.url)), (f"  {a.how}, since {say_moment(a.since)}", "dim")) for a in others
        )
    if history.relations:
        yield Text("Related", style="bold")
        for relation in history.relations:
            yield Text.assemble("  ", words(say_relation(relation)))
