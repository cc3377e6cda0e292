"""Deployments of the flows: registered with a Prefect server and served from this process.

``python -m flows.deployments PLAN`` does both for one plan, given as JSON: the arguments of
``scheduled_ingest``, with ``every`` in seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from prefect import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, StateType
from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner
from prefect.schedules import Interval
from prefect.states import Crashed
from prefect.types.entrypoint import EntrypointType

from flows.ingest import ingest

_SOON = timedelta(seconds=1)
_ASK_SECONDS = 5
# a run that waits already counts as one of the deployment's runs: fetched too far ahead, it bars itself
_AHEAD_SECONDS = 2
_LEFT_OVER = "the schedule was ended while this ran; the next run goes on"
_UNFINISHED = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]


def scheduled_ingest(
    sources: Sequence[str], *, archive: str, archive_id: str, every: float, name: str, first: datetime
) -> RunnerDeployment:
    """The flow ``ingest`` of these sources every so many seconds, counted from ``first``.

    A round that falls due while the one before is still running is left out, so that a host
    is not asked twice at once and a sleeping machine wakes up to one round, not to thirty.
    """
    return RunnerDeployment.from_flow(
        ingest,
        name,
        schedule=Interval(timedelta(seconds=every), anchor_date=first),
        parameters={"sources": list(sources), "archive": archive},
        tags=["pressmark", f"archive {archive_id}"],
        paused=False,  # it was paused when the last scheduler ended
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def serve_until_stopped(deployment: RunnerDeployment, first: datetime) -> None:
    """Registers the deployment and carries out its runs, from the one due at ``first`` on, until
    SIGINT or SIGTERM; its schedule is paused after that.

    Only one process at a time may serve a deployment: runs of it that nobody carries out any
    more, because a process was killed, are told to have crashed. Otherwise they would count
    as running, and bar every later one.
    """
    runner = Runner(pause_on_shutdown=True, query_seconds=_ASK_SECONDS, prefetch_seconds=_AHEAD_SECONDS)

    async def serve() -> None:
        number = await runner.aadd_deployment(deployment)
        await _close_left_over(number)
        await _schedule_from(first, number)
        try:
            await runner.start()
        finally:
            await _close_left_over(number)

    with suppress(KeyboardInterrupt):
        asyncio.run(serve())


async def _schedule_from(first: datetime, deployment: UUID) -> None:
    # the server looks for new schedules every few seconds and only ahead: it may miss the first run
    async with get_client() as client:
        path: Literal["/deployments/{id}/schedule"] = "/deployments/{id}/schedule"
        answer = await client.request("POST", path, path_params={"id": deployment}, json={"start_time": first.isoformat()})
        answer.raise_for_status()


async def _close_left_over(deployment: UUID) -> None:
    async with get_client() as client:
        left = await client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment])),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_UNFINISHED))),
        )
        for run in left:
            await client.set_flow_run_state(run.id, Crashed(message=_LEFT_OVER))


def _main(plan: Mapping[str, Any]) -> None:
    first = datetime.now(UTC) + _SOON
    serve_until_stopped(scheduled_ingest(**plan, first=first), first)


if __name__ == "__main__":
    _main(json.loads(sys.argv[1]))
