"""Lines around an entry, readers' answers and contacts: told where they are, and left where they only look so."""

from __future__ import annotations

import pytest
from lxml.html import document_fromstring

from extractors.body.endings import before_answers, before_contacts, is_about_entry, signs_off
from extractors.body.passages import Passage, passages

STORY = "The goose took the train to Pell Junction, where the guard gave her a window, and came home by the milk cart on Monday."


def read(markup: str) -> list[Passage]:
    return passages(document_fromstring(f"<div>{markup}</div>"))


@pytest.mark.parametrize(
    "text",
    [
        "Posted by Ambrose Fell at March 2, 2005 10:11 AM",
        "posted by Ambrose Fell @ 9:14 PM",
        "Posted by Ambrose Fell on March 2, 2005 at 9:14 p.m.",
        "Posted in Spring, Geese | 3 comments",
        "Eingestellt von Uta Kern um 21:14",
        "Publicado por Marta Luz en 21:14",
        "This entry was posted on Sunday, April 6th, 2008 and is filed under Spring. You can leave a response.",
        "TrackBack URL for this entry: http://www.pagefourteen.example/mt-tb.cgi/1877",
        "Просмотров: 214",
        "Okunma: 1.233",
        "318 views",
        "阅读次数：45",
        "Якщо ви помітили помилку, виділіть текст і натисніть Ctrl+Enter.",
    ],
)
def test_lines_about_an_entry_are_told(text: str) -> None:
    assert is_about_entry(text, None)


@pytest.mark.parametrize(
    "text",
    [
        "Posted by the gate stood a guard in a coat too long for him, who asked nobody for a ticket.",
        "Written by hand, the notice hung there for years.",
        "214 geese were counted on the lock on Sunday.",
        "The views from the tower are the best in the county.",
        "Hits: the songs that the band never played.",
        "Posted in Carrow for three years, the envoy learned the language and never came back.",
        "Publicado en 1954, su primer libro narra la vida de los pescadores del barrio.",
        "Publié dans la revue du port, son premier récit raconte la vie des pêcheurs.",
        "Dodał, że prace rozpoczną się 5 marca 2015 roku.",
        "Добавил, что работы начнутся в 10:30",
        "Napisał o tym 12 maja 1942 roku w liście do żony.",
        "Press Ctrl+Enter to send the message, or Escape to leave the window.",
    ],
)
def test_words_of_a_story_are_none(text: str) -> None:
    assert not is_about_entry(text, "en")


@pytest.mark.parametrize(
    "heading", ["<h3>Comments</h3>", "<b>Comments (2)</b>", "<h2>2 Responses to “The goose”</h2>", "<h4>TrackBack</h4>"]
)
def test_what_stands_below_a_heading_over_answers_is_left_out(heading: str) -> None:
    found = read(f"<p>{STORY}</p><div>{heading}</div><p>My uncle had such a goose, and he said so in writing.</p>")
    assert [p.text for p in before_answers(found, found, "en")] == [STORY]


def test_a_comment_is_an_opinion_unless_somebody_answered_at_a_time() -> None:
    opinion = read(f"<p>{STORY}</p><h3>Comment</h3><p>{STORY} On Sunday, 3 May 2009, a second one came.</p>")
    assert before_answers(opinion, opinion, "en") == opinion
    answer = read(f"<p>{STORY}</p><h3>Comment</h3><p>Joe, 3 May 2009, 9:14 PM</p><p>My uncle had such a goose.</p>")
    assert [p.text for p in before_answers(answer, answer, "en")] == [STORY]


@pytest.mark.parametrize(
    ("heading", "language"),
    [("<h2>5 thoughts on the new road</h2>", "en"), ("<h2>Réactions</h2>", "fr"), ("<h3>Reacties</h3>", "nl")],
)
def test_a_section_of_the_story_that_is_called_so_stays(heading: str, language: str) -> None:
    found = read(f"<p>{STORY}</p>{heading}<p>{STORY} {STORY}</p>")
    assert before_answers(found, found, language) == found


@pytest.mark.parametrize("line", ["<a href='#c'>Comments (2)</a>", "<p>Comments</p>", "<h3>Comments from the bench</h3>"])
def test_a_link_to_comments_or_another_heading_ends_nothing(line: str) -> None:
    found = read(f"<p>{STORY}</p><div>{line}</div><p>The second paragraph of the story.</p>")
    assert before_answers(found, found, "en") == found


def test_a_heading_over_answers_above_the_text_ends_nothing() -> None:
    found = read(f"<h3>Comments</h3><p>{STORY}</p>")
    assert before_answers(found, found, "en") == found


def test_contacts_at_the_end_go_and_a_section_called_so_stays() -> None:
    contacts = "<p><b>Media contact</b></p><p>Petra Sund, 555-0199</p><p>Investor Relations</p>"
    assert [p.text for p in before_contacts(read(f"<p>{STORY}</p>{contacts}"))] == [STORY]
    section = read(f"<p>{STORY}</p><h3>Contact</h3><p>{STORY} {STORY}</p>")
    assert before_contacts(section) == section
    films = "<h3>Contact</h3><p>An engineer hears a voice.</p><h3>Slow Rain</h3><p>Two sisters run a kiosk.</p>"
    reviews = read(f"<p>{STORY}</p><h3>The Goose</h3><p>A family waits.</p>{films}")
    assert before_contacts(reviews) == reviews


@pytest.mark.parametrize(
    ("text", "signs"),
    [("(zdř, 16. 6. 2003)", True), ("（记者 陆小川 通讯员 韩冬）", True), ("(see page 4)", False), ("（六八）は", False)],
)
def test_initials_with_a_day_and_reporters_in_brackets_sign_off(text: str, signs: bool) -> None:
    assert signs_off(text) is signs
