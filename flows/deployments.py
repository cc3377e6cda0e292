"""Deployments of the flows: registered with a Prefect server and served from this process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from prefect import serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Interval
from prefect.types.entrypoint import EntrypointType

from flows.ingest import ingest

_SOON = timedelta(seconds=3)


def scheduled_ingest(
    sources: Sequence[str], *, archive: str, archive_id: str, every: timedelta, name: str, now: datetime | None = None
) -> RunnerDeployment:
    """The flow ``ingest`` of these sources at an interval, beginning at once.

    A round that falls due while the one before is still running is left out, so that a host
    is not asked twice at once and a sleeping machine wakes up to one round, not to thirty.
    """
    first = (now or datetime.now(UTC)) + _SOON
    return RunnerDeployment.from_flow(
        ingest,
        name,
        schedule=Interval(every, anchor_date=first),
        parameters={"sources": list(sources), "archive": archive},
        tags=["pressmark", f"archive {archive_id}"],
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def serve_until_stopped(deployment: RunnerDeployment) -> None:
    """Registers the deployment and carries out its runs until SIGINT or SIGTERM; its schedule is paused after that."""
    serve(deployment, print_starting_message=False)
