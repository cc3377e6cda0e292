"""What other fields have taken does not stand in the body as well."""

from __future__ import annotations

from lxml.html import document_fromstring

from extractors.body.clean import Taken, cleaned
from extractors.body.passages import passages

LONG = "The swans came back to the harbour in March, and with them came the people who count them every single day of the week."
CAPTION = "Swans in the harbour of Ostrey on a cold morning in March"
BIO = "Ilse Maron has written about birds and the sea for twenty years."


def left(markup: str, taken: Taken) -> list[str]:
    return [p.text for p in cleaned(passages(document_fromstring(markup)), taken, None)]


def test_captions_bios_and_bylines_go() -> None:
    taken = Taken(("A headline",), (CAPTION,), (BIO,), ("Ilse Maron",))
    markup = f"<div><p>A headline</p><p>By Ilse Maron</p><p>{CAPTION}</p><p>{LONG}</p><p>{LONG} Again.</p><p>{BIO}</p></div>"
    assert left(markup, taken) == [LONG, f"{LONG} Again."]


def test_a_name_in_running_text_stays() -> None:
    taken = Taken((), (), (), ("Ilse Maron",))
    markup = f"<div><p>{LONG}</p><p>So says Ilse Maron.</p></div>"
    assert left(markup, taken) == [LONG, "So says Ilse Maron."]


def test_headings_that_head_nothing_go() -> None:
    assert left(f"<div><h2>First</h2><p>{LONG}</p><h2>More</h2><h3>Stories</h3></div>", Taken((), (), (), ())) == ["First", LONG]


def test_two_sentences_set_as_a_heading_are_text_at_the_end_too() -> None:
    nothing = Taken((), (), (), ())
    said = "Nobody counts them at night. The harbour sleeps."
    assert left(f"<div><p>{LONG}</p><h4>{said}</h4></div>", nothing) == [LONG, said]
    assert left(f"<div><p>{LONG}</p><h4>Mr. Abel counts them.</h4></div>", nothing) == [LONG]


def test_words_longer_than_any_caption_stay_text_though_a_figure_holds_them() -> None:
    opening = f"{LONG} " * 6
    markup = f"<div><figure><img src='x.jpg'><figcaption>{opening}</figcaption></figure><p>{LONG}</p></div>"
    assert left(markup, Taken((), (opening,), (), ())) == [opening.strip(), LONG]
    assert left(markup.replace(opening, CAPTION), Taken((), (CAPTION,), (), ())) == [LONG]


def test_a_paragraph_that_a_caption_repeats_stays_where_it_is_clearly_text() -> None:
    found = passages(document_fromstring(f"<div><p>{LONG}</p><figure><figcaption>{LONG}</figcaption></figure></div>"))
    taken = Taken((), (LONG,), (), ())
    assert cleaned(found, taken, None, {p.index: 0.97 for p in found}) == found[:1]
    assert cleaned(found, taken, None, {p.index: 0.6 for p in found}) == []


def test_a_stretch_shown_for_every_width_stays_once_and_a_refrain_stays() -> None:
    stretch = f"<h3>Counting</h3><p>{LONG}</p>"
    assert left(f"<div>{stretch}<p>Again and again.</p>{stretch}<p>Again and again.</p></div>", Taken((), (), (), ())) == [
        "Counting",
        LONG,
        "Again and again.",
    ]
    assert left("<div><p>Row on.</p><p>So they sang.</p><p>Row on.</p></div>", Taken((), (), (), ())).count("Row on.") == 2


def test_a_pull_quote_goes_where_it_repeats_the_text() -> None:
    quote = "they count them every single day"
    text = f"“No, {quote} of the week,” she said, “and then {quote} again until the ice is gone from the harbour.”"
    pulled = f"<blockquote class='c-pullquote'><p>“{quote}”</p><cite>Ilse Maron</cite></blockquote>"
    nothing = Taken((), (), (), ())
    assert left(f"<div><p>{text}</p>{pulled}<p>{LONG}</p></div>", nothing) == [text, LONG]
    assert left(f"<div><p>{LONG}</p>{pulled}<p>{LONG} Again.</p></div>", nothing)[1] == f"“{quote}”"
    plain = pulled.replace(" class='c-pullquote'", "")
    assert left(f"<div><p>{text}</p>{plain}<p>{LONG}</p></div>", nothing)[1] == f"“{quote}”"


def test_a_paragraph_set_as_a_heading_stays_at_the_end() -> None:
    nothing = Taken((), (), (), ())
    assert left(f"<div><p>{LONG}</p><h4>{LONG} Bring gloves.</h4></div>", nothing) == [LONG, f"{LONG} Bring gloves."]
    assert left(f"<div><p>{LONG}</p><h4>Bring gloves.</h4></div>", nothing) == [LONG]


def test_a_short_caption_with_its_credit_goes_from_the_line_under_a_picture() -> None:
    taken = Taken((), ("The swans of Ostrey",), (), ())
    line = "The swans of Ostrey / Jo Abel"
    assert left(f"<div><p>{LONG}</p><p class='caption'>{line}</p><p>{LONG} Again.</p></div>", taken) == [LONG, f"{LONG} Again."]
    assert line in left(f"<div><p>{LONG}</p><p>{line}</p><p>{LONG} Again.</p></div>", taken)


def test_titles_that_are_links_go_from_the_end_and_addresses_stay() -> None:
    nothing = Taken((), (), (), ())
    titles = "<p><a href='/a'>The ferry that waits for its captain</a></p><p><a href='/b'>Who counts the swans of Ostrey?</a></p>"
    assert left(f"<div><p>{LONG}</p>{titles}</div>", nothing) == [LONG]
    assert len(left(f"<div>{titles}<p>{LONG}</p></div>", nothing)) == 3
    address = "<p><a href='https://ostrey.example/petition'>https://ostrey.example/petition</a></p>"
    assert len(left(f"<div><p>{LONG}</p>{address}</div>", nothing)) == 2
