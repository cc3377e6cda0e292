"""What an image file says of who made it, whom to credit, who owns it and what it shows.

The file's word, beside the page's: desks forget to strip it, and agencies write it before
any page does. It never overwrites what a page says, and it can be as wrong as a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from extractors.pictures.containers import packets_of
from extractors.pictures.exif import read_exif
from extractors.pictures.iptc import read_iptc
from extractors.pictures.xmp import read_xmp
from model.clean import clean_text

_LONGEST = 4_000
_MOST = 100
_PNG_TEXTS = {"author": "creator", "copyright": "copyright_notice", "description": "caption", "source": "source"}


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a file says: ``property`` is ``creator``, ``creator_role``, ``credit``, ``source``,
    ``copyright_notice``, ``caption``, ``headline``, ``created`` (as written), ``city``, ``country``,
    ``instructions``, ``license``, ``usage_terms``, ``acquire_license_page`` or ``digital_source_type``;
    ``where`` is its place in the file, such as ``iptc:2:80``, ``xmp:dc:creator`` or ``exif:0x013b``.
    """

    property: str
    value: str
    where: str

    def to_json(self) -> dict[str, str]:
        """``{property, value, where}``."""
        return {"property": self.property, "value": self.value, "where": self.where}


def read_picture(body: bytes) -> tuple[Statement, ...]:
    """The statements of a JPEG, PNG or WebP file: IPTC first, then XMP, then EXIF; none for other files.

    Pure and total: never raises for what a file holds, at most ``_MOST`` statements of
    ``_LONGEST`` characters each. The same value at two places is told twice.
    """
    packets = packets_of(body)
    said = chain(
        chain.from_iterable(map(read_iptc, packets.iptc)),
        chain.from_iterable(map(read_xmp, packets.xmp)),
        chain.from_iterable(map(read_exif, packets.exif)),
        _png_texts(packets.texts),
    )
    kept: dict[Statement, None] = {}
    for name, value, where in said:
        words = " ".join(clean_text(value).split())[:_LONGEST]
        if words:
            kept[Statement(name, words, where)] = None
        if len(kept) == _MOST:
            break
    return tuple(kept)


def _png_texts(texts: list[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    for keyword, text in texts:
        name = _PNG_TEXTS.get(keyword.lower())
        if name is not None:
            yield name, text, f"png:{keyword}"
