"""Words of datelines, read from ``datelines.toml``: what is no place, days of the week, places."""

from __future__ import annotations

import tomllib
from importlib.resources import files

_TABLE = tomllib.loads((files(__package__) / "datelines.toml").read_text("utf-8"))

LABELS: frozenset[str] = frozenset(_TABLE["labels"])
BEFORE: tuple[str, ...] = tuple(sorted(_TABLE["before"], key=lambda w: (-len(w), w)))
WEEKDAYS: frozenset[str] = frozenset(_TABLE["weekdays"])
PLACES: frozenset[str] = frozenset(_TABLE["places"])
REGIONS: frozenset[str] = frozenset(_TABLE["regions"])
DESKS: frozenset[str] = frozenset(_TABLE["desks"])
SENT: tuple[str, ...] = tuple(sorted(_TABLE["sent"], key=lambda w: (-len(w), w)))
