"""Articles read back from their JSON, as this release or an earlier or later one wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, cast

from model.article import (
    Access,
    Affiliation,
    Article,
    Author,
    Block,
    BlockKind,
    Complete,
    Correction,
    Dateline,
    Evidence,
    How,
    Image,
    PageType,
    Rejected,
)
from model.errors import NewerFormat
from model.fields import names_of

_Kinds = TypeVar("_Kinds", bound=StrEnum)


def article_from_json(plain: Mapping[str, Any]) -> Article:
    """The inverse of ``Article.to_json``; unknown keys of a newer release are passed over.

    Raises ``NewerFormat`` for a kind of value that this release does not know, ``ValueError``
    or ``TypeError`` where the shape is not this one.
    """

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
                how=_known(How, e["how"]),
                rejected=tuple(_pick(Rejected, r, how=_known(How, r["how"])) for r in e.get("rejected", ())),
            )
            for pointer, e in (plain.get("evidence") or {}).items()
        },
    )
    return article


def storable(article: Article) -> Article:
    """An article as its JSON says it: without NUL and lone surrogates, which no database takes."""
    return article if article.is_storable else article_from_json(article.to_json())


def _known(kinds: type[_Kinds], value: Any) -> _Kinds:
    try:
        return cast("_Kinds", _by_value(kinds)[value])
    except (KeyError, TypeError):
        if not isinstance(value, str):
            return kinds(value)
        raise NewerFormat(f"an article was read by a newer Pressmark ({value!r}): open the archive with that release") from None


@cache
def _by_value(kinds: type[StrEnum]) -> Mapping[str, StrEnum]:
    """The members of a kind by what JSON calls them: its own look-up takes three times as long."""
    return {kind.value: kind for kind in kinds}


def _pick(cls: Any, plain: Mapping[str, Any], **given: Any) -> Any:
    known = names_of(cls)
    if plain.keys() == known.keys():
        return cls(**{**plain, **given})
    return cls(**{k: v for k, v in plain.items() if k in known} | given)
