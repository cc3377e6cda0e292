"""What a page's embedded data says about its images: JSON-LD ``ImageObject`` and script state.

Looked up by the image's address, for what the mark-up does not show. JSON-LD names the
publisher as holder of every copyright and the reporter as author of every picture, so only
``creditText`` and what agrees with a credit in form are believed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from extractors.dom import collapse
from extractors.fields.captions import is_credit, split_caption
from extractors.fields.credit_words import fold
from extractors.fields.credits import Credit, parse_credit
from extractors.figures.sources import is_image_file, key
from extractors.page import Page

_CREDITS = (
    "creditText",
    "credit",
    "credits",
    "captionCredit",
    "photoCredit",
    "imageCredit",
    "creditLine",
    "credit_line",
    "photographer",
    "copyright",
    "byline",
)
_DOUBTFUL = ("copyrightHolder", "copyrightNotice", "source", "author", "creator", "agency", "attribution")
_CAPTIONS = ("caption", "captionTitle", "captionText", "legend")
MAX_OBJECTS = 60_000


@dataclass(frozen=True, slots=True)
class Declared:
    """What data says about one image; ``where`` and ``quote`` are those of the credit."""

    caption: str | None
    credit: Credit | None
    where: str
    quote: str


def declared(page: Page, wanted: Collection[str], organizations: Collection[str]) -> dict[str, Declared]:
    """For image keys (``image_sources.key``): what the page's embedded data says about them."""
    found: dict[str, Declared] = {}
    for node in page.json_ld:
        for pointer, value in _objects(node.data):
            _note(page, value, node.where(pointer), wanted, organizations, found)
    left = set(wanted) - {k for k, d in found.items() if d.credit}
    for state in page.states:
        if left and any(k in state.source for k in left):
            for pointer, value in _objects(state.data):
                _note(page, value, f"state:{state.name}{pointer}", left, organizations, found)
    return found


def markup_in_states(page: Page) -> tuple[str, str] | None:
    """The longest string of mark-up with images in the page's embedded state, with its place.

    Pages that a script builds carry the article as such a string.
    """
    best: tuple[str, str] | None = None
    for state in page.states:
        if "<img" not in state.source and "u003cimg" not in state.source.lower():
            continue
        for pointer, text in _strings(state.data):
            if "<img" in text and (best is None or len(text) > len(best[0])):
                best = text, f"state:{state.name}{pointer}"
    return best


def _strings(data: Any) -> Iterator[tuple[str, str]]:
    """Every string inside a JSON value that is a value of an object, or the whole, with its pointer."""
    if isinstance(data, str):
        yield "", data
    for pointer, value in _objects(data):
        yield from ((f"{pointer}/{_step(name)}", text) for name, text in value.items() if isinstance(text, str))


def _note(
    page: Page,
    value: dict[str, Any],
    where: str,
    wanted: Collection[str],
    organizations: Collection[str],
    found: dict[str, Declared],
) -> None:
    names = {key(a) for a in _addresses(value)} & set(wanted)
    if not names:
        return
    credit, field, quote = _credit(page, value, organizations)
    caption = next((t for name in _CAPTIONS if (t := _text(value.get(name)))), None)
    if credit is None and caption is not None:
        split = split_caption(caption, page.language, organizations=organizations)
        if split.credit is not None:
            credit, caption, field, quote = split.credit, split.caption, "caption", split.credit.credit_line or ""
    if credit is None and caption is None:
        return
    for name in sorted(names):
        known = found.get(name)
        if known is None or (known.credit is None and credit is not None):
            found[name] = Declared(caption, credit, f"{where}/{field}", quote)


def _credit(page: Page, value: dict[str, Any], organizations: Collection[str]) -> tuple[Credit | None, str, str]:
    for name in (*_CREDITS, *_DOUBTFUL):
        told = value.get(name)
        if isinstance(told, dict) and "by" in told:  # Arc: who took it, for whom
            told = [
                p for part in (told["by"], told.get("affiliation")) for p in (part if isinstance(part, list) else [part]) if p
            ]
        text = _text(told)
        if not text or len(text) > 200 or "://" in text or fold(text) in {fold(o) for o in organizations}:
            continue
        if is_credit(text, page.language, organizations=organizations, strict=name in _DOUBTFUL):
            return parse_credit(text, page.language, organizations=organizations), name, text
    return None, "", ""


def _addresses(value: dict[str, Any]) -> Iterator[str]:
    for name, item in value.items():
        if (
            isinstance(item, str)
            and 8 < len(item) < 2000
            and ("/" in item)
            and (is_image_file(item) or "image" in item or name in ("contentUrl", "src"))
        ):
            yield item
        elif isinstance(item, dict):
            yield from (v for v in item.values() if isinstance(v, str) and 8 < len(v) < 2000 and is_image_file(v))


def _text(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("name") or value.get("text")
    if isinstance(value, list) and value and all(isinstance(v, (str, dict)) for v in value):
        value = " / ".join(filter(None, (_text(v) for v in value)))
    return collapse(value) if isinstance(value, str) else ""


def _step(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _objects(data: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object inside a JSON value with its pointer, in order, up to a limit."""
    stack: list[tuple[str, Any]] = [("", data)]
    count = 0
    while stack and count < MAX_OBJECTS:
        pointer, value = stack.pop()
        count += 1
        if isinstance(value, dict):
            yield pointer, value
            items = [(f"{pointer}/{_step(k)}", v) for k, v in value.items() if isinstance(v, (dict, list))]
        elif isinstance(value, list):
            items = [(f"{pointer}/{i}", v) for i, v in enumerate(value) if isinstance(v, (dict, list))]
        else:
            continue
        stack.extend(reversed(items))
