"""A source that something was said of before it was fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """An address, and what is kept in its capture's context: ``{"feed": ...}`` is what a watch's listing said of it."""

    url: str
    context: Mapping[str, object]
