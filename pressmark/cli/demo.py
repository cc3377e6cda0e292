"""``demo``: a made-up newspaper, from nothing to two versions."""

from __future__ import annotations

from typing import Annotated

import typer

from pressmark.cli.call import Call


def demo_command(
    ctx: typer.Context,
    archive: Annotated[
        str | None,
        typer.Option(
            "--archive",
            metavar="DIR",
            help="Where to make the demo's archive. Default: a new temporary folder.",
            show_default=False,
        ),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the newspaper open afterwards, until Ctrl-C, to ingest from it yourself.")
    ] = False,
) -> int:
    """A made-up newspaper: taken in, corrected, taken in again, compared.

    Everything happens on this machine, in under half a minute.

    \b
    Example:
      pressmark demo
      pressmark demo --archive try-it --keep
    """
    from pressmark.demo import play

    call: Call = ctx.obj
    return play(call, archive, keep=keep)
