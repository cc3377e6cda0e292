"""The pictures of a plain text: captions with their credits, each once however often copied."""

from __future__ import annotations

from extractors.field import shorten
from extractors.fields.captions import Split, is_credit, split_caption
from extractors.fields.credits import Credit, parse_credit
from extractors.fields.names import key
from extractors.text.line import Line
from extractors.text.lines import Copy
from model.article import Evidence, How, Image


def read(copy: Copy, language: str | None, evidence: dict[str, Evidence]) -> tuple[Image, ...]:
    """One image for each caption; the copy with a credit is the one that is kept."""
    found: list[tuple[Line, str | None, Credit | None]] = []
    for line in copy.lines:
        if line.kind != "caption":
            continue
        parts = split_caption(line.text, language)
        if parts.credit is None and is_credit(line.text, language, strict=True):
            parts = Split(None, parse_credit(line.text, language))
        stem = key(parts.caption or "")[:60]
        known = next((i for i, (_, caption, _c) in enumerate(found) if stem and key(caption or "")[:60] == stem), None)
        if known is None and parts.caption is None and found and found[-1][2] is None:
            found[-1] = (found[-1][0], found[-1][1], parts.credit)
        elif known is None and not (parts.caption is None and any(_same(c, parts.credit) for _l, _t, c in found)):
            found.append((line, parts.caption, parts.credit))
        elif known is not None and found[known][2] is None and parts.credit is not None:
            found[known] = (line, parts.caption, parts.credit)
    images: list[Image] = []
    for number, (line, caption, credit) in enumerate(found):
        evidence[f"/images/{number}"] = Evidence("images.caption", How.MARKED, line.where, shorten(line.text))
        said = credit or Credit()
        images.append(
            Image(
                caption=caption,
                credit_line=said.credit_line,
                creators=said.creators,
                agencies=said.agencies,
                kind=said.kind,
                copyright_notice=said.copyright_notice,
                license=said.license,
            )
        )
    return tuple(images)


def _same(a: Credit | None, b: Credit | None) -> bool:
    return a is not None and b is not None and a.credit_line == b.credit_line
