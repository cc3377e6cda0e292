"""What the extractors' tests share: pages with expected values, and reading a place that evidence names."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from extractors import decode, extract, lenient_json
from extractors.dom import Element
from extractors.page import Page
from model.article import Article

PAGES = Path(__file__).parent / "pages"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """``page_name``: every page under ``pages/``; ``page_field``: every (page, field) with an expected value."""
    said = {p.relative_to(PAGES).with_suffix("").as_posix(): p for p in sorted(PAGES.rglob("*.json"))}
    if "page_name" in metafunc.fixturenames:
        metafunc.parametrize("page_name", list(said))
    if "page_field" in metafunc.fixturenames:
        pairs = [(name, field) for name, path in said.items() for field in _fields(path)]
        metafunc.parametrize("page_field", pairs, ids=[f"{name}-{field}" for name, field in pairs])


def _fields(path: Path) -> list[str]:
    said = json.loads(path.read_text("utf-8"))
    return [*said.get("expect", {}), *said.get("expect_partial", {})]


@dataclass(frozen=True)
class Given:
    """A page as its ``.json`` says it was captured, and what must come out of it."""

    body: bytes
    url: str | None
    captured_at: datetime | None
    headers: tuple[tuple[str, str], ...]
    said: dict[str, Any]


@pytest.fixture(scope="session")
def given() -> Callable[[str], Given]:
    """The page of a name, as captured."""
    return _given


@cache
def _given(name: str) -> Given:
    path = PAGES / f"{name}.json"
    said = json.loads(path.read_text("utf-8"))
    source = next(p for p in (path.with_suffix(s) for s in (".html", ".txt")) if p.exists())
    at = said.get("captured_at")
    headers = tuple((k, v) for k, v in (said.get("headers") or {}).items())
    return Given(source.read_bytes(), said.get("url"), datetime.fromisoformat(at) if at else None, headers, said)


@pytest.fixture(scope="session")
def article_of() -> Callable[[str], Article]:
    """The article of the page of a name, extracted once."""
    return _article


@cache
def _article(name: str) -> Article:
    g = _given(name)
    return extract(g.body, g.url, headers=g.headers, captured_at=g.captured_at)


@pytest.fixture(scope="session")
def page_of() -> Callable[[str], Page]:
    """The parsed page of a name."""

    def parse(name: str) -> Page:
        g = _given(name)
        return Page.parse(decode.decode_entity(g.body, g.headers), g.url, g.headers, g.captured_at)

    return parse


Place = Callable[[Page, str], list[str]]


@pytest.fixture(scope="session")
def texts_at() -> Place:
    """Gives every text that stands at a place that evidence names (``model.article.Evidence.where``)."""
    return _texts_at


def _texts_at(page: Page, where: str) -> list[str]:
    kind, _, rest = where.partition(":")
    if where.startswith("json-ld["):
        return [_json_text(_json_ld(page, where))]
    if kind == "css":
        path, _, attribute = rest.partition("@")
        element = _element(page, path)
        if element.tag == "img" and not attribute:  # an image has words and an address in attributes only
            return [str(value) for value in element.attrib.values()]
        return [element.get(attribute) or ""] if attribute else [page.text_of(element), " ".join(map(str, element.itertext()))]
    if kind == "meta":
        return [m.content for m in page.meta[rest]]
    if kind == "url":
        return [rest] if rest in (page.url or "") else []
    if kind == "header":
        return [v for k, v in page.headers if k.lower() == rest]
    if kind == "text":
        start, end = map(int, rest.split("-"))
        return [page.markup[start:end]]
    if kind == "state":
        return _state(page, rest)
    if where == "markup":
        return [page.markup]
    return [""] if where == "page" else []


def _element(page: Page, path: str) -> Element:
    found: list[Element] = [page.tree]
    for number, step in enumerate(path.split(" > ")):
        said = re.fullmatch(r"((?:[^.:\\]|\\.)+)(?:\.([\w-]+))?(?::nth-of-type\((\d+)\))?", step)
        assert said, step
        tag = said[1].replace("\\", "")
        if number:
            found = [c for parent in found for c in parent if c.tag == tag]
        same = found if said[3] is None else found[int(said[3]) - 1 : int(said[3])]
        found = [e for e in same if e.tag == tag and (said[2] is None or said[2] in (e.get("class") or "").split())]
    assert len(found) == 1, f"{path} names {len(found)} elements"
    return found[0]


def _json_ld(page: Page, where: str) -> Any:
    said = re.fullmatch(r"json-ld\[(\d+)\](.*)", where, re.S)
    assert said, where
    blocks = [s.text or "" for s in page.tree.iter("script") if "ld+json" in (s.get("type") or "").lower()]
    return _pointer(lenient_json.parse(blocks[int(said[1])]), said[2], page)


def _pointer(value: Any, pointer: str, page: Page) -> Any:
    for step in pointer.split("/")[1:]:
        value = page.deref(value)
        name = step.replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]
    return page.deref(value)


def _json_text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return " ".join(_json_text(v) for v in (value.values() if isinstance(value, dict) else value))
    return "" if value is None else str(value)


def _state(page: Page, rest: str) -> list[str]:
    name, slash, pointer = rest.partition("/")
    found = []
    for state in page.states:
        if state.name == name:
            try:
                found.append(_json_text(_pointer(state.data, slash + pointer, page)))
            except (KeyError, IndexError, TypeError, ValueError):
                continue
    return found


@pytest.fixture(scope="session")
def stands_in() -> Callable[[str, list[str]], bool]:
    """Whether a quote stands in one of some texts; white space and doubled entities do not matter."""

    def check(quote: str, texts: list[str]) -> bool:
        wanted = _bare(quote)
        return any(wanted in _bare(t) or wanted in _bare(html.unescape(t)) or wanted in _bare(_stripped(t)) for t in texts)

    return check


def _bare(text: str) -> str:
    return "".join(text.replace("\x00", "").split())


def _stripped(text: str) -> str:
    """A JSON string that holds mark-up, as text."""
    if "<" not in text:
        return text
    tree = etree.HTML(f"<div>{text}</div>")
    return "" if tree is None else " ".join(str(t) for t in tree.itertext())
