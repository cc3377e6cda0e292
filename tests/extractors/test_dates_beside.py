"""Dates that stand on a page and are another piece's, an event's or another day's, and the piece's own beside them."""

from __future__ import annotations

import pytest

from tests.extractors.harbour_road import read


def published(above: str, below: str, language: str = "en") -> str | None:
    return read(above, below, language).date_published


@pytest.mark.parametrize(
    "below",
    [
        "<p>The council meets on 12 March 2014 at 19:30 in the hall.</p>",
        "<p>When: 12 March 2014, 19:30</p>",
        "<ul><li><a href=/ferry>Ferry to stop at night</a> 12 March 2014, 18:40</li></ul>",
        "<div><p><a href=/ferry>Ferry to stop at night</a></p><p>12 March 2014 18:40</p></div>",
    ],
)
def test_an_hour_below_the_text_is_none_of_the_day_above_it(below: str) -> None:
    assert published("<p>12 March 2014</p>", below) == "2014-03-12"


def test_an_hour_below_the_text_that_is_called_the_publications_counts() -> None:
    assert published("<p>12 March 2014</p>", "<p>Published: 12 March 2014, 18:40</p>") == "2014-03-12T18:40"


@pytest.mark.parametrize(("label", "language"), [("Kommentar", "de"), ("Comment", "en")])
@pytest.mark.parametrize("tag", ["b", "h3"])
def test_a_heading_above_the_text_that_says_comment_ends_no_search(label: str, language: str, tag: str) -> None:
    above = f"<{tag}>{label}</{tag}><p>Cora Vane, 12.03.2014, 18:40</p>"
    assert published(above, "", language) == "2014-03-12T18:40"


STEPS = "<p><a href='/2005/03/11/'>March 11, 2005</a> | <a href='/2005/03/13/'>March 13, 2005</a></p>"


@pytest.mark.parametrize("step", [STEPS, "<p><a href='/2005/03/11/'>« March 11, 2005</a></p>"])
def test_links_to_the_days_before_and_behind_are_no_date_of_the_piece(step: str) -> None:
    assert published(step, "") is None
    assert published("", step) is None
    assert published("<p><a href='/2005/03/12/'>March 12, 2005</a></p>", step) == "2005-03-12"
