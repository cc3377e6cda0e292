"""A capture: one copy of one resource as the archive received it, before and after keeping.

"As sent" means: header bytes as received, except that Transfer-Encoding is renamed to
``X-Archive-Orig-Transfer-Encoding`` because the entity is kept de-chunked; the entity's
Content-Encoding is kept; HTTP/2 headers are a rendering, marked by ``protocol``.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\n]{0,1000})?\r?\n")


class Basis(StrEnum):
    """How the archive came by a copy."""

    FETCHED = "fetched"  # we asked the server
    IMPORTED = "imported"  # from another archive's WARC or Memento
    SUPPLIED = "supplied"  # a person gave a file or text


class Fidelity(StrEnum):
    """Whether an imported copy is what the server sent."""

    RAW = "raw"
    REWRITTEN = "rewritten"
    UNKNOWN = "unknown"


class Truncated(StrEnum):
    """Why a payload ends early (WARC 1.1 ``WARC-Truncated``)."""

    LENGTH = "length"
    TIME = "time"
    DISCONNECT = "disconnect"
    UNSPECIFIED = "unspecified"


@dataclass(frozen=True)
class Exchange:
    """One request and its response: one hop of a fetch.

    ``request`` is the bytes sent, empty where an imported copy came without its request.
    ``head`` is status line and header bytes up to and including the empty line; ``entity``
    is the de-chunked, still content-encoded body.
    ``ip`` is the address connected to. ``protocol`` is ``http/1.1`` or ``h2``; ``tls`` such
    as ``TLSv1.3 TLS_AES_256_GCM_SHA384``, ``None`` without TLS. ``status`` is the code.
    ``clock_offset`` is how many whole seconds the server's ``Date`` is ahead of our clock
    when the answer came; ``None`` where it has none.
    ``framed`` is the body as another archive's record holds it where that is the entity in
    chunks (RFC 9112, 7.1), which are kept with an imported copy; ``None`` everywhere else.
    """

    url: str
    request: bytes
    head: bytes
    entity: bytes
    status: int
    at: datetime
    ip: str | None = None
    protocol: str = "http/1.1"
    tls: str | None = None
    truncated: Truncated | None = None
    clock_offset: int | None = None
    framed: bytes | None = None

    @cached_property
    def digest(self) -> str:
        """``sha256:`` and hex of the entity."""
        return digest_of(self.entity)


@dataclass(frozen=True, slots=True)
class Import:
    """Where an imported copy was before: who made it, and the foreign record.

    ``digest`` is the payload digest that record states, unaltered. ``kind`` is what it was
    (``response``, ``revisit``, ``resource``, ``arc``, ``memento``), ``headers`` the header lines
    of every foreign record that the copy is made of, verbatim, a hop's request before its answer.
    """

    archive: str
    fidelity: Fidelity
    record_id: str | None = None
    digest: str | None = None
    kind: str | None = None
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Capture:
    """One copy of one resource, ready to be kept.

    ``url`` is what was asked for (or what a person says the copy is of; ``None`` where
    nobody said). ``final_url`` is where redirects ended. ``at`` is the capture time (UTC);
    ``None`` for a supplied copy whose time nobody stated. ``received_at`` is when this
    archive got it. ``exchanges`` are the hops, the last one being the copy; empty for a
    supplied copy, whose bytes are ``supplied``. ``origin_key`` makes taking it twice
    harmless: two captures with one key are one capture. ``signals`` are wishes of the
    server such as ``robots: noarchive`` or ``tdm-reservation: 1``. ``context`` is what a
    feed or sitemap said of it, as plain JSON values. ``filename`` is the bare name of a
    supplied file, never a path.
    """

    basis: Basis
    origin_key: str
    received_at: datetime
    at: datetime | None = None
    url: str | None = None
    final_url: str | None = None
    exchanges: tuple[Exchange, ...] = ()
    supplied: bytes = b""
    media_type: str | None = None
    filename: str | None = None
    imported: Import | None = None
    truncated: Truncated | None = None
    signals: tuple[str, ...] = ()
    context: dict[str, object] = field(default_factory=dict)

    @property
    def status(self) -> int | None:
        """HTTP status of the last hop; ``None`` for a supplied copy."""
        return self.exchanges[-1].status if self.exchanges else None

    @property
    def entity(self) -> bytes:
        """The payload as kept: still content-encoded where it was fetched."""
        return self.exchanges[-1].entity if self.exchanges else self.supplied

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Header fields of the last hop, in order, as Latin-1 text; none for supplied copies."""
        return parse_head(self.exchanges[-1].head) if self.exchanges else ()

    @cached_property
    def payload_digest(self) -> str:
        """``sha256:`` and hex of the payload as kept."""
        return self.exchanges[-1].digest if self.exchanges else digest_of(self.supplied)


def digest_of(data: bytes | memoryview) -> str:
    """``sha256:`` and lower-case hex: the one form of digest in this project."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def dechunked(body: bytes) -> bytes | None:
    """The entity of a chunked body (RFC 9112, 7.1): as far as it goes where it breaks off, ``None``
    where it is not in chunks at all, as where another archive kept the header and undid the coding.
    """
    parts: list[bytes] = []
    position = 0
    while line := _CHUNK.match(body, position):
        size = int(line[1], 16)
        if size == 0:
            return b"".join(parts)
        position = line.end() + size
        parts.append(body[line.end() : position])
        position += 2 if body[position : position + 2] == b"\r\n" else 1 if body[position : position + 1] == b"\n" else 0
    return b"".join(parts) if parts else None


def parse_head(head: bytes) -> tuple[tuple[str, str], ...]:
    """Header fields of a response head, folded lines joined; malformed lines passed over."""
    fields: list[tuple[str, str]] = []
    for line in head.decode("latin-1").split("\n")[1:]:
        line = line.rstrip("\r")
        if line[:1] in {" ", "\t"} and fields:
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {line.strip()}")
        elif ":" in line:
            name, _, value = line.partition(":")
            fields.append((name.strip(), value.strip()))
    return tuple(fields)


def header(fields: tuple[tuple[str, str], ...], name: str) -> str | None:
    """The first value of a header field, by name in any case."""
    wanted = name.lower()
    return next((v for k, v in fields if k.lower() == wanted), None)
