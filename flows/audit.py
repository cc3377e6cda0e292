"""The Prefect flow that checks what is kept: what ``Archive.verify`` does, watched."""

from __future__ import annotations

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State

from flows.following import Run, carried_out
from model.errors import Damaged


@flow(name="audit", persist_result=False)
def audit(archive: str | None = None) -> State[dict[str, int]]:
    """Checks the archive against itself; the run fails where anything is wrong, and says where.

    Args:
        archive: the archive, which must exist; without it, the one of the settings.
    """

    def work(run: Run) -> str:
        run.doing = "Audit"
        found = run.round.archive.verify()
        said = [f"{x.place}: {x.problem}; {x.advice}" for x in found.findings]
        run.more += [("Findings", line) for line in said]
        for line in said[:50]:
            get_run_logger().error(line)
        if said:
            more = f" and {len(said) - 1} more" if len(said) > 1 else ""
            raise Damaged(f"{said[0]}{more}; pressmark verify tells all")
        return f"{found.records:,} records, {found.entries:,} entries and {found.bytes:,} bytes are as they were kept"

    return carried_out("audit", archive, work, fetches=False)
