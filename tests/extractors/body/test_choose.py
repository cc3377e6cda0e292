"""What is chosen beside the sure passages, and what is not."""

from __future__ import annotations

from lxml.html import document_fromstring

from extractors import extract
from extractors.body.choose import chosen, only_text
from extractors.body.opening import opening
from extractors.body.opinion import compact
from extractors.body.passages import Passage, passages

TEXT = "The swans came back to the harbour in March, and with them came the people who count them every single day of the week."
LONG = TEXT + " They stay until the ice is gone, and then they leave without telling anybody where they go."


def read(markup: str, said: dict[str, float]) -> tuple[list[Passage], list[float]]:
    """The passages of a page and their chances: by how they begin, else next to none."""
    found = passages(document_fromstring(f"<body>{markup}</body>"))
    return found, [next((c for begin, c in said.items() if p.text.startswith(begin)), 0.01) for p in found]


def kept(markup: str, said: dict[str, float]) -> list[str]:
    found, chances = read(markup, said)
    return [p.text.split(":")[0] for p in chosen(found, chances, "en")]


def test_a_long_paragraph_beside_the_sure_ones_is_text_and_a_short_one_behind_them_is_not() -> None:
    beside = f"<div><p>F: {LONG}</p></div>"
    markup = f"<div><p>A: {LONG}</p><p>B: {TEXT}</p><p>C: {TEXT}</p><p>D: {LONG}</p><p>E: a last line</p></div>{beside}"
    assert kept(markup, {"A": 0.3, "B": 0.9, "C": 0.9, "D": 0.3, "E": 0.3, "F": 0.3}) == ["A", "B", "C", "D"]


def test_one_sure_paragraph_vouches_for_no_other() -> None:
    assert kept(f"<div><p>A: {LONG}</p><p>B: {TEXT}</p></div>", {"A": 0.3, "B": 0.9}) == ["B"]


def test_a_long_paragraph_below_a_chosen_heading_of_its_shelf_is_text() -> None:
    below = f"<h2>Of the ice</h2><p>B: {LONG}</p>"
    said = {"A": 0.9, "Of": 0.8, "B": 0.15}
    assert kept(f"<div><p>A: {TEXT}</p>{below}</div>", said) == ["A", "Of the ice", "B"]
    assert kept(f"<div><p>A: {TEXT}</p><h2>Of the ice</h2><p>B: short</p></div>", said) == ["A", "Of the ice"]
    assert kept(f"<div><p>A: {TEXT}</p><h2>Of the ice</h2></div><div><p>B: {LONG}</p></div>", said) == ["A", "Of the ice"]
    assert kept(f"<div><p>A: {TEXT}</p>{below}</div>", {**said, "Of": 0.2}) == ["A"]  # the heading is not chosen
    assert kept(f"<div><p>A: {TEXT}</p>{below}</div>", {**said, "B": 0.05}) == ["A", "Of the ice"]


def test_one_sure_paragraph_vouches_for_a_very_long_one_between_sure_ones() -> None:
    between = "<div><p>A: {0}</p><p>B: {1}</p></div><div><p>C: {0}</p></div>"
    said = {"A": 0.9, "B": 0.35, "C": 0.9}
    assert kept(between.format(TEXT, LONG + TEXT), said) == ["A", "B", "C"]
    assert kept(between.format(TEXT, TEXT), said) == ["A", "C"]
    assert kept(between.format(TEXT, LONG + TEXT), {**said, "B": 0.25}) == ["A", "C"]


def test_a_list_stands_among_the_paragraphs_beside_it_and_vouches_for_them() -> None:
    items = f"<ul><li>B: {TEXT}</li><li>C: {TEXT}</li></ul>"
    markup = f"<p>A: {TEXT}</p><div><p>D: {TEXT}</p>{items}</div>"
    said = {"A": 0.9, "B": 0.9, "C": 0.9, "D": 0.35}
    assert kept(markup, said) == ["A", "D", "B", "C"]
    assert kept(markup, {**said, "D": 0.25}) == ["A", "B", "C"]


def test_an_appeal_is_not_text_because_paragraphs_stand_beside_it() -> None:
    markup = f"<div><p>A: {TEXT}</p><p>B: {TEXT}</p><p>Subscribe: {LONG}</p></div>"
    assert kept(markup, {"A": 0.9, "B": 0.9, "Subscribe": 0.4}) == ["A", "B"]


def test_a_list_is_kept_whole_where_a_good_part_of_it_is_sure() -> None:
    items = "<li>Flour: two cups of it, sifted twice</li><li>Salt: a pinch</li><li><a href='/x'>More: of these</a></li>"
    markup = f"<p>A: {TEXT}</p><ul>{items}</ul><p>B: {TEXT}</p>"
    sure = {"A": 0.9, "B": 0.9, "Flour": 0.6, "More": 0.3}
    assert kept(markup, {**sure, "Salt": 0.3}) == ["A", "Flour", "Salt", "B"]
    assert kept(markup, {**sure, "Salt": 0.1}) == ["A", "Flour", "B"]
    assert kept(markup, {**sure, "Flour": 0.3, "Salt": 0.3}) == ["A", "B"]
    behind = f"<p>A: {TEXT}</p><p>B: {TEXT}</p><ul>{items}</ul>"
    assert kept(behind, {**sure, "Salt": 0.3}) == ["A", "B", "Flour"]  # nothing sure follows


