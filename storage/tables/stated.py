"""What the ledger states, row by row; all of it can be worked out again from the ledger and the WARCs."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Table, UniqueConstraint

from storage.columns import Integer, Key, String, Text
from storage.tables.base import metadata, only

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
    # how many the latest version names; NULL where nobody counted (an older database)
    Column("authors", Integer),
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
    only("sqlite", UniqueConstraint("record", "url")),
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
    only("sqlite", UniqueConstraint("record", "relation", "to")),
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
    only("sqlite", Index("labels_text", "kind", "text")),
    only("postgresql", Index("labels_hash", "text", postgresql_using="hash")),
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

# one row a version; its id sorts as results do (storage.indexing), its words are the engine's to keep
search = Table(
    "search_rows",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record", String, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("record", "version"),
)
