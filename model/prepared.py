"""What an archive keeps of an article and derives from it alone, whoever works it out.

A process that reads pages can do it with the article at hand; the one that writes then has it done. Nothing of it
is believed for good: ``verify`` works all of it out again from the bytes that are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from model import likeness, wording
from model.article import Article
from model.article_back import article_from_json, storable
from model.canonical import plain_of
from model.change import signature
from model.deflate import deflate


@dataclass(frozen=True)
class Prepared:
    """An article and what follows from it, each thing worked out when it is first asked for; made by ``prepare``
    and ``prepared_from``. ``content`` is its canonical JSON, and ``article`` what that says.
    """

    article: Article
    content: bytes

    @cached_property
    def deflated(self) -> bytes:
        """``content``, as ``model.deflate.deflate`` makes it."""
        return deflate(self.content)

    @cached_property
    def signature(self) -> str:
        """See ``model.change``."""
        return signature(self.article)

    @cached_property
    def sketch(self) -> likeness.Sketch | None:
        """See ``model.likeness``."""
        return likeness.sketch(self.article.text)

    @cached_property
    def words(self) -> str:
        """See ``model.wording``."""
        return wording.text_of(self.article)

    def worked_out(self) -> Prepared:
        """This, with nothing left to be worked out."""
        _ = (self.deflated, self.signature, self.sketch, self.words)
        return self


def prepare(article: Article) -> Prepared:
    """An article as an archive keeps it: without NUL and lone surrogates. Raises ``ValueError`` for what is no JSON."""
    article = storable(article)
    return Prepared(article, article.canonical())


def prepared_from(content: bytes) -> Prepared:
    """What kept bytes say; they stay as they are. Raises as ``article_from_json`` does, and ``ValueError`` for no JSON."""
    return Prepared(article_from_json(plain_of(content)), content)
