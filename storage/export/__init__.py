"""Exports: what the archive holds, for other software and other houses. One module a format.

A format is ``write(job, path) -> Made``: it walks ``job.pieces()`` once, writes below ``storage.export.output`` and
leaves nothing that looks finished where it is broken off. ``WRITERS`` is the whole list.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Connection, func, select

from model.export import INCOMPLETE, Exported, Format, Lost
from model.ledger import Kind
from storage import tables
from storage.export import bagit, csv, jsonl, jsonld, ninjs, ocfl, wacz, warc
from storage.export.chosen import Chosen, Selection
from storage.export.job import Export, Made
from storage.export.output import check_free
from storage.known import looks_of_each
from storage.segments import SegmentFolder
from storage.timeline import in_force

__all__ = ["Selection", "check_export", "export", "exported_from"]

WRITERS: Mapping[Format, Callable[[Export, Path], Made]] = {
    Format.WARC: warc.write,
    Format.WACZ: wacz.write,
    Format.OCFL: ocfl.write,
    Format.BAGIT: bagit.write,
    Format.NINJS: ninjs.write,
    Format.JSONLD: jsonld.write,
    Format.JSONL: jsonl.write,
    Format.CSV: csv.write,
}

_WITH_MEMBERS = frozenset({Format.WARC, Format.WACZ, Format.OCFL, Format.BAGIT})
_LOOKS = (Kind.CHECK.value, Kind.ABSENCE.value)


def check_export(tx: Connection, folder: SegmentFolder, format: Format, path: Path, selection: Selection, now: datetime) -> None:
    """Raises ``BadCall`` for what ``export`` would refuse, before anything is done or said about it."""
    Chosen(tx, selection, now)
    if format is Format.OCFL and path.exists():
        ocfl.check_root(path)
    else:
        check_free(path)


def exported_from(tx: Connection, selection: Selection, now: datetime) -> str:
    """The state that an export would be made from, as a hex SHA-256: our release, and of the records that would go out
    the last ledger entry that is no look, and which versions were in force since when. The same state makes the same
    export but for when and how often its versions were looked at: a look that found nothing new leaves it as it is.
    """
    e = tables.ledger.c
    told = select(e.chain, func.max(e.seq)).where(e.kind.not_in(_LOOKS)).group_by(e.chain)
    last = dict(tx.execute(told).tuples().all())
    chosen = Chosen(tx, selection, now).records
    records = [(x, last.get(x, 0), in_force(looks)) for x, looks in looks_of_each(tx, chosen)]
    return sha256(json.dumps([version("pressmark"), records]).encode()).hexdigest()


def export(
    tx: Connection,
    folder: SegmentFolder,
    archive: str,
    format: Format,
    path: Path,
    selection: Selection,
    *,
    now: datetime,
    institution: str = "",
    evidence: bool = False,
    progress: Callable[[int, int], None],
) -> Exported:
    """Writes what a selection chooses as one format to a path.

    Raises ``BadCall`` where something is there already (``ocfl`` adds to what it wrote itself) or the query is wrong,
    ``StorageUnavailable`` where the disk takes no more, ``Damaged`` where what goes out is not what was kept. Where the
    database lost rows, what they belong to stays out, and what is written has another name (``model.export.INCOMPLETE``):
    but a root of ``ocfl`` that is there is added to.
    """
    chosen = Chosen(tx, selection, now, format in _WITH_MEMBERS)
    renamed = bool(chosen.lost) and not (format is Format.OCFL and path.exists())
    if renamed:
        check_free(path)
        path = path.with_name(path.name + INCOMPLETE)
    software = f"pressmark/{version('pressmark')}"
    job = Export(chosen, folder, archive, software, institution, evidence, progress)
    made = WRITERS[format](job, path)
    left_out = {reason.value: many for reason, many in sorted(chosen.left_out.items())}
    counts = (job.records, job.versions, made.captures, made.files, made.bytes, made.sha256)
    lost = [Lost(x.record, x.version, x.what) for x in chosen.lost]
    return Exported(format, *counts, left_out, chosen.state_at(), renamed, lost)
