"""What a person restricted, shown all the same: never without saying in the ledger to whom and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from model.errors import BadCall
from pressmark.cli.call import Call

if TYPE_CHECKING:
    from storage import Archive


def open_looking(call: Call, archive: str | None, reason: str | None) -> Archive:
    """The archive, for writing where restricted content may be shown. Raises ``BadCall`` for a nameless or
    unreasoned look."""
    if reason is None:
        return call.open(archive)
    if not reason.strip():
        raise BadCall("--restricted needs a reason: it goes into the ledger")
    if not call.settings.operator:
        raise BadCall("restricted content is shown to a named person only: set PRESSMARK_OPERATOR")
    return call.open_to_write(archive)


def note_looks(call: Call, kept: Archive, records: Iterable[str], reason: str | None) -> None:
    """Says in the ledger which restricted records are being shown; to be called before they are."""
    if reason is None:
        return
    closed = sorted(kept.restricted() & set(records))
    if closed:
        kept.by(call.person(None)).looked(closed, reason.strip())
