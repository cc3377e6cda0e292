"""Damaged and made-up pages: nothing but a Skip escapes, one input gives one article. The long run is benchmarks/fuzz.py."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractors import extract
from model.canonical import canonical_json
from model.errors import Skip

HERE = Path(__file__).parent
PROGRAM = HERE.parent.parent / "benchmarks" / "fuzz.py"
SEED, INPUTS = 11, 400

NAMES = st.sampled_from(
    ["article", "div", "p", "h1", "h2", "figure", "figcaption", "time", "span", "a", "script", "table", "td", "li", "meta"]
)
TEXT = st.text(max_size=60) | st.sampled_from(
    ["By Ada Orme", "BERLIN (AP) —", "Updated 5 May 2024", "Foto: X/Y", "Correction: 1"]
)
MARKS = st.dictionaries(
    st.sampled_from(["class", "itemprop", "href", "src", "datetime", "content", "property", "type"]),
    st.text(max_size=20)
    | st.sampled_from(["byline", "author", "datePublished", "caption", "credit", "og:title", "application/ld+json"]),
    max_size=3,
)


def _element(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def written(name: str, marks: dict[str, str], parts: list[str], *, closed: bool) -> str:
        said = "".join(f' {key}="{value}"' for key, value in marks.items())
        return f"<{name}{said}>{''.join(parts)}{f'</{name}>' if closed else ''}"

    return st.builds(written, NAMES, MARKS, st.lists(inner, max_size=4), closed=st.booleans())


MARKUP = st.recursive(TEXT, _element, max_leaves=25)


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmark_fuzz", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages() -> list[bytes]:
    return [p.read_bytes() for p in sorted((HERE / "pages").rglob("*.html"))]


def test_damaged_pages_end_in_an_article_or_a_skip(fuzz: ModuleType, pages: list[bytes]) -> None:
    outcome = fuzz.run(iter(range(INPUTS)), SEED, pages, 120.0, None)
    assert [text for _, text in outcome.failed] == []
    assert sum(outcome.ends.values()) == INPUTS
    assert outcome.ends["article"] > INPUTS / 2


def test_an_input_can_be_made_again(fuzz: ModuleType, pages: list[bytes]) -> None:
    assert [fuzz.made(SEED, n, pages) for n in range(8)] == [fuzz.made(SEED, n, pages) for n in range(8)]


def test_whatever_escapes_is_reported_and_kept(fuzz: ModuleType, tmp_path: Path) -> None:
    class Broken(bytes):
        """Bytes that no reader survives."""

        def __getitem__(self, key: object) -> bytes:  # type: ignore[override]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fuzz.tried(fuzz.Input(Broken(b"<p>"), None, (), None), twice=False)
    outcome = fuzz.run(
        iter([0]), SEED, [Broken(b"<p>a page</p>")], 60.0, tmp_path, lambda *_: fuzz.Input(Broken(b"<p>"), None, (), None)
    )
    assert [number for number, _ in outcome.failed] == [0]
    assert (tmp_path / f"{SEED}-0.html").read_bytes() == b"<p>"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(MARKUP)
def test_made_up_markup_is_read_the_same_twice(markup: str) -> None:
    body = f"<html><body>{markup}</body></html>".encode("utf-8", "replace")
    try:
        first = extract(body, "https://paper.example/a")
    except Skip:
        return
    assert canonical_json(first.to_json()) == canonical_json(extract(body, "https://paper.example/a").to_json())


@pytest.mark.parametrize("url", ["http://[", "http://[::1", "//", "https://paper.example:99999/"])
def test_an_address_that_is_none_is_taken_as_unknown(url: str) -> None:
    assert extract(b"<h1>The cranes stay where they are</h1><p>They do.</p>", url).headline == "The cranes stay where they are"
