"""Image files for people: which are kept of a version, what each says of itself, and how to get it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.text import Text

from model.article import Image
from model.record import ImageTally, KeptImage
from model.said import say_address
from pressmark.cli.listings import say_size
from pressmark.cli.terminal import words

_TOLD = ("creator", "credit", "source", "copyright_notice", "usage_terms", "digital_source_type")
_LABELS = {"copyright_notice": "copyright", "usage_terms": "terms", "digital_source_type": "made by"}


def say_tally(tally: ImageTally | None) -> str:
    """``3 images taken, 2 held already, 1 not taken (ADDRESS: the server answered 404)``."""
    if tally is None:
        return ""
    taken = f"{tally.taken} {'image' if tally.taken == 1 else 'images'} taken" if tally.taken else ""
    held = f"{tally.held} held already" if tally.held and (tally.taken or tally.missed) else ""
    first = tally.missed[0] if tally.missed else None
    missed = f"{len(tally.missed)} {'image' if len(tally.missed) == 1 else 'images'} not taken" if first else ""
    why = f" ({say_address(first['url'])}: {first['reason']})" if first else ""
    return ", ".join(x for x in (taken, held, missed) if x) + why


def file_lines(image: KeptImage) -> Text:
    """What stands below an image whose file is kept: the file, and what it says of itself."""
    kept = f"{image.media_type or 'unknown type'}, {say_size(image.length)}, capture {image.capture}"
    lines = words(f"\nfile kept: {kept}", "dim")
    said = say_of_itself(image)
    return lines.append_text(words(f"\nimage file says: {said}")) if said else lines


def unnamed(images: Sequence[Image], kept: Sequence[KeptImage]) -> Sequence[KeptImage]:
    """Files of images that the article, as now read, does not name."""
    named = {image.url for image in images}
    return [image for image in kept if image.url not in named]


def say_statements(says: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """``creator Ada Lund (iptc:2:80)``: all that a file says, and where."""
    yield from (f"{x['property'].replace('_', ' ')} {x['value']} ({x['where']})" for x in says)


def say_of_itself(image: KeptImage) -> str:
    """``creator Ada Lund; copyright © Harbour Ledger``: each word once, whichever places say it."""
    told = dict.fromkeys((x["property"], x["value"]) for name in _TOLD for x in image.says if x["property"] == name)
    return "; ".join(f"{_LABELS.get(name, name)} {value}" for name, value in told)
