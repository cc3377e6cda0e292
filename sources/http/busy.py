"""Answers that ask us to come back later."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

from model.capture import Exchange, header, parse_head

ASKING_TO_WAIT = frozenset({429, 503})
LONGEST = 7 * 86_400.0  # a slip of the pen must not silence a host for years


def retry_after(exchange: Exchange) -> float | None:
    """Seconds from the request on that Retry-After asks for (RFC 9110, 10.2.3), a week at most, or ``None``."""
    value = (header(parse_head(exchange.head), "retry-after") or "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), LONGEST)
    try:
        moment = parsedate_to_datetime(value)
        wait = (moment.replace(tzinfo=moment.tzinfo or UTC) - exchange.at).total_seconds()
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, wait), LONGEST)
