"""The Prefect flow that takes in what another web archive holds of addresses."""

from __future__ import annotations

from datetime import datetime

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Failed

from flows.following import Run, carried_out, follow
from flows.shards import plain_sources, say_sources
from model.errors import BadCall, PressmarkError
from sources.memento import Wish


@flow(name="backfill", flow_run_name="backfill", persist_result=False)
def backfill(
    sources: list[str],
    memento: str,
    archive: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> State[dict[str, int]]:
    """Takes in the copies that a Memento archive holds of addresses; those held already are not asked for again.

    Args:
        sources: addresses, and @lists of them on the machine that runs this.
        memento: the archive's TimeGate or TimeMap.
        archive: the archive, which must exist; without it, the one of the settings.
        since: copies made before are left.
        until: copies made after are left.
    """
    try:
        named = plain_sources(sources)
        if not named:
            raise BadCall("there is nothing to ask for: give at least one address")
    except PressmarkError as error:
        return Failed(message=str(error))

    def work(run: Run) -> str | None:
        run.doing = f"Backfill {say_sources(named)} from {memento}"
        follow(run, named, run.round.pipeline.ingest(named, memento=Wish(memento, since, until)))
        return None if run.tally.outcomes else "all copies are held already"

    return carried_out("backfill", archive, work)
