"""Memory stays flat over huge listings: measured in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

_PROGRAM = """
import resource, sys, zlib
from model.errors import Unreadable
from sources.discovery import read_listing
kind = sys.argv[1]
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
def packed(pieces):
    machine = zlib.compressobj(6, zlib.DEFLATED, 31)
    return b"".join([*(machine.compress(p) for p in pieces), machine.flush()])
read_listing(b"<rss><item><link>http://a.example/</link></item></rss>", None)
if kind == "bomb":
    body = packed([b"<rss><channel>"] + [b" " * 1_000_000] * 400)
elif kind == "json":
    body = packed([b'{"items":[[]'] + [b",[]" * 100_000] * 300)
elif kind == "page":
    body = packed([b"<html><body><p>"] + [b"words " * 100_000] * 150)
elif kind == "sitemap":
    entry = b"<url><loc>https://a.example/%d</loc><lastmod>2024-04-01</lastmod></url>"
    body = packed([b"<urlset>"] + [b"".join(entry % (1000 * k + n) for n in range(1000)) for k in range(700)])
else:
    body = packed([b"<rss><channel>"] + [b"<x>junk</x>" * 10_000] * 300)
before = peak()
try:
    listing = read_listing(body, None)
    said = f"{len(listing.items)} {listing.whole}"
except Unreadable:
    said = "0 False"
print(len(body), before, peak(), said)
"""


def _run(kind: str) -> tuple[int, int, bool]:
    done = subprocess.run([sys.executable, "-c", _PROGRAM, kind], capture_output=True, text=True, timeout=120, check=True)
    _, before, after, items, whole = done.stdout.split()
    return int(after) - int(before), int(items), whole == "True"


def test_a_gzip_bomb_ends_at_the_limit() -> None:
    grown, items, whole = _run("bomb")
    assert grown < 20 and items == 0 and not whole


@pytest.mark.parametrize("kind", ["json", "page"])
def test_what_cannot_be_read_in_pieces_is_read_as_far_as_its_own_limit(kind: str) -> None:
    grown, items, _ = _run(kind)
    assert grown < 100 and items == 0


def test_fifty_megabytes_of_sitemap_take_what_their_addresses_take() -> None:
    grown, items, whole = _run("sitemap")
    assert grown < 60 and items == 50_000 and not whole


def test_elements_that_mean_nothing_are_let_go() -> None:
    grown, items, _ = _run("junk")
    assert grown < 20 and items == 0
