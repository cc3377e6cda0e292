"""Watches, looks and finds, a few lines each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from flows.finding import Find
from flows.watching import Checked
from model.watch import GivenUp, LookOutcome, Waiting, Watch, WatchStatus
from pressmark.cli.schedule import say_interval
from pressmark.cli.terminal import words_in_line
from pressmark.cli.times import say_moment

_STYLES = {LookOutcome.FAILED: "red", LookOutcome.LISTED: "green"}


def render_find(found: Find) -> Iterator[RenderableType]:
    """Whether it was chosen, what it is, its address; then why."""
    line = Text("chosen  " if found.chosen else "left    ", "bold green" if found.chosen else "dim")
    line.append(f"{found.shape or 'nothing':<14} ")
    line.append_text(words_in_line(found.url, "bold" if found.chosen else ""))
    yield line
    about = f"{found.how}; {found.why}"
    yield _under(about + (f"; newest {say_moment(found.newest)}" if found.newest and found.chosen else ""))


def say_added(added: Sequence[Watch], before: Mapping[str, Watch]) -> Iterator[Text]:
    """How many watches are new, and a line each for those that were there, by address in ``before``, with what has changed."""
    for watch in added:
        if (was := before.get(watch.url)) is not None:
            pairs = [(x.kind.value, _every(x), f"called {x.name}" if x.name else "no name") for x in (was, watch)]
            changes = ", ".join(f"{old} -> {new}" for old, new in zip(*pairs, strict=True) if old != new)
            yield words_in_line(f"{watch.url} is watched already: {changes or f'{_every(watch)}, as before'}")
    fresh = [watch for watch in added if watch.url not in before]
    if fresh:
        count = f"{len(fresh)} {'watch' if len(fresh) == 1 else 'watches'}"
        yield Text(f"{count} added, {_every(fresh[0])}; pressmark watch check looks now")


def _every(watch: Watch) -> str:
    return f"every {say_interval(timedelta(seconds=watch.every))}"


def render_watch(watch: Watch) -> Text:
    """Kind, interval, address and name on one line."""
    line = Text(f"{watch.kind.value:<8} {_every(watch):<13} ")
    line.append_text(words_in_line(watch.url, "bold"))
    return line.append_text(words_in_line(f"  {watch.name}", "cyan")) if watch.name else line


def render_status(status: WatchStatus) -> Iterator[RenderableType]:
    """The watch; its last look; what is to be known."""
    yield render_watch(status.watch)
    if status.looked_at is None:
        yield _under("not looked at yet")
        return
    said = f"{status.outcome} at {say_moment(status.looked_at)}, {status.listed:,} listed, next look {say_moment(status.due)}"
    yield _under(said)
    if status.sick:
        yield _under(f"sick: {status.sick} failed {'look' if status.sick == 1 else 'looks'} in a row: {status.reason}", "red")
    elif status.reason:
        yield _under(status.reason)
    if status.gaps:
        times = "once" if status.gaps == 1 else f"{status.gaps} times"
        yield _under(f"rolled over {times} between two looks, last seen {say_moment(status.gap_at)}: look more often", "yellow")
    if status.waiting or status.given_up:
        yield _under(f"{status.waiting:,} waiting, {status.given_up:,} given up")


def render_given_up(item: GivenUp) -> RenderableType:
    """The address and why."""
    return _under(f"given up after {item.tries} {'try' if item.tries == 1 else 'tries'}: {item.url}  {item.reason or ''}")


def render_waiting(item: Waiting) -> RenderableType:
    """The address, and where it was tried why that failed and when it is tried again."""
    if not item.tries:
        return _under(f"waiting for the next round: {item.url}")
    tries = f"{item.tries} {'try' if item.tries == 1 else 'tries'}"
    again = f", next {say_moment(item.due)}" if item.due else ""
    return _under(f"waiting after {tries}{again}: {item.url}  {item.reason or ''}")


def render_checked(checked: Checked) -> Text:
    """One line a look."""
    line = Text(f"{checked.outcome.value:<10}", _STYLES.get(checked.outcome, "dim"))
    line.append_text(words_in_line(checked.watch.url))
    if checked.outcome is LookOutcome.LISTED:
        line.append(f"  {checked.listed:,} listed, {checked.new:,} new")
    if checked.passed:
        line.append(f", {checked.passed:,} older than the watch")
    if checked.gap is not None:
        line.append(f"  GAP: nothing of what it listed {say_moment(checked.gap.since)} is listed any more", "yellow")
    return line.append_text(words_in_line(f"  {checked.reason}")) if checked.reason else line


def _under(text: str, style: str = "dim") -> Padding:
    return Padding(words_in_line(text, style), (0, 0, 0, 4))
