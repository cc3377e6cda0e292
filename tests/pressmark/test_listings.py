"""Lines of a list and of what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from model.record import RecordLine, SearchHit, Strand
from pressmark.cli.listings import render_hit

LINE = RecordLine(
    "c4p9xk-1", "https://gazette.example/mill", "Old mill to close", ("Wilma Tarn",), "Ashbrook Gazette", None, 3, 2,
    "2026-11-20T08:00:00.000000Z", "2026-11-21T08:00:00.000000Z", "2026-11-20T08:00:00.000000Z", withdrawn=False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("version", "latest", "strand", "said"),
    [
        (2, True, Strand.PUBLISHER, ""),
        (1, False, Strand.PUBLISHER, "  not the latest version"),
        (3, False, Strand.BESIDE, "  a copy beside"),
        (2, True, Strand.BESIDE, ""),
    ],
)
def test_what_was_found_says_where_it_stands(
    version: int, latest: bool, strand: Strand, said: str, printed: Callable[..., str]
) -> None:
    hit = SearchHit(LINE, version, "The mill will close.", "Mill to close", latest=latest, strand=strand)
    told = "".join(printed(part) for part in render_hit(hit))
    assert told == f"c4p9xk-1@{version}  Mill to close{said}\n    The mill will close.\n"
    gone = next(render_hit(replace(hit, line=replace(LINE, withdrawn=True))))
    assert printed(gone) == f"c4p9xk-1@{version}  Mill to close  withdrawn{said}\n"
