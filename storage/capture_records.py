"""A capture as WARC records, and back.

A fetched capture is a ``request``/``response`` pair a hop; where the last payload is already
held for the same address, the last response is an ``identical-payload-digest`` revisit. A
supplied one is a ``resource`` record under a ``urn:pressmark:`` address, never an invented
response. An imported one has the blocks of the foreign records as they were, chunks
included, under their own dates and addresses. Beside them stands one ``metadata`` record with the capture's facts (format 1,
frozen): canonical JSON whose digest the ledger commits to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from model.canonical import canonical_json, plain_of
from model.capture import Basis, Capture, Exchange, Fidelity, Import, Truncated, dechunked, digest_of
from model.edtf import parse_utc, utc_text
from model.errors import Damaged, NewerFormat
from storage.warc import Draft, Member, urn

FORMAT = 1
_CAPTURE = "urn:pressmark:capture:"
REVISIT = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"


@dataclass(frozen=True, slots=True)
class Earlier:
    """A response whose payload is already held: its record's id, address and date, and where
    in its block the payload begins (bytes)."""

    record_id: str
    uri: str
    date: str
    payload_offset: int


@dataclass(frozen=True, slots=True)
class CaptureDrafts:
    """The records of one capture; the facts come last, so that they prove it is whole."""

    id: str
    facts: bytes
    records: tuple[Draft, ...]

    @property
    def digest(self) -> str:
        """The digest of the facts, which the ledger commits to."""
        return digest_of(self.facts)


def draft_capture(capture: Capture, new_id: Callable[[], str], earlier: Earlier | None = None) -> CaptureDrafts:
    """The WARC records of a capture. Its id is the UUID of its main record."""
    last = len(capture.exchanges) - 1
    hops = [_hop(exchange, new_id, earlier if n == last else None) for n, exchange in enumerate(capture.exchanges)]
    drafts = [draft for hop in hops for draft in hop] or [_resource(capture, new_id())]
    main = drafts[-1]
    facts = _facts(capture, main.id, hops, drafts, earlier)
    record = facts_draft(new_id(), main.id, facts, utc_text(capture.received_at))
    return CaptureDrafts(main.id, facts, (*drafts, record))


def facts_draft(record_id: str, capture: str, facts: bytes, received_at: str) -> Draft:
    """The record that holds a capture's facts."""
    extra = (("WARC-Concurrent-To", urn(capture)),)
    return Draft("metadata", record_id, received_at, facts, "application/json", f"{_CAPTURE}{capture}", extra)


def is_facts(member: Member) -> bool:
    """True for the record that holds a capture's facts."""
    return is_facts_uri(member.type, member.headers.get("warc-target-uri", ""))


def is_facts_uri(kind: str, uri: str) -> bool:
    """The same by a record's type and address."""
    return kind == "metadata" and uri.startswith(_CAPTURE)


def earlier_of(facts: dict[str, Any]) -> Earlier | None:
    """What a revisit of this capture's payload refers to; ``None`` where there is nothing to.

    Never another revisit: replay looks for the payload at the date that is referred to.
    """
    if not facts["hops"] or facts["truncated"] or not facts["length"]:
        return None
    hop = facts["hops"][-1]
    if hop["payload_record"] != hop["response"] or hop.get("framing"):
        return None
    return Earlier(hop["payload_record"], hop["url"], hop["at"], hop["payload_offset"])


def parse_facts(data: bytes) -> dict[str, Any]:
    """The facts of a capture. Raises ``NewerFormat`` or ``Damaged``."""
    try:
        facts: dict[str, Any] = plain_of(data)
        newer = facts["pressmark"] > FORMAT
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(f"bytes that should be a capture's facts are none ({type(error).__name__})") from error
    if newer:
        raise NewerFormat("a capture was kept by a newer Pressmark: open the archive with that release")
    return facts


def restore_capture(facts: dict[str, Any], read: Callable[[str], Member]) -> Capture:
    """The capture that its facts describe; ``read`` gives a record by its UUID.

    Raises ``Damaged`` where a record is missing or not readable.
    """
    moment = facts["at"]
    supplied = b"" if facts["hops"] else read(facts["id"]).block
    capture = Capture(
        basis=Basis(facts["basis"]),
        origin_key=facts["origin_key"],
        received_at=parse_utc(facts["received_at"]),
        at=parse_utc(moment) if moment else None,
        url=facts["url"],
        final_url=facts["final_url"],
        exchanges=tuple(_restore_exchange(hop, read) for hop in facts["hops"]),
        supplied=supplied,
        media_type=facts["media_type"],
        filename=facts["filename"],
        imported=import_of(facts),
        truncated=Truncated(facts["truncated"]) if facts["truncated"] else None,
        signals=tuple(facts["signals"]),
        context=facts["context"],
    )
    if capture.payload_digest != facts["payload_digest"]:
        raise Damaged(
            f"the bytes of capture {facts['id']} are not those that were taken in; restore its WARC segment from a copy"
        )
    return capture


def import_of(facts: dict[str, Any]) -> Import | None:
    """Where a copy was before, as its facts say."""
    plain = facts["imported"]
    return plain and Import(
        plain["archive"],
        Fidelity(plain["fidelity"]),
        plain["record_id"],
        plain["digest"],
        plain.get("kind"),
        tuple(plain.get("headers", ())),
    )


def _import_facts(made: Import) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "archive": made.archive,
        "fidelity": made.fidelity.value,
        "record_id": made.record_id,
        "digest": made.digest,
    }
    if made.kind:
        plain["kind"] = made.kind
    if made.headers:
        plain["headers"] = list(made.headers)
    return plain


