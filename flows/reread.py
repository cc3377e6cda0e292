"""The Prefect flow that reads kept captures again by this release: what ``flows.reprocess`` does, watched."""

from __future__ import annotations

import time

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State

import extractors
from flows.extraction import Reader
from flows.following import Run, carried_out
from flows.reprocess import Summary
from flows.reprocess import reprocess as read_again
from storage import Release


@flow(name="reprocess", flow_run_name="reprocess", persist_result=False)
def reprocess(archive: str | None = None, minutes: float | None = None) -> State[dict[str, int]]:
    """Reads what this release has not read yet; nothing is fetched. What is kept is never read again.

    Args:
        archive: the archive, which must exist; without it, the one of the settings.
        minutes: ends after so long; the next run goes on.
    """

    def work(run: Run) -> str:
        run.doing = "Reprocess"
        until = time.monotonic() + minutes * 60 if minutes else None
        found = Summary()
        with Reader() as reader:
            for reviewed in read_again(run.round.archive, Release(extractors.release()), reader):
                found.add(reviewed)
                if until is not None and time.monotonic() >= until:
                    break
        run.more += [("Fields that read otherwise", f"{name}: {count}") for name, count in found.fields.most_common()]
        run.more += [("Captures that could not be read", line) for line in found.problems]
        for line in found.problems[:50]:
            get_run_logger().warning(line)
        return f"{found.records} records, {found.readings} readings, {found.readings - found.unchanged} read otherwise"

    return carried_out("reprocess", archive, work, fetches=False)
