"""Digests as WARC files state them: ``sha1:`` and Base32, and whatever else is in use."""

from __future__ import annotations

import base64
import hashlib

_KNOWN = {"sha1": "sha1", "sha-1": "sha1", "sha256": "sha256", "sha-256": "sha256", "sha512": "sha512", "md5": "md5"}


def agrees(stated: str, data: bytes) -> bool | None:
    """Whether bytes have a stated digest; ``None`` where it is of a kind that is not known here."""
    name, _, value = stated.strip().partition(":")
    algorithm = _KNOWN.get(name.lower())
    if algorithm is None or not value:
        return None
    found = hashlib.new(algorithm, data, usedforsecurity=False).digest()
    wanted = value.strip().strip("=").lower()
    return wanted in {found.hex(), base64.b32encode(found).decode().strip("=").lower()}


def normal(stated: str | None) -> str | None:
    """One spelling of a stated digest, to look it up by: the name in small letters, hexadecimal figures too."""
    if not stated or ":" not in stated:
        return None
    name, _, value = stated.strip().partition(":")
    return f"{name.lower()}:{value.strip().lower()}"
