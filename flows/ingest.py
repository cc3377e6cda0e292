"""The Prefect flow that takes sources in: what ``flows.pipeline`` does, watched.

One pipeline call takes all shards, so that every host is fetched beside the others and one
writer commits for all; a task stands for a shard and ends with its last source. The flow
remembers nothing: running it again is harmless, because the archive knows what it has.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from prefect import flow, get_run_logger, runtime, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import wait
from prefect.states import Completed, Failed

from flows import summary
from flows.pipeline import Pipeline
from flows.settings import load
from flows.shards import Shard, cut, plain_sources, say_sources
from flows.tally import NOT_TAKEN, Board
from model.errors import BadCall, PressmarkError
from model.record import Result
from storage import Archive

_TOLD = 50
"""How many sources that were not taken a run's log names."""


def _run_name() -> str:
    try:
        return f"ingest {say_sources(plain_sources(runtime.flow_run.parameters['sources']))}"
    except PressmarkError:
        return "ingest"  # the flow itself says what is wrong


@task(task_run_name="{shard.name}", cache_policy=NO_CACHE, persist_result=False)
def take_in(shard: Shard, place: int, board: Board) -> State[None]:
    """One shard of whole hosts: waits for its sources' outcomes and tells them in its state."""
    try:
        tally = board.wait(place)
    except PressmarkError as error:
        return Failed(message=str(error))
    if tally.all_failed:
        return Failed(message=f"{tally.in_words()}: {tally.first_trouble()}")
    return Completed(message=tally.in_words())


@flow(name="ingest", flow_run_name=_run_name, persist_result=False)
def ingest(
    sources: list[str], archive: str | None = None, collection: str | None = None, note: str | None = None
) -> State[dict[str, int]]:
    """Takes addresses, files, folders and @lists into an archive.

    Sources that fail do not fail the run, unless all do or the archive cannot be used; the
    state's message says how it ended. The data are the counts by outcome.

    Args:
        sources: addresses, and absolute paths of files, folders and @lists on the machine that runs this.
        archive: the archive, which must exist; without it, the one of the settings.
        collection: a collection the records are put into.
        note: a note kept with the records.
    """
    try:
        settings = load(os.environ, Path.cwd())
        named = plain_sources(sources)
        if not named:
            raise BadCall("there is nothing to take in: give at least one source")
        where, institution, operator = archive or settings.archive, settings.institution or "", settings.operator or ""
        url = settings.database_url
        with Archive.open(where, write=True, institution=institution, operator=operator, database_url=url) as kept:
            results = Pipeline.from_settings(kept, settings).ingest(
                named, collection=collection, note=note, images=settings.images
            )
            return _watched(results, kept.id, named)
    except PressmarkError as error:
        return Failed(message=str(error))


def _watched(results: Iterator[Result], archive: str, named: Sequence[str]) -> State[dict[str, int]]:
    started = time.monotonic()
    shards = cut(named)
    problem: PressmarkError | None = None
    board = Board(shards)
    shown = [take_in.submit(shard, place, board) for place, shard in enumerate(shards)]
    try:
        with board:
            _travel(results, board, started)
    except PressmarkError as error:
        problem = error
    wait(shown)
    tally, doing = board.whole, f"Ingest {say_sources(named)}"
    seconds = time.monotonic() - started
    said = summary.markdown(tally, doing=doing, archive=archive, seconds=seconds, problem=str(problem) if problem else None)
    create_markdown_artifact(said, key=f"ingest-{archive}-summary", description=f"{doing}: {tally.in_words()}")
    create_table_artifact(summary.table(tally), key=f"ingest-{archive}-outcomes", description="Sources by outcome and reason")
    if problem is not None:
        return Failed(message=str(problem))
    if tally.all_failed:
        return Failed(message=f"nothing could be taken, {tally.in_words()}: {tally.first_trouble()}")
    return Completed(message=tally.in_words(), data=summary.counts(tally))


def _travel(results: Iterator[Result], board: Board, started: float) -> None:
    log = get_run_logger()
    troubles = 0
    for result in results:
        board.tell(result, time.monotonic() - started)
        if result.outcome in NOT_TAKEN:
            troubles += 1
            if troubles <= _TOLD:
                log.warning("%s: %s: %s", result.outcome.value, result.reason, result.source)
    log.info(board.whole.in_words())
