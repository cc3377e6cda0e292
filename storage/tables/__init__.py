"""The tables. ``ledger`` is insert-only; all others are projections of ledger and WARCs.

Times are UTC text ending in Z, which sorts as time does. ``NULL`` means nobody knows. A table or column
that is added here reaches older databases by itself (see ``storage.migrations``): new columns take
NULL or have a server default. What an engine needs beside tables is in ``storage.engines``.
"""

from __future__ import annotations

from storage.tables.base import SCHEMA_VERSION, is_for, metadata
from storage.tables.kept import captures, holes, is_met, is_said, ledger, lost, members, segments
from storage.tables.operational import (
    compared,
    field_rates,
    leases,
    listeners,
    places,
    revisits,
    rounds,
    settings,
    told_changes,
    watch_items,
    watch_states,
    workers,
)
from storage.tables.stated import (
    aliases,
    changed_fields,
    changes,
    images,
    labels,
    likeness,
    observations,
    people,
    readings,
    records,
    relations,
    replicas,
    restrictions,
    search,
    versions,
    watches,
)

__all__ = [
    "SCHEMA_VERSION",
    "aliases",
    "captures",
    "changed_fields",
    "changes",
    "compared",
    "field_rates",
    "holes",
    "images",
    "is_for",
    "is_met",
    "is_said",
    "labels",
    "leases",
    "ledger",
    "likeness",
    "listeners",
    "lost",
    "members",
    "metadata",
    "observations",
    "people",
    "places",
    "readings",
    "records",
    "relations",
    "replicas",
    "restrictions",
    "revisits",
    "rounds",
    "search",
    "segments",
    "settings",
    "told_changes",
    "versions",
    "watch_items",
    "watch_states",
    "watches",
    "workers",
]
