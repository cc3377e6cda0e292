"""Deployments of the flows: registered with a Prefect server and served from this process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from prefect import Flow, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, State, StateType
from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner
from prefect.schedules import Cron, Interval, Schedule
from prefect.states import Cancelled, Crashed
from prefect.types.entrypoint import EntrypointType

from flows.audit import audit
from flows.backfill import backfill
from flows.export import export
from flows.ingest import ingest
from flows.plan import Plan, Planned
from flows.reread import reprocess
from flows.revisit import revisit
from flows.watch import watch

_ASK_SECONDS = 5
# a run that waits already counts as one of the deployment's runs: fetched too far ahead, it bars itself
_AHEAD_SECONDS = 2
_LEFT_OVER = "the schedule was ended while this ran; the next run goes on"
_UNFINISHED = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
_GAPS_TOLD = frozenset({"watch", "revisit", "ingest"})

FLOWS: dict[str, Flow[..., Any]] = {flow.name: flow for flow in (watch, revisit, ingest, backfill, reprocess, audit, export)}


def deployment_of(plan: Plan, planned: Planned, began: datetime) -> RunnerDeployment:
    """A flow over an archive when the plan says, counted from ``began`` and ``planned.first`` seconds.

    A round that falls due while the one before is still running is left out, so that a host
    is not asked twice at once and a sleeping machine wakes up to one round, not to thirty.
    """
    entry = planned.entry
    parameters: dict[str, Any] = {**entry.parameters, "archive": plan.archive}
    if entry.flow in _GAPS_TOLD and entry.every is not None:
        parameters["every"] = entry.every
    schedule: Schedule
    if entry.every is not None:
        schedule = Interval(timedelta(seconds=entry.every), anchor_date=began + timedelta(seconds=planned.first))
    else:
        schedule = Cron(entry.cron or "", timezone=entry.timezone)
    return RunnerDeployment.from_flow(
        FLOWS[entry.flow],
        plan.name,
        schedule=schedule,
        parameters=parameters,
        tags=["pressmark", f"archive {plan.archive_id}"],
        paused=False,  # it was paused when the last scheduler ended
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def serve(plan: Plan) -> None:
    """What a plan says, from now on, until SIGINT or SIGTERM."""
    began = datetime.now(UTC)
    serve_until_stopped(
        [
            (deployment_of(plan, x, began), began + timedelta(seconds=x.first) if x.entry.every is not None else None)
            for x in plan.planned
        ]
    )


def serve_until_stopped(deployments: Sequence[tuple[RunnerDeployment, datetime | None]]) -> None:
    """Registers deployments and carries out their runs, from the one due first (given for intervals) on, until
    SIGINT or SIGTERM; their schedules are paused after that.

    Only one process at a time may serve a deployment: runs of it that nobody carries out any
    more, because a process was killed, are told to have crashed. Otherwise they would count
    as running, and bar every later one. No limit of runs at once: of the rounds that a machine slept
    through one is to take the deployment's place, and bar the others, before it is over.
    """
    runner = Runner(pause_on_shutdown=True, query_seconds=_ASK_SECONDS, prefetch_seconds=_AHEAD_SECONDS, limit=None)

    async def serve() -> None:
        numbers: list[UUID] = []
        for deployment, first in deployments:
            numbers.append(await runner.aadd_deployment(deployment))
            await _close_left_over(numbers[-1:], crashed=True)
            if first is not None:
                await _schedule_from(first, numbers[-1])
        try:
            await runner.start()
        finally:
            await _close_left_over(numbers, crashed=False)

    with suppress(KeyboardInterrupt):
        asyncio.run(serve())


async def _schedule_from(first: datetime, deployment: UUID) -> None:
    # the server looks for new schedules every few seconds and only ahead: it may miss the first run
    async with get_client() as client:
        path: Literal["/deployments/{id}/schedule"] = "/deployments/{id}/schedule"
        answer = await client.request("POST", path, path_params={"id": deployment}, json={"start_time": first.isoformat()})
        answer.raise_for_status()


async def _close_left_over(deployments: Sequence[UUID], *, crashed: bool) -> None:
    async with get_client() as client:
        left = await client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=list(deployments))),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_UNFINISHED))),
        )
        for run in left:
            state: State[Any] = Crashed(message=_LEFT_OVER) if crashed else Cancelled(message=_LEFT_OVER)
            await client.set_flow_run_state(run.id, state, force=not crashed)
