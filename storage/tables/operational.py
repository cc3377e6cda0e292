"""What work leaves behind and needs: in no WARC, not rebuilt, not checked."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Table

from storage.columns import Integer, Key, String, Text
from storage.tables.base import metadata

settings = Table(
    "settings",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)

# where segments are known to be besides the folder, read back from there
places = Table(
    "places",
    metadata,
    # a path or s3://BUCKET/PREFIX, without credentials
    Column("place", String, primary_key=True),
    Column("segment", String, primary_key=True),
    Column("length", Integer, nullable=False),
    Column("sha256", String, nullable=False),
    Column("read_at", String, nullable=False),
)

# looks that a release compared with their version: what reprocess need not read twice. Those that
# reprocess itself compared are not in the WARCs and not rebuilt
compared = Table(
    "compared",
    metadata,
    Column("capture", String, primary_key=True),
    Column("release", String, primary_key=True),
)

# what the last look at a watch left behind
watch_states = Table(
    "watch_states",
    metadata,
    Column("url", String, primary_key=True),
    Column("looked_at", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("reason", Text),
    Column("shape", String),
    Column("due", String, nullable=False),
    Column("sick", Integer, nullable=False),
    Column("gaps", Integer, nullable=False),
    Column("gap_at", String),
    Column("listed", Integer, nullable=False),
    Column("listed_at", String),
    # validators and digests by document, as JSON
    Column("pages", Text, nullable=False),
    Index("watch_states_due", "due"),
)

# addresses that a watch listed, and what became of each
watch_items = Table(
    "watch_items",
    metadata,
    Column("watch", String, primary_key=True),
    # model.identity.alias_key of the address
    Column("key", String, primary_key=True),
    Column("url", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("first_seen", String, nullable=False),
    Column("seen_at", String, nullable=False),
    Column("place", Integer, nullable=False),
    Column("context", Text),
    Column("tries", Integer, nullable=False),
    Column("due", String),
    Column("reason", Text),
    Index("watch_items_key", "key"),
    Index("watch_items_state", "state", "watch"),
    Index("watch_items_seen", "watch", "seen_at"),
)

# when a piece is looked at again (``due`` NULL: never), and how the last look ended
revisits = Table(
    "revisits",
    metadata,
    Column("record", String, primary_key=True),
    Column("url", Text, nullable=False),
    Column("looked_at", String, nullable=False),
    Column("due", String),
    Column("outcome", String),
    Column("reason", Text),
    Column("sick", Integer, nullable=False),
    Column("given_up", Boolean, nullable=False),
    Index("revisits_due", "due"),
    Index("revisits_sick", "sick"),
)

# the last round of each flow
rounds = Table(
    "rounds",
    metadata,
    Column("flow", String, primary_key=True),
    Column("began_at", String, nullable=False),
    Column("ended_at", String),
    Column("said", Text),
    Column("gaps", Integer, nullable=False),
    Column("gap_since", String),
    Column("gap_until", String),
)

# which fields a site's pages used to have, and the last few have
field_rates = Table(
    "field_rates",
    metadata,
    Column("site", Key, primary_key=True),
    Column("field", String, primary_key=True),
    Column("pages", BigInteger, nullable=False),
    Column("had", BigInteger, nullable=False),
    # 1 or 0 a page, the newest last
    Column("recent", String, nullable=False),
    Column("lost_at", String),
)

# processes that ask hosts just now; one that stops counting is dead (storage.leases).
workers = Table(
    "workers",
    metadata,
    Column("id", String, primary_key=True),
    Column("beats", BigInteger, nullable=False),
    # whether it takes part in work that is shared out
    Column("shares", Boolean, nullable=False),
)

# which worker may ask a host, and the rest that the host is owed since the last request
leases = Table(
    "leases",
    metadata,
    Column("host", String, primary_key=True),
    Column("worker", String),
    # by the database's clock, in milliseconds since 1970, and milliseconds
    Column("rests_from", BigInteger, nullable=False),
    Column("rest", BigInteger, nullable=False),
    Index("leases_worker", "worker"),
)

# who is told of changes: those seen since ``since`` that are not in ``told_changes``
listeners = Table(
    "listeners",
    metadata,
    Column("name", String, primary_key=True),
    Column("since", String, nullable=False),
    Column("told", Integer, nullable=False),
    Column("told_at", String),
    Column("failing_since", String),
    Column("reason", Text),
)

# changes that a listener was told of (``tries`` 0), or failed to take so many times
told_changes = Table(
    "told_changes",
    metadata,
    Column("listener", String, primary_key=True),
    Column("change", String, primary_key=True),  # model.changes.ChangeLine.id
    Column("seen_at", String, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("given_up", Boolean, nullable=False),
)
