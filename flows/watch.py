"""The Prefect flow that looks at watches and takes in what is new: what ``flows.watching`` does, watched."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from flows.following import OTHERS, Run, carried_out, follow, follow_looks
from flows.rounds import soon
from flows.shards import say_sources
from flows.taking import in_turn, take_in
from flows.watching import due, look_at_all


@flow(name="watch", flow_run_name="watch", persist_result=False)
def watch(
    archive: str | None = None, every: float | None = None, all_watches: bool = False, given_up: bool = False
) -> State[dict[str, int]]:
    """Looks at the watches that are due, and takes in what is new and what waits from earlier rounds.

    Args:
        archive: the archive, which must exist; without it, the one of the settings.
        every: seconds between two rounds where it is scheduled: a longer rest is told as a gap.
        all_watches: looks at every watch, due or not.
        given_up: tries given-up addresses again.
    """

    def work(run: Run) -> str | None:
        kept, pipeline = run.round.archive, run.round.pipeline
        seen = due(kept, due_only=not all_watches, given_up=given_up, now=lambda: soon(every))
        run.doing = f"Watch: {len(seen)} of {len(kept.watches.all())} watches due"
        looks = follow_looks(run, [s.watch.url for s in seen], look_at_all(kept, pipeline, seen))
        waiting = in_turn(kept)
        if not waiting:
            said = looks.in_words() if seen else "no watch is due"
            return f"{said}: {looks.first_trouble()}" if looks.all_failed else said
        run.doing = f"Watch: {looks.in_words()}; {say_sources(tuple(waiting))}"
        follow(run, tuple(waiting), take_in(kept, pipeline, waiting, images=run.round.settings.images))
        if run.tally.outcomes:
            return None
        return f"{looks.in_words()}; {OTHERS}" if looks.total else OTHERS

    return carried_out("watch", archive, work, every=every)
