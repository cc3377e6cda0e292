"""The corrections that a plain text announces: a wire's notes in brackets, a paper's note below the text."""

from __future__ import annotations

from extractors.field import shorten
from extractors.fields.corrections import LONGEST, date_in, kind_of
from extractors.text.lines import Copy
from model.article import Correction, Evidence, How


def read(copy: Copy, language: str | None, evidence: dict[str, Evidence]) -> tuple[Correction, ...]:
    """The notices in reading order, each once."""
    found: list[Correction] = []
    for line in copy.lines:
        kind = kind_of(line.text, language) if len(line.text) <= LONGEST else None
        if kind is None or line.kind in {"title", "byline", "caption"} or any(c.text == line.text for c in found):
            continue
        evidence[f"/corrections/{len(found)}"] = Evidence("corrections.printed", How.INFERRED, line.where, shorten(line.text))
        found.append(Correction(line.text, kind, date_in(line.text, language)))
    return tuple(found)
