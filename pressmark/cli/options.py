"""Options that several commands share, worded once."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from model.errors import BadCall

_LONGEST_ID = 200


def in_utf8(param: typer.CallbackParam, value: Any) -> Any:
    """Lets words through that can be kept: an argument's bytes that are no UTF-8 cannot. Raises ``BadCall``."""
    for text in value if isinstance(value, (list, tuple)) else [value]:
        if isinstance(text, str) and any("\ud800" <= c <= "\udfff" for c in text):
            name = param.opts[0]
            raise BadCall(f"{name if name.startswith('-') else name.upper()} is not valid UTF-8: say it in UTF-8")
    return value


def reference(param: typer.CallbackParam, value: Any) -> Any:
    """Lets through what may name a record. Raises ``BadCall``."""
    in_utf8(param, value)
    if isinstance(value, str) and "/" not in value and len(value) > _LONGEST_ID:
        raise BadCall(f"a reference of {len(value):,} characters names no record: give its id or a URL of it")
    return value


def check_standard_input() -> None:
    """Raises ``BadCall`` where the caller closed it, as in ``<&-``."""
    if sys.stdin is None:
        raise BadCall("standard input is closed: there is nothing behind -")


ArchiveOption = Annotated[
    str | None,
    typer.Option("--archive", metavar="DIR", help="The archive. Default: PRESSMARK_ARCHIVE, else ./archive", show_default=False),
]
AllowAddressOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-address",
        metavar="CIDR",
        help="Let requests through to this network, though it is not global.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON (docs/shapes.md) instead of text for people.")]
RecordArgument = Annotated[
    str,
    typer.Argument(
        metavar="RECORD", help="A record's id, its unambiguous beginning, or a URL of it.", show_default=False, callback=reference
    ),
]
VersionArgument = Annotated[
    str,
    typer.Argument(
        metavar="RECORD[@N[.R]]",
        help="A record, its version N, or reading R of that version. Bare: the latest.",
        show_default=False,
        callback=reference,
    ),
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="TIME",
        help="What the page said then: a day (to its end, UTC) or a time, in UTC unless it has an offset.",
        show_default=False,
    ),
]
KnownAtOption = Annotated[
    str | None,
    typer.Option("--known-at", metavar="TIME", help="What the archive knew then; TIME as for --as-of.", show_default=False),
]
RestrictedOption = Annotated[
    str | None,
    typer.Option(
        "--restricted",
        metavar="REASON",
        help="Tell what is restricted, too; who was shown it and why goes into the ledger.",
        show_default=False,
        callback=in_utf8,
    ),
]
ByOption = Annotated[
    str | None,
    typer.Option("--by", metavar="NAME", help="Who does it. Default: PRESSMARK_OPERATOR", show_default=False, callback=in_utf8),
]
ReasonOption = Annotated[
    str | None, typer.Option("--reason", metavar="WHY", help="Why; it is kept.", show_default=False, callback=in_utf8)
]

INTAKE = "Taking articles in"
LOOKING = "Looking things up"
HAND = "A person's hand"
CARE = "The archive's own care"
START = "Getting to know it"
