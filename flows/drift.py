"""Whether a site's pages suddenly lack a field that they used to have: its mark-up has changed, or our reading broke.

Plain functions. A page stands in the last ``WINDOW`` before it counts as what used to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flows.shards import host_of
from model.article import Article
from model.edtf import utc_text
from model.record import Outcome, Result
from storage import Archive
from storage.rounds import Rate

WINDOW = 10
BEFORE_LEAST = 20
USED_TO = 0.8
LOST_BELOW = 0.3

_NEWS = frozenset({Outcome.NEW, Outcome.CHANGED})


@dataclass(frozen=True, slots=True)
class Lost:
    """``field`` stands on ``now`` of a site's last ``WINDOW`` pages; before, it stood on ``before`` of them (both 0 to 1)."""

    site: str
    field: str
    before: float
    now: float

    @property
    def line(self) -> str:
        """One line for people."""
        named = self.field.replace("_", " ")
        return (
            f"{self.site}: {named} on {self.now:.0%} of the last {WINDOW} pages, {self.before:.0%} before: look at how it is read"
        )


def lacking(article: Article) -> dict[str, bool]:
    """Which of the fields that most pieces have it has not."""
    return {
        "headline": not article.headline,
        "authors": not article.authors,
        "date_published": not article.date_published,
        "body": not article.body,
        "images": not article.images,
    }


def missing(archive: Archive, results: Iterable[Result]) -> dict[str, list[dict[str, bool]]]:
    """By site, what each piece that was new or changed lacks."""
    sites: dict[str, list[dict[str, bool]]] = {}
    for result in results:
        if result.outcome in _NEWS and result.record and result.version:
            for article in archive.rounds.articles([(result.record, result.version)]):
                sites.setdefault(host_of(result.url or result.source), []).append(lacking(article))
    return sites


def watch_for(archive: Archive, sites: dict[str, list[dict[str, bool]]], now: datetime) -> list[Lost]:
    """Puts pages down to their sites; what is found lost by that, each loss once until it is back."""
    if not sites:
        return []
    known = archive.rounds.rates(sites)
    kept: list[Rate] = []
    lost: list[Lost] = []
    for site, pages in sites.items():
        for field in pages[0]:
            rate = known.get((site, field), Rate(site, field))
            for page in pages:
                rate = _with(rate, not page[field])
            found = judge(rate)
            if found is not None and rate.lost_at is None:
                lost.append(found)
                rate = replace(rate, lost_at=utc_text(now))
            elif found is None and rate.lost_at is not None and _share(rate.recent) >= USED_TO:
                rate = replace(rate, lost_at=None)
            kept.append(rate)
    archive.rounds.keep_rates(kept, known)
    return lost


def judge(rate: Rate) -> Lost | None:
    """Whether a field that a site's pages used to have is lost."""
    if rate.pages < BEFORE_LEAST or len(rate.recent) < WINDOW:
        return None
    before, now = rate.had / rate.pages, _share(rate.recent)
    return Lost(rate.site, rate.field, before, now) if before >= USED_TO and now < LOST_BELOW else None


def _with(rate: Rate, has: bool) -> Rate:
    recent = rate.recent + ("1" if has else "0")
    if len(recent) <= WINDOW:
        return replace(rate, recent=recent)
    oldest, recent = recent[0], recent[1:]
    if rate.lost_at is not None and oldest == "0":  # what is lost does not become what used to be
        return replace(rate, recent=recent)
    return replace(rate, recent=recent, pages=rate.pages + 1, had=rate.had + (oldest == "1"))


def _share(recent: str) -> float:
    return recent.count("1") / len(recent) if recent else 1.0


def table_rows(sites: dict[str, list[dict[str, bool]]]) -> Sequence[tuple[str, str, int, int]]:
    """(site, field, pages that lack it, pages), where any does."""
    rows = [(site, field, sum(p[field] for p in pages), len(pages)) for site, pages in sites.items() for field in pages[0]]
    return sorted((row for row in rows if row[2]), key=lambda row: (-row[2], row[0], row[1]))
