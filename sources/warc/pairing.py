"""Records that belong together: an answer, the request it answers, what its archive noted of it."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sources.warc.records import Record

ANSWERS = frozenset({"response", "revisit", "resource", "arc"})
FACTS = "urn:pressmark:capture:"
_REQUESTS = 32


@dataclass(frozen=True, slots=True)
class Hop:
    """One answer with its request, where the file has it. ``facts`` are those of a capture that
    another Pressmark archive kept, ``facts_record`` the record they stand in.
    """

    answer: Record
    request: Record | None = None
    facts: Mapping[str, Any] | None = None
    facts_record: Record | None = None

    @property
    def records(self) -> tuple[Record, ...]:
        """The foreign records of it, in the order of the exchange."""
        return tuple(r for r in (self.request, self.answer, self.facts_record) if r is not None)


class Pairing:
    """Hands each answer on when the records behind it are known not to belong to it.

    Requests are found by ``WARC-Concurrent-To`` in either direction, else by address and time;
    a request far away from its answer is not looked for, so that memory stays flat.
    """

    def __init__(self) -> None:
        self._requests: deque[Record] = deque(maxlen=_REQUESTS)
        self._last: Hop | None = None

    def feed(self, record: Record) -> Hop | None:
        """Takes the next record of the file; the answer that is complete now."""
        if record.kind in ANSWERS:
            done, self._last = self._last, Hop(record, self._request_for(record))
            return done
        if record.kind == "request" and record.whole:
            if self._last is not None and self._last.request is None and _are_one(record, self._last.answer):
                self._last = replace(self._last, request=record)
            else:
                self._requests.append(record)
        elif self._last is not None and is_facts(record, self._last.answer):
            self._last = with_facts(self._last, record)
        return None

    def end(self) -> Hop | None:
        """The last answer."""
        done, self._last = self._last, None
        return done

    def _request_for(self, answer: Record) -> Record | None:
        found = next((r for r in reversed(self._requests) if _are_one(r, answer)), None)
        if found is not None:
            self._requests.remove(found)
        return found


def is_facts(record: Record, answer: Record) -> bool:
    """Whether a record is what a Pressmark archive noted of the capture that ends with ``answer``."""
    identity = (answer.id or "").removeprefix("urn:uuid:")
    return record.kind == "metadata" and bool(identity) and record.url == FACTS + identity and record.whole


def with_facts(hop: Hop, record: Record) -> Hop:
    """The hop with what its archive noted; without it where that cannot be read."""
    try:
        facts = json.loads(record.block)
    except (ValueError, RecursionError):
        return hop
    return replace(hop, facts=facts, facts_record=record) if isinstance(facts, dict) else hop


def _are_one(request: Record, answer: Record) -> bool:
    named = {value.strip("<>") for r in (request, answer) for key, value in r.fields if key == "warc-concurrent-to"}
    if named & {request.id, answer.id}:
        return True
    return not named and request.url == answer.url and request.get("warc-date") == answer.get("warc-date")
