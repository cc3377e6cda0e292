"""``replicate`` and ``repair``: copies of the archive, made and used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from model.errors import BadCall
from pressmark.cli.call import Call
from pressmark.cli.options import ArchiveOption, JsonOption, in_utf8
from pressmark.cli.safe import safe

if TYPE_CHECKING:
    from storage import Store


def replicate_command(
    ctx: typer.Context,
    dest: Annotated[
        str | None,
        typer.Argument(
            metavar="DEST",
            help="A folder, or s3://BUCKET/PREFIX. Default: PRESSMARK_STORE_URL.",
            show_default=False,
            callback=in_utf8,
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            help="What a new copy is called in the ledger; one is made also where one was and is gone.",
            show_default=False,
            callback=in_utf8,
        ),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Read back everything there, not only what is written now.")] = False,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Bring a copy of the archive up to date and prove it.

    Only what is missing is written, and read back. Exits 1 if the copy is not complete, or was there and is
    gone.

    \b
    Example:
      pressmark replicate /media/vault/papers --name vault
      pressmark replicate s3://vault/papers --check
    """
    from pressmark.cli.terminal import progress

    call: Call = ctx.obj
    to = _place(call, dest) if dest is not None else call.store
    if to is None:
        raise BadCall("name the place of the copy: a folder, or s3://BUCKET/PREFIX")
    with call.open_to_write(archive) as kept, progress(call, "copied, bytes:") as shown:
        done = kept.replicate(to, name=name, check=check, progress=shown.advance)
    if as_json:
        from pressmark.cli.shapes import plain, write_json

        write_json(call.out, {"ok": done.ok, **plain(done)})
    else:
        from pressmark.cli.listings import say_size

        checked = "all of it read back" if done.checked else "what was written read back"
        call.out.write(
            f"copy {done.copy}: {_files(done.segments)}, {say_size(done.bytes)}, "
            f"{say_size(done.written_bytes)} of it written now; {checked}\n"
        )
        call.out.write("".join(f"was damaged there, put anew: {segment}\n" for segment in done.mended))
    for problem in done.problems:
        call.tell(problem)
    return 0 if done.ok else 1


def repair_command(
    ctx: typer.Context,
    source: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="COPY",
            help="A copy: a folder, or s3://BUCKET/PREFIX. Default: the store, and where replicate has made copies.",
            show_default=False,
            callback=in_utf8,
        ),
    ] = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Put right what is damaged or missing of the WARC files, from a good copy.

    Only damaged bytes are written, each record proved first. What no copy has and the database can give (the ledger, articles,
    facts of captures) is written again from that. Exits 1 if something stays damaged.

    \b
    Example:
      pressmark repair
      pressmark repair --from /media/vault/papers
    """
    from pressmark.cli.terminal import progress
    from storage import repair

    call: Call = ctx.obj
    with progress(call, "reading every record again, bytes:") as shown:
        done = repair(
            call.place(archive),
            lambda address: _place(call, address),
            copies=[_place(call, one) for one in source or ()],
            store=call.store,
            keep_local=call.settings.store_keep_local,
            progress=shown.advance,
            database_url=call.settings.database_url,
        )
    if as_json:
        from pressmark.cli.shapes import plain, write_json

        write_json(call.out, {"ok": done.ok, **plain(done)})
    else:
        from pressmark.cli.listings import say_size

        for one in done.mended:
            came = f"from the copy at {safe(one.copy)}" if one.copy else "with what the database has of it"
            call.out.write(f"warc/{one.segment}: {say_size(one.bytes)} put right {came}\n")
        if not done.mended and done.ok:
            call.out.write(f"nothing to repair in {_files(done.segments)} ({say_size(done.bytes)})\n")
    for problem in (*done.unreached, *done.problems):
        call.tell(problem)
    return 0 if done.ok else 1


def _files(count: int) -> str:
    return f"{count:,} WARC {'file' if count == 1 else 'files'}"


def _place(call: Call, address: str) -> Store:
    from storage import store_of

    return store_of(address if "://" in address else str(call.cwd / address), call.environ, call.settings.store_patience)
