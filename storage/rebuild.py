"""The database made anew from the WARCs: the proof that the WARCs are the truth.

Brings back records, numbers, digests, readings, checks and events as they were. Leases,
schedules and caches are not in the WARCs and are not rebuilt. Damage costs what it hit and
nothing else: a reading whose text is lost comes back without text, for ``verify`` to name.
What the database before it still has is never replaced by less.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, select

from model.capture import digest_of
from model.errors import Damaged, StorageUnavailable
from model.ledger import Entry
from storage import tables
from storage.capture_records import parse_facts
from storage.chain import insert_entry
from storage.closed import close_files
from storage.content import empty_content, payload_of
from storage.database import WAIT_SECONDS
from storage.folder import SEGMENTS, Hold, read_descriptor
from storage.forks import Pair, Ways, ends_of, told, ways_of
from storage.gathered import Gathered, Progress, gather
from storage.holes import Hole, keep_lost
from storage.home import home_of
from storage.lacking import readable, refuse_less
from storage.losses import WITHOUT, Losses, accepted, partial_of
from storage.projections import apply, insert_capture
from storage.segments import LIMIT, SegmentFolder
from storage.shrunk import Shrunk, shrunk
from storage.standing import standing


def rebuild(
    where: str | Path,
    *,
    progress: Progress,
    tell: Callable[[str], None],
    now: Callable[[], datetime],
    database_url: str | None = None,
    wait: float = WAIT_SECONDS,
    accept_loss: bool = False,
) -> Rebuilt:
    """Makes the database anew beside the old one and puts it in its place. ``tell`` hears, in a line each, of what is in
    the WARCs and left out, as a chain can go on in one way only, and with ``accept_loss`` of what is lost.

    Raises ``NotFound``, ``NewerFormat``, ``StorageUnavailable`` while a writer has the archive open,
    and ``Damaged`` where a segment is another's copy, the old database has more than the WARCs give, or, without
    ``accept_loss``, the ledger has a hole or the facts of a capture are lost; the old database is then untouched.
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
                segments = [folder.path(name) for name in folder.names()]
                with database.transaction() as tx:
                    rebuilt, lost = _Filling(tx, archive_id).fill(segments, progress)
                old = readable(home)
                if old is not None:
                    with closing(old):
                        refuse_less(old, database, folder, lost, rebuilt.there, home.away)
                if rebuilt.refused is not None and not accept_loss:
                    raise rebuilt.refused
            home.replace()
            for line in rebuilt.told:
                tell(line)
    except OSError as error:
        raise StorageUnavailable(f"the database cannot be made anew in {where}: {error.strerror}") from error
    return rebuilt


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Counts of what came back, a line of each thing that did not, the ids and digests of the entries that are left out, what is
    lost, the digests of all entries that are in the WARCs, and why this is refused where a loss is not accepted.
    """

    counts: dict[str, int]
    told: Sequence[str]
    left: list[tuple[str, str]]
    losses: Losses
    there: frozenset[str]
    refused: Damaged | None


class _Filling:
    """Fills an empty database. Damaged members are passed over and counted: what they held is missing, everything else
    is there.
    """

    def __init__(self, tx: Connection, archive: str) -> None:
        self._tx = tx
        self._archive = archive

    def fill(self, segments: Sequence[Path], progress: Progress) -> tuple[Rebuilt, list[Entry]]:
        """From segments; what came back, and the entries whose content is lost."""
        found = gather(self._tx, segments, progress)
        ways = ways_of(list(found.entries.values()), self._archive)
        ways = replace(ways, holes=[*ways.holes, *ends_of(ways.chains, found.damaged)])
        captures, without = self._captures(found, ways.chains)
        lost: list[Entry] = []
        passed: dict[str, list[Hole]] = {}
        for chain in ways.chains:
            passed[chain[0][0].chain] = self._apply(found, chain, without, lost)
        content = {payload["id"] for entry in lost if (payload := payload_of(entry)) is not None}
        own = (entry for chain in ways.chains for entry, _ in chain if entry.chain == self._archive)
        files = shrunk(own, {segment.name: segment.stat().st_size for segment in segments})
        holes = [*ways.holes, *(hole for some in passed.values() for hole in some)]
        keep_lost(self._tx, holes, without | content | {file.id for file in files})
        left_without = [chain[0][0].chain for chain in ways.chains if len(passed[chain[0][0].chain]) == len(chain)]
        beheaded = dict.fromkeys(hole.chain for hole in holes if hole.first == 1)
        unaddressed = [chain for chain in beheaded if chain not in {self._archive, *left_without}]
        in_force = (entry for chain in ways.chains for entry, _ in chain)
        partial = partial_of(in_force, found.parts, {hole.chain for hole in ways.holes})
        losses = Losses(ways.holes, partial, sorted(without), left_without, unaddressed, files)
        close_files(self._tx, [segment.name for segment in segments] if losses else found.unfinished)
        left = [(entry.id, digest_of(found.entries[entry.id][1])) for fork in ways.forks for entry in fork.left]
        counts = {
            "segments": len(segments),
            "captures": captures,
            "entries": sum(map(len, ways.chains)),
            "records": self._tx.execute(select(func.count()).select_from(tables.records)).scalar_one(),
            "voided": len(ways.void),
            # most content is lost by a break, so that the two are not added up
            "damaged": max(len(found.breaks), len(lost)),
            "left_out": len(left),
            "lost": losses.entries + len(losses.captures),
        }
        there = frozenset(digest_of(data) for _, data in found.entries.values())
        refused = self._refused(found, ways, without, files)
        return Rebuilt(counts, [*told(self._tx, ways.forks), *losses.lines()], left, losses, there, refused), lost

    def _refused(self, found: Gathered, ways: Ways, without: set[str], files: Sequence[Shrunk]) -> Damaged | None:
        """What nobody was asked about yet: the first hole, the first capture whose facts are lost, the first file."""
        if not ways.chains:
            return Damaged(
                "there is no entry of the ledger in the WARC files: restore them from a copy (pressmark repair --from COPY); "
                "where there never was one, or none is left, `pressmark rebuild --accept-loss` begins anew"
            )
        known = accepted([entry for chain in ways.chains for entry, _ in chain])
        holes = [hole for hole in ways.holes if hole not in known]
        if holes:
            first, more = holes[0], f" (and {len(holes) - 1:,} more holes)" if len(holes) > 1 else ""
            return Damaged(
                f"the ledger has a hole before entry {first.last + 1} of {first.chain}{more}: restore the WARC segment that is "
                f"missing or damaged from a copy (pressmark repair --from COPY); {WITHOUT}",
                place=f"{first.chain}:{first.last + 1}",
            )
        if all(chain[0][0].chain != self._archive for chain in ways.chains):
            return Damaged(
                "the ledger does not begin with the archive's own entry: restore the WARC segment that is missing or damaged "
                f"from a copy (pressmark repair --from COPY); {WITHOUT}"
            )
        facts = without - known
        if facts:
            more = f" (and of {len(facts) - 1} more)" if len(facts) > 1 else ""
            where = f"what is damaged is {', '.join(found.breaks[:3])}" if found.breaks else "a file is missing"
            return Damaged(
                f"the facts of capture {min(facts)}{more} are missing from the WARCs ({where}): "
                f"restore them from a copy (pressmark repair --from COPY), then rebuild; {WITHOUT}"
            )
        gone = [file for file in files if file.id not in known]
        if gone:
            more = f" (and {len(gone) - 1} more files)" if len(gone) > 1 else ""
            return Damaged(
                f"{gone[0].line}{more}: restore it from a copy (pressmark repair --from COPY), then rebuild; {WITHOUT}",
                place=f"warc/{gone[0].segment}",
            )
        return None

    def _apply(self, found: Gathered, chain: Sequence[Pair], without: set[str], lost: list[Entry]) -> list[Hole]:
        """Takes a chain in; the places of those of its entries that come to nothing."""
        entries = [entry for entry, _ in chain]
        own = entries[0].chain == self._archive
        stand = {entry.id for entry in (entries if own else standing(entries, lambda capture: capture not in without))}
        for entry, data in chain:
            insert_entry(self._tx, entry, data)
            content = found.content(entry)
            if content is None:
                lost.append(entry)
                content = empty_content(entry)
            if entry.id in stand:
                apply(self._tx, entry, _giving(content))
        return [Hole(entry.chain, entry.seq, entry.seq) for entry in entries if entry.id not in stand]

    def _captures(self, found: Gathered, chains: Sequence[Sequence[Pair]]) -> tuple[int, set[str]]:
        """One row an origin key; of two captures with one key, the one an entry names. How many, and the ids of those that
        entries name and whose facts are lost.
        """
        decided = {entry.body["capture"]["id"] for chain in chains for entry, _ in chain if entry.body.get("capture")}
        missing = decided - {facts.capture for facts in found.facts}
        chosen: dict[str, str] = {}
        for facts in sorted(found.facts, key=lambda x: x.capture not in decided):
            chosen.setdefault(facts.origin_key, facts.capture)
        kept = [facts for facts in found.facts if chosen[facts.origin_key] == facts.capture]
        for data in (facts.read() for facts in kept):
            insert_capture(self._tx, parse_facts(data), data, digest_of(data))
        return len(kept), missing


def _giving(block: bytes) -> Callable[[str], bytes]:
    return lambda _: block
