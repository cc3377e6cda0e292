"""Options that several commands share, worded once."""

from __future__ import annotations

from typing import Annotated

import typer

ArchiveOption = Annotated[
    str | None,
    typer.Option("--archive", metavar="DIR", help="The archive. Default: PRESSMARK_ARCHIVE, else ./archive", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON (docs/shapes.md) instead of text for people.")]
RecordArgument = Annotated[
    str, typer.Argument(metavar="RECORD", help="A record's id, its unambiguous beginning, or a URL of it.", show_default=False)
]
VersionArgument = Annotated[
    str,
    typer.Argument(
        metavar="RECORD[@N[.R]]",
        help="A record, its version N, or reading R of that version. Bare: the latest.",
        show_default=False,
    ),
]

INTAKE = "Taking articles in"
LOOKING = "Looking things up"
CARE = "The archive's own care"
START = "Getting to know it"
