"""Content records: what lies in a WARC record of its own and is named by a ledger entry.

Articles (``conversion`` of a capture), notes and what else a person states (``resource``), so
that they can be purged under authority while the chain still verifies.
"""

from __future__ import annotations

from model.article import Article
from model.canonical import canonical_json
from model.ledger import AgentType, Entry, Kind
from model.statement import Statement
from storage.warc import Draft, Member, urn

ARTICLE = "urn:pressmark:article:"
NOTE = "urn:pressmark:note:"
STATEMENT = "urn:pressmark:statement:"

_JSON = "application/json"
_EMPTY_ARTICLE = canonical_json(Article().to_json())
_EMPTY_NOTE = canonical_json({"text": ""})
_EMPTY_STATEMENT = canonical_json(Statement().to_json())


def article_draft(record_id: str, capture: str, block: bytes, date: str, deflated: bytes) -> Draft:
    """The record of an article as read from a capture; ``date`` is UTC text, ``deflated`` as ``warc.Draft`` has it."""
    return Draft(
        "conversion", record_id, date, block, _JSON, f"{ARTICLE}{capture}", (("WARC-Refers-To", urn(capture)),), deflated
    )


def said_draft(record_id: str, uri: str, block: bytes, date: str) -> Draft:
    """The record of what a person states; ``uri`` is ``NOTE`` or ``STATEMENT`` with the id of the record that it is about."""
    return Draft("resource", record_id, date, block, _JSON, uri)


def is_content(member: Member) -> bool:
    """Whether a WARC record holds what a ledger entry names."""
    return is_content_record(member.type, member.headers.get("warc-target-uri", ""))


def is_content_record(kind: str, uri: str) -> bool:
    """The same by a record's type and address."""
    return kind == "conversion" or uri.startswith((NOTE, STATEMENT))


def payload_of(entry: Entry) -> dict[str, str] | None:
    """The content that an entry names (``id``, ``digest``), ``None`` where it names none."""
    found: dict[str, str] | None = entry.body.get("payload") or (entry.body.get("reading") or {}).get("payload")
    return found


def by_person(entry: Entry) -> bool:
    """Whether a reading is a person's: its content is then what was stated, not an article."""
    return entry.kind is Kind.READING and entry.agent.type is AgentType.PERSON


def empty_content(entry: Entry) -> bytes:
    """What stands for content that is lost."""
    if entry.kind is Kind.NOTE:
        return _EMPTY_NOTE
    if by_person(entry) or entry.kind in {Kind.COLLECTION, Kind.RESTRICTION}:
        return _EMPTY_STATEMENT
    return _EMPTY_ARTICLE
