"""The Prefect flow that writes records for other software: what ``Archive.export`` does, watched."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from prefect import flow
from prefect.client.schemas.objects import State

from flows.following import Run, carried_out
from flows.last_export import keep_export, last_export
from flows.timetable import TIME, written_to
from model.errors import BadCall, Damaged
from model.export import format_named, versions_named
from storage import Selection


@flow(name="export", flow_run_name="export", persist_result=False)
def export(
    archive: str | None = None,
    format: str | None = None,
    output: str | None = None,
    query: str | None = None,
    version: str | None = None,
) -> State[dict[str, int]]:
    """Writes records as one format. What publishers reserve stays out: only a person can say otherwise.

    Args:
        archive: the archive, which must exist; without it, the one of the settings.
        format: warc, wacz, ocfl, bagit, ninjs, jsonld, jsonl or csv.
        output: the file or folder to write; {time} in it stands for the time of the run (UTC), and nothing is written
            where nothing has changed since the last one.
        query: the records, as for search; without it, all.
        version: all or latest; without it, what is the format's.
    """

    def work(run: Run) -> str:
        wanted = format_named(format)
        if not output:
            raise BadCall("an export needs an output: the file or folder to write")
        run.doing = f"Export as {wanted}"
        path = written_to(output.replace(TIME, datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")), Path.cwd())
        selection = Selection(query=query, which=versions_named(version, wanted))
        kept = run.round.archive
        state = kept.exported_from(selection)
        named = json.dumps([wanted, output, str(Path.cwd()), query, selection.which, run.round.settings.institution])
        if TIME in output and (last := last_export(kept.where, named, state)) is not None:
            run.more.append(("Not written", f"nothing has changed since {last.name}"))
            return f"nothing has changed since {last.name}: nothing was written"
        done = kept.export(wanted, path, selection, institution=run.round.settings.institution or "")
        if done.lost:
            raise Damaged(
                f"{path.name} is not complete: the database has lost {done.lost[0].what}"
                f"{f' and {len(done.lost) - 1:,} more rows' if len(done.lost) > 1 else ''}: "
                "run `pressmark verify`, then `pressmark rebuild`"
            )
        if TIME in output:
            keep_export(kept.where, named, state, path)
        run.more += [("Left out", f"{many:,} {reason.replace('_', ' ')}") for reason, many in done.left_out.items()]
        run.more += [
            ("Written", f"{path.name}, {done.files:,} files, {done.bytes:,} bytes, sha256 {done.sha256 or 'of each file'}")
        ]
        return f"{done.records:,} records and {done.versions:,} versions in {path.name}, {done.bytes:,} bytes written"

    return carried_out("export", archive, work, fetches=False)
