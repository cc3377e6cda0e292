"""JSON-LD: a schema.org document a line, each version one ``NewsArticle`` (or what its page calls itself).

schema.org's dates are ISO 8601, so those that a year is missing of are left out; they stand in ``dateline`` as printed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from model.article import Access, Affiliation, Article, Author, Correction, Image
from model.clean import clean_text
from model.diff import count_words
from storage.export.chosen import Issue, Piece
from storage.export.job import Export, Made
from storage.export.jsonl import as_json, write_lines

CONTEXT = "https://schema.org"
_DATED = re.compile(r"\d{4}")
_WEB = re.compile(r"https?://\S+")
_FREE = {Access.OPEN: True, Access.METERED: False, Access.PAYWALLED: False}


def write(job: Export, path: Path) -> Made:
    """The documents, in the order of record ids and version numbers."""
    return write_lines(job, path, lambda piece, issue: clean_text(as_json(document(piece, issue))))


def name_of(record: str, version: int | None = None) -> str:
    """The URN of a record, or of a version of it."""
    return f"urn:pressmark:record:{record}" + (f":{version}" if version is not None else "")


def document(piece: Piece, issue: Issue) -> dict[str, Any]:
    """One version in the words of schema.org. What the page does not say is not there."""
    article = issue.read.article
    return stated(
        {
            "@context": CONTEXT,
            "@type": article.type.value,
            "@id": name_of(piece.record, issue.number),
            "exampleOfWork": name_of(piece.record),
            "version": issue.number,
            "url": issue.facts["final_url"] or issue.facts["url"] or piece.url,
            "mainEntityOfPage": article.canonical_url,
            "headline": article.headline,
            "alternativeHeadline": article.alternative_headline,
            "description": article.standfirst,
            "author": [_author(x, article) for x in article.authors],
            "dateline": article.dateline.raw if article.dateline else None,
            "locationCreated": _thing("Place", article.dateline.place if article.dateline else None),
            "datePublished": _date(article.date_published),
            "dateModified": _date(article.date_modified),
            "articleSection": article.section,
            "keywords": list(article.keywords),
            "inLanguage": article.in_language,
            "publisher": _thing("Organization", article.publisher),
            "sourceOrganization": _thing("Organization", article.provider),
            "articleBody": article.text,
            "wordCount": count_words(article.text) or None,
            "image": [_image(x) for x in article.images],
            "correction": [_correction(x) for x in article.corrections],
            "isAccessibleForFree": _FREE.get(article.access),
            "creativeWorkStatus": "withdrawn" if piece.withdrawn and issue.latest else None,
        }
    )


def _author(author: Author, article: Article) -> dict[str, Any]:
    wires = {article.provider, article.publisher, article.dateline.agency if article.dateline else None}
    kind = "Organization" if author.name in wires else "Person"
    held = [_affiliation(x) for x in author.affiliations if x.organization]
    said = {"@type": kind, "name": author.name, "jobTitle": author.role, "description": author.bio}
    return stated(said | ({"affiliation": held} if kind == "Person" else {}))


def _affiliation(held: Affiliation) -> dict[str, Any]:
    """The organization; where a role, a time or a past is said of it, inside a ``Role`` as schema.org has it."""
    organization = stated({"@type": "Organization", "name": held.organization, "location": held.location})
    if not (held.role or held.since or held.until or held.past):
        return organization
    role = {"roleName": held.role, "startDate": _date(held.since), "endDate": _date(held.until)}
    status = {"description": "former"} if held.past and not _date(held.until) else {}
    return stated({"@type": "OrganizationRole", **role, **status, "affiliation": organization})


def _image(image: Image) -> dict[str, Any]:
    return stated(
        {
            "@type": "ImageObject",
            "contentUrl": image.url,
            "caption": image.caption,
            "alternateName": image.alt,
            "creditText": image.credit_line,
            "creator": [_thing("Person", x) for x in image.creators],
            "provider": [_thing("Organization", x) for x in image.agencies],
            "genre": image.kind,
            "copyrightNotice": image.copyright_notice,
            "license": image.license if _WEB.fullmatch(image.license or "") else None,
            "usageInfo": image.license if image.license and not _WEB.fullmatch(image.license) else None,
            "acquireLicensePage": image.acquire_license_page,
        }
    )


def _correction(said: Correction) -> dict[str, Any]:
    return stated({"@type": "CorrectionComment", "text": said.text, "genre": said.kind, "datePublished": _date(said.date)})


def _thing(kind: str, name: str | None) -> dict[str, Any] | None:
    return {"@type": kind, "name": name} if name else None


def _date(text: str | None) -> str | None:
    return text if text and _DATED.match(text) else None


def stated(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without those that are absent: ``None``, an empty list, an empty text."""
    return {name: value for name, value in values.items() if value is not None and value != [] and value != ""}
