"""Deployments of the flows: registered with a Prefect server and served from this process.

``python -m flows.deployments PLAN`` does both for one plan, given as JSON: the arguments of
``scheduled_ingest``, with ``every`` in seconds.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from prefect import get_client, serve
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, StateType
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.schedules import Interval
from prefect.states import Crashed
from prefect.types.entrypoint import EntrypointType

from flows.ingest import ingest

_SOON = timedelta(seconds=3)
_ASK_SECONDS = 5
# a run that waits already counts as one of the deployment's runs: fetched too far ahead, it bars itself
_AHEAD_SECONDS = 2
_UNFINISHED = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]


def scheduled_ingest(
    sources: Sequence[str], *, archive: str, archive_id: str, every: float, name: str, now: datetime | None = None
) -> RunnerDeployment:
    """The flow ``ingest`` of these sources every so many seconds, beginning at once.

    A round that falls due while the one before is still running is left out, so that a host
    is not asked twice at once and a sleeping machine wakes up to one round, not to thirty.
    """
    first = (now or datetime.now(UTC)) + _SOON
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


def serve_until_stopped(deployment: RunnerDeployment) -> None:
    """Registers the deployment and carries out its runs until SIGINT or SIGTERM; its schedule is paused after that.

    Only one process at a time may serve a deployment: runs of it that nobody carries out any
    more, because a process was killed, are told to have crashed. Otherwise they would count
    as running, and bar every later one.
    """
    name = f"{deployment.flow_name}/{deployment.name}"
    close_left_over(name)
    try:
        serve(deployment, print_starting_message=False, query_seconds=_ASK_SECONDS, prefetch_seconds=_AHEAD_SECONDS)
    finally:
        close_left_over(name)


def close_left_over(name: str) -> int:
    """Tells unfinished runs of a deployment, named ``flow/deployment``, to have crashed; how many there were."""
    with get_client(sync_client=True) as client:
        try:
            deployment = client.read_deployment_by_name(name)
        except ObjectNotFound:
            return 0
        left = client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id])),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_UNFINISHED))),
        )
        for run in left:
            client.set_flow_run_state(run.id, Crashed(message="the schedule was ended while this ran; the next run goes on"))
        return len(left)


if __name__ == "__main__":
    serve_until_stopped(scheduled_ingest(**json.loads(sys.argv[1])))
