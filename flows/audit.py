"""The Prefect flow that checks what is kept: what ``Archive.verify`` does, watched."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State

from flows.following import Run, carried_out
from model.errors import Damaged
from storage.extent import EVERYTHING, Extent


@flow(name="audit", flow_run_name="audit", persist_result=False)
def audit(archive: str | None = None, days: float | None = None) -> State[dict[str, int]]:
    """Checks what was not checked for long; the run fails where anything is wrong, and says where. That it was
    checked is kept in the ledger.

    Args:
        archive: the archive, which must exist; without it, the one of the settings.
        days: how long ago a segment's last check has to be; without it, all of the archive is checked.
    """

    def work(run: Run) -> str:
        run.doing = "Audit"
        extent = EVERYTHING if days is None else Extent(older_than=timedelta(days=days))
        found = run.round.archive.verify(extent=extent)
        said = [f"{x.place}: {x.problem}; {x.advice}" for x in found.findings]
        run.more += [("Findings", line) for line in said]
        for line in said[:50]:
            get_run_logger().error(line)
        if said:
            with suppress(Damaged):  # told below, with what is wrong with the ledger
                run.round.archive.note_check(found)
            more = f" and {len(said) - 1} more" if len(said) > 1 else ""
            raise Damaged(f"{said[0]}{more}; pressmark verify tells all")
        if found.nothing_due:
            return "nothing is due: every WARC file was checked since then"
        run.round.archive.note_check(found)
        return f"{found.records:,} WARC records, {found.entries:,} ledger entries and {found.bytes:,} bytes are as they were kept"

    return carried_out("audit", archive, work, fetches=False)
