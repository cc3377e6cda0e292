"""What the last export of each kind was made from, so that the next one is left out where nothing has changed.

It stands with the schedule's own things beside the archive: where it is thrown away, one more export is written.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from flows.room import home_beside
from model.errors import StorageUnavailable

_FILE = "exports.json"


def last_export(archive: Path, named: str, state: str) -> Path | None:
    """The last export of a name where it is still there and was made from this state."""
    found = _read(archive).get(named)
    if found is None or found.get("state") != state:
        return None
    path = Path(found.get("path", ""))
    return path if path.exists() else None


def keep_export(archive: Path, named: str, state: str, path: Path) -> None:
    """Keeps what an export was made from. Raises ``StorageUnavailable``."""
    home = home_beside(archive)
    hidden = home / f"{_FILE}.{os.getpid()}"
    try:
        home.mkdir(parents=True, exist_ok=True)
        hidden.write_text(json.dumps({**_read(archive), named: {"state": state, "path": str(path)}}), "utf-8")
        hidden.replace(home / _FILE)
    except OSError as error:
        raise StorageUnavailable(f"what the export was made from could not be put down in {home}: {error.strerror}") from None


def _read(archive: Path) -> Mapping[str, dict[str, str]]:
    try:
        found = json.loads((home_beside(archive) / _FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    plain = found if isinstance(found, dict) else {}
    return {str(name): one for name, one in plain.items() if isinstance(one, dict)}
