"""Addresses of copies in web archives: the raw form of one, and what it is a copy of.

Wayback and everything built like it puts fourteen figures before the address, and gives what
was kept instead of what it makes of it where ``id_`` follows them. RFC 7089 knows no such
thing, so that the answer has to be looked at.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

_COPY = re.compile(r"(?P<before>https?://[^?#]+?/)(?P<stamp>\d{14})(?P<form>[a-z]{2}_)?/(?P<original>\S+)", re.IGNORECASE)
_SCHEME = re.compile(r"https?:/{1,2}", re.IGNORECASE)


def raw_form(uri: str) -> str | None:
    """The address of the copy as it was kept; ``None`` where an archive has no such form that is known."""
    found = _COPY.fullmatch(uri)
    return f"{found['before']}{found['stamp']}id_/{found['original']}" if found else None


def plain_form(uri: str) -> str:
    """One address for a copy in whichever form it is given."""
    found = _COPY.fullmatch(uri)
    return f"{found['before']}{found['stamp']}/{found['original']}" if found else uri


def original_of(uri: str) -> str | None:
    """What a copy's address says it is a copy of."""
    found = _COPY.fullmatch(uri)
    if found is None:
        return None
    original = found["original"]
    scheme = _SCHEME.match(original)
    if scheme is None:
        return f"http://{original}"
    return f"{scheme[0].rstrip('/').lower()}//{original[scheme.end() :]}"


def whole(base: str, target: str) -> str | None:
    """An address completed from another one; ``None`` where it is none."""
    try:
        joined = urljoin(base, target.strip())
        urlsplit(joined)
    except ValueError:
        return None
    return joined


def copy_of_target(uri: str, location: str) -> str | None:
    """Where an archived redirect leads inside its archive; ``None`` where that cannot be told.

    Raw copies have the publisher's own ``Location``, which leads out into today's web.
    """
    target = whole(uri, location)
    if target is None:
        return None
    here, there = urlsplit(uri), urlsplit(target)
    if (here.scheme, here.netloc) == (there.scheme, there.netloc) and (_COPY.fullmatch(target) or not _COPY.fullmatch(uri)):
        return target
    found = _COPY.fullmatch(uri)
    original = original_of(uri)
    if found is None or original is None:
        return None
    inside = (here.scheme, here.netloc) == (there.scheme, there.netloc)  # relative, so to the publisher's address
    wanted = whole(original, location) if inside else target
    return f"{found['before']}{found['stamp']}{found['form'] or ''}/{wanted}" if wanted else None
