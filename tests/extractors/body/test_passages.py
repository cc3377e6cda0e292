"""Passages: runs of text in block elements, with what they stand under."""

from __future__ import annotations

from lxml.html import document_fromstring

from extractors.body.passages import NODES_LIMIT, Passage, passages, words_of


def read(markup: str) -> list[Passage]:
    return passages(document_fromstring(markup))


def test_block_edges_and_double_breaks_part_text() -> None:
    found = read("<div>One <b>bold</b> line<p>two</p>three<br>still three<br><br>four</div>")
    assert [p.text for p in found] == ["One bold line", "two", "three still three", "four"]
    assert [p.index for p in found] == [0, 1, 2, 3]


def test_breaks_before_indents_and_between_lines_set_otherwise_part_text() -> None:
    assert [p.text for p in read("<td>　one<br>　two<br>&nbsp;&nbsp; three<br>still three</td>")] == [
        "one",
        "two",
        "three still three",
    ]
    assert [p.text for p in read("<td>one<br><span></span><br>two</td>")] == ["one", "two"]
    lines = read("<td><font size=5>Headline</font><br><font size=2>By A. Fell</font><br><br>Text</td>")
    assert [p.text for p in lines] == ["Headline", "By A. Fell", "Text"]
    assert [p.text for p in read("<p><i>a line of verse</i><br><i>and the next</i></p>")] == ["a line of verse and the next"]


def test_links_and_bold_are_counted() -> None:
    (found,) = read("<p><a href='/x'>seven c</a> rest <strong>bold</strong></p>")
    assert (found.linked, found.bold) == (7, 4)


def test_what_nobody_sees_is_left_out() -> None:
    assert [p.text for p in read("<p>a<script>b</script>c<style>d</style></p><template>f</template>")] == ["ac"]


def test_marks_come_from_above_near_ones_from_close_by() -> None:
    (found,) = read("<div class='outerBox'><div><div><div class='teaser-list'><p id='lead_1'>text</p></div></div></div></div>")
    assert {"outer", "box", "teaser", "list", "lead", "<p>"} <= found.marks
    assert "teaser" in found.near and "outer" not in found.near


def test_an_inline_element_around_all_of_a_passage_names_it() -> None:
    found = read("<p><span class='credit'>Jo Abel</span></p><p><span class='credit'>Jo</span> and a long rest of the line</p>")
    assert "credit" in found[0].marks and "credit" not in found[1].marks


def test_words_of_class_names() -> None:
    assert words_of("wsite-elements wsite-not-footer") == {"wsite", "elements"}
    assert words_of("relatedLinks_box-2 ABTest") == {"related", "links", "box", "test"}


def test_a_flood_of_elements_ends() -> None:
    found = read("<body>" + "<p>x</p>" * (NODES_LIMIT + 10) + "</body>")
    assert len(found) <= NODES_LIMIT


def test_deep_nesting_is_no_trouble() -> None:
    assert [p.text for p in read("<div>" * 3000 + "deep" + "</div>" * 3000)] in (["deep"], [])
