"""The database made anew from the WARCs: the proof that the WARCs are the truth.

Brings back records, numbers, digests, readings, checks and events as they were. Leases,
schedules and caches are not in the WARCs and are not rebuilt. Damage costs what it hit and
nothing else: a reading whose text is lost comes back without text, for ``verify`` to name.
What the database before it still has is never replaced by less.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from model.capture import digest_of
from model.errors import Damaged, StorageUnavailable
from model.ledger import Entry, Kind, decode
from storage.capture_records import is_facts, parse_facts
from storage.catalogue import Written, catalogue, copy_of, imprint_of, no_copy, own_name, written
from storage.chain import Chains
from storage.content import empty_content, is_content, payload_of
from storage.database import WAIT_SECONDS, Database
from storage.folder import SEGMENTS, Hold, read_descriptor
from storage.forks import told, ways_of
from storage.home import home_of
from storage.lacking import readable, refuse_less
from storage.projections import apply, insert_capture
from storage.segments import LIMIT, SegmentFolder
from storage.warc import Member, read_member, walk
from storage.whole import LEDGER, Part, part_of

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all."""


def rebuild(
    where: str | Path,
    *,
    progress: Progress,
    tell: Callable[[str], None],
    new_id: Callable[[], str],
    now: Callable[[], datetime],
    database_url: str | None = None,
    wait: float = WAIT_SECONDS,
) -> Rebuilt:
    """Makes the database anew beside the old one and puts it in its place. ``tell`` hears, in a line each, of what is in
    the WARCs and left out, as a chain can go on in one way only.

    Raises ``NotFound``, ``NewerFormat``, ``StorageUnavailable`` while a writer has the archive open,
    and ``Damaged`` where the ledger has a hole, the facts of a capture are lost, a segment is another's
    copy, or the old database has more than the WARCs give; the old database is then untouched.
    """
    path = Path(where)
    archive_id = read_descriptor(path)["archive"]
    folder = SegmentFolder(path / SEGMENTS, archive_id, now, "", LIMIT)
    home = home_of(path, archive_id, database_url, wait)
    try:
        with closing(Hold(path, alone=True)):
            if not folder.folder.is_dir():
                raise Damaged(f"the folder {folder.folder} is missing: restore it from a copy")
            with home.beside() as database:
                rebuilt, lost, lines = _fill(database, archive_id, [folder.path(n) for n in folder.names()], new_id, progress)
                old = readable(home)
                if old is not None:
                    with closing(old):
                        refuse_less(old, database, folder, lost, rebuilt.there, home.away)
            home.replace()
            for line in lines:
                tell(line)
    except OSError as error:
        raise StorageUnavailable(f"the database cannot be made anew in {where}: {error.strerror}") from error
    return rebuilt


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Counts of what came back, the ids and digests of the entries that are left out, and the digests of all that are
    in the WARCs.
    """

    counts: dict[str, int]
    left: list[tuple[str, str]]
    there: frozenset[str]


@dataclass
class _Found:
    """What a pass over all segments gathers; content stays in the WARCs until it is asked for."""

    entries: dict[str, tuple[Entry, bytes]] = field(default_factory=dict)
    facts: list[tuple[bytes, str]] = field(default_factory=list)
    places: dict[str, tuple[Path, int, int]] = field(default_factory=dict)
    breaks: list[str] = field(default_factory=list)


def _fill(
    database: Database, archive_id: str, segments: list[Path], new_id: Callable[[], str], progress: Progress
) -> tuple[Rebuilt, list[Entry], list[str]]:
    """Fills an empty database from segments; what came back, the entries whose content is lost, and what is told.

    Damaged members are passed over and counted: what they held is missing, everything else
    is there. Raises ``Damaged`` where a chain has a hole or a capture no facts, naming it.
    """
    found = _Found()
    total, done = sum(p.stat().st_size for p in segments), 0
    with database.transaction() as tx:
        for path in segments:
            rows: list[Written] = []
            imprint: str | None = None
            named: str | None = None
            said: list[tuple[int, str, Part | None]] = []
            for item in walk(path):
                if not isinstance(item, Member):
                    found.breaks.append(f"{path.name}:{item.offset}")
                    continue
                rows.append(_take(found, path, item))
                if rows[-1].record_id in found.entries:
                    said.append((item.offset, item.id, part_of(item)))
                imprint = imprint_of(item) or imprint
                named = own_name(item) or named
                progress(done + item.offset + item.length, total)
            done += path.stat().st_size
            _refuse_copy(tx, path, rows, named)
            end = _leave_unfinished(found, path, said)
            catalogue(tx, path.name, end, [row for row in rows if row.place.offset < end], imprint)
        ways = ways_of(list(found.entries.values()), archive_id)
        chains = ways.chains
        if chains and not any(c[0][0].kind is Kind.ARCHIVE and c[0][0].chain == archive_id for c in chains):
            raise Damaged(
                "the ledger does not begin with the archive's own entry: restore the WARC segment that is missing or damaged "
                "from a copy (pressmark repair --from COPY)"
            )
        decided = {e.body["capture"]["id"] for chain in chains for e, _ in chain if e.body.get("capture")}
        captures = _captures(tx, found, decided)
        ledger = Chains(tx, new_id)
        lost: list[Entry] = []
        for chain in chains:
            for entry, data in chain:
                ledger.insert(entry, data)
                content = _content(found, entry)
                if content is None:
                    lost.append(entry)
                    content = empty_content(entry)
                apply(tx, entry, _giving(content))
        lines = list(told(tx, ways.forks))
    count = sum(map(len, chains))
    left = [(entry.id, digest_of(found.entries[entry.id][1])) for fork in ways.forks for entry in fork.left]
    counts = {
        "segments": len(segments),
        "captures": captures,
        "entries": count,
        "records": sum(1 for c in chains if c[0][0].kind is Kind.VERSION),
        "voided": len(ways.void),
        # most content is lost by a break, so that the two are not added up
        "damaged": max(len(found.breaks), len(lost)),
        "left_out": len(left),
    }
    there = frozenset(digest_of(data) for _, data in found.entries.values())
    return Rebuilt(counts, left, there), lost, lines


def _leave_unfinished(found: _Found, path: Path, said: Sequence[tuple[int, str, Part | None]]) -> int:
    """Where a segment's settled part ends. A decision at its end of which a kill left only a part is not taken
    in: the next writer's recovery voids it. ``said`` are its entries by offset."""
    last = said[-1][2] if said else None
    if last is None or last.number == last.of:
        return path.stat().st_size
    ours = [(offset, entry) for offset, entry, part in said if part is not None and part.decision == last.decision]
    for _, entry in ours:
        del found.entries[entry]
    return ours[0][0]


