"""The tables. ``ledger`` is insert-only; all others are projections of ledger and WARCs.

Times are UTC text ending in Z, which sorts as time does. ``NULL`` means nobody knows. A table or column
that is added here reaches older databases by itself (see ``storage.migrations``): new columns take
NULL or have a server default. What an engine needs beside tables is in ``storage.engines``.
"""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
)

from storage.columns import Integer, Key, String, Text

SCHEMA_VERSION = 6

metadata = MetaData()

_Item = TypeVar("_Item", Index, UniqueConstraint)


def _only(engine: str, item: _Item) -> _Item:
    """An index or constraint that one engine alone gets."""
    item.info["engine"] = engine
    item.ddl_if(dialect=engine)
    return item


def is_for(item: Index, engine: str) -> bool:
    """Whether an engine gets an index."""
    return bool(item.info.get("engine", engine) == engine)


settings = Table(
    "settings",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)

segments = Table(
    "segments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    # everything below this offset is committed; above it recovery decides
    Column("committed", Integer, nullable=False, default=0),
    # the warcinfo record that members written now refer to
    Column("warcinfo", String),
)

# where segments are known to be besides the folder, read back from there. Not in the WARCs, not rebuilt.
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

# copies of the archive, by the name they were given
replicas = Table(
    "replicas",
    metadata,
    Column("name", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("segments", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("copied_at", String),
    Column("checked_at", String),
    Column("outcome", String, nullable=False),
    Column("entry", String, nullable=False),
)

members = Table(
    "members",
    metadata,
    Column("record_id", String, primary_key=True),
    Column("segment", Integer, ForeignKey("segments.id"), nullable=False),
    Column("offset", Integer, nullable=False),
    Column("length", Integer, nullable=False),
    Column("type", String, nullable=False),
    # SHA-256 of the compressed bytes: finds flips that gzip's own checks cannot
    Column("sha256", LargeBinary, nullable=False),
    UniqueConstraint("segment", "offset"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("entry", String, nullable=False, unique=True),
    Column("chain", String, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("previous", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("at", String, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    UniqueConstraint("chain", "seq"),
    UniqueConstraint("chain", "previous"),
    CheckConstraint("seq > 0"),
    Index("ledger_at", "at"),
)

captures = Table(
    "captures",
    metadata,
    Column("id", String, primary_key=True),
    Column("origin_key", Key, nullable=False, unique=True),
    Column("basis", String, nullable=False),
    Column("url", String),
    Column("url_key", Key),
    Column("final_url", String),
    Column("at", String),
    Column("received_at", String, nullable=False),
    Column("status", Integer),
    Column("media_type", String),
    Column("payload_digest", String, nullable=False),
    Column("length", Integer, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Column("digest", String, nullable=False),
    # the ledger entry that says what became of it; NULL until one does
    Column("entry", String),
    Column("record", String),
    Column("version", Integer),
    Index("captures_payload", "payload_digest"),
    Index("captures_url", "url_key"),
    Index("captures_record", "record"),
)

records = Table(
    "records",
    metadata,
    Column("id", String, primary_key=True),
    Column("url", String),
    Column("headline", Text),
    Column("publisher", String),
    Column("publisher_key", Key),
    Column("section", String),
    Column("language", String),
    Column("date_published", String),
    Column("date_earliest", String),
    Column("date_latest", String),
    # the day of publication as the publisher printed it; NULL where the date is coarser, or none
    Column("day", String),
    Column("versions", Integer, nullable=False),
    Column("latest_version", Integer, nullable=False),
    Column("first_seen", String),
    Column("last_seen", String),
    Column("received_at", String, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Index("records_received", "received_at", "id"),
    Index("records_publisher", "publisher_key"),
    Index("records_date", "date_earliest"),
    Index("records_day", "day", "date_earliest"),
)

aliases = Table(
    "aliases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record", String, nullable=False),
    Column("url", String, nullable=False),
    Column("key", Key, nullable=False),
    Column("how", String, nullable=False),
    Column("since", String, nullable=False),
    # addresses have any length, which PostgreSQL's indexes have not; the writer looks before it adds one
    _only("sqlite", UniqueConstraint("record", "url")),
    Index("aliases_key", "key"),
    Index("aliases_record", "record"),
)

versions = Table(
    "versions",
    metadata,
    Column("record", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("strand", String, nullable=False),
    Column("capture", String, nullable=False),
    Column("basis", String, nullable=False),
    Column("observed_at", String),
    Column("received_at", String, nullable=False),
    Column("entry", String, nullable=False),
)

readings = Table(
    "readings",
    metadata,
    Column("record", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("agent", Text, nullable=False),
    Column("release", String, nullable=False),
    Column("release_facts", Text),
    Column("capture", String, nullable=False),
    Column("recorded_at", String, nullable=False),
    Column("payload", String, nullable=False),
    Column("digest", String, nullable=False),
    # model.change.signature of the article: readings of one release compare by it
    Column("signature", String, nullable=False),
    Column("article", LargeBinary, nullable=False),
    Column("entry", String, nullable=False),
)

observations = Table(
    "observations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("version", Integer),
    Column("strand", String, nullable=False),
    Column("observed_at", String),
    Column("recorded_at", String, nullable=False),
    Column("capture", String),
    Column("status", Integer),
    Column("same_as", Integer),
    Column("entry", String, nullable=False),
    Index("observations_record", "record", "observed_at"),
)

changes = Table(
    "changes",
    metadata,
    Column("record", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("before", Integer, nullable=False),
    Column("seen_at", String),
    Column("not_seen_before", String),
    Column("substantive", Boolean, nullable=False),
    Column("fields", Text, nullable=False),
    Index("changes_seen", "seen_at"),
)

# what a search for changed:FIELD asks
changed_fields = Table(
    "changed_fields",
    metadata,
    Column("record", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("field", String, primary_key=True),
    Index("changed_fields_field", "field"),
)

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record", String, nullable=False),
    Column("version", Integer, nullable=False),
    # author | affiliation | creator | agency | provider, and who or what it belongs to
    Column("part", String, nullable=False),
    Column("name", Text, nullable=False),
    Column("key", Key, nullable=False),
    Column("of", Text),
    Index("people_key", "part", "key"),
    Index("people_version", "record", "version"),
)

relations = Table(
    "relations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record", String, nullable=False),
    Column("relation", String, nullable=False),
    Column("to", String, nullable=False),
    # model.identity.alias_key of ``to`` where that is an address
    Column("to_key", Key),
    Column("since", String, nullable=False),
    _only("sqlite", UniqueConstraint("record", "relation", "to")),
    Index("relations_record", "record"),
    Index("relations_to", "to_key"),
)

labels = Table(
    "labels",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record", String, nullable=False),
    Column("kind", String, nullable=False),  # collection | note
    Column("text", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("at", String, nullable=False),
    Index("labels_record", "record"),
    _only("sqlite", Index("labels_text", "kind", "text")),
    _only("postgresql", Index("labels_hash", "text", postgresql_using="hash")),
)

# what is in force, but for restrictions whose time has passed
restrictions = Table(
    "restrictions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("until", String),
    Column("agent", Text, nullable=False),
    Column("at", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("entry", String, nullable=False),
    UniqueConstraint("record", "scope"),
)

# near-duplicate signatures (model.likeness): versions that share a band may be copies of one text
likeness = Table(
    "likeness",
    metadata,
    Column("record", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("signature", LargeBinary, nullable=False),
    *(Column(f"band{n}", BigInteger, nullable=False, index=True) for n in range(8)),
)

# looks that a release compared with their version: what reprocess need not read twice. Those that
# reprocess itself compared are not in the WARCs and not rebuilt.
compared = Table(
    "compared",
    metadata,
    Column("capture", String, primary_key=True),
    Column("release", String, primary_key=True),
)

# image files kept for a version, by the addresses that its article names
images = Table(
    "images",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("capture", String, nullable=False),
    Index("images_version", "record", "version"),
    Index("images_capture", "capture"),
)

# feeds, sitemaps and section pages that are looked at
watches = Table(
    "watches",
    metadata,
    Column("url", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("name", String),
    Column("every", BigInteger, nullable=False),  # seconds
    Column("since", String, nullable=False),
)

# what the last look at a watch left behind. Not in the WARCs, not rebuilt.
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

# addresses that a watch listed, and what became of each. Not in the WARCs, not rebuilt.
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

# when a piece is looked at again (``due`` NULL: never), and how the last look ended. Not in the WARCs, not rebuilt.
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

# the last round of each flow. Not in the WARCs, not rebuilt.
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

# which fields a site's pages used to have, and the last few have. Not in the WARCs, not rebuilt.
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

# processes that ask hosts just now; one that stops counting is dead (storage.leases). Not in the WARCs, not rebuilt.
workers = Table(
    "workers",
    metadata,
    Column("id", String, primary_key=True),
    Column("beats", BigInteger, nullable=False),
    # whether it takes part in work that is shared out
    Column("shares", Boolean, nullable=False),
)

# which worker may ask a host, and the rest that the host is owed since the last request. Not in the WARCs, not rebuilt.
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

# who is told of changes: those seen since ``since`` that are not in ``told_changes``. Not in the WARCs, not rebuilt.
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

# changes that a listener was told of (``tries`` 0), or failed to take so many times. Not in the WARCs, not rebuilt.
told_changes = Table(
    "told_changes",
    metadata,
    Column("listener", String, primary_key=True),
    Column("change", String, primary_key=True),  # model.changes.ChangeLine.id
    Column("seen_at", String, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("given_up", Boolean, nullable=False),
)

# one row a version; its id sorts as results do (storage.indexing), its words are the engine's to keep
search = Table(
    "search_rows",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record", String, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("record", "version"),
)
