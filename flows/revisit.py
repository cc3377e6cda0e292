"""The Prefect flow that looks at known pieces again: what ``flows.revisiting`` does, watched."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from flows.following import OTHERS, Run, carried_out, follow
from flows.revisiting import MOST, due
from flows.revisiting import revisit as look_again
from flows.rhythm import rhythm_named
from flows.rounds import soon
from flows.shards import say_sources


@flow(name="revisit", flow_run_name="revisit", persist_result=False)
def revisit(
    archive: str | None = None, every: float | None = None, most: int = MOST, rhythm: str = "ladder"
) -> State[dict[str, int]]:
    """Looks at the pieces that are due again: the younger their latest state, the more often.

    Args:
        archive: the archive, which must exist; without it, the one of the settings.
        every: seconds between two rounds where it is scheduled: a longer rest is told as a gap.
        most: how many pieces a round looks at; what is overdue for longer comes first.
        rhythm: how often a piece is looked at: ladder, by its age alone, or adaptive, by its own changes too.
    """

    def work(run: Run) -> str | None:
        chosen = rhythm_named(rhythm)
        wanted = due(run.round.archive, rhythm=chosen, most=most, now=lambda: soon(every))
        if not wanted.urls:
            return "no piece is due"
        run.doing = f"Revisit {say_sources(wanted.urls)}"
        follow(
            run,
            wanted.urls,
            look_again(run.round.archive, run.round.pipeline, wanted, rhythm=chosen, images=run.round.settings.images),
        )
        return None if run.tally.outcomes else OTHERS

    return carried_out("revisit", archive, work, every=every)
