"""IPTC ninjs 3.1: an object a line, for newsroom systems and their archives.

ninjs takes date-times of RFC 3339 only. A date without its time or offset, and what else has no place in the standard
(corrections), is said in ``edNote``, in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from model.article import Article, Author, Complete, Image
from model.clean import clean_text
from model.diff import count_words
from storage.export.chosen import Issue, Piece
from storage.export.job import Export, Made
from storage.export.jsonl import as_json, write_lines
from storage.export.jsonld import name_of, stated

STANDARD = {"name": "ninjs", "version": "3.1", "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json"}
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-;=?-Z_a-z~\[\]#]+")


def write(job: Export, path: Path) -> Made:
    """The objects, in the order of record ids and version numbers."""
    return write_lines(job, path, lambda piece, issue: clean_text(as_json(news_object(piece, issue))))


def news_object(piece: Piece, issue: Issue) -> dict[str, Any]:
    """One version as ninjs has it. What the page does not say is not there."""
    article = issue.read.article
    url = issue.facts["final_url"] or issue.facts["url"] or piece.url
    return stated(
        {
            "uri": name_of(piece.record),
            "standard": STANDARD,
            "type": "text",
            "version": str(issue.number),
            "representationType": "partial" if article.complete is Complete.NO else "full",
            "pubStatus": "canceled" if piece.withdrawn and issue.latest else "usable",
            "firstCreated": moment(article.date_published),
            "versionCreated": moment(article.date_modified),
            "language": article.in_language,
            "headlines": _valued(("main", article.headline), ("alternative", article.alternative_headline)),
            "descriptions": _valued(("summary", article.standfirst)),
            "bodies": [_body(article)] if article.text else [],
            "by": "; ".join(_by(x) for x in article.authors),
            "people": [{"name": x.name, "rel": "author"} for x in article.authors],
            "organisations": list(_organisations(article)),
            "located": article.dateline.place if article.dateline else None,
            "infoSources": [{"name": x, "role": "provider"} for x in _providers(article)],
            "subjects": list(_subjects(article)),
            "edNote": " ".join(_notes(article)),
            "altIds": [{"role": "url", "value": url}] * bool(url) + [{"role": "capture", "value": issue.facts["id"]}],
            "associations": [_image(piece, issue, n, x) for n, x in enumerate(article.images, 1)],
        }
    )


def moment(text: str | None) -> str | None:
    """A date-time of RFC 3339: the seconds that it asks for are put in as none, nothing else is."""
    found = _MOMENT.fullmatch(text or "")
    if found is None or text is None:
        return None
    return text if found[1] else text[:16] + ":00" + text[16:]


def _body(article: Article) -> dict[str, Any]:
    text = article.text
    counted = {"charCount": len(text), "wordCount": count_words(text)}
    return {"role": "main", "contentType": "text/plain", **counted, "value": text}


def _by(author: Author) -> str:
    held = dict.fromkeys(x.organization for x in author.affiliations if x.organization and not x.past)
    return ", ".join(x for x in (author.name, author.role, *held) if x)


def _organisations(article: Article) -> Iterator[dict[str, str]]:
    held = dict.fromkeys(x.organization for a in article.authors for x in a.affiliations if x.organization and not x.past)
    yield from ({"name": name, "rel": "affiliation"} for name in held)
    if article.publisher:
        yield {"name": article.publisher, "rel": "publisher"}


def _providers(article: Article) -> list[str]:
    agency = article.dateline.agency if article.dateline else None
    return list(dict.fromkeys(x for x in (article.provider, agency) if x))


def _subjects(article: Article) -> Iterator[dict[str, str]]:
    if article.section:
        yield {"name": article.section, "rel": "section"}
    yield from ({"name": x, "rel": "keyword"} for x in article.keywords)


def _notes(article: Article) -> Iterator[str]:
    for name, date in (("Published", article.date_published), ("Modified", article.date_modified)):
        if date and moment(date) is None:
            yield f"{name} {date} (EDTF)."
    if article.dateline:
        yield f"Dateline: {article.dateline.raw}."
    for said in article.corrections:
        yield f"{said.kind.replace('_', ' ').capitalize()}{f' of {said.date}' if said.date else ''}: {said.text}"


def _image(piece: Piece, issue: Issue, number: int, image: Image) -> dict[str, Any]:
    here = image.url if image.url and _URI.fullmatch(image.url) else None
    linked = image.license if image.license and _URI.fullmatch(image.license) else None
    return stated(
        {
            "name": f"image {number}",
            "uri": here or f"{name_of(piece.record, issue.number)}:image:{number}",
            "type": "picture",
            "descriptions": _valued(("caption", image.caption), ("alternative text", image.alt)),
            "by": ", ".join(image.creators),
            "people": [{"name": x, "rel": "photographer"} for x in image.creators],
            "organisations": [{"name": x, "rel": "agency"} for x in image.agencies],
            "infoSources": [{"name": image.credit_line, "role": "creditline"}] if image.credit_line else [],
            "copyrightNotice": image.copyright_notice,
            "usageTerms": "; ".join(x for x in (image.license, image.acquire_license_page) if x),
            "rightsInfo": {"linkedRights": linked} if linked else None,
            "renditions": [{"name": "web", "href": here}] if here else [],
        }
    )


def _valued(*said: tuple[str, str | None]) -> list[dict[str, str]]:
    return [{"role": role, "value": value} for role, value in said if value]
