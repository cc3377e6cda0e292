"""What a database that is to be replaced has, and the one made anew from the WARCs has not.

A database may know of entries, segments and texts that the WARCs have lost since: it is
then the evidence of the loss, and the last copy of those texts.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

import sqlalchemy
from sqlalchemy import Connection, select

from model.capture import digest_of
from model.errors import Damaged, NewerFormat
from model.ledger import Entry, Kind
from storage import tables
from storage.content import payload_of
from storage.database import Database
from storage.held_bytes import unpacked_in
from storage.home import Home
from storage.segments import SegmentFolder

_ASKED = {t.name for t in (tables.segments, tables.ledger, tables.readings, tables.labels)}


def readable(home: Home) -> Database | None:
    """The database in force, an older one too; ``None`` where none is that can be read as this archive's."""
    if not home.has_database():
        return None
    database = home.open()
    try:
        database.version(home.archive)
        with database.reading() as tx:
            whole = set(sqlalchemy.inspect(tx).get_table_names()) >= _ASKED
    except (Damaged, NewerFormat):
        whole = False
    if not whole:
        database.close()
        return None
    return database


def refuse_less(
    old: Database, fresh: Database, folder: SegmentFolder, lost: Sequence[Entry], there: Container[str], away: str
) -> None:
    """Raises ``Damaged``, naming the first thing and counting the others, where ``old`` has what ``fresh``
    has not. ``lost`` are the entries whose content the WARCs no longer give, ``there`` the digests of all that are in the WARCs,
    in force or not, ``away`` how to put the old one away.
    """
    with old.reading() as held, fresh.reading() as made:
        entries = list(_entries(held, made))
        missing = (name for name, digest in entries if digest not in there)
        lacks = [*_segments(held, folder), *missing, *_contents(held, lost)]
    if not lacks and not entries:
        return
    named = lacks or [name for name, _ in entries]
    more = f" and {len(named) - 1} more" if len(named) > 1 else ""
    if not lacks:
        raise Damaged(
            f"{named[0]}{more} would be left out, as other entries take precedence: those of another folder that is this archive "
            "by its id (take its files out of warc/ to go on with what is here), or what was lost until a copy gave it back; "
            f"{away} to go on with what is there: pages are decided anew, what a person said since has to be said again",
            place=named[0],
        )
    raise Damaged(
        f"{lacks[0]}{more} missing from the WARCs: run `pressmark repair`, which has it from a copy or from this "
        f"database, or {away} to go on without what is lost",
        place=lacks[0],
    )


def _segments(held: Connection, folder: SegmentFolder) -> Iterator[str]:
    t = tables.segments.c
    names = set(folder.names())
    for name, committed in held.execute(select(t.name, t.committed).where(t.committed > 0).order_by(t.name)):
        if name not in names:
            yield f"segment warc/{name}"
        elif (size := folder.path(name).stat().st_size) < committed:
            yield f"segment warc/{name} from byte {size} to {committed}"


def _entries(held: Connection, made: Connection) -> Iterator[tuple[str, str]]:
    """Entries that are not in force any more, by place and digest."""
    t = tables.ledger.c
    there = set(made.execute(select(t.digest)).scalars())
    for chain, seq, digest in held.execute(select(t.chain, t.seq, t.digest).order_by(t.chain, t.seq)):
        if digest not in there:
            yield f"ledger entry {seq} of {chain}", digest


def _contents(held: Connection, lost: Sequence[Entry]) -> Iterator[str]:
    """Texts that only the old database still has, whole."""
    r, n, x = tables.readings.c, tables.labels.c, tables.restrictions.c
    for entry in lost:
        payload = payload_of(entry) or {}
        if entry.kind is Kind.NOTE:
            query = select(n.text).where(n.record == entry.chain, n.kind == "note", n.at == entry.at, n.text != "")
            whole = held.execute(query).first() is not None
        elif entry.kind is Kind.RESTRICTION:
            whole = held.execute(select(x.id).where(x.entry == entry.id, x.reason != "")).first() is not None
        else:
            row = held.execute(select(r.article, r.digest).where(r.entry == entry.id)).first()
            text = unpacked_in(row.article) if row is not None else None
            whole = row is not None and text is not None and digest_of(text) == row.digest
        if whole:
            yield f"content record {payload.get('id')}"
