"""Imported by a worker before its first page: reads in all that reading a page needs, and the word tables."""

from __future__ import annotations

import trafilatura  # noqa: F401 - imported for its own sake

from extractors import extract

extract(b"<html><body><h1>A page</h1><p>By Nobody, 5 March 2024</p></body></html>", "https://warm.example/")