def _refuse_copy(tx: Connection, path: Path, rows: Sequence[Written], named: str | None) -> None:
    """Raises ``Damaged`` where a segment is another one's copy, or another one renamed."""
    if named is not None:
        no_copy(path, named)
    for row in (*rows[:1], *rows[-1:]):
        twin = copy_of(tx, path.name, row.record_id)
        if twin is not None and named is not None:  # this one has its own name: the other is the copy
            no_copy(path.with_name(twin), path.name)
        elif twin is not None:
            no_copy(path, twin)


def _content(found: _Found, entry: Entry) -> bytes | None:
    """The content that an entry names, empty where it names none; ``None`` where it is lost or another one."""
    payload = payload_of(entry)
    if payload is None:
        return b""
    place = found.places.get(payload["id"])
    block = read_member(*place).block if place else None
    return block if block is not None and digest_of(block) == payload["digest"] else None


def _take(found: _Found, path: Path, member: Member) -> Written:
    uri = member.headers.get("warc-target-uri", "")
    if uri.startswith(LEDGER):
        entry = decode(member.block)
        found.entries[entry.id] = (entry, member.block)
    elif is_facts(member):
        found.facts.append((member.block, digest_of(member.block)))
    elif is_content(member):
        found.places[member.id] = (path, member.offset, member.length)
    return written(path, member)


def _giving(block: bytes) -> Callable[[str], bytes]:
    return lambda _: block


def _captures(tx: Connection, found: _Found, decided: set[str]) -> int:
    """One row an origin key; of two captures with one key, the one an entry names. Raises ``Damaged``
    where the facts of a capture that entries name (``decided``) are lost."""
    parsed = [(parse_facts(data), data, digest) for data, digest in found.facts]
    missing = decided - {facts["id"] for facts, _, _ in parsed}
    if missing:
        more = f" (and of {len(missing) - 1} more)" if len(missing) > 1 else ""
        where = f"what is damaged is {', '.join(found.breaks[:3])}" if found.breaks else "a file is missing"
        raise Damaged(
            f"the facts of capture {min(missing)}{more} are missing from the WARCs ({where}): "
            "restore them from a copy (pressmark repair --from COPY), then rebuild"
        )
    chosen: dict[str, str] = {}
    for facts, _, _ in sorted(parsed, key=lambda x: x[0]["id"] not in decided):
        chosen.setdefault(facts["origin_key"], facts["id"])
    count = 0
    for facts, data, digest in parsed:
        if chosen[facts["origin_key"]] == facts["id"]:
            insert_capture(tx, facts, data, digest)
            count += 1
    return count
