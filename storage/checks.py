"""What an archive says of its own checks, and writes of them: the keeping side of ``verify``."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from model.errors import Damaged
from model.ledger import Kind
from model.verification import Finding, Verification
from storage import tables
from storage.advice import LOST
from storage.decide import Hands
from storage.extent import fixity, last_checks

_UNSOUND = ("ledger ", "database")


def note_check(hands: Hands, found: Verification) -> None:
    """Says in the ledger what was checked and found; of a check that had nothing to do, nothing. Raises ``Damaged`` where
    the ledger itself is not sound: nothing is chained to an entry that may not be the last."""
    if found.nothing_due:
        return
    if any(_is_unsound(finding) for finding in found.findings):
        raise Damaged("the ledger is damaged, so that this check is not written into it")
    hands.write(Kind.FIXITY, hands.archive, fixity(found))


def _is_unsound(finding: Finding) -> bool:
    lacks = finding.gone is not None and finding.gone.entries > 0
    return lacks or (finding.place.startswith(_UNSOUND) and finding.advice != LOST)


def checked(tx: Connection, archive: str) -> dict[str, Any]:
    """When what was last checked, for ``stats``; see ``LastChecks.to_json``."""
    s = tables.segments.c
    names = tx.execute(select(s.name).where(s.committed > 0).order_by(s.name)).scalars().all()
    return last_checks(tx, archive).to_json(names)
