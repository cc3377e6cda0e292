"""What a capture is good for, before and after it was read: a piece to version, or why not."""

from __future__ import annotations

from dataclasses import dataclass

from extractors.codings import is_cut_off
from extractors.decode import decode_entity
from model.article import Access, Article, Complete, PageType
from model.capture import Capture, Truncated
from model.errors import PressmarkError
from model.identity import went_home
from sources.media_type import MHTML, WEBARCHIVE, media_type_of
from storage import Verdict

READABLE = frozenset({"text/html", "application/xhtml+xml", "text/plain", MHTML, WEBARCHIVE})

_NAMES = {
    "application/pdf": "a PDF document",
    "application/zip": "a ZIP or office document",
    "application/gzip": "a gzip archive",
    "application/warc": "a WARC file",
    "application/octet-stream": "a binary file",
}
_LISTINGS = {
    "application/rss+xml": "a feed",
    "application/atom+xml": "a feed",
    "application/feed+json": "a feed",
    "application/xml": "a feed, a sitemap or other XML",
    "text/xml": "a feed, a sitemap or other XML",
}
_PARTIAL = 206
_GONE = {404: "404 Not Found", 410: "410 Gone"}
_WALLS = {
    Access.CONSENT_WALL: "a consent wall stands before the article",
    Access.BOT_CHECK: "the server asked whether we are a robot instead of showing the page",
}
_CUT = {
    Truncated.LENGTH: "it is larger than the limit; what came before it is kept (PRESSMARK_MAX_BYTES raises the limit)",
    Truncated.TIME: "it took too long; what had come is kept, try again later",
    Truncated.DISCONNECT: "the connection broke off; what had come is kept, try again",
    Truncated.UNSPECIFIED: "it is cut off",
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reason for people and its short stable code."""

    verdict: Verdict
    reason: str | None = None
    code: str | None = None


def before_reading(capture: Capture) -> Judgement | None:
    """Why a capture need not be read; ``None`` where it should be."""
    status = capture.status
    if status in _GONE:
        return Judgement(Verdict.ABSENT, f"the server answered {_GONE[status]}", f"http-{status}")
    if status == _PARTIAL:
        return Judgement(Verdict.FAILED, "the server sent a part of the page only (206), which is kept; try again", "http-206")
    if status is not None and not 200 <= status < 300:
        return Judgement(Verdict.FAILED, f"the server answered {status}, which is no page; its answer is kept", f"http-{status}")
    if capture.truncated is not None:
        foreign = capture.imported is not None
        reason = "the archive it comes from has it cut off; what there is is kept" if foreign else _CUT[capture.truncated]
        return Judgement(Verdict.FAILED, reason, f"truncated-{capture.truncated.value}")
    if went_home(capture.url, capture.final_url):
        return Judgement(Verdict.ABSENT, "the address leads to the site's front page now", "soft-404")
    if not capture.entity.strip():
        return Judgement(Verdict.FAILED, "the server sent an empty page", "empty")
    try:
        body = decode_entity(capture.entity, capture.headers)
    except PressmarkError as error:
        return Judgement(Verdict.FAILED, f"{error}; it is kept as it came", "undecodable")
    if capture.exchanges and is_cut_off(capture.entity, capture.headers):
        return Judgement(
            Verdict.FAILED, "the compressed page is cut off; what had come is kept, try again", "truncated-disconnect"
        )
    kind = media_type_of(body)
    if kind == "text/plain" and capture.exchanges and capture.media_type:
        kind = capture.media_type  # a server's word: JSON and style sheets look like plain text
    if kind in READABLE:
        return None
    if kind in _LISTINGS:
        return Judgement(Verdict.HELD, f"{_LISTINGS[kind]}, no article; to take in what it lists: pressmark watch add", "listing")
    name = _NAMES.get(kind, f"a file of type {kind}")
    return Judgement(Verdict.HELD, f"{name}, not a page: kept as it is, not read", kind.rpartition("/")[2])


def after_reading(article: Article) -> Judgement:
    """What the article says of itself: a piece, a stub, a section page, nothing."""
    if article.access is Access.ERROR_PAGE:
        return Judgement(Verdict.ABSENT, "the page says that there is no such article", "soft-404")
    if article.access in _WALLS:
        return Judgement(Verdict.HELD, _WALLS[article.access], article.access.value)
    if article.access is Access.PAYWALLED and article.complete is Complete.NO:
        return Judgement(Verdict.HELD, "only the beginning is shown, the rest is behind a paywall", "paywall")
    if article.type is PageType.SECTION:
        return Judgement(Verdict.HELD, "a section page, not an article; to take in what it lists: pressmark watch add", "section")
    if article.type is PageType.OTHER:
        return Judgement(
            Verdict.HELD,
            "a page, but not a published piece; to take in what a front page lists: pressmark watch add",
            "not-an-article",
        )
    if not article.text:
        return Judgement(Verdict.HELD, "no article text was found on the page", "no-text")
    return Judgement(Verdict.ARTICLE)
