"""What the extractors read out of one capture: an article, and the evidence for each value.

Names follow schema.org ``NewsArticle``, ``Person``, ``ImageObject`` and IPTC in snake case.
The JSON form (``to_json``) is the shape others rely on: plain values, and ``evidence``
beside them, keyed by JSON pointer (RFC 6901). What the page does not say is empty.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property
from operator import attrgetter
from typing import Any, TypeVar, cast

import orjson

from model.errors import NewerFormat

Kinds = TypeVar("Kinds", bound=StrEnum)

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


class Fields:
    """Pickled as its fields, in half the time of what dataclasses with slots do by themselves: articles come from processes
    that read, ledger entries go to those that check.
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        kind: Any = type(self)
        return kind, _values(kind)(self)


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
            plain = {name: _plain(getattr(self, name)) for name in _names(Article)}
        else:
            plain = orjson.loads(self._as_it_is)
        return {"$schema": SCHEMA, **plain, "text": self.text}

    def canonical(self) -> bytes:
        """``canonical_json`` of its JSON. Raises ``ValueError`` as that does."""
        if self._as_it_is is None:
            return canonical_json(self.to_json())
        return orjson.dumps(self.to_json(), option=_SORTED)

    def storable(self) -> Article:
        """This article as its JSON says it: without NUL and lone surrogates, which no database takes."""
        return Article.from_json(self.to_json()) if self._as_it_is is None else self

    @cached_property
    def _as_it_is(self) -> bytes | None:
        """Its fields as JSON; ``None`` where something has to be left out of them."""
        try:
            data = orjson.dumps(self, default=_as_dict)
            # the encoder writes NaN as null; a float is for ``canonical_json`` to tell of
            return None if _NUL in data or _has_floats(self) else data
        except TypeError:  # a lone surrogate, or what ``canonical_json`` will tell of
            return None

    def __getstate__(self) -> dict[str, Any]:
        """What goes to another process: what is in the fields need not go once more as JSON."""
        return {name: value for name, value in self.__dict__.items() if name != "_as_it_is"}

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> Article:
        """The inverse of ``to_json``; unknown keys of a newer release are passed over.

        Raises ``NewerFormat`` for a kind of value that this release does not know, ``ValueError``
        or ``TypeError`` where the shape is not this one.
        """
        return _article(plain)


def canonical_json(plain: Mapping[str, Any]) -> bytes:
    """JSON bytes that are the same for the same value: sorted keys, no spaces, UTF-8.

    Values are strings, integers, booleans, null, lists and objects; no floats, so that the
    form agrees with RFC 8785. Raises ``ValueError`` for floats and lone surrogates.
    """
    _no_floats(plain)
    try:
        return orjson.dumps(plain, option=_SORTED)
    except TypeError:  # integers over 64 bits, keys that are no text; or no JSON at all, and this says so
        text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return text.encode("utf-8")


def clean_text(text: str) -> str:
    """Text that every database and encoder takes: no NUL, no lone surrogates."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text if text.isascii() else text.encode("utf-8", "ignore").decode("utf-8")


_SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
_NUL = rb"\u0000"
_SCALARS = frozenset({str, int, bool, type(None)})
_PLAIN = _SCALARS | {PageType, BlockKind, Access, Complete, How}


def _as_dict(value: object) -> object:
    """What the encoder has no form for: evidence in a mapping that is no dict."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def _no_floats(plain: object) -> None:
    """Looks at everything once, by exact types first: each value of each entry passes here."""
    waiting = [plain]
    while waiting:
        value = waiting.pop()
        if isinstance(value, float):
            raise ValueError("no floats in canonical JSON")
        items = value.values() if isinstance(value, (dict, Mapping)) else value if isinstance(value, (list, tuple)) else ()
        if not _SCALARS.issuperset(map(type, items)):
            waiting += [item for item in items if type(item) not in _SCALARS]


def _has_floats(article: Article) -> bool:
    """Whether anything within an article is a float, for all that its types say."""
    waiting: list[Any] = [article]
    while waiting:
        value = waiting.pop()
        if isinstance(value, (tuple, list)):
            items: Collection[Any] = value
        elif isinstance(value, Mapping):
            items = value.values()
        else:
            kind: Any = type(value)
            items = _values(kind)(value)
        kinds = set(map(type, items))
        if not _PLAIN.issuperset(kinds):
            if float in kinds:
                return True
            waiting += [item for item in items if type(item) not in _PLAIN]
    return False


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return clean_text(value)
    if kind in _SCALARS:
        return value
    if kind is tuple or kind is list:
        return [_plain(v) for v in value]
    if isinstance(value, StrEnum):
        return value.value
    if dataclasses.is_dataclass(kind):
        return {name: _plain(getattr(value, name)) for name in _names(kind)}
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    return value


def _known(kinds: type[Kinds], value: Any) -> Kinds:
    try:
        return cast("Kinds", _by_value(kinds)[value])
    except (KeyError, TypeError):
        if not isinstance(value, str):
            return kinds(value)
        raise NewerFormat(f"an article was read by a newer Pressmark ({value!r}): open the archive with that release") from None


@cache
def _by_value(kinds: type[StrEnum]) -> Mapping[str, StrEnum]:
    """The members of a kind by what JSON calls them: its own look-up takes three times as long."""
    return {kind.value: kind for kind in kinds}


def _pick(cls: Any, plain: Mapping[str, Any], **given: Any) -> Any:
    known = _names(cls)
    if plain.keys() == known.keys():
        return cls(**{**plain, **given})
    return cls(**{k: v for k, v in plain.items() if k in known} | given)


@cache
def _names(cls: Any) -> Mapping[str, None]:
    """The field names of a dataclass, in order."""
    return dict.fromkeys(f.name for f in dataclasses.fields(cls))


@cache
def _values(cls: Any) -> Callable[[Any], tuple[Any, ...]]:
    """What takes the fields of an object, in order."""
    return attrgetter(*_names(cls))


def _article(plain: Mapping[str, Any]) -> Article:
    def many(name: str) -> list[Mapping[str, Any]]:
        return list(plain.get(name) or [])

    dateline = plain.get("dateline")
    article: Article = _pick(
        Article,
        plain,
        type=_known(PageType, plain.get("type", PageType.ARTICLE)),
        authors=tuple(
            _pick(Author, a, affiliations=tuple(_pick(Affiliation, x) for x in a.get("affiliations", ())))
            for a in many("authors")
        ),
        dateline=_pick(Dateline, dateline) if dateline else None,
        keywords=tuple(plain.get("keywords") or ()),
        body=tuple(_pick(Block, b, kind=_known(BlockKind, b["kind"])) for b in many("body")),
        images=tuple(
            _pick(Image, i, creators=tuple(i.get("creators", ())), agencies=tuple(i.get("agencies", ()))) for i in many("images")
        ),
        corrections=tuple(_pick(Correction, c) for c in many("corrections")),
        access=_known(Access, plain.get("access", Access.OPEN)),
        complete=_known(Complete, plain.get("complete", Complete.UNKNOWN)),
        evidence={
            pointer: _pick(
                Evidence,
                e,
                how=How(e["how"]),
                rejected=tuple(_pick(Rejected, r, how=_known(How, r["how"])) for r in e.get("rejected", ())),
            )
            for pointer, e in (plain.get("evidence") or {}).items()
        },
    )
    return article
