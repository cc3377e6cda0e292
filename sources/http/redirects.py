"""Where a redirect leads."""

from __future__ import annotations

import httpx2

from model.capture import Exchange, header, parse_head
from model.errors import BadCall
from sources.http.guard import parse_url

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def redirect_target(exchange: Exchange) -> httpx2.URL | None:
    """The next URL, or ``None`` where the answer is not a redirect or names no target.

    Raises ``Refused`` for a target that is never fetched (another scheme, credentials)
    and ``BadCall`` for one that is no URL.
    """
    if exchange.status not in _REDIRECTS:
        return None
    location = (header(parse_head(exchange.head), "location") or "").strip()
    if not location:
        return None
    raw = location.encode("latin-1")
    try:
        text = raw.decode("utf-8")  # not allowed in a header, and often sent
    except UnicodeDecodeError:
        text = location
    try:
        return parse_url(str(httpx2.URL(exchange.url).join(text)))
    except (httpx2.InvalidURL, ValueError) as error:
        raise BadCall(f"{exchange.url} redirects to what is no address ({error})", url=exchange.url) from error
