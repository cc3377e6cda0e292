"""Pages that say that there is nothing, and short pieces whose headline only has such a word in it."""

from __future__ import annotations

import pytest

from extractors import extract
from model.article import Access

URL = "https://ledger.example/log/404"
TEXT = """
<p>The harbour council decided on Monday evening what becomes of the old lighthouse on the northern shore, which has stood
without a keeper since the last one retired in spring.</p>
<p>“We looked everywhere, in the tower, the store and the boathouse,” said Nell Quaife, who led the search for the council
and has written a history of the coast.</p>
<p>What was left of the lamp room goes to the museum in Port Ellery. Its director, Teodor Hask, hopes to show it next summer,
together with a boat that was built by the first keeper and his daughters.</p>
<p>The council will pay for the roof. Nobody has been asked to move, and the path to the cliffs stays open.</p>
"""


def _access(title: str, head: str, body: str) -> Access:
    markup = f"<html><head><title>{title}</title>{head}</head><body><main><h1>{title}</h1>{body}</main></body></html>"
    return extract(markup.encode(), URL).access


@pytest.mark.parametrize(
    "title",
    [
        "404",
        "404 | The Ledger",
        "The Ledger - 404",
        "404: Page not found",
        "Error 404",
        "Oops! That page is gone",
        "Page not found – The Ledger",
        "Fehler 404 – Der Bote",
    ],
)
def test_a_page_that_says_so_is_an_error_page(title: str) -> None:
    assert _access(title, "", "<p>Try the search, or go to the front page.</p>") is Access.ERROR_PAGE


@pytest.mark.parametrize("title", ["Lighthouse 404 keeps its lamp", "404 ships passed in a night", "Ledger of 1404 found"])
@pytest.mark.parametrize("head", ["", '<meta property="og:type" content="article">'])
def test_a_number_in_a_headline_makes_none(title: str, head: str) -> None:
    assert _access(title, head, TEXT) is Access.OPEN


def test_a_short_piece_about_what_was_not_found_is_a_piece_where_it_is_declared_one() -> None:
    assert _access("Keeper's log not found after search", '<meta property="og:type" content="article">', TEXT) is Access.OPEN
