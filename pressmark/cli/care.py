"""``verify``, ``rebuild`` and ``migrate``: the archive's own care."""

from __future__ import annotations

import typer

from pressmark.cli.call import Call
from pressmark.cli.options import ArchiveOption, JsonOption


def verify_command(ctx: typer.Context, archive: ArchiveOption = None, as_json: JsonOption = False) -> int:
    """Check that every bit is as it was kept.

    Reads everything again. Exits 1, saying where, if anything is wrong.

    \b
    Example:
      pressmark verify
      pressmark verify --json
    """
    from pressmark.cli.terminal import console_for, progress

    call: Call = ctx.obj
    with call.open(archive) as kept, progress(call, "reading every record again, bytes:") as shown:
        found = kept.verify(shown.advance)
    if as_json:
        from pressmark.cli.shapes import write_json

        write_json(call.out, {"ok": found.ok, **_plain(found)})
    else:
        from pressmark.cli.listings import render_verification

        console_for(call.out, call.environ).print(render_verification(found))
    return 0 if found.ok else 1


def rebuild_command(ctx: typer.Context, archive: ArchiveOption = None, as_json: JsonOption = False) -> int:
    """Make the database again from the WARC files alone.

    Brings back records, versions, readings and checks. Leases, schedules and caches are not in the WARCs.

    \b
    Example:
      pressmark rebuild
    """
    from pressmark.cli.terminal import progress
    from storage import rebuild

    call: Call = ctx.obj
    with progress(call, "reading the WARC files, bytes:") as shown:
        counts = rebuild(call.place(archive), progress=shown.advance, database_url=call.settings.database_url)
    if as_json:
        from pressmark.cli.shapes import write_json

        write_json(call.out, counts)
    else:
        said = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts.items() if count)
        call.out.write(f"rebuilt from the WARC files: {said or 'nothing is in them'}\n")
    if counts.get("damaged"):
        call.tell("what is damaged was passed over; pressmark verify says where it is")
        return 1
    return 0


def migrate_command(ctx: typer.Context, archive: ArchiveOption = None, as_json: JsonOption = False) -> int:
    """Bring the database of an older Pressmark up to this one's.

    Commands that write do so by themselves. The WARC files are neither read nor changed.

    \b
    Example:
      pressmark migrate
    """
    from storage import migrate

    call: Call = ctx.obj
    changed = migrate(call.place(archive), database_url=call.settings.database_url, tell=call.tell)
    if as_json:
        from pressmark.cli.shapes import write_json

        write_json(call.out, {"migrated": changed})
    else:
        call.out.write("the database is up to date now\n" if changed else "the database was up to date\n")
    return 0


def _plain(found: object) -> dict[str, object]:
    from pressmark.cli.shapes import plain

    shape: dict[str, object] = plain(found)
    return shape
