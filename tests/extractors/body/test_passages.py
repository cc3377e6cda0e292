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
    assert words_of("relatedLinks_box-2 ABTest") == {"related", "links", "box", "test"}


def test_a_flood_of_elements_ends() -> None:
    found = read("<body>" + "<p>x</p>" * (NODES_LIMIT + 10) + "</body>")
    assert len(found) <= NODES_LIMIT


def test_deep_nesting_is_no_trouble() -> None:
    assert [p.text for p in read("<div>" * 3000 + "deep" + "</div>" * 3000)] in (["deep"], [])
