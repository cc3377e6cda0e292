"""When a plain text was published: a printed date, the dateline's day, the day in its address."""

from __future__ import annotations

from datetime import datetime, timedelta

from extractors import printed_dates
from extractors.field import shorten
from extractors.text import address
from extractors.text.lines import Copy
from model.article import Dateline, Evidence, How
from model.edtf import parse_edtf


def published(
    copy: Copy,
    dateline: Dateline | None,
    url: str | None,
    captured_at: datetime | None,
    language: str | None,
    evidence: dict[str, Evidence],
) -> str | None:
    """The date as EDTF; ``XXXX-12-18`` where neither text nor address says the year.

    A day in the address stands for the printed one where the two agree, and is the evidence
    for its year. A date after the capture is nobody's.
    """
    said = address.day(url)
    candidates: list[tuple[str, Evidence]] = []
    for line in copy.lines[: copy.first]:
        if line.kind not in {"date", "byline", "text"} or len(line.text) > 160:
            continue
        for found in printed_dates.find(line.text, language):
            if found.label != "updated":
                quote = line.text[found.start : found.end]
                candidates.append((found.edtf, Evidence("date_published.printed", How.MARKED, line.where, shorten(quote))))
    if dateline and dateline.date:
        candidates.append((dateline.date, evidence["/dateline"]))
    if said:
        from_address = Evidence("date_published.address", How.INFERRED, f"url:{said[1]}", said[1])
        candidates.append((said[0], from_address))
    candidates = [c for c in candidates if not _future(c[0], captured_at)]
    whole = [c for c in candidates if not c[0].startswith("XXXX")]
    for value, proof in whole or candidates:
        evidence["/date_published"] = proof
        return value
    return None


def _future(value: str, captured_at: datetime | None) -> bool:
    earliest = parse_edtf(value).earliest
    return captured_at is not None and earliest is not None and earliest - captured_at > timedelta(days=1)
