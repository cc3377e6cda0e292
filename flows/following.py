"""How Prefect shows a round: a task a shard, one summary and one table a run, its state in one line.

One pipeline call takes all shards, so that every host is fetched beside the others and one
writer commits for all; a task stands for a shard and ends with its last source.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from prefect import get_run_logger, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from prefect.exceptions import FailedRun
from prefect.futures import PrefectFuture, wait
from prefect.states import Completed, Failed

from flows import summary
from flows.changes_feed import keep_feed
from flows.drift import Lost, missing, table_rows, watch_for
from flows.on_change import begin, tell_changes
from flows.room import while_room
from flows.rounds import Round, round_of
from flows.shards import Shard, cut
from flows.tally import NOT_TAKEN, Board, CountsT, LookTally, ResultT, Tally
from flows.watching import Checked
from model.errors import PressmarkError, StorageUnavailable
from model.record import Outcome, Result

TOLD = 50
"""How many sources that were not taken a run's log names."""
LOOKS_A_TASK = 100
OTHERS = "other workers did what was left"
NEWS_KEPT = frozenset({Outcome.NEW, Outcome.CHANGED})

Counted = State[dict[str, int]]
Shards = Sequence[Shard]


def _says_more_than_its_state(record: logging.LogRecord) -> bool:
    """False for the stack of Prefect that it prints under every run that told it has failed: the state says why."""
    return not (record.exc_info and isinstance(record.exc_info[1], FailedRun))


logging.getLogger("prefect.flow_runs").addFilter(_says_more_than_its_state)


@dataclass(slots=True)
class Run:
    """One run: what it is about, and what is said of it besides outcomes. ``more`` are (heading, line)."""

    round: Round
    doing: str = ""
    tally: Tally = field(default_factory=Tally)
    more: list[tuple[str, str]] = field(default_factory=list)
    lacking: dict[str, list[dict[str, bool]]] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self.started


def carried_out(
    name: str, archive: str | None, work: Callable[[Run], str | None], *, every: float | None = None, fetches: bool = True
) -> Counted:
    """A round of a flow, from opening the archive to its state. ``work`` does it and gives what is said at the end, by
    default the counts; what it raises of ours is the run's failure, in one line.
    """
    log = get_run_logger()
    try:
        with round_of(name, archive, every=every, fetches=fetches, tell=log.info) as this:
            run = Run(this)
            if this.gap is not None:
                run.more.append(("Gap", f"no round between {this.gap[0]} and {this.gap[1]}"))
            begin(this.archive, this.settings)
            problem: PressmarkError | None = None
            said: str | None = None
            try:
                said = work(run)
            except PressmarkError as error:
                problem = error
            _after_round(run)
            _artifacts(run, said, str(problem) if problem else None)
            if problem is not None:
                raise problem
            this.said = said or run.tally.in_words()
            if said is None and run.tally.all_failed:
                return Failed(message=f"nothing could be taken, {run.tally.in_words()}: {run.tally.first_trouble()}")
            return Completed(message=this.said, data=summary.counts(run.tally))
    except PressmarkError as error:
        return Failed(message=str(error))


def _after_round(run: Run) -> None:
    """Tells listeners of changes and brings the feed up to date. What fails there is said, and fails no round."""
    log = get_run_logger()
    archive, settings = run.round.archive, run.round.settings
    for told in tell_changes(archive, settings):
        if told.told or told.left:
            run.more.append(("Told of changes", told.line))
            (log.warning if told.failed else log.info)(told.line)
    try:
        if keep_feed(archive, settings, datetime.now(UTC)):
            run.more.append(("Feed of changes", "brought up to date"))
    except StorageUnavailable as error:
        run.more.append(("Feed of changes", str(error)))
        log.warning(str(error))


