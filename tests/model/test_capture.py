"""Chunked bodies of other archives: the entity as far as it goes, and what is not in chunks."""

from __future__ import annotations

import pytest

from model.capture import dechunked


@pytest.mark.parametrize(
    ("body", "entity"),
    [
        (b"5\r\nquiet\r\n0\r\n\r\n", b"quiet"),
        (b"0005 ; name=value\r\nquiet\r\n7\r\n harbor\r\n0\r\nTrailer: x\r\n\r\n", b"quiet harbor"),
        (b"5\nquiet\n0\n\n", b"quiet"),
        (b"0\r\n\r\n", b""),
        (b"A\r\nquiet", b"quiet"),  # broken off
        (b"5\r\nquiet\r\nnot a size", b"quiet"),
        (b"<!doctype html>", None),
        (b"", None),
        (b"added text without a size", None),
    ],
)
def test_the_entity_of_a_chunked_body(body: bytes, entity: bytes | None) -> None:
    assert dechunked(body) == entity
