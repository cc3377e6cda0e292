"""What lies where in the WARCs, the ledger and the captures: the catalogue of the preservation files."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    UniqueConstraint,
    and_,
    text,
)

from storage.columns import Integer, Key, String
from storage.tables.base import metadata

_MET = text("seq = 1 AND kind = 'version'")
_SAID = text("kind IN ('collection', 'restriction', 'watch')")

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
    # when pieces were met, and what persons said: asked for without walking through all entries
    Index("ledger_met", "at", "chain", sqlite_where=_MET, postgresql_where=_MET),
    Index("ledger_said", "kind", "chain", "entry", sqlite_where=_SAID, postgresql_where=_SAID),
)

# places in chains that no WARC had an entry for when the database was made anew, or one that comes to nothing as what it
# speaks of is lost: gone for good, unless a copy turns up
holes = Table(
    "holes",
    metadata,
    Column("chain", String, primary_key=True),
    Column("first", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

# what entries name and no WARC had then: captures whose facts, and content records that are lost
lost = Table("lost", metadata, Column("id", String, primary_key=True))


def is_met() -> ColumnElement[bool]:
    """Whether an entry of the ledger is the first of a piece's chain: in these words, so that its index is found."""
    return and_(_MET)


def is_said() -> ColumnElement[bool]:
    """The same of entries by which persons restrict and gather, and watch."""
    return and_(_SAID)


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
