"""EXIF (CIPA DC-008, TIFF 6.0): the few texts of the camera or the desk that say who and what.

Where a picture was taken (GPS) is left where it is.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_TEXTS = {0x010E: "caption", 0x013B: "creator", 0x8298: "copyright_notice", 0x9003: "created"}
_WINDOWS = {0x9C9B: "headline", 0x9C9C: "caption", 0x9C9D: "creator"}  # XPTitle, XPComment, XPAuthor: UTF-16
_EXIF_IFD = 0x8769
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8, 13: 4, 129: 1}
_MOST = 512


def read_exif(data: bytes) -> Iterator[tuple[str, str, str]]:
    """Property, value and place (``exif:0x013b``) of the texts of a TIFF structure; damage ends it."""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(data[:4])
    if order is None or len(data) < 8:
        return
    (start,) = struct.unpack(order + "I", data[4:8])
    inner: int | None = None
    for tag, value in _entries(data, order, start):
        if tag == _EXIF_IFD and len(value) >= 4:
            (inner,) = struct.unpack(order + "I", value[:4])
        yield from _said(tag, value)
    if inner is not None and inner != start:
        for tag, value in _entries(data, order, inner):
            yield from _said(tag, value)


def _entries(data: bytes, order: str, start: int) -> Iterator[tuple[int, bytes]]:
    if start + 2 > len(data):
        return
    (count,) = struct.unpack(order + "H", data[start : start + 2])
    for n in range(min(count, _MOST)):
        at = start + 2 + 12 * n
        if at + 12 > len(data):
            return
        tag, kind, many = struct.unpack(order + "HHI", data[at : at + 8])
        size = many * _SIZES.get(kind, 0)
        where = at + 8 if size <= 4 else struct.unpack(order + "I", data[at + 8 : at + 12])[0]
        yield tag, data[where : where + size]


def _said(tag: int, value: bytes) -> Iterator[tuple[str, str, str]]:
    if tag in _TEXTS:
        raw = value.partition(b"\x00")[0]
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", "replace")
        yield _TEXTS[tag], text, f"exif:0x{tag:04x}"
    elif tag in _WINDOWS:
        yield _WINDOWS[tag], value.decode("utf-16-le", "replace").partition("\x00")[0], f"exif:0x{tag:04x}"
