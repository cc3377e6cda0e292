"""The Prefect flow that takes sources in: what ``flows.pipeline`` does, watched.

The flow remembers nothing: running it again is harmless, because the archive knows what it has.
"""

from __future__ import annotations

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Failed

from flows.deciding import check_labels
from flows.following import Run, carried_out, follow
from flows.shards import plain_sources, say_sources
from model.errors import BadCall, PressmarkError


def _run_name() -> str:
    try:
        return f"ingest {say_sources(plain_sources(runtime.flow_run.parameters['sources']))}"
    except PressmarkError:
        return "ingest"  # the flow itself says what is wrong


@flow(name="ingest", flow_run_name=_run_name, persist_result=False)
def ingest(
    sources: list[str],
    archive: str | None = None,
    collection: str | None = None,
    note: str | None = None,
    every: float | None = None,
) -> State[dict[str, int]]:
    """Takes addresses, files, folders and @lists into an archive.

    Sources that fail do not fail the run, unless all do or the archive cannot be used; the
    state's message says how it ended. The data are the counts by outcome.

    Args:
        sources: addresses, and absolute paths of files, folders and @lists on the machine that runs this.
        archive: the archive, which must exist; without it, the one of the settings.
        collection: a collection the records are put into.
        note: a note kept with the records.
        every: seconds between two rounds where it is scheduled: a longer rest is told as a gap.
    """
    try:
        named = plain_sources(sources)
        if not named:
            raise BadCall("there is nothing to take in: give at least one source")
        check_labels(collection, note)
    except PressmarkError as error:
        return Failed(message=str(error))

    def work(run: Run) -> None:
        run.doing = f"Ingest {say_sources(named)}"
        images = run.round.settings.images
        follow(run, named, run.round.pipeline.ingest(named, collection=collection, note=note, images=images))

    return carried_out("ingest", archive, work, every=every)
