"""What is so after Ctrl-C: which depends on the command."""

from __future__ import annotations

from collections.abc import Sequence

_ELSE = "whatever was reported is kept"
_SO = {
    "ingest": "whatever was reported as taken in is kept",
    "watch": "whatever was reported as taken in is kept",
    "schedule": "whatever was reported as taken in is kept",
    "verify": "the check did not end and is not kept; nothing was changed",
    "rebuild": "a new database takes the old one's place only when it is whole: run pressmark rebuild again",
    "migrate": "the database is as it was, or up to date: never half of it",
    "replicate": "what has arrived stays in the copy, and the same call goes on from there",
    "repair": "what was put right stays so, each record proved: run pressmark repair again for the rest",
    "reprocess": "readings that were added are kept, and the same call goes on with the rest; a dry run keeps nothing",
    "export": "the export is not complete, and no file of it is half written under its name: run it again",
    **dict.fromkeys(
        ("list", "show", "capture", "history", "diff", "search", "changes", "stats", "events"), "nothing was changed"
    ),
    "extract": "nothing is kept of it",
}


def say_interrupted(argv: Sequence[str]) -> str:
    """One line about a call that was broken off."""
    return f"interrupted; {_SO.get(argv[0] if argv else '', _ELSE)}"
