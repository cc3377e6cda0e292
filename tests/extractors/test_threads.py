"""Comments whose boxes are called nothing: out of the body, no dates and no authors; what only looks like a thread stays."""

from __future__ import annotations

import pytest

from extractors import extract
from model.article import Article

LINES = (
    "The swing bridge at Millhaven will stay shut until the last week of April, the harbour office said on Tuesday, because a"
    " bearing cast in 1931 has split from rim to rim.",
    "Barges that carry gravel to the works above the lock now unload at the old coal quay, and lorries bring the stone through"
    " Cooper Street, where the school begins at eight.",
    "The office has ordered a new bearing from a foundry in the hills, which casts only twice a year. The council will pay a"
    " third of the sum, and the two gravel firms the rest.",
    "A ferry for walkers crosses every half hour until dusk, and takes bicycles when the tide allows it. Nobody pays before the"
    " bridge turns again, the office said.",
)
READERS = (
    (
        "Halden Reed",
        "12 March 2026, 9:14 am",
        "My father worked on that bridge for thirty years, and he always said it would go.",
    ),
    (
        "Petra Moss",
        "12 March 2026, 11:02 am",
        "And who pays for the lorries on our street? Nobody asked the people who live there.",
    ),
    (
        "quayside_joe",
        "13 March 2026, 7:45 pm",
        "It is a fine thing. I took the children across on Sunday, and they want to go again.",
    ),
    (
        "Ines Carvell",
        "14 March 2026, 8:20 am",
        "We count forty lorries an hour. The council should come and stand there with us.",
    ),
)
BLOCK = "<div><div><b>NAME</b> <span>DATE</span></div><p>TEXT</p><div><a href='#'>ANSWER</a></div></div>"


def _thread(item: str, answer: str = "Reply") -> str:
    return "".join(
        item.replace("NAME", name).replace("DATE", day).replace("TEXT", text).replace("ANSWER", answer)
        for name, day, text in READERS
    )


def _read(below: str, language: str = "en", head: str = "<p>By Cora Vane</p><p>10 March 2026</p>") -> Article:
    text = "".join(f"<p>{line}</p>" for line in LINES)
    page = (
        f"<!doctype html><html lang={language}><head><title>Swing bridge shut until April</title></head><body>"
        f"<main><article><h1>Swing bridge shut until April</h1>{head}{text}{below}</article></main></body></html>"
    )
    return extract(page.encode(), "https://millhaven.example/swing-bridge")


THREADS = {
    "blocks": f"<div>{_thread(BLOCK)}</div>",
    "children of the article": _thread(BLOCK),
    "a list": f"<ul>{_thread('<li><strong>NAME</strong><br><small>DATE</small><p>TEXT</p><a href=#>Reply</a></li>')}</ul>",
    "buttons": f"<ol>{_thread('<li>NAME, DATE<p>TEXT</p><button>Reply</button></li>')}</ol>",
    "with a number": f"<div>{_thread(BLOCK, 'Reply (2)')}</div>",
    "with a name": f"<div>{_thread(BLOCK, 'Reply to NAME')}</div>",
    "times and profiles": "<div>"
    + _thread("<div><a href='/user/1'>NAME</a> <time datetime='2026-03-12T09:14'>DATE</time><p>TEXT</p><a href=#>Reply</a></div>")
    + "</div>",
    "lines side by side": _thread("<p><b>NAME</b></p><p>DATE</p><p>TEXT</p><p><a href=#>Reply</a></p>"),
    "by and on": f"<div>{_thread('<div><p>By NAME on DATE</p><p>TEXT</p><p><a href=#>Reply</a></p></div>')}</div>",
    "a heading and no buttons": f"<h3>4 Comments</h3><div>{_thread('<div><b>NAME</b> <i>DATE</i><p>TEXT</p></div>')}</div>",
}


@pytest.mark.parametrize("below", THREADS.values(), ids=THREADS)
def test_comments_are_none_of_the_piece(below: str) -> None:
    article = _read(below)
    assert [b.text for b in article.body] == list(LINES)
    assert [a.name for a in article.authors] == ["Cora Vane"]
    assert (article.date_published, article.date_modified) == ("2026-03-10", None)


@pytest.mark.parametrize("below", THREADS.values(), ids=THREADS)
def test_comments_give_no_author_and_no_date_where_the_piece_has_none(below: str) -> None:
    article = _read(below, head="")
    assert (article.authors, article.date_published, article.date_modified) == ((), None, None)


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        ("de", "Antworten"),
        ("fr", "Répondre"),
        ("es", "Responder"),
        ("ru", "Ответить"),
        ("ja", "返信"),
        ("ko", "답글"),
        ("zh", "回复"),
    ],
)
def test_in_other_languages(language: str, answer: str) -> None:
    assert [b.text for b in _read(f"<div>{_thread(BLOCK, answer)}</div>", language).body] == list(LINES)


def test_a_page_of_questions_and_answers_keeps_them() -> None:
    blocks = "".join(f"<div><b>{n}</b><p>{t} {t}</p><a href=#>Reply</a></div>" for n, _, t in READERS)
    page = (
        f"<html lang=en><title>What became of the bridge?</title><body><h1>What became of the bridge?</h1>{blocks}</body></html>"
    )
    assert len(extract(page.encode(), "https://millhaven.example/forum/1").body) == len(READERS)


@pytest.mark.parametrize(
    "label",
    [
        "<p><strong>Answer</strong></p><p>TEXT</p>",
        "<p><strong>Reply</strong> TEXT</p>",
        "<div><span>Answer</span><p>TEXT</p></div>",
    ],
)
def test_experts_answers_are_the_piece(label: str) -> None:
    below = "".join(f"<p>{t} So it is asked.</p>{label.replace('TEXT', f'{t} We say so.')}" for _, _, t in READERS)
    assert len([b for b in _read(below).body if b.text.endswith("We say so.")]) == len(READERS)


def test_a_heading_that_says_comment_over_text_hides_nothing() -> None:
    article = _read(f"<h2>Comment</h2><p>{LINES[1]} So it was on 3 March 2024, too.</p><p>{LINES[2]} Or on 5 March 2025.</p>")
    assert [b.text for b in article.body if b.kind == "paragraph"][4:] == [
        f"{LINES[1]} So it was on 3 March 2024, too.",
        f"{LINES[2]} Or on 5 March 2025.",
    ]


def test_one_button_is_no_thread() -> None:
    article = _read(f"<div><p>{LINES[0]} It was said again.</p><p><a href=#>Reply</a></p></div>")
    assert article.body[-1].text == f"{LINES[0]} It was said again."
