"""What the pipeline hands to the writer, and what it hears back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from model.article import Article
from model.canonical import canonical_json
from model.capture import Capture, digest_of
from model.change import signature
from model.errors import Damaged
from model.given import check_text
from model.prepared import Prepared, prepare
from model.record import Result


class Verdict(StrEnum):
    """What the pipeline made of a capture."""

    ARTICLE = "article"  # a piece to version
    HELD = "held"  # kept, but not an article to version
    ABSENT = "absent"  # the server says the piece is not there (404, 410, soft 404)
    FAILED = "failed"  # kept, and nothing could be made of it (5xx, broken off)
    REFUSED = "refused"  # kept hops that led where we do not go
    IMAGE = "image"  # an image file of a version


@dataclass(frozen=True)
class Release:
    """What reads: an extractor release. ``id`` is the digest of ``facts``."""

    facts: Mapping[str, str]

    @cached_property
    def id(self) -> str:
        """Two readings are like where their release ids are equal."""
        return digest_of(canonical_json(dict(self.facts)))


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts, where a person does: the name that ledger entries carry."""

    name: str


@dataclass(frozen=True, slots=True)
class ImageWanted:
    """An image file that an article names and its version has not yet.

    ``held`` is the capture that some version has of the same address, with its digest as the
    ledger names it; ``etag`` and ``last_modified`` are that capture's validators. ``tried_at`` is
    when something else came in its place, less than a day ago (UTC text): to be left alone for now.
    """

    record: str
    version: int
    url: str
    held: tuple[str, str] | None = None
    etag: str | None = None
    last_modified: str | None = None
    tried_at: str | None = None


@dataclass(frozen=True, slots=True)
class InForce:
    """The copy that stands for an address: ``capture`` shows ``version`` of ``record`` and came from ``url``, in full, at ``at``.

    ``digest`` is how the ledger names it; ``etag`` and ``last_modified`` are its validators, one at least.
    """

    record: str
    version: int
    capture: str
    digest: str
    url: str
    at: datetime
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class Deposit:
    """One source to be settled. ``article`` is given where the verdict is ARTICLE, but for a
    capture that the archive has read already (``Archive.has_read``). ``image`` is given where
    what came is, or should have been, an image file of a version, ``known`` where the server said
    (304) that this copy still stands, or the article that came reads the same and its bytes are not wanted
    (``Archive.read_the_same``); its capture is not kept then.

    ``prepared`` is ``article`` with what follows from it, where that was worked out before; it has to be of this very article.
    ``code`` is a short stable word for the reason (``pdf``, ``paywall``, ``http-404``).
    ``rereadings`` are articles of captures already kept, read by the same release, which an
    earlier try asked for (see ``Reread``), ``lost`` those of these captures that nobody can read any more.
    """

    source: str
    capture: Capture
    verdict: Verdict
    release: Release
    article: Article | None = None
    reason: str | None = None
    code: str | None = None
    person: Person | None = None
    collection: str | None = None
    note: str | None = None
    override_reason: str | None = None
    rereadings: Mapping[str, Article] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()
    image: ImageWanted | None = None
    known: InForce | None = None
    prepared: Prepared | None = None

    def __post_init__(self) -> None:
        """Raises ``BadCall`` where what a person gave with it cannot be kept."""
        check_text("a collection's name", self.collection)
        check_text("a note", self.note)
        check_text("a reason", self.override_reason)
        check_text("a person's name", self.person.name if self.person else None)
        if self.prepared is not None and self.prepared.article is not self.article:
            raise ValueError("what was prepared belongs to another article")

    def ready(self, article: Article) -> Prepared:
        """An article of this deposit, its own or one of ``rereadings``, as the archive keeps it."""
        return self.prepared if self.prepared is not None and self.prepared.article is article else prepare(article)

    @property
    def signature(self) -> str:
        """Its article's; see ``model.change``."""
        return self.prepared.signature if self.prepared is not None else signature(self.article or Article())


@dataclass(frozen=True, slots=True)
class Reread:
    """The writer cannot decide before these captures are read again by the deposit's release."""

    captures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Nothing is decided, as the archive lacks what belongs to it (``error``): ``capture`` is kept and waits until that is
    mended. ``None`` of a server's word that a copy still stands: nothing of that is kept."""

    error: Damaged
    capture: str | None


Settled = Result | Reread | Unsettled
