"""Text that can be kept anywhere."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from model.clean import clean_text


@given(st.text())
def test_clean_text_is_taken_by_every_encoder_and_loses_nothing_else(text: str) -> None:
    clean = clean_text(text)
    clean.encode("utf-8")
    assert "\x00" not in clean
    assert clean == "".join(c for c in text if c != "\x00" and not "\ud800" <= c <= "\udfff")
