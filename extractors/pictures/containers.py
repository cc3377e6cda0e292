"""Where image files keep their metadata: JPEG segments, PNG chunks, WebP chunks.

Total: damaged and hostile files give what could be read before the damage, never an error.
Everything is bounded by the length of the file and by ``_LARGEST``.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

_LARGEST = 4_000_000
_MOST_PARTS = 2_000

_EXIF = b"Exif\x00\x00"
_XMP = b"http://ns.adobe.com/xap/1.0/\x00"
_PHOTOSHOP = b"Photoshop 3.0\x00"
_IPTC_RESOURCE = 0x0404
_SOS, _EOI = 0xDA, 0xD9
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(slots=True)
class Packets:
    """The metadata of one file, still packed; ``texts`` are PNG's keyword texts."""

    iptc: list[bytes] = field(default_factory=list)
    xmp: list[bytes] = field(default_factory=list)
    exif: list[bytes] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)


def packets_of(body: bytes) -> Packets:
    """The packets of a JPEG, PNG or WebP file; none for other kinds."""
    found = Packets()
    if body.startswith(b"\xff\xd8"):
        _jpeg(body, found)
    elif body.startswith(b"\x89PNG\r\n\x1a\n"):
        _png(body, found)
    elif body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        _webp(body, found)
    return found


def _jpeg(body: bytes, found: Packets) -> None:
    """Segments before the picture itself (ITU T.81, annex B; JPEG APP1 and APP13 as Adobe writes them)."""
    resources: list[bytes] = []
    at = 2
    for _ in range(_MOST_PARTS):
        while at < len(body) and body[at] == 0xFF and body[at + 1 : at + 2] == b"\xff":
            at += 1  # fill bytes
        if at + 4 > len(body) or body[at] != 0xFF:
            break
        marker = body[at + 1]
        if marker in _ALONE:
            at += 2
            continue
        if marker in {_SOS, _EOI}:
            break
        length = int.from_bytes(body[at + 2 : at + 4], "big")
        if length < 2:
            break
        data = body[at + 4 : at + 2 + length]
        at += 2 + length
        if marker == 0xE1 and data.startswith(_EXIF):
            found.exif.append(data[len(_EXIF) :])
        elif marker == 0xE1 and data.startswith(_XMP):
            found.xmp.append(data[len(_XMP) :])
        elif marker == 0xED and data.startswith(_PHOTOSHOP):
            resources.append(data[len(_PHOTOSHOP) :])
    # one resource may be spread over several segments
    found.iptc += _image_resources(b"".join(resources)[:_LARGEST])


def _image_resources(data: bytes) -> Iterator[bytes]:
    """The IPTC blocks among Photoshop's image resources: ``8BIM``, number, padded name, length, padded data."""
    at = 0
    while data[at : at + 4] in {b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR"}:
        number = int.from_bytes(data[at + 4 : at + 6], "big")
        name = data[at + 6] if at + 6 < len(data) else 0
        start = at + 6 + 1 + name + (name + 1) % 2
        size = int.from_bytes(data[start : start + 4], "big")
        block = data[start + 4 : start + 4 + size]
        if number == _IPTC_RESOURCE and block:
            yield block
        at = start + 4 + size + size % 2


def _png(body: bytes, found: Packets) -> None:
    """Chunks of a PNG file (ISO/IEC 15948): ``iTXt``, ``zTXt``, ``tEXt``, ``eXIf``."""
    at = 8
    for _ in range(_MOST_PARTS):
        if at + 8 > len(body):
            return
        length, kind = struct.unpack(">I4s", body[at : at + 8])
        data = body[at + 8 : at + 8 + min(length, _LARGEST)]
        at += 12 + length
        if kind == b"eXIf":
            found.exif.append(data)
        elif kind in {b"iTXt", b"tEXt", b"zTXt"}:
            _png_text(kind, data, found)
        elif kind == b"IEND":
            return


def _png_text(kind: bytes, data: bytes, found: Packets) -> None:
    keyword, _, rest = data.partition(b"\x00")
    packed = kind == b"zTXt"
    if kind == b"iTXt":
        packed = rest[:1] == b"\x01"
        rest = rest[2:].partition(b"\x00")[2].partition(b"\x00")[2]  # language, keyword in it
    elif packed:
        rest = rest[1:]
    text = _inflate(rest) if packed else rest
    if keyword == b"XML:com.adobe.xmp":
        found.xmp.append(text)
    else:
        encoding = "utf-8" if kind == b"iTXt" else "latin-1"
        found.texts.append((keyword.decode("latin-1"), text.decode(encoding, "replace")))


def _inflate(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, _LARGEST)
    except zlib.error:
        return b""


def _webp(body: bytes, found: Packets) -> None:
    """Chunks of a WebP file (RFC 9649)."""
    at = 12
    for _ in range(_MOST_PARTS):
        if at + 8 > len(body):
            return
        kind, length = struct.unpack("<4sI", body[at : at + 8])
        data = body[at + 8 : at + 8 + min(length, _LARGEST)]
        at += 8 + length + length % 2
        if kind == b"EXIF":
            found.exif.append(data.removeprefix(_EXIF))
        elif kind == b"XMP ":
            found.xmp.append(data)
