"""Text that can be kept anywhere."""

from __future__ import annotations


def clean_text(text: str) -> str:
    """Text that every database and encoder takes: no NUL, no lone surrogates."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text if text.isascii() else text.encode("utf-8", "ignore").decode("utf-8")
