"""Articles made up by Hypothesis, in several scripts."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

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

# words of several scripts, marks, figures, and characters that trip encoders
PIECES = st.sampled_from(
    [
        *("the", "quay", "reopens", "Monday", "12", "1,200", "½", "²", "a", "b", "é", "e\u0301", "ﬁ", "ß", "İ", "ı", "Straße"),
        *("год", "новость", "外", "交", "部", "調査", "ニュース", "기자", "ภาษาไทย", "می\u200cرود", "ي", "ی", "خبر"),
        *("שלום", "हिन्दी"),
        *("\u00a0", "\u200b", "\u00ad", "\ufeff", "“", "”", "'", "’", "-", "–", "—", "…", "...", ".", ",", ";", ":", "。"),
        *("\n", "\t", "\u2028", "😀", "𝒳", "\U0010ffff"),
    ]
)


@st.composite
def _text(draw: st.DrawFn, max_size: int = 12) -> str:
    parts = draw(st.lists(PIECES, max_size=max_size))
    gaps = draw(st.lists(st.sampled_from([" ", "", "  ", "\n\n"]), min_size=len(parts), max_size=len(parts)))
    return "".join(part + gap for part, gap in zip(parts, gaps, strict=True))


TEXT = _text() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
MAYBE = st.none() | TEXT
SEVERAL = st.lists(TEXT, max_size=3).map(tuple)


def _tuple(of: SearchStrategy[object]) -> SearchStrategy[tuple[object, ...]]:
    return st.lists(of, max_size=2).map(tuple)


AFFILIATIONS = st.builds(Affiliation, MAYBE, MAYBE, MAYBE, st.booleans(), MAYBE, MAYBE)
AUTHORS = st.builds(Author, TEXT, MAYBE, _tuple(AFFILIATIONS), MAYBE)
BLOCKS = st.builds(Block, st.sampled_from(BlockKind), TEXT, st.none() | st.integers(1, 6), MAYBE)
IMAGES = st.builds(Image, MAYBE, MAYBE, MAYBE, MAYBE, SEVERAL, SEVERAL, MAYBE, MAYBE, MAYBE, MAYBE)
REJECTED = st.builds(Rejected, TEXT, st.sampled_from(How), TEXT, TEXT, TEXT)
EVIDENCE = st.builds(Evidence, TEXT, st.sampled_from(How), TEXT, TEXT, _tuple(REJECTED))
ARTICLES = st.builds(
    Article,
    type=st.sampled_from(PageType),
    headline=MAYBE,
    alternative_headline=MAYBE,
    standfirst=MAYBE,
    authors=_tuple(AUTHORS),
    dateline=st.none() | st.builds(Dateline, TEXT, MAYBE, MAYBE, MAYBE),
    date_published=MAYBE,
    date_modified=MAYBE,
    section=MAYBE,
    keywords=SEVERAL,
    in_language=MAYBE,
    publisher=MAYBE,
    provider=MAYBE,
    canonical_url=MAYBE,
    body=_tuple(BLOCKS),
    images=_tuple(IMAGES),
    corrections=_tuple(st.builds(Correction, TEXT, TEXT, MAYBE)),
    access=st.sampled_from(Access),
    complete=st.sampled_from(Complete),
    evidence=st.dictionaries(TEXT, EVIDENCE, max_size=2),
)


@pytest.fixture(scope="session")
def texts() -> SearchStrategy[str]:
    """Texts of several scripts, without NUL and lone surrogates."""
    return TEXT


@pytest.fixture(scope="session")
def articles() -> SearchStrategy[Article]:
    """Whole articles of such texts."""
    return ARTICLES
