"""The database made anew, and what that left out or went on without kept in the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from model.errors import PressmarkError
from storage.answers import Progress, quiet
from storage.archive import Archive
from storage.database import WAIT_SECONDS
from storage.fetching import fetch_archive
from storage.migrations import unheard
from storage.rebuild import rebuild as rebuild_at
from storage.stores import Store


def rebuild(
    where: str | Path,
    *,
    progress: Progress = quiet,
    tell: Callable[[str], None] = unheard,
    institution: str = "",
    operator: str = "",
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    database_url: str | None = None,
    wait: float = WAIT_SECONDS,
    store: Store | None = None,
    keep_local: bool = True,
    accept_loss: bool = False,
) -> dict[str, int]:
    """Makes the database anew from the WARCs; see ``storage.rebuild``, which says what is raised. What the ``store`` has and the
    folder has not is brought back first: all of it, where there is no folder. What is left out is settled in the ledger as
    void, and what is lost is kept there, by the archive opened as ``Archive.open`` does; ``tell`` hears where that cannot be.
    """
    if store is not None:
        fetch_archive(store, Path(where))
    rebuilt = rebuild_at(
        where, progress=progress, tell=tell, now=now, database_url=database_url, wait=wait, accept_loss=accept_loss
    )
    unsettled = [what for what, some in (("lost", rebuilt.losses), ("left out", rebuilt.left)) if some]
    if not unsettled:
        return rebuilt.counts
    try:
        with Archive.open(
            where,
            write=True,
            institution=institution,
            operator=operator,
            now=now,
            database_url=database_url,
            wait=wait,
            store=store,
            keep_local=keep_local,
        ) as archive:
            # losses first: until they are told, what is written goes behind what a copy may give back
            if rebuilt.losses:
                archive.tell_losses(rebuilt.losses)
                unsettled.remove("lost")
            if rebuilt.left:
                archive.leave_out(rebuilt.left)
                unsettled.remove("left out")
    except PressmarkError as error:
        command = "pressmark rebuild --accept-loss" if accept_loss and "lost" in unsettled else "pressmark rebuild"
        again = f"what is {' and '.join(unsettled)} is not settled yet: {error}; then run `{command}` again"
        tell(again if unsettled else str(error))  # all of it is in the ledger, and the store does not have that
    return rebuilt.counts
