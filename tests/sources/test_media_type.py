"""A guess from the first bytes."""

from __future__ import annotations

import pytest

from sources.media_type import media_type_of


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<!DOCTYPE html><html>", "text/html"),
        (b"\xef\xbb\xbf\n\n <HTML lang=en>", "text/html"),
        (b"<p>A fragment", "text/html"),
        (b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml">', "application/xhtml+xml"),
        ("\ufeff<html><p>Breit".encode("utf-16"), "text/html"),
        ("\ufeffSchlicht".encode("utf-16-le"), "text/plain"),
        (b"LAKEMOUTH (XP) -- 3 < 5, said the clerk.", "text/plain"),
        (b"", "text/plain"),
        (b'<?xml version="1.0"?><rss version="2.0"><channel><title>Post</title>', "application/rss+xml"),
        (
            b'\xef\xbb\xbf<!-- made daily -->\n<feed xmlns="http://www.w3.org/2005/Atom"><title>Post</title>',
            "application/atom+xml",
        ),
        (b"<?xml version='1.0'?>\n<?xml-stylesheet href='a.xsl'?><urlset><url>", "application/xml"),
        (b"<p>A feed begins with <rss version='2.0'>, said the clerk.", "text/html"),
        (b"%PDF-1.7 <html>", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"PK\x03\x04", "application/zip"),
        (b"\x1f\x8b\x08", "application/gzip"),
        (b"WARC/1.1\r\n", "application/warc"),
        (b"\x00\x01\x02\x03", "application/octet-stream"),
    ],
)
def test_guess(body: bytes, expected: str) -> None:
    assert media_type_of(body) == expected
