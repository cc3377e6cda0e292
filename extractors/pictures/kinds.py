"""Which kind of image some bytes are, by their first ones."""

from __future__ import annotations

import re

_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x00\x00\x01\x00", "image/vnd.microsoft.icon"),
    (b"\xff\x0a", "image/jxl"),
)
_BRANDS = {b"avif": "image/avif", b"avis": "image/avif", b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heif"}
_SVG = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,300}\?>\s*)?(?:<!--(?:(?!-->).){0,2000}-->\s*)*(?:<!DOCTYPE\s+svg[^>]{0,300}>\s*)?<svg[\s>]",
    re.S,
)


def image_type(body: bytes) -> str | None:
    """The media type of an image, ``None`` for what is none that we know. A guess by signature: the rest may be damaged."""
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    if body[4:8] == b"ftyp":
        return _BRANDS.get(body[8:12])
    for signature, kind in _SIGNATURES:
        if body.startswith(signature):
            return kind
    return "image/svg+xml" if _SVG.match(body[:8192]) else None
