"""Short phrases about changes, moments and addresses, the same for the command line, feeds and messages."""

from __future__ import annotations

from model.change import Change, ChangeKind, FieldChange
from model.record import Announced, Announcement

_LONGEST = 300  # characters of an address
_KINDS = {ChangeKind.REORDERED: "reordered", ChangeKind.TYPOGRAPHIC: "quotes, dashes or spaces only"}


def say_field_change(change: FieldChange) -> str:
    """``edited, +3 -1 words``."""
    if change.field in {"date_published", "date_modified"}:
        return change.kind.value
    sizes = [f"+{change.words_added}"] * bool(change.words_added) + [f"-{change.words_removed}"] * bool(change.words_removed)
    counted = f", {' '.join(sizes)} words" if sizes else ""
    return _KINDS.get(change.kind, change.kind.value) + counted


def say_change(change: Change | None) -> list[str]:
    """One phrase a changed field: ``headline edited, +1 -1 words``."""
    if change is None:
        return []
    return [f"{f.field.replace('_', ' ')} {say_field_change(f)}" for f in change.fields]


def say_announcement(said: Announcement) -> str:
    """``announced with it by a correction, which names 4.1: “…”``."""
    if said.announced is Announced.NOT:
        return "no correction found that announces it"
    named = f", which names {', '.join(said.names)}" if said.names else ""
    here = "with it" if said.announced is Announced.HERE else f"later, with @{said.version}"
    quoted = f": “{said.texts[0]}”" if said.texts else ""
    return f"announced {here} by a correction{named}{quoted}"


def say_second(moment: str) -> str:
    """A moment (UTC text) to the second: ``2026-11-23 11:58:01Z``."""
    return f"{moment[:10]} {moment[11:19]}Z"


def say_lost(entries: int) -> str:
    """How many entries of a record's ledger are lost, as a clause."""
    return "an entry of its ledger is lost" if entries == 1 else f"{entries} entries of its ledger are lost"


def say_address(address: str) -> str:
    """An address as people are told it, cut where nobody reads on; programs are told all of it."""
    return address if len(address) <= _LONGEST else f"{address[:_LONGEST]}…"
