"""Answers that ask us to come back later."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

from model.capture import Exchange, header, parse_head

ASKING_TO_WAIT = frozenset({429, 503})


def retry_after(exchange: Exchange) -> float | None:
    """Seconds from the request on that Retry-After asks for (RFC 9110, 10.2.3), or ``None``."""
    value = (header(parse_head(exchange.head), "retry-after") or "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - exchange.at).total_seconds())
