"""Values of the archive as the plain JSON that docs/shapes.md describes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, TextIO

from model.article import Article
from model.change import Change
from model.changes import ChangeLine
from model.edtf import utc_text
from model.errors import PressmarkError
from model.record import Result
from pressmark.cli.differences import Differences
from pressmark.cli.safe import json_text, says_everything


def plain(value: Any) -> Any:
    """A value of ``model`` as JSON: field names as keys, enumerations as their values."""
    match value:
        case Article() | Result() | Differences() | Change() | ChangeLine():
            return value.to_json()
        case Enum():
            return value.value
        case datetime():
            return utc_text(value)
        case str():
            return value
        case Mapping():
            return {str(k): plain(v) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(v) for v in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return value


def error_shape(error: PressmarkError) -> dict[str, Any]:
    """``{error: {type, message, facts}}``."""
    return {
        "error": {
            "type": type(error).__name__,
            "message": str(error),
            "facts": json.loads(json.dumps(dict(error.facts), default=str)),
        }
    }


def write_json(out: TextIO, value: Any) -> None:
    """One JSON value on one line, in ASCII where the stream's encoding has not every character."""
    out.write(json_text(plain(value), ascii_only=not says_everything(out)) + "\n")
