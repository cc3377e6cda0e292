"""``ingest --memento``: what is to be taken from another web archive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from model.edtf import parse_edtf
from model.errors import BadCall
from pressmark.cli.references import parse_moment

if TYPE_CHECKING:
    from sources.memento import Wish


def parse_wish(where: str | None, since: str | None, until: str | None, limit: int | None, sources: Sequence[str]) -> Wish | None:
    """The wish that the options say; ``None`` without ``--memento``. Raises ``BadCall`` for what cannot be meant."""
    if where is None:
        if since or until or limit:
            raise BadCall("--from, --to and --limit say which copies --memento takes: name the web archive with it")
        return None
    from sources.memento import Wish
    from sources.memento.copies import LIMIT, asked_at

    for source in sources:
        if source.startswith(("http://", "https://")):
            asked_at(where, source)
    begin = _first_instant(since) if since else None
    end = parse_moment("--to", until) if until else None
    if begin and end and begin > end:
        raise BadCall(f"--from {since} does not lie before --to {until}")
    return Wish(where, begin, end, limit or LIMIT)


def _first_instant(text: str) -> datetime:
    last = parse_moment("--from", text)
    try:
        return parse_edtf(text.strip()).earliest or last
    except ValueError:  # with a fraction of a second, which EDTF does not have
        return last
