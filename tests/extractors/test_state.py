"""Running text in embedded state, in the shapes that scripts keep it in."""

from __future__ import annotations

import json

from extractors.page import Page
from extractors.state import longest_text
from model.article import BlockKind

LINE = (
    "The mill at Oberlinden turns again, and the village has bread of its own for the first time in forty years, says the miller."
)


def page_with(script: str) -> Page:
    return Page.parse(f"<html><body><div id='root'></div>{script}</body></html>".encode(), "https://paper.example/a")


def test_mark_up_under_a_speaking_key() -> None:
    story = {"pageProps": {"post": {"contentHtml": f"<p>{LINE}</p><h3>Then</h3><p>{LINE} Twice.</p>"}}}
    found = longest_text(page_with(f"<script id='__NEXT_DATA__' type='application/json'>{json.dumps(story)}</script>"))
    assert found is not None
    assert [b.kind for b in found.blocks] == [BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.PARAGRAPH]
    assert found.where == "state:__NEXT_DATA__/pageProps/post/contentHtml"


def test_a_list_of_typed_blocks_without_its_pictures() -> None:
    blocks = [
        {"type": "paragraph", "text": LINE},
        {"type": "image", "text": "A caption that is nobody's text"},
        {"type": "paragraph", "children": [{"text": LINE + " Again."}]},
    ]
    found = longest_text(page_with(f"<script>window.__INITIAL_STATE__ = {json.dumps({'article': {'blocks': blocks}})};</script>"))
    assert found is not None
    assert [b.text for b in found.blocks] == [LINE, LINE + " Again."]


def test_text_rows_of_a_react_stream() -> None:
    text = f"<p>{LINE}</p><p>{LINE} Über Nacht.</p>"
    size = f"{len(text.encode()):x}"
    parts = [f"1:T{size},{text[:50]}", text[50:] + '2:{"after":"the text"}\n']
    pushes = "".join(f"<script>self.__next_f.push({json.dumps([1, p])})</script>" for p in parts)
    page = page_with(pushes)
    found = longest_text(page)
    assert found is not None
    assert [b.text for b in found.blocks] == [LINE, LINE + " Über Nacht."]
    assert {"after": "the text"} in [s.data for s in page.states]


def test_short_texts_and_addresses_are_none() -> None:
    state = {"body": "Too short.", "html": "https://paper.example/" + "a" * 400}
    assert longest_text(page_with(f"<script type='application/json' id='s'>{json.dumps(state)}</script>")) is None
