"""Whatever stands where names are looked for: no exception, time that grows with the text, and parts that stand in it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors import filed, text
from extractors.fields import bio, byline, names, signed

LANGUAGES = (
    None,
    "en",
    "de",
    "fr",
    "es",
    "pt",
    "it",
    "pl",
    "cs",
    "hu",
    "tr",
    "ar",
    "fa",
    "he",
    "hi",
    "zh",
    "ja",
    "ko",
    "id",
    "vi",
    "fi",
)
WORDS = (
    "By", "von", "and", "&", ",", "|", "Ada", "Pruett", "Staff Writer", "for The Bay Ledger", "is", "was", "president of", "the",
    "from 1999 to", "2014", "who", "and chairs the", "(AP)", "--", "KYIV", "Dec. 18", ":", "/", "記者", "文／", "기자", "Foto:",
    "Editor:", "since", "Reporting by", ";", "【", "】", "\u0000",
)  # fmt: skip
PROSE = st.lists(st.sampled_from(WORDS) | st.text(max_size=12), max_size=40).map(" ".join)
WHEN = datetime(2024, 6, 1, tzinfo=UTC)


def folded(words: str | None) -> str:
    return names.key(words or "").replace(" ", "")


@given(PROSE, st.sampled_from(LANGUAGES))
def test_a_byline_names_only_what_stands_in_it(line: str, language: str | None) -> None:
    for author in byline.read(line, language):
        name = folded(author.name)
        assert name in folded(line) or name in folded(line.replace("(AP)", ""))  # an agency's code is no part of a name
        for held in author.affiliations:
            assert folded(held.organization) in folded(line)
            assert folded(held.role) in folded(line)


@given(PROSE, st.sampled_from(LANGUAGES))
def test_a_note_tells_only_what_stands_in_it(note: str, language: str | None) -> None:
    told = bio.read(f"Ada Pruett {note}", "Ada Pruett", language)
    for held in told.affiliations:
        assert folded(held.organization) in folded(note)
        assert (held.since or "") in note
        assert (held.until or "") in note


@given(PROSE, st.sampled_from(LANGUAGES))
def test_a_dateline_is_the_start_of_its_paragraph(paragraph: str, language: str | None) -> None:
    found = filed.read(paragraph, language)
    if found:
        assert 0 < found.end <= len(paragraph)
        assert folded(found.dateline.raw) in folded(paragraph[: found.end])
        assert folded(found.dateline.agency) in folded(paragraph[: found.end])


@given(PROSE, st.sampled_from(LANGUAGES))
def test_last_words_name_only_who_stands_there(line: str, language: str | None) -> None:
    for author in signed.who(line, language):
        assert folded(author.name) in folded(line)


@given(st.lists(PROSE, max_size=8).map("\n\n".join))
def test_any_text_gives_an_article(words: str) -> None:
    article = text.read(words, None, WHEN)
    for author in article.authors:
        assert folded(author.name) in folded(words)


HOSTILE = {
    "one letter": "A" * 20_000,
    "spaces": " " * 20_000,
    "names": "Ada Pruett, " * 1_700,
    "capitals": "KYIV, " * 3_400,
    "brackets": "(" * 20_000,
    "dashes": "-- " * 6_700,
    "and": "and " * 5_000,
    "by": "By " * 6_700,
    "positions": "Ada Pruett is president of the " * 650,
    "verbs": "Ada Pruett was " + "and is " * 2_800,
    "initials": "A. " * 6_700,
    "years": "from 1999 to " * 1_600,
    "places": "A in B, " * 2_500,
    "reporting": "Reporting by " + "Ada in Kyiv and " * 1_200,
    "east": "記者" * 10_000,
    "korean": "채보라 기자 " * 2_800,
    "digits": "1" * 20_000,
}
READERS: dict[str, Callable[[str], object]] = {
    "byline": lambda line: [byline.read(line, language) for language in ("en", None)],
    "bio": lambda line: [bio.read(line, "Ada Pruett", language) for language in ("en", None)],
    "filed": lambda line: [filed.read(line, language) for language in ("en", None)],
    "signed": lambda line: signed.who(line, "en"),
    "text": lambda line: text.read(line, None, WHEN),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("words", HOSTILE)
def test_time_grows_with_the_text(reader: str, words: str) -> None:
    """Twenty thousand characters take less than a second of CPU, and take no more than six times what half of them take."""
    READERS[reader](words)  # patterns are compiled
    half = HOSTILE[words][: len(HOSTILE[words]) // 2]
    took = []
    for line in (half, HOSTILE[words]):
        began = time.process_time()
        READERS[reader](line)
        took.append(time.process_time() - began)
    assert took[1] < 1.0
    assert took[1] < 6 * took[0] + 0.05
