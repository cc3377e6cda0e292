"""Short phrases about articles and changes, in the words of the project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from model.article import Access, Affiliation, Article, Author, Complete, Image
from model.diff import count_words, parts_words

_ACCESS = {
    Access.OPEN: "open",
    Access.METERED: "metered",
    Access.PAYWALLED: "behind a paywall",
    Access.CONSENT_WALL: "behind a consent wall",
    Access.BOT_CHECK: "a bot check",
    Access.ERROR_PAGE: "an error page",
}
_COMPLETE = {Complete.YES: "complete", Complete.NO: "not complete", Complete.UNKNOWN: "completeness unknown"}

_FIDELITY = {
    "raw": "as the server sent it",
    "rewritten": "rewritten by that archive",
    "unknown": "perhaps not as the server sent it",
}


def say_maker(maker: str, fidelity: str) -> str:
    """``made by The Reed Bank Library, as the server sent it``."""
    return f"made by {maker}, {_FIDELITY.get(fidelity, fidelity)}"


def field_label(name: str) -> str:
    """``date_published`` as people read it: ``Date published``."""
    return name.replace("_", " ").capitalize()


def say_affiliation(post: Affiliation) -> str:
    """``formerly vice president, European Assembly, 1999 to 2014``."""
    where = ", ".join(x for x in (post.role, post.organization, post.location) if x)
    match (post.since, post.until):
        case (str(), str()):
            years = f", {post.since} to {post.until}"
        case (str(), None):
            years = f", since {post.since}"
        case (None, str()):
            years = f", until {post.until}"
        case _:
            years = ""
    return ("formerly " if post.past else "") + where + years


def say_author(author: Author) -> str:
    """Name, and the role where no affiliation tells it; those stand on lines of their own."""
    told = any(post.role == author.role for post in affiliations(author))
    return f"{author.name}, {author.role}" if author.role and not told else author.name


def affiliations(author: Author) -> list[Affiliation]:
    """Those that say more than the author's role."""
    return [post for post in author.affiliations if post != Affiliation(role=author.role)]


def say_image(image: Image) -> str:
    """Who made an image, for whom, and the credit as printed where that says more."""
    kind = image.kind or ("photograph" if image.creators else None)
    by = f"{kind} by {_listed(image.creators)}" if image.creators else kind
    said = ", ".join(x for x in (by, _listed(image.agencies) if image.agencies else None) if x)
    if image.credit_line:
        return f"{said}  “{image.credit_line}”" if said else f"“{image.credit_line}”"
    return said or "no credit found"


def say_saved(saved: Mapping[str, Any]) -> str:
    """What a saved page says of itself: ``saved with SingleFile, Tue Mar 05 2024 10:11:12 GMT+0100, from https://…``."""
    told = (("saved with ", "software"), ("", "saved_at"), ("from ", "url"))
    said = ", ".join(f"{word}{saved[key]}" for word, key in told if saved.get(key))
    return said or "nothing of where it comes from"


def say_body(article: Article) -> str:
    """``412 words in 9 paragraphs, complete, open``; characters where a script does not part words."""
    length = count_words(article.text)
    paragraphs = len([part for part in article.text.split("\n\n") if part])
    unit = "words" if parts_words(article.text) else "characters"
    counted = f"{length} {unit} in {paragraphs} {'paragraph' if paragraphs == 1 else 'paragraphs'}" if length else "no text"
    return f"{counted}, {_COMPLETE[article.complete]}, {_ACCESS[article.access]}"


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
