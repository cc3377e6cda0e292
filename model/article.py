"""What the extractors read out of one capture: an article, and the evidence for each value.

Names follow schema.org ``NewsArticle``, ``Person``, ``ImageObject`` and IPTC in snake case.
The JSON form (``to_json``) is the shape others rely on: plain values, and ``evidence``
beside them, keyed by JSON pointer (RFC 6901). What the page does not say is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

import orjson

from model.canonical import SCALARS, canonical_json, canonical_of_known
from model.clean import clean_text
from model.fields import Fields, names_of
from model.plain import json_as_it_is, plain

SCHEMA = "urn:pressmark:schema:article:1"


class How(StrEnum):
    """In which way a value was learnt."""

    DECLARED = "declared"  # the publisher's structured data (JSON-LD, meta, microdata)
    MARKED = "marked"  # the publisher's mark-up (a byline element, a figcaption, <time>)
    INFERRED = "inferred"  # from running text, the URL, or position alone
    STATED = "stated"  # by a person


class Access(StrEnum):
    """What the server let us see."""

    OPEN = "open"
    METERED = "metered"
    PAYWALLED = "paywalled"
    CONSENT_WALL = "consent_wall"
    BOT_CHECK = "bot_check"
    ERROR_PAGE = "error_page"


class Complete(StrEnum):
    """Whether the whole text is there."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class PageType(StrEnum):
    """The schema.org type that the page is, as far as versions are concerned."""

    ARTICLE = "NewsArticle"
    OPINION = "OpinionNewsArticle"
    LIVE = "LiveBlogPosting"
    SECTION = "CollectionPage"  # a front, section, topic, search or author page
    OTHER = "WebPage"  # a page, but no published piece (a product, an imprint, a form)


class BlockKind(StrEnum):
    """The kinds of block a body is made of."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    QUOTE = "quote"
    LIST_ITEM = "list_item"
    EMBED = "embed"


_LEAVES = SCALARS | {PageType, BlockKind, Access, Complete, How}


@dataclass(frozen=True, slots=True)
class Block(Fields):
    """One block of the body, in reading order. ``text`` is plain, whitespace collapsed.

    ``level`` is 1 to 6 for headings, else ``None``. ``url`` is what an embed shows.
    """

    kind: BlockKind
    text: str
    level: int | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Affiliation(Fields):
    """For whom an author works or worked, as printed. ``since``/``until`` are EDTF."""

    organization: str | None = None
    role: str | None = None
    location: str | None = None
    past: bool = False
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Author(Fields):
    """One author (a person, an agency, a desk): the name as printed, without "By" or title."""

    name: str
    role: str | None = None
    affiliations: tuple[Affiliation, ...] = ()
    bio: str | None = None


@dataclass(frozen=True, slots=True)
class Dateline(Fields):
    """Where and when a story was filed, as printed before its first sentence.

    ``date`` is EDTF and never completed from elsewhere (``Dec. 18`` is ``XXXX-12-18``).
    ``raw`` is the words themselves.
    """

    raw: str
    place: str | None = None
    date: str | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class Image(Fields):
    """One image of the article. ``credit_line`` is as printed; ``creators`` are people,
    ``agencies`` are organizations named in it. ``kind`` is such as ``file photo``,
    ``handout``, ``screenshot``, ``illustration``. ``license`` and ``acquire_license_page``
    are URLs or names that the page states, never a guess.
    """

    url: str | None = None
    caption: str | None = None
    alt: str | None = None
    credit_line: str | None = None
    creators: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    kind: str | None = None
    copyright_notice: str | None = None
    license: str | None = None
    acquire_license_page: str | None = None


@dataclass(frozen=True, slots=True)
class Correction(Fields):
    """A correction the publisher announced on the page (schema.org ``CorrectionComment``).

    ``kind`` is ``correction``, ``clarification``, ``editors_note`` or ``retraction``.
    ``date`` is EDTF where one is printed.
    """

    text: str
    kind: str = "correction"
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence(Fields):
    """Why a value is what it is.

    ``where`` is a place in the capture: ``json-ld[0]/author/0/name`` (block and JSON
    pointer), ``css:div.byline > span`` (a CSS path from the root or an unambiguous one),
    ``meta:og:title``, ``url:/2018/12/18``, ``text:120-188`` (characters of the plain text),
    ``header:last-modified``, ``context:feed/published`` (what was said elsewhere and stored with the
    capture), ``markup`` or ``page`` (what its code, or the whole of it, shows). ``quote`` is the words
    found there, unaltered except for collapsed whitespace. ``rejected`` are other strategies' candidates that lost.
    """

    strategy: str
    how: How
    where: str
    quote: str
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected(Fields):
    """A candidate that lost a resolution, and why (``lower precedence``, or what it failed)."""

    strategy: str
    how: How
    where: str
    quote: str
    reason: str


@dataclass(frozen=True)
class Article:
    """Metadata and clean text of one published piece, as one capture shows it.

    Dates (``date_published``, ``date_modified``) are EDTF text with the publisher's own
    offset where one is given. ``in_language`` is BCP 47. ``body`` holds neither headline,
    standfirst, byline, dateline, captions nor credits.
    """

    type: PageType = PageType.ARTICLE
    headline: str | None = None
    alternative_headline: str | None = None
    standfirst: str | None = None
    authors: tuple[Author, ...] = ()
    dateline: Dateline | None = None
    date_published: str | None = None
    date_modified: str | None = None
    section: str | None = None
    keywords: tuple[str, ...] = ()
    in_language: str | None = None
    publisher: str | None = None
    provider: str | None = None
    canonical_url: str | None = None
    body: tuple[Block, ...] = ()
    images: tuple[Image, ...] = ()
    corrections: tuple[Correction, ...] = ()
    access: Access = Access.OPEN
    complete: Complete = Complete.UNKNOWN
    evidence: Mapping[str, Evidence] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """The body as plain text, paragraphs parted by a blank line, embeds left out.

        Without NUL and lone surrogates, so that every database takes it.
        """
        parts = (clean_text(b.text) for b in self.body if b.kind is not BlockKind.EMBED)
        return "\n\n".join(p for p in parts if p)

    def to_json(self) -> dict[str, Any]:
        """The published shape (``SCHEMA``): plain JSON values, derived ``text`` included."""
        if self._as_it_is is None:
            told = {name: plain(getattr(self, name)) for name in names_of(Article)}
        else:
            told = orjson.loads(self._as_it_is)
        return {"$schema": SCHEMA, **told, "text": self.text}

    def canonical(self) -> bytes:
        """``canonical_json`` of its JSON. Raises ``ValueError`` as that does."""
        return canonical_json(self.to_json()) if self._as_it_is is None else canonical_of_known(self.to_json())

    @property
    def is_storable(self) -> bool:
        """Whether its JSON says all of it: nothing is in it that no database takes."""
        return self._as_it_is is not None

    @cached_property
    def _as_it_is(self) -> bytes | None:
        """Its fields as JSON; ``None`` where something has to be left out of them."""
        return json_as_it_is(self, _LEAVES)

    def __getstate__(self) -> dict[str, Any]:
        """What goes to another process: what is in the fields need not go once more as JSON."""
        return {name: value for name, value in self.__dict__.items() if name != "_as_it_is"}