def test_lines_that_a_paragraph_announces_are_kept_up_to_the_next_of_another_make() -> None:
    lines = "<p>町: 一、<a>二</a></p><p>村: 三</p>"
    found, chances = read(f"<div><p>A: 各地の震度は次のとおり。</p>{lines}<p class='note'>読: 会員になる</p></div>", {"A": 0.9})
    assert [p.text[0] for p in chosen(found, chances, "ja")] == ["A", "町", "村"]
    assert [p.text[0] for p in chosen(found, chances, "de")] == ["A"]


def test_a_box_of_key_points_is_text_by_its_name_or_its_heading() -> None:
    points = "<ul><li>One: the swans came back in March</li><li>Two: nobody counted them at night</li></ul>"
    said = {"A": 0.9, "One": 0.1, "Two": 0.1}
    text = f"<div><p>A: {TEXT}</p></div>"
    assert kept(f"<div class='key-points'>{points}</div>{text}", said) == ["One", "Two", "A"]
    assert kept(f"<div><h2>In brief</h2>{points}</div>{text}", said) == ["One", "Two", "A"]
    assert kept(f"<div><h2>Most read</h2>{points}</div>{text}", said) == ["A"]
    assert kept(f"<div class='key-points'>{points}</div>{text}", {"A": 0.9}) == ["A"]  # next to no chance


def test_a_box_under_a_heading_that_leads_elsewhere_holds_no_text() -> None:
    box = "<section><div><h2>Related</h2></div><div><h3>B: a swan in the town hall</h3></div></section>"
    markup = f"<div><p>A: {TEXT}</p>{box}<h3>C: of the ice</h3><p>D: {TEXT}</p></div>"
    assert kept(markup, {"A": 0.9, "B": 0.6, "C": 0.6, "D": 0.9}) == ["A", "C", "D"]
    assert kept(markup.replace("Related", "The swan"), {"A": 0.9, "B": 0.6, "C": 0.6, "D": 0.9}) == ["A", "B", "C", "D"]


def test_a_table_is_kept_whole_where_a_good_part_of_it_is_sure() -> None:
    rows = "<tr><th>Name: of it</th><th>Count: number</th></tr><tr><td>Swan: of the harbour</td><td>41: in all</td></tr>"
    markup = f"<p>A: {TEXT}</p><table>{rows}</table><p>B: {TEXT}</p>"
    said = {"A": 0.9, "B": 0.9, "Name": 0.3, "Count": 0.3, "41": 0.3}
    assert kept(markup, {**said, "Swan": 0.6}) == ["A", "Name", "Count", "Swan", "41", "B"]
    assert kept(markup, {**said, "Swan": 0.3}) == ["A", "B"]


def test_the_first_of_a_row_of_headings_is_one_of_them() -> None:
    entry = "<article><h2>{0}1: heading</h2><p>{0}2: " + TEXT + "</p></article>"
    markup = "<h2>Z: most read</h2>" + "".join(entry.format(name) for name in "AB")
    sure = {"A1": 0.4, "A2": 0.9, "B1": 0.4, "B2": 0.9}
    assert kept(markup, sure) == ["A1", "A2", "B1", "B2"]
    assert kept(entry.format("A"), sure) == ["A2"]


def test_where_nothing_is_sure_the_one_run_of_text_that_another_opinion_takes_is_the_piece() -> None:
    markup = f"<div><p>A: {LONG}</p><p>B: {LONG}</p></div><div><p>C: {TEXT}</p></div>"
    found, chances = read(markup, {"A": 0.2, "B": 0.1, "C": 0.4})
    everything = compact("".join(p.text for p in found))
    assert chosen(found, chances, "en") == []
    assert [p.text[0] for p in only_text(found, chances, everything, "en")] == ["A", "B"]
    assert only_text(found, chances, compact(found[2].text), "en") == []
    assert only_text(found, [0.01] * len(found), everything, "en") == []


def first(markup: str, summary: str) -> str | None:
    found, chances = read(markup, {"S": 0.4, "A": 0.9, "B": 0.9})
    passage = opening(summary, found, chosen(found, chances, "en"))
    return None if passage is None else passage.text


def test_a_long_summary_right_above_the_text_opens_it() -> None:
    text = f"<div><p>A: {TEXT}</p><p>B: {TEXT}</p></div>"
    long = f"S: {LONG}"
    assert first(f"<main><p>{long}</p>{text}</main>", long) == long
    assert first(f"<main><p>S: {TEXT}</p>{text}</main>", f"S: {TEXT}") is None  # no longer than summaries are
    between = "".join(f"<div>{n}</div>" for n in range(5))
    assert first(f"<main><p>{long}</p>{between}{text}</main>", long) is None  # not right above
    deep = f"<div><section><div><div>{text}</div></div></section></div>"
    assert first(f"<main><header><p>{long}</p></header>{deep}</main>", long) is None  # in another part of the page
    assert first(f"<main>{text}</main>", long) is None


def test_a_long_summary_that_the_publisher_calls_a_standfirst_stays_one() -> None:
    text = "".join(f"<p>{n}: {LONG}</p>" for n in ("A", "B", "C", "D"))
    head = '<html lang="en"><head><meta name="description" content="S: {0}"></head>'
    page = head + "<body><article><h1>The swans are back</h1>{1}{2}</article>"
    named = extract(page.format(LONG, f'<p class="standfirst">S: {LONG}</p>', text).encode(), "https://heron.example/swans")
    plain = extract(page.format(LONG, f"<p>S: {LONG}</p>", text).encode(), "https://heron.example/swans")
    assert named.standfirst == f"S: {LONG}" and not named.text.startswith("S:")
    assert plain.standfirst is None and plain.text.startswith("S:")