def follow_looks(run: Run, watches: Sequence[str], looks: Iterator[Checked]) -> LookTally:
    """Looks at watches, a task for about a hundred of them."""
    shards = cut(watches, LOOKS_A_TASK)
    board = Board[Checked, LookTally](shards, LookTally)
    _follow(run, board, [say_watches(shard) for shard in shards], looks)
    run.more += [("Watches that could not be looked at", f"{x.watch.url}: {x.reason}") for x in board.whole.failed]
    return board.whole


def say_watches(shard: Shard) -> str:
    """``100 watches of 40 hosts``."""
    watches, hosts = len(shard.sources), len(shard.hosts)
    return f"{watches} {'watch' if watches == 1 else 'watches'} of {shard.hosts[0] if hosts == 1 else f'{hosts} hosts'}"


def follow(run: Run, sources: Sequence[str], results: Generator[Result, None, None]) -> Tally:
    """Takes sources in, a task for about fifty of them; ends where the disk is nearly full. What pieces lack is put down."""
    shards = cut(sources)
    board = Board[Result, Tally](shards, Tally)
    run.tally = board.whole
    log = get_run_logger()
    troubles = 0
    news: list[Result] = []

    def told() -> Iterator[Result]:
        nonlocal troubles
        for result in while_room(results, run.round.where, run.round.settings.disk_floor):
            if result.outcome in NEWS_KEPT:
                news.append(result)
            if result.outcome in NOT_TAKEN:
                troubles += 1
                if troubles <= TOLD:
                    log.warning("%s: %s: %s", result.outcome.value, result.reason, result.source)
            yield result

    try:
        _follow(run, board, [shard.name for shard in shards], told())
    finally:
        run.lacking = missing(run.round.archive, news)
        _alarm(run, watch_for(run.round.archive, run.lacking, datetime.now(UTC)))
    log.info(board.whole.in_words())
    return board.whole


@task(task_run_name="{name}", cache_policy=NO_CACHE, persist_result=False)
def take_in(name: str, place: int, board: Board[Any, Any]) -> State[None]:
    """One shard of whole hosts: waits for its sources' outcomes and tells them in its state."""
    try:
        tally = board.wait(place)
    except PressmarkError as error:
        return Failed(message=str(error))
    if tally.all_failed:
        return Failed(message=f"{tally.in_words()}: {tally.first_trouble()}")
    return Completed(message=tally.in_words())


def _follow(run: Run, board: Board[ResultT, CountsT], names: Sequence[str], results: Iterator[ResultT]) -> None:
    shown: list[PrefectFuture[Any]] = [take_in.submit(name, place, board) for place, name in enumerate(names)]
    try:
        with board:
            for result in results:
                board.tell(result, run.seconds)
    finally:
        wait(shown)


def _alarm(run: Run, lost: Sequence[Lost]) -> None:
    for one in lost:
        run.more.append(("Fields that pages have lost", one.line))
        get_run_logger().warning(one.line)
        archive = run.round.archive.id
        named = f"{one.field.replace('_', ' ')} of {one.site}"
        emit_event(
            "pressmark.field.lost",
            resource={"prefect.resource.id": f"pressmark.archive.{archive}.site.{one.site}", "prefect.resource.name": named},
            payload={"archive": archive, "site": one.site, "field": one.field}
            | {"before": round(one.before, 3), "now": round(one.now, 3), "said": one.line},
        )


def _artifacts(run: Run, said: str | None, problem: str | None) -> None:
    tally, name, archive = run.tally, run.round.flow, run.round.archive.id
    more = run.more if said is None else [*run.more, ("In short", said)]
    doing = run.doing or name.capitalize()
    page = summary.markdown(tally, doing=doing, archive=archive, seconds=run.seconds, problem=problem, more=more)
    words = problem or said or tally.in_words()
    create_markdown_artifact(page, key=f"{name}-{archive}-summary", description=f"{doing}: {words}")
    rows = summary.table(tally, table_rows(run.lacking))
    create_table_artifact(rows, key=f"{name}-{archive}-outcomes", description="Sources by outcome and reason, hosts, fields")
