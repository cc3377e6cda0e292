"""The ledger: what the archive decided or observed, as chained entries (format 1, frozen).

An entry's bytes are canonical JSON; its digest is the SHA-256 of exactly these bytes, which
are the block of its WARC ``metadata`` record and stand in the database unchanged. Each
entry names the digest of the one before it in its chain, the first one the genesis digest
of the chain. One chain a record, and one for the archive itself.

Entries hold decisions and digests, never content: articles and what persons state lie in
WARC records of their own, which an entry names by id and digest, so that content can be
purged under authority and the chain still verifies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from model.canonical import canonical_json, plain_of
from model.capture import digest_of
from model.errors import Damaged, NewerFormat
from model.fields import Fields

FORMAT = 1


class Kind(StrEnum):
    """What an entry says. Bodies are described beside each kind.

    ``capture`` is always ``{id, digest}``: the capture's id and the digest of its facts.
    ``payload`` is ``{id, digest, length}`` of a WARC record that holds content.
    """

    # in the chain of a record
    # number, capture, observed_at|null, strand, aliases[{url, how}], reading{number, payload, release, release_id};
    # same_as where the capture was a check of that version until another state became known before it;
    # corrects where a newer reading showed that the capture, told as a check of that version, was not one
    VERSION = "version"
    # version, number, capture, payload, release|null, release_id; a person's reading has agent.type person,
    # release_id "stated", and its payload is what was stated (model.statement)
    READING = "reading"
    ALIAS = "alias"  # url, how
    # version, capture, observed_at|null, strand, result: same | not_modified, release_id: what compared it;
    # capture is null for not_modified, and for a page that was read the same and not kept: payload_digest is its then;
    # corrects as in a version
    CHECK = "check"
    ABSENCE = "absence"  # capture, observed_at, strand, status: a 404 or soft 404, not yet a withdrawal
    WITHDRAWAL = "withdrawal"  # capture, observed_at, strand, status, absences
    RELATION = "relation"  # relation: same_as | moved_to | split_from | syndicated_from, to: a record id or a URL
    NOTE = "note"  # payload
    COLLECTION = "collection"  # name, member: true | false, payload of the reason where one was given
    RESTRICTION = "restriction"  # scope, until|null, lifted: true | false, payload of the reason
    IMAGE = "image"  # capture, version, url: an image file kept for a version, at the address that its article names
    # in the archive's chain
    ARCHIVE = "archive"  # created, format: always the first entry of the archive's chain
    HELD = "held"  # capture, reason, code, record|null, outcome: kept, but not an article to version
    VOID = "void"  # entries[{id, digest}], reason: written but never in force
    FIXITY = "fixity"  # scope, checked, findings
    # type (PREMIS), detail, outcome, subject: the capture it concerns; in a record's chain where it concerns that;
    # replication: detail{copy: its name, kind: folder | s3, segments, bytes, checked: all of it was read back, written:
    # [{segment, length, sha256}], mended[], left[]: segments}; recovery: detail{mended: [{segment, spans: [[offset,
    # length]], copy: folder | s3 | database}], left: how many things nobody had};
    # loss, what a rebuild went on without: detail{entries, captures: how many are lost, holes: [[chain, first, last]],
    # facts: [capture], records: those that no version is left of, files, where there are such: [[segment, bytes that a
    # check once read]]}, up to a thousand of each in one
    EVENT = "event"
    WATCH = "watch"  # url, kind: feed | sitemap | section, name|null, action: added | removed, every|null (seconds)


class AgentType(StrEnum):
    """PREMIS agent types used here."""

    SOFTWARE = "software"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Agent(Fields):
    """Who or what did it. ``version`` is a release's; persons have none."""

    type: AgentType
    name: str
    version: str | None = None

    def to_json(self) -> dict[str, Any]:
        """``{type, name, version}``."""
        return {"type": self.type.value, "name": self.name, "version": self.version}


_KINDS = frozenset(k.value for k in Kind)
_AGENTS = frozenset(a.value for a in AgentType)


@dataclass(frozen=True, slots=True)
class Entry(Fields):
    """One ledger entry. ``id`` is a UUID (also its WARC record id); ``chain`` a record id or
    the archive id; ``seq`` counts from 1 in its chain; ``previous`` is the digest of the
    entry before; ``at`` is when the archive wrote it (UTC text with Z).
    """

    id: str
    kind: Kind
    chain: str
    seq: int
    previous: str
    at: str
    agent: Agent
    body: Mapping[str, Any]

    def encode(self) -> bytes:
        """The canonical bytes that are chained and kept."""
        return canonical_json(
            {
                "pressmark": FORMAT,
                "id": self.id,
                "kind": self.kind.value,
                "chain": self.chain,
                "seq": self.seq,
                "previous": self.previous,
                "at": self.at,
                "agent": self.agent.to_json(),
                "body": self.body,
            }
        )


def decode(data: bytes) -> Entry:
    """Reads an entry's bytes.

    Raises ``NewerFormat`` for a later format or a kind this release does not know, and
    ``Damaged`` for bytes that are no entry.
    """
    try:
        plain = plain_of(data)
        newer = plain["pressmark"] > FORMAT or plain["kind"] not in _KINDS
        if newer or plain["agent"]["type"] not in _AGENTS:
            raise NewerFormat("a ledger entry was written by a newer Pressmark: open the archive with that release")
        agent = plain["agent"]
        return Entry(
            id=plain["id"],
            kind=Kind(plain["kind"]),
            chain=plain["chain"],
            seq=plain["seq"],
            previous=plain["previous"],
            at=plain["at"],
            agent=Agent(AgentType(agent["type"]), agent["name"], agent["version"]),
            body=plain["body"],
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Damaged(f"bytes that should be a ledger entry are none ({type(error).__name__})") from error


def genesis(chain: str) -> str:
    """What the first entry of a chain names as ``previous``: a constant, never NULL."""
    return digest_of(f"pressmark ledger genesis {chain}".encode())
