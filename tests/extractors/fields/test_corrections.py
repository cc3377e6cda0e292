"""Which passages announce a correction, in several languages, and which only look like one."""

from __future__ import annotations

import pytest

from extractors import extract
from extractors.fields.corrections import kind_of


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("Correction: The bridge was built in 1931, not in 1913.", "en", "correction"),
        ("Correction, Nov. 15, 2019: The bridge was built in 1931.", "en", "correction"),
        ("Clarification: The council has not yet voted on the plan.", "en", "clarification"),
        ("Editor’s note: We removed a quotation that was wrongly attributed.", "en", "editors_note"),
        ("*An earlier version of this article misspelt the mayor's name.", "en", "correction"),
        ("Anmerkung der Redaktion: In einer früheren Version stand ein falsches Datum.", "de", "editors_note"),
        ("Korrekturhinweis: Die Brücke wurde 1931 gebaut und nicht 1913.", "de", "correction"),
        ("Rectificatif : le pont a été construit en 1931 et non en 1913.", "fr", "correction"),
        ("Fe de errores: el puente se construyó en 1931 y no en 1913.", "es", "correction"),
        ("Rättelse: Bron byggdes 1931 och inte 1913 som vi skrev.", "sv", "correction"),
        ("【訂正】橋が造られたのは1931年でした。お詫びします。", "ja", "correction"),
        ("訂正：橋が造られたのは1931年でした。お詫びします。", "ja", "correction"),
    ],
)
def test_notices(text: str, language: str, kind: str | None) -> None:
    assert kind_of(text, language) == kind


@pytest.mark.parametrize(
    "text",
    [
        "Updated at 5:45 p.m. to include the mayor's answer.",
        "Editor's note: This story was updated to include details from the hearing.",
        "Report a correction or typo in this article by writing to us.",
        "Corrections and clarifications: how to reach the readers' editor.",
        "Correction of the market pushed prices down by four per cent on Monday.",
    ],
)
def test_what_only_looks_like_one(text: str) -> None:
    assert kind_of(text, "en") is None


@pytest.mark.parametrize(
    ("names", "found"),
    [("correction", 1), ("article-corrections", 1), ("related", 0), ("correction related", 0), ("", 0)],
)
def test_an_aside_counts_where_it_is_named_after_a_correction(names: str, found: int) -> None:
    text = "".join(
        f"<p>The council met for hour {n} about the bridge, and the clerk wrote down all that was said.</p>" for n in "abcd"
    )
    note = f'<aside class="{names}"><p>Correction: The bridge was built in 1931, not in 1913 as we wrote.</p></aside>'
    page = (
        f'<html lang="en"><body><article><h1>Bridge to be mended</h1><div class="body">{text}{note}</div></article></body></html>'
    )
    assert len(extract(page.encode(), "https://paper.example/a").corrections) == found
