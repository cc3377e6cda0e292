"""Samples that wget, wpull, the Internet Archive's and other software wrote: what each gives."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from model.capture import Capture
from sources.warc import Archives, Passed, container_of

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "warcs"

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the samples of other software's archive files are not beside the project"
)


def _taken(kit: Any, *names: str) -> tuple[int, int, dict[str, int]]:
    captures = errors = 0
    passed: dict[str, int] = {}
    with closing(Archives(lambda: kit.now, 1_000_000)) as archives:
        paths = [SAMPLES / name for name in names]
        items = [item for path in paths if (kind := container_of(path)) for item in archives.read(path, kind)]
        for item in (*items, *(late for _, late in archives.rest())):
            if isinstance(item, Passed):
                passed |= item.others
            captures += isinstance(item, Capture)
            errors += isinstance(item, Exception)
    return captures, errors, passed


@pytest.mark.parametrize(
    ("names", "captures", "errors"),
    [
        (["example.warc.gz"], 2, 0),  # a response and its revisit
        (["example.arc.gz"], 1, 0),
        (["example-wget-1-14.warc.gz"], 1, 0),
        (["example-wpull.warc.gz"], 1, 0),
        (["example-url-agnostic-orig.warc.gz", "example-url-agnostic-revisit.warc.gz"], 2, 0),
        (["example-url-agnostic-revisit.warc.gz", "example-url-agnostic-orig.warc.gz"], 2, 0),
        (["example-url-agnostic-revisit.warc.gz"], 0, 1),  # its first copy is in the other file
        (["dupes.warc.gz"], 2, 1),  # one revisit is of a page that is nowhere
        (["bad.arc"], 1, 3),
        (["missing-status-text.warc"], 0, 1),  # a lone redirect
        (["valid_example_1.wacz"], 1, 0),
        (["invalid_example_1.wacz"], 0, 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_samples(kit: Any, names: list[str], captures: int, errors: int) -> None:
    assert _taken(kit, *names)[:2] == (captures, errors)


def test_what_a_page_is_made_of_is_counted(kit: Any) -> None:
    assert _taken(kit, "dupes.warc.gz")[2] == {"images": 2, "scripts": 2, "style sheets": 2, "others that are no pages": 2}
