"""Column types that mean the same on every engine.

``tables`` uses them under the names everybody knows. Text sorts by code point, whatever the
language of a server; what no engine takes alike (NUL, lone surrogates) becomes U+FFFD on its way
in, in values and in what is looked for. Integers have 64 bits.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import sqlalchemy
from sqlalchemy import Column, Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

LONGEST_KEY = 1000
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Text as a column has it."""
    return text if text.isascii() and "\x00" not in text else _UNSTORABLE.sub("\ufffd", text)


class String(TypeDecorator[str]):
    """Text of any length."""

    impl = sqlalchemy.String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """PostgreSQL would sort by the language that its cluster was made for."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sqlalchemy.Text(collation="C"))
        return dialect.type_descriptor(self.impl_instance)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """See ``storable``."""
        return None if value is None else storable(value)


class Text(String):
    """The same, for what people wrote."""

    impl = sqlalchemy.Text
    cache_ok = True


class Key(String):
    """Text that is indexed and compared and never shown: PostgreSQL's indexes refuse long values, so the
    tail of one stands as its digest.
    """

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """See ``stored_key``."""
        return None if value is None else stored_key(value)


def stored_key(text: str) -> str:
    """Text as a ``Key`` column has it."""
    kept = storable(text)
    if len(kept) <= LONGEST_KEY:
        return kept
    return f"{kept[:200]} sha256:{hashlib.sha256(kept.encode()).hexdigest()}"


@cache
def shape_of(column: Column[Any]) -> Callable[[str], str] | None:
    """What a column makes of a text; ``None`` where it takes values as they are."""
    if isinstance(column.type, Key):
        return stored_key
    return storable if isinstance(column.type, String) else None


def shaped(column: Column[Any], values: list[Any]) -> list[Any]:
    """Values as a column has them. Most texts are short and ASCII, which is seen of all of them at once."""
    shape = shape_of(column)
    if shape is None:
        return values
    texts = [value for value in values if value is not None]
    together = "".join(texts)
    if together.isascii() and "\x00" not in together and max(map(len, texts), default=0) <= LONGEST_KEY:
        return values
    return [None if value is None else shape(value) for value in values]


Integer = sqlalchemy.BigInteger().with_variant(sqlalchemy.Integer(), "sqlite")
"""SQLite numbers rows by itself only where a key is called INTEGER; its integers have 64 bits anyway."""
