"""Foreign records as one capture: dates, addresses and bytes theirs, nothing of it believed unchecked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from model.capture import Basis, Capture, Exchange, Fidelity, Import, Truncated, digest_of
from model.clean import clean_text
from model.edtf import parse_utc, utc_text
from model.errors import Unreadable
from model.identity import without_credentials
from sources.http.signals import signals_of
from sources.warc.digests import agrees
from sources.warc.maker import Maker
from sources.warc.message import Message, is_web_address, message_of
from sources.warc.pairing import Hop
from sources.warc.records import Record, as_text

SUPPLIED = "urn:pressmark:supplied:"
_OUR_TOKEN = "pressmark"
_CLOCKS_APART = timedelta(days=1)
_SAID = ("feed", "saved")
_DEEPEST = 8
_FIRST_YEAR = 1990
_DATE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Payload:
    """The body that a revisit stands for: as the entity it is, and in chunks where it was kept so."""

    entity: bytes
    framed: bytes | None
    head: bytes


def capture_of(hops: Sequence[Hop], maker: Maker, received_at: datetime, payload: Payload | None = None) -> Capture:
    """The capture that a chain of answers is, the last of them being the copy.

    ``payload`` is what a revisit refers to. Raises ``Unreadable`` for a date that cannot be,
    for what is no HTTP message, and for bytes that are not those that the record's digests
    are of; then with ``capture``, because they can be kept all the same.
    """
    last = proven(hops[-1], payload)
    hops = (*hops[:-1], last)
    answer, facts = last.answer, last.facts or {}
    at = _moment(answer, received_at)
    capture = Capture(
        basis=Basis.IMPORTED,
        origin_key=_origin_key(answer, facts),
        received_at=received_at,
        at=at,
        url=_address(hops[0].answer.url),
        final_url=_address(answer.url),
        imported=_import(hops, maker),
        truncated=_truncated(answer),
        context=_context(facts),
    )
    if message_of(answer.block) is None and answer.kind in {"resource", "arc"}:
        capture = _as_resource(capture, answer, facts)
    else:
        exchanges = (*(_exchange(hop, received_at) for hop in hops[:-1]), _exchange(last, received_at, payload))
        signals = tuple(sorted({*signals_of(exchanges[-1], _OUR_TOKEN), *_texts(facts.get("signals"))}))
        said = _media_type(exchanges[-1])
        basis = Basis.SUPPLIED if maker.by_hand else capture.basis
        capture = replace(capture, basis=basis, exchanges=exchanges, media_type=said or None, signals=signals)
    problem = _digest_problem(answer, payload)
    if problem is not None:
        error = Unreadable(f"{problem}: the record is damaged or not what it says; it is kept, not read", member=name_of(answer))
        error.capture = capture
        raise error
    return capture


def proven(hop: Hop, payload: Payload | None = None) -> Hop:
    """The hop with what its archive noted only where that is of these very bytes: of their digest, and so is an
    origin key that names one. Anything else would let a file speak for captures that are not in it.
    """
    if hop.facts is None:
        return hop
    message = message_of(hop.answer.block)
    body = payload.entity if payload is not None else message.entity if message is not None else hop.answer.block
    digest, key = digest_of(body), hop.facts.get("origin_key")
    own = not isinstance(key, str) or not key.startswith("file:") or key.startswith(f"file:{digest}|")
    return hop if own and hop.facts.get("payload_digest") == digest else replace(hop, facts=None)


def name_of(record: Record) -> str:
    """What to call a record: its id, else its address and date."""
    return record.id or f"{without_credentials(record.url)} {record.get('warc-date')}"


def _as_resource(capture: Capture, answer: Record, facts: Mapping[str, Any]) -> Capture:
    """A copy without HTTP: a resource of an address, or what a person gave another Pressmark archive."""
    stated = (answer.get("content-type") or "").partition(";")[0].strip().lower()
    capture = replace(capture, supplied=answer.block, media_type=stated or None)
    if not answer.url.startswith(SUPPLIED):
        return capture
    url = facts.get("url") if facts else answer.url.removeprefix(SUPPLIED)
    url = _address(url) if isinstance(url, str) and is_web_address(url) else None
    named, moment = facts.get("filename"), facts.get("at")
    filename = clean_text(named) if isinstance(named, str) else None
    # without what that archive noted, its date may be that of receipt only
    at = capture.at if moment else None
    return replace(capture, basis=Basis.SUPPLIED, url=url, final_url=url, filename=filename, at=at)


def _exchange(hop: Hop, received_at: datetime, payload: Payload | None = None) -> Exchange:
    answer = hop.answer
    message = message_of(answer.block)
    if message is None and payload is not None and not answer.block.strip():
        message = message_of(payload.head)  # a revisit may have no header of its own
    if message is None:
        raise Unreadable("the record holds no HTTP answer", member=name_of(answer))
    entity, framed = message.entity, message.framed
    if payload is not None:
        entity, framed = payload.entity, payload.framed if message.chunked else None
    protocols = [value for key, value in answer.fields if key == "warc-protocol"]
    return Exchange(
        url=_address(answer.url),
        request=hop.request.block if hop.request is not None else b"",
        head=message.head,
        entity=entity,
        status=message.status,
        at=_moment(answer, received_at),
        ip=_one_word(answer.get("warc-ip-address")),
        protocol="h2" if "h2" in protocols else "http/1.1",
        tls=_tls(protocols, answer.get("warc-cipher-suite")),
        truncated=_truncated(answer),
        framed=framed,
    )


def _moment(record: Record, received_at: datetime) -> datetime:
    stated = record.get("warc-date") or ""
    found = _DATE.fullmatch(stated.strip())
    try:
        at = parse_utc(found[1][:26].upper() + (found[2] or "Z").upper()) if found else None
    except ValueError:
        at = None
    if at is None:
        raise Unreadable(f"the record states no date that can be ({stated[:30] or 'none'})", member=name_of(record))
    if at.year < _FIRST_YEAR:
        raise Unreadable(f"the record is dated before the web ({utc_text(at)[:10]})", member=name_of(record))
    if at > received_at + _CLOCKS_APART:
        raise Unreadable(f"the record is dated in the future ({utc_text(at)[:10]})", member=name_of(record))
    return at.astimezone(UTC)


def _digest_problem(answer: Record, payload: Payload | None) -> str | None:
    block = answer.get("warc-block-digest")
    if answer.kind == "revisit":
        block = None  # wget states that of no bytes at all; what counts is the payload it stands for
    if block and agrees(block, answer.block) is False:
        return "the block does not have the digest that its record states"
    stated = answer.get("warc-payload-digest")
    if not stated or _truncated(answer) is not None:
        return None
    message = message_of(answer.block)
    if payload is not None:
        bodies = [payload.entity, payload.framed]
    elif message is not None:
        bodies = [message.body, message.entity]
    else:
        bodies = [answer.block]
    if any(agrees(stated, body) is not False for body in bodies if body is not None):
        return None
    return "the payload does not have the digest that its record states"


def _import(hops: Sequence[Hop], maker: Maker) -> Import:
    last = hops[-1]
    answer, before = last.answer, (last.facts or {}).get("imported")
    fidelity = Fidelity.UNKNOWN if maker.by_browser or answer.kind == "resource" else Fidelity.RAW
    name = maker.name
    if isinstance(before, dict) and before.get("fidelity") in set(Fidelity):
        # another Pressmark archive had it from elsewhere: what was rewritten stays so
        fidelity, name = Fidelity(before["fidelity"]), f"{before.get('archive')}, by way of {name}"
    return Import(
        archive=clean_text(name),
        fidelity=fidelity,
        record_id=clean_text(answer.id) if answer.id else None,
        digest=clean_text(answer.get("warc-payload-digest") or "") or None,
        kind=answer.kind,
        headers=tuple(clean_text(as_text(record.head)) for hop in hops for record in hop.records),
    )


def _origin_key(answer: Record, facts: Mapping[str, Any]) -> str:
    ours = facts.get("origin_key")
    if isinstance(ours, str) and ours:
        return clean_text(ours)  # one key for one capture, through however many archives it came
    identity = answer.id or f"{_address(answer.url)}|{answer.get('warc-date')}"
    return f"import:{clean_text(identity)}|{digest_of(answer.block)}"


def _context(facts: Mapping[str, Any]) -> dict[str, object]:
    """What another archive noted beside a capture. What its listing and its saved page said is evidence here, too; what it did
    itself (set robots.txt aside, look for an image) is told as its own doing and never taken for ours.
    """
    noted = _noted(facts.get("context"), _DEEPEST)
    if not isinstance(noted, dict):
        return {}
    said: dict[str, object] = {k: noted[k] for k in _SAID if isinstance(noted.get(k), dict)}
    if isinstance(said.get("saved"), dict) and not all(isinstance(v, str) for v in noted["saved"].values()):
        del said["saved"]
    others = {k: v for k, v in noted.items() if k not in said}
    return {**said, "elsewhere": others} if others else said


def _noted(value: object, deep: int) -> Any:
    """A value of foreign JSON as one that can be kept: no floats, no text that no encoder takes, at most ``deep`` levels."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, float):
        return str(value)
    if not isinstance(value, (dict, list)):
        return value
    if not deep:
        return None
    if isinstance(value, dict):
        return {clean_text(k): _noted(v, deep - 1) for k, v in value.items()}
    return [_noted(v, deep - 1) for v in value]


def _texts(value: object) -> list[str]:
    return [clean_text(v) for v in value if isinstance(v, str)] if isinstance(value, list) else []


def _truncated(record: Record) -> Truncated | None:
    stated = record.get("warc-truncated")
    if stated is None or record.kind == "revisit":  # that its payload is left out is what a revisit is
        return None
    return Truncated(stated) if stated in set(Truncated) else Truncated.UNSPECIFIED


def _tls(protocols: Sequence[str], suite: str | None) -> str | None:
    version = next((p for p in protocols if p.startswith("tls/")), None)
    return f"{version.replace('tls/', 'TLSv')} {suite or ''}".strip() if version else None


def _media_type(exchange: Exchange) -> str:
    return clean_text(Message(exchange.head, b"", exchange.status).media_type)


def _address(url: str) -> str:
    return clean_text(without_credentials(url))


def _one_word(text: str | None) -> str | None:
    return clean_text(text) if text and not any(c.isspace() for c in text) else None
