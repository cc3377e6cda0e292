"""Lines about an article, told by what they say in any of the languages known."""

from __future__ import annotations

import pytest
from lxml.html import document_fromstring

from extractors.body.passages import Passage, passages
from extractors.body.service import is_service_line


def line(markup: str) -> Passage:
    (passage,) = passages(document_fromstring(f"<div>{markup}</div>"))
    return passage


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Published: 3 November 2026 at 10:42 am GMT"),
        ("en", "Updated Nov. 3, 2026"),
        ("en", "By Ilse Maron and Jo Abel"),
        ("de", "Dienstag, 3. November 2026, 10:42 Uhr"),
        ("en", "Ilse Maron · Ostrey Times · Posted: Mar 3, 2026 4:00 AM EDT | Last Updated: March 4"),
        ("de", "Von Thea Karg"),
        ("fr", "Publié le 3 novembre 2026 à 10h42"),
        ("es", "3 de noviembre de 2026 a las 10:42"),
        ("pl", "Opublikowano: 03.11.2026"),
        ("ru", "3 ноября 2026 г. в 10:42"),
        ("ja", "2026年11月3日 10時42分"),
        ("ko", "입력 2026.11.03 10:42"),
        ("ar", "الثلاثاء 3 نوفمبر 2026"),
    ],
)
def test_dates_and_bylines_go_before_the_text_and_stay_within(language: str, text: str) -> None:
    passage = line(f"<p>{text}</p>")
    assert is_service_line(passage, language, begun=False)
    assert not is_service_line(passage, language, begun=True)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "5 min read"),
        ("de", "Lesezeit: ca. 4 Minuten"),
        ("es", "Tiempo de lectura: 3 minutos"),
        ("en", "Share this article on Facebook"),
        ("de", "Artikel teilen"),
        ("fr", "Partager sur WhatsApp"),
        ("zh", "阅读 3 分钟"),
        ("de", "Anzeige"),
        ("fr", "La suite après la publicité"),
        ("de", "(Noch keine Bewertungen) Loading..."),
        ("en", "(12 votes, average: 4.25 out of 5) Loading..."),
    ],
)
def test_reading_times_buttons_and_labels_go_anywhere(language: str, text: str) -> None:
    passage = line(f"<p>{text}</p>")
    assert is_service_line(passage, language, begun=False) and is_service_line(passage, language, begun=True)


def test_a_time_element_is_no_text() -> None:
    assert is_service_line(line("<p class='meta'><time datetime='2026-11-03'>vor drei Stunden</time></p>"), "de", begun=True)


@pytest.mark.parametrize(
    "markup",
    [
        "<h2>3 November 2026</h2>",
        "<p>In May 1984 the harbour froze.</p>",
        "<p>By then the swans had left.</p>",
        "<p>The walk takes 5 minutes.</p>",
        "<p>Share prices fell on Friday</p>",
        "<p>May and June</p>",
    ],
)
def test_words_of_a_story_stay(markup: str) -> None:
    assert not is_service_line(line(markup), "en", begun=False)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Photo: Jo Abel"),
        ("en", "(Image credit: Ostrey Museum)"),
        ("de", "Abbildung: Die Laterne am Kai, Aufnahme von 1911"),
        ("fr", "Crédit photo : Ilse Maron"),
        ("ja", "写真：港の白鳥"),
    ],
)
def test_a_picture_line_apart_from_its_picture_goes(language: str, text: str) -> None:
    assert is_service_line(line(f"<p>{text}</p>"), language, begun=True)


@pytest.mark.parametrize(
    "text", ["Photo editing is an art: one that few people learn.", "Pictures: what they hide", "Credits were given to all."]
)
def test_a_sentence_about_pictures_stays(text: str) -> None:
    assert not is_service_line(line(f"<p>{text}</p>"), "en", begun=True)


def test_a_link_in_capitals_between_paragraphs_goes_and_a_plain_one_or_plain_capitals_stay() -> None:
    shouted = "THE FERRY THAT WAITS FOR ITS CAPTAIN"
    assert is_service_line(line(f"<p><a href='/x'>{shouted}</a></p>"), "en", begun=True)
    assert not is_service_line(line(f"<p><a href='/x'>{shouted.capitalize()}</a></p>"), "en", begun=True)
    assert not is_service_line(line(f"<p>{shouted}</p>"), "en", begun=True)


@pytest.mark.parametrize("text", ["- Anzeige-", "[Anzeige]", "— Anzeige —"])
def test_a_label_goes_in_whatever_frame(text: str) -> None:
    assert is_service_line(line(f"<p>{text}</p>"), "de", begun=True)
