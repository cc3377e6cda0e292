"""What a person does to a record: amends, notes, gathers, restricts. Each an entry with its agent.

Runs inside the writer's transaction. What is stated (values, notes, reasons) lies in content
records of its own; the ledger holds that it was stated, when, by whom, and its digest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from model.amendable import said
from model.canonical import canonical_json
from model.collection import check_collection_name
from model.edtf import utc_text
from model.errors import BadCall, NotFound
from model.given import check_text
from model.ledger import Agent, AgentType, Kind
from model.record import Scope
from model.statement import Statement, state, stated_pointers
from storage import content, tables
from storage.decide import Hands, Kept
from storage.known import STATED, next_reading, read_as, spoken_of
from storage.restrictions import is_hidden, restrictions_of

if TYPE_CHECKING:
    from storage.writer import Writer


class Hand:
    """A named person at work on an open archive. Each call is one transaction, acknowledged when it returns.

    Raises ``BadCall`` for a nameless one, and for what cannot be done; then nothing is.
    """

    def __init__(self, writer: Writer, name: str) -> None:
        check_text("a person's name", name)
        if not name.strip():
            raise BadCall("nobody is named: set PRESSMARK_OPERATOR, or give --by NAME")
        self._writer = writer
        self._agent = Agent(AgentType.PERSON, " ".join(name.split()))

    def amend(
        self, record: str, version: int | None, values: Mapping[str, Any], clear: Sequence[str] = (), *, reason: str
    ) -> tuple[int, int]:
        """States values for fields of a version, by JSON pointer; see ``amend`` below and ``model.statement``."""
        now = self._writer.now()
        return self._writer.act(self._agent, lambda hands: amend(hands, record, version, values, clear, reason, now))

    def note(self, record: str, text: str) -> bool:
        """Keeps a remark with a record; false where the very same is there."""
        return self._writer.act(self._agent, lambda hands: note(hands, record, text))

    def collect(self, records: Sequence[str], name: str, *, member: bool = True, reason: str | None = None) -> list[str]:
        """Puts records into a collection or takes them out; those for which that was news."""
        return self._writer.act(self._agent, lambda hands: collect(hands, records, name, member=member, reason=reason))

    def restrict(self, record: str, scope: Scope, *, reason: str, until: datetime | None = None) -> None:
        """Restricts what is shown of a record, for ever or up to and with a moment."""
        end = utc_text(until) if until else None
        self._writer.act(self._agent, lambda hands: restrict(hands, record, scope, end, reason))

    def lift(self, record: str, scope: Scope | None = None, *, reason: str) -> list[str]:
        """Lifts the restrictions of a record, or the one of a scope; which they were."""
        return self._writer.act(self._agent, lambda hands: lift(hands, record, scope, reason))

    def looked(self, records: Sequence[str], reason: str) -> None:
        """Says in the ledger that this person was shown restricted content, and why."""
        self._writer.act(self._agent, lambda hands: looked(hands, records, reason))

    def gave_out(self, format: str, query: str | None, reason: str) -> None:
        """Says in the ledger that this person exports what publishers reserved, too, and why."""
        self._writer.act(self._agent, lambda hands: gave_out(hands, format, query, reason))


def amend(
    hands: Hands, record: str, version: int | None, values: Mapping[str, Any], clear: Sequence[str], reason: str, now: datetime
) -> tuple[int, int]:
    """States values for fields of a version (bare: the latest); version and number of the new reading.

    Raises ``BadCall`` for a place that the version has not or nobody stated, ``NotFound``. Restricted content is amended as any
    other is, and no error says what is in it.
    """
    check_text("an amendment", values, clear, reason)
    hands.take_up(record)
    version = _version(hands, record, version)
    read = read_as(hands.tx, record, version)
    if read is None:
        raise NotFound(f"{record} has no version {version}")
    known = stated_pointers(spoken_of(hands.tx, record, version))
    for pointer in clear:
        if not any(p == pointer or p.startswith(pointer + "/") for p in known):
            raise BadCall(f"nobody stated {said(pointer)} of {record}@{version}, so there is nothing to take back")
    closed = is_hidden(restrictions_of(hands.tx, record, now))
    made = state(read.article, values, clear, reason, discreet=closed)
    number = next_reading(hands.tx, record, version)
    body = {"version": version, "number": number, "capture": _capture(hands, record, version)}
    body |= {"payload": _keep(hands, record, made), "release": None, "release_id": STATED}
    hands.write(Kind.READING, record, body)
    return version, number


def note(hands: Hands, record: str, text: str) -> bool:
    """Keeps a remark with a record; false where the very same is there. Raises ``BadCall`` for an empty one."""
    check_text("a note", text)
    if not text.strip():
        raise BadCall("an empty note says nothing: write it behind the record")
    hands.take_up(record)
    if _is_labelled(hands, record, "note", text):
        return False
    payload = hands.keep(f"{content.NOTE}{record}", canonical_json({"text": text}))
    hands.write(Kind.NOTE, record, {"payload": payload})
    return True


def collect(hands: Hands, records: Sequence[str], name: str, *, member: bool, reason: str | None) -> list[str]:
    """Puts records into a collection, or takes them out; those for which that was news. Raises ``BadCall``."""
    if member or not name.strip():  # a record can leave a collection whatever it is called
        check_collection_name(name)
    check_text("a collection's name or reason", name, reason)
    for record in records:
        hands.take_up(record)
    changed = [r for r in dict.fromkeys(records) if _is_labelled(hands, r, "collection", name) is not member]
    for record in changed:
        body: dict[str, Any] = {"name": name, "member": member}
        if reason:
            body["payload"] = _keep(hands, record, Statement(reason=reason))
        hands.write(Kind.COLLECTION, record, body)
    return changed


def restrict(hands: Hands, record: str, scope: Scope, until: str | None, reason: str) -> None:
    """Restricts what is shown of a record, instead of an earlier restriction of this scope. Raises ``BadCall``."""
    check_text("a reason", reason)
    if not reason.strip():
        raise BadCall("a restriction needs a reason: --reason WHY")
    payload = _keep(hands, record, Statement(reason=reason.strip()))
    body = {"scope": scope.value, "until": until, "lifted": False, "payload": payload}
    hands.write(Kind.RESTRICTION, record, body)


def lift(hands: Hands, record: str, scope: Scope | None, reason: str) -> list[str]:
    """Lifts the restrictions of a record, or the one of a scope; what was lifted. Raises ``BadCall`` where there is none."""
    check_text("a reason", reason)
    if not reason.strip():
        raise BadCall("lifting a restriction needs a reason: --reason WHY")
    hands.take_up(record)
    t = tables.restrictions.c
    scopes = sorted(hands.tx.execute(select(t.scope).where(t.record == record)).scalars())
    lifted = [s for s in scopes if scope is None or s == scope.value]
    if not lifted:
        raise BadCall(f"{record} is not restricted{f' in {scope.value}' if scope else ''}, so there is nothing to lift")
    for name in lifted:
        payload = _keep(hands, record, Statement(reason=reason.strip()))
        hands.write(Kind.RESTRICTION, record, {"scope": name, "until": None, "lifted": True, "payload": payload})
    return lifted


def looked(hands: Hands, records: Sequence[str], reason: str) -> None:
    """Says in the ledger that somebody was shown restricted content, and why."""
    check_text("a reason", reason)
    for record in records:
        body = {"type": "dissemination", "outcome": "success", "detail": {"reason": reason}, "subject": None}
        hands.write(Kind.EVENT, record, body)


def gave_out(hands: Hands, format: str, query: str | None, reason: str) -> None:
    """Says in the ledger that what publishers reserved is exported, too. Raises ``BadCall`` for no reason."""
    check_text("a reason", reason)
    if not reason.strip():
        raise BadCall("exporting what publishers reserved needs a reason: --include-reserved WHY")
    detail = {"reason": reason.strip(), "format": format, "query": query}
    body = {"type": "dissemination", "outcome": "success", "detail": detail, "subject": None}
    hands.write(Kind.EVENT, hands.archive, body)


def _keep(hands: Hands, record: str, statement: Statement) -> dict[str, Any]:
    return hands.keep(f"{content.STATEMENT}{record}", canonical_json(statement.to_json()))


def _version(hands: Hands, record: str, version: int | None) -> int:
    if version is not None:
        return version
    r = tables.records.c
    return int(hands.tx.execute(select(r.latest_version).where(r.id == record)).scalar_one())


def _capture(hands: Hands, record: str, version: int) -> dict[str, Any]:
    v, c = tables.versions.c, tables.captures.c
    query = select(c.id, c.digest).join_from(tables.versions, tables.captures, v.capture == c.id)
    row = hands.tx.execute(query.where(v.record == record, v.number == version)).one()
    return Kept(row.id, row.digest).to_json()


def _is_labelled(hands: Hands, record: str, kind: str, text: str) -> bool:
    t = tables.labels.c
    query = select(t.id).where(t.record == record, t.kind == kind, t.text == text)
    return hands.tx.execute(query).first() is not None
