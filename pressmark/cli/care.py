"""``verify``, ``rebuild`` and ``migrate``: the archive's own care."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from model.errors import BadCall
from pressmark.cli.call import Call
from pressmark.cli.options import ArchiveOption, JsonOption

if TYPE_CHECKING:
    from model.verification import Verification
    from storage.extent import Extent


_TOLD = 40  # lines of what a rebuild left out or found lost, the last of all beside them
_DAMAGED = (
    "what is damaged was passed over: the last entries of chains may be among it, restrictions too; where there is a copy, "
    "run `pressmark repair --from COPY` and rebuild again; pressmark verify says where it is"
)


def verify_command(
    ctx: typer.Context,
    sample: Annotated[
        str | None,
        typer.Option("--sample", metavar="N|P%", help="So many records, or per cent of them, with all that is theirs."),
    ] = None,
    older_than: Annotated[
        str | None,
        typer.Option("--older-than", metavar="TIME", help="Only WARC files last checked longer ago: 30d, 12h."),
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option("--processes", metavar="N", min=1, max=64, help="Use so many processes; default: as many as cores."),
    ] = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Check that every bit is as it was kept.

    Reads everything again, or a part. Exits 1, saying where, if anything is wrong. That it was checked is kept in the ledger.

    \b
    Example:
      pressmark verify
      pressmark verify --sample 5%
      pressmark verify --older-than 30d
    """
    from pressmark.cli.terminal import console_for, progress

    call: Call = ctx.obj
    extent = _extent(sample, older_than)
    with call.open(archive) as kept, progress(call, "reading every record again, bytes:") as shown:
        found = kept.verify(shown.advance, extent, processes=processes)
    if not found.nothing_due:
        _keep_check(call, archive, found)
    if as_json:
        from pressmark.cli.shapes import write_json

        write_json(call.out, {"ok": found.ok, **_plain(found)})
    else:
        from pressmark.cli.listings import render_verification

        console_for(call.out, call.environ).print(render_verification(found))
    return 0 if found.ok else 1


def _extent(sample: str | None, older_than: str | None) -> Extent:
    """What is to be checked. Raises ``BadCall``."""
    import re
    import secrets
    from datetime import timedelta

    from storage.extent import Extent

    age = re.fullmatch(r"(\d{1,5})([dhm])", older_than or "")
    if older_than is not None and age is None:
        raise BadCall(f"{older_than!r} is no time: write 30d for days, 12h for hours, 5m for minutes")
    unit = {"d": "days", "h": "hours", "m": "minutes"}
    span = timedelta(**{unit[age[2]]: int(age[1])}) if age else None
    share = re.fullmatch(r"(\d{1,9})|(\d{1,3}(?:\.\d{1,6})?)%", sample or "")
    if sample is not None and share is None:
        raise BadCall(f"{sample!r} is no sample: write 200 for so many records, 5% for a share of them")
    return Extent(
        int(share[1]) if share and share[1] else None,
        float(share[2]) if share and share[2] else None,
        span,
        secrets.randbits(32),
    )


def _keep_check(call: Call, archive: str | None, found: Verification) -> None:
    """Says in the ledger that this was checked; where that cannot be written, one line says so."""
    from model.errors import PressmarkError

    try:
        with call.open_to_write(archive) as kept:
            kept.note_check(found)
    except PressmarkError as error:
        call.tell(f"this check is not kept in the ledger: {error}")


def rebuild_command(
    ctx: typer.Context,
    accept_loss: Annotated[
        bool,
        typer.Option("--accept-loss", help="Go on where ledger entries or facts of captures are lost and no copy has them."),
    ] = False,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Make the database again from the WARC files alone.

    Brings back records, versions, readings and checks. Exits 1 where something is damaged, lost or had to be left out, and
    says which. With PRESSMARK_STORE_URL, what the bucket has and the folder has not is brought back first. Leases,
    schedules and caches are not in the WARCs.

    \b
    Example:
      pressmark rebuild
    """
    from pressmark.cli.terminal import progress
    from storage import rebuild

    call: Call = ctx.obj
    with progress(call, "reading the WARC files, bytes:") as shown:
        said = call.settings
        left: list[str] = []
        counts = rebuild(
            call.place(archive),
            progress=shown.advance,
            tell=left.append,
            institution=said.institution or "",
            operator=said.operator or "",
            database_url=said.database_url,
            store=call.store,
            keep_local=said.store_keep_local,
            accept_loss=accept_loss,
        )
    damaged = [_DAMAGED] * bool(counts.get("damaged"))
    if as_json:
        from pressmark.cli.shapes import write_json

        write_json(call.out, {**counts, "told": [*left, *damaged]})
    else:
        came = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts.items() if count)
        call.out.write(f"rebuilt from the WARC files: {came or 'nothing is in them'}\n")
    rest = left[_TOLD:]
    for line in left[:_TOLD]:
        call.tell(line)
    if len(rest) > 1 and not as_json:
        call.tell(f"and {len(rest) - 1:,} things more: --json names all of them")
    for line in rest[-1:]:  # it may say that the ledger has none of them yet
        call.tell(line)
    for line in damaged:
        call.tell(line)
    return 1 if left or damaged else 0


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