def _hop(exchange: Exchange, new_id: Callable[[], str], earlier: Earlier | None) -> list[Draft]:
    """The records of one exchange, the response last. A request that nobody has is not invented."""
    request_id, response_id = new_id(), new_id()
    date = utc_text(exchange.at)
    common: list[tuple[str, str]] = [("WARC-IP-Address", exchange.ip)] if exchange.ip else []
    drafts: list[Draft] = []
    extra = list(common)
    if exchange.framed is None:  # over chunks, tools disagree what the payload is; the block has a digest
        extra.append(("WARC-Payload-Digest", exchange.digest))
    if exchange.request:
        concurrent = (*common, ("WARC-Concurrent-To", urn(response_id)))
        content_type = "application/http;msgtype=request"
        drafts.append(Draft("request", request_id, date, exchange.request, content_type, exchange.url, concurrent))
        extra.append(("WARC-Concurrent-To", urn(request_id)))
    extra.append(("WARC-Protocol", exchange.protocol))
    if exchange.tls:
        version, _, suite = exchange.tls.partition(" ")
        extra.append(("WARC-Protocol", version.lower().replace("tlsv", "tls/")))
        extra += [("WARC-Cipher-Suite", suite)] if suite else []
    if exchange.truncated:
        extra.append(("WARC-Truncated", exchange.truncated.value))
    kind, block = "response", exchange.head + (exchange.entity if exchange.framed is None else exchange.framed)
    if earlier is not None:
        kind, block = "revisit", exchange.head
        extra += [
            ("WARC-Profile", REVISIT),
            ("WARC-Refers-To", urn(earlier.record_id)),
            ("WARC-Refers-To-Target-URI", earlier.uri),
            ("WARC-Refers-To-Date", earlier.date),
        ]
    content_type = "application/http;msgtype=response"
    return [*drafts, Draft(kind, response_id, date, block, content_type, exchange.url, tuple(extra))]


def _resource(capture: Capture, record_id: str) -> Draft:
    truncated = (("WARC-Truncated", capture.truncated.value),) if capture.truncated else ()
    imported = capture.basis is Basis.IMPORTED  # another archive had it as a resource of that address
    return Draft(
        "resource",
        record_id,
        utc_text(capture.at or capture.received_at),
        capture.supplied,
        capture.media_type or "application/octet-stream",
        capture.url if imported and capture.url else f"urn:pressmark:supplied:{capture.url or record_id}",
        (("WARC-Payload-Digest", capture.payload_digest), *truncated),
    )


def _facts(capture: Capture, capture_id: str, hops: list[list[Draft]], drafts: list[Draft], earlier: Earlier | None) -> bytes:
    return canonical_json(
        {
            "pressmark": FORMAT,
            "id": capture_id,
            "basis": capture.basis.value,
            "origin_key": capture.origin_key,
            "url": capture.url,
            "final_url": capture.final_url,
            "at": _time(capture.at),
            "received_at": utc_text(capture.received_at),
            "status": capture.status,
            "media_type": capture.media_type,
            "filename": capture.filename,
            "imported": _import_facts(capture.imported) if capture.imported else None,
            "truncated": capture.truncated.value if capture.truncated else None,
            "signals": list(capture.signals),
            "context": capture.context,
            "payload_digest": capture.payload_digest,
            "length": len(capture.entity),
            "payload_record": earlier.record_id if earlier else capture_id,
            "records": [{"id": d.id, "type": d.type, "digest": d.digest} for d in drafts],
            "hops": [_hop_facts(*pair, earlier) for pair in zip(capture.exchanges, hops, strict=True)],
        }
    )


def _hop_facts(exchange: Exchange, drafts: list[Draft], earlier: Earlier | None) -> dict[str, Any]:
    response = drafts[-1]
    held = earlier if response.type == "revisit" else None
    framing = {"framing": "chunked"} if exchange.framed is not None else {}
    return framing | {
        "url": exchange.url,
        "request": drafts[0].id if len(drafts) > 1 else None,
        "response": response.id,
        "payload_record": held.record_id if held else response.id,
        "payload_offset": held.payload_offset if held else len(exchange.head),
        "head_length": len(exchange.head),
        "at": utc_text(exchange.at),
        "status": exchange.status,
        "ip": exchange.ip,
        "protocol": exchange.protocol,
        "tls": exchange.tls,
        "truncated": exchange.truncated.value if exchange.truncated else None,
        "clock_offset": exchange.clock_offset,
    }


def _restore_exchange(hop: dict[str, Any], read: Callable[[str], Member]) -> Exchange:
    response = read(hop["response"])
    head = response.block[: hop["head_length"]]
    holder = response if hop["payload_record"] == hop["response"] else read(hop["payload_record"])
    body = holder.block[hop["payload_offset"] :]
    framed = body if hop.get("framing") else None
    entity = body if framed is None else dechunked(framed)
    if entity is None:
        raise Damaged(f"the body of record {hop['response']} is not in chunks any more; restore its WARC segment from a copy")
    return Exchange(
        url=hop["url"],
        request=read(hop["request"]).block if hop["request"] else b"",
        head=head,
        entity=entity,
        status=hop["status"],
        at=parse_utc(hop["at"]),
        ip=hop["ip"],
        protocol=hop["protocol"],
        tls=hop["tls"],
        truncated=Truncated(hop["truncated"]) if hop["truncated"] else None,
        clock_offset=hop.get("clock_offset"),
        framed=framed,
    )


def _time(moment: datetime | None) -> str | None:
    return utc_text(moment) if moment else None
