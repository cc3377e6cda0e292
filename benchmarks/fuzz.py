"""Damaged and made-up pages through the extractors: nothing but ``Skip`` may escape, the same input gives the same article.

    python benchmarks/fuzz.py [--set ../shared/eval/dev] [--inputs 200000] [--seconds 1500] [--seed 1] [--keep DIR]

Pages of the set are cut to a window, mostly a small one, and mutated: bytes flipped, tags and
attributes dropped, swapped and doubled, two pages spliced, entities and digits made extreme,
JSON values of other types, odd headers, addresses and capture times; one input in four is
mark-up made up from a grammar. An input is told by seed and number, so that a failure can be
made again: ``--seed 1 --only 4711``. Prints how many inputs ran, failed and were slow; exit 1
where one failed.
"""

from __future__ import annotations

import argparse
import gzip
import random
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from extractors import extract
from model.canonical import canonical_json
from model.errors import Skip

SLOW = 2.0  # processor seconds
SAME_EVERY = 25  # inputs between two that are read twice and compared
WINDOWS = (150, 300, 500, 800, 2_000)
WHOLE_EVERY = 2_000  # inputs between two of full size

ENTITIES = (
    b"&#0;", b"&#xD800;", b"&#x110000;", b"&amp;amp;lt;", b"&nbsp;", b"&shy;", b"&#8238;", b"&#99999999999999999999;", b"&;",
    b"&#x;", b"&lt;script&gt;", b"&quot;", b"&NotEqualTilde;",
)  # fmt: skip
BYTES = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc0\xaf", b"\x1b$B", "\u202e".encode(), "\u2028".encode(),
    b"\r\x0b\x0c",
)  # fmt: skip
VALUES = (
    b"null", b"[]", b"{}", b"[null]", b"[[[[1]]]]", b"1e999", b"-1", b"true", b'{"@id": 1}', b'""', b'"\\ud800"', b"NaN",
    b'{"@id": "#a", "name": {"@id": "#a"}}', b'[{"name": null}, 7, "x"]', b"99999999999999999999999",
    b'{"@type": ["Person", null], "name": ["a", ["b"]]}',
)  # fmt: skip
DIGITS = (
    b"0", b"00000", b"99", b"31", b"13", b"9999", b"99999999999999", b"1583020800", "\u0663".encode(), "\u2460".encode(),
    "\u00b2".encode(),
)  # fmt: skip
_TAGS = """
    html head body title meta base article main header footer nav aside section div p span time a img figure figcaption picture
    source h1 h2 h3 blockquote ul ol li table tr td th script style noscript template svg math iframe form select option textarea
    address cite small em b br hr font center dl dt dd audio video frameset plaintext x:y"""
_ATTRIBUTES = """
    class id itemprop itemscope itemtype rel href src srcset alt title datetime content name property lang role style data-src
    pubdate http-equiv charset type"""
_WORDS = """
    byline author By Von Foto: \u00a9 Reuters BERLIN (AP) \u2014 Correction: Updated on 5 May 2024 31.12.2023 23:59 Uhr Jan.
    \u4ee4\u548c6\u5e741\u67082\u65e5 \u0661\u0665 \u0645\u0627\u064a\u0648 \u0662\u0660\u0662\u0664 datePublished headline
    article:published_time og:title image Getty Images / by and und , ; | \u2022 https://paper.example/a/2024/05/06/x
    {"@type":"NewsArticle","author":[{"name":"A"}]} <!-- --> ]]> %00 \U0001f600 \U0001d54f Dr. med. O'Neil-van Berg 1e9 -- ...
    \u2014\u2014 \u200f\u200e"""
TAGS, ATTRIBUTES = _TAGS.split(), _ATTRIBUTES.split()
WORDS = [*_WORDS.split(), "\ud7ff", "\x00", "Frankfurt\u00a0am\u2009Main"]
URLS = (
    "https://paper.example/2024/05/06/a-piece-of-news.html", "http://[", "", "//", "not an address", "https://xn--/",
    "https://paper.example:99999/", "file:///a", "https://paper.example/" + "a/" * 300, "https://paper.example/2024/13/45/x",
    "https://\u00fc.example/\ud7ff?#", "javascript:1",
)  # fmt: skip
_KINDS = (
    "text/html; charset=utf-8",
    "text/html; charset=none-such",
    "text/plain",
    "text/html; charset=utf-16",
    "\u00ff;;=;charset=",
)
HEADERS = (
    (),
    *((("Content-Type", kind),) for kind in _KINDS),
    (("Content-Encoding", "gzip"),),
    (("Date", "Mon, 99 Foo 2024 25:61:61 +9999"),),
    (("Date", "Mon, 06 May 2024 10:00:00 GMT"), ("Content-Language", "xx-YY, ,")),
)
MOMENTS = (
    None,
    datetime.min.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
    datetime(2024, 5, 7, 12, tzinfo=UTC),
    datetime(2024, 5, 7, 12, tzinfo=UTC).replace(tzinfo=None),
)

_TAG = re.compile(rb"<[^<>]{1,400}>")
_ATTRIBUTE = re.compile(rb"""\s[a-zA-Z-]{2,20}=(?:"[^"]{0,300}"|'[^']{0,300}')""")
_JSON_VALUE = re.compile(rb""":\s?(?:"[^"]{0,200}"|\d+)""")
_NUMBER = re.compile(rb"\d{1,14}")
_SPACE = re.compile(rb"[ >]")


@dataclass(frozen=True, slots=True)
class Input:
    """One call of ``extract``."""

    body: bytes
    url: str | None
    headers: tuple[tuple[str, str], ...]
    captured_at: datetime | None


@dataclass(slots=True)
class Outcome:
    """What came of a run: kinds of end, failures as (number, traceback), slow ones as (number, seconds)."""

    ends: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[int, str]] = field(default_factory=list)
    slow: list[tuple[int, float]] = field(default_factory=list)


def made(seed: int, number: int, pages: Sequence[bytes]) -> Input:
    """The input of this number: the same seed, number and pages give the same bytes."""
    rng = random.Random(f"{seed}:{number}")
    if number % 4 == 3 or not pages:
        body = grown(rng)
    else:
        body = window(rng, rng.choice(pages), whole=number % WHOLE_EVERY == 0)
        for _ in range(rng.randint(1, 4)):
            body = rng.choice(MUTATIONS)(rng, body)
        if rng.random() < 0.2:
            other = window(rng, rng.choice(pages), whole=False)
            at, of = rng.randint(0, len(body)), rng.randint(0, len(other))
            body = body[:at] + other[of:]
    odd = rng.random() < 0.3
    url = rng.choice(URLS) if odd else URLS[0]
    headers: tuple[tuple[str, str], ...] = rng.choice(HEADERS) if odd else ()
    return Input(body, None if rng.random() < 0.1 else url, headers, rng.choice(MOMENTS))


def window(rng: random.Random, page: bytes, *, whole: bool) -> bytes:
    """A piece of a page: some of its head and some of its body, or all of it."""
    if whole:
        return page
    size = rng.choice(WINDOWS)
    middle = max(page.find(b"<h1"), 0) if rng.random() < 0.5 else rng.randint(0, len(page))
    start = max(0, middle - rng.randint(0, size))
    head = rng.randint(0, max(0, len(page) - 1))
    return page[head : head + size // 2] + page[start : start + size]


def grown(rng: random.Random) -> bytes:
    """Mark-up made of known tags, attributes and words without regard to what belongs where."""
    parts: list[str] = []
    for _ in range(rng.randint(1, 60)):
        kind = rng.random()
        tag = rng.choice(TAGS)
        if kind < 0.4:
            said = "".join(
                f' {rng.choice(ATTRIBUTES)}="{" ".join(rng.choices(WORDS, k=rng.randint(0, 3)))}"'
                for _ in range(rng.randint(0, 3))
            )
            parts.append(f"<{tag}{said}>")
        elif kind < 0.6:
            parts.append(f"</{tag}>")
        elif kind < 0.63:
            parts.append(f'<script type="application/ld+json">{" ".join(rng.choices(WORDS, k=8))}</script>')
        else:
            parts.append(" ".join(rng.choices(WORDS, k=rng.randint(1, 30))))
    return "".join(parts).encode("utf-8", "replace")


def flip(rng: random.Random, body: bytes) -> bytes:
    """Some bytes become others."""
    out = bytearray(body)
    for _ in range(min(len(out), rng.randint(1, 30))):
        out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def cut(rng: random.Random, body: bytes) -> bytes:
    """The page ends early."""
    return body[: rng.randint(0, len(body))]


def strew(rng: random.Random, body: bytes) -> bytes:
    """Entities and odd bytes where spaces were."""
    thing = rng.choice(ENTITIES + BYTES)
    return _some(rng, _SPACE, body, lambda old: old + thing * rng.choice((1, 1, 50)))


def drop_tags(rng: random.Random, body: bytes) -> bytes:
    """Some tags are gone."""
    return _some(rng, _TAG, body, lambda _: b"")


def double_tags(rng: random.Random, body: bytes) -> bytes:
    """Some tags stand many times."""
    return _some(rng, _TAG, body, lambda old: old * rng.choice((2, 3, 40)))


def swap_attributes(rng: random.Random, body: bytes) -> bytes:
    """Attributes on other elements than theirs."""
    known = _ATTRIBUTE.findall(body[:20_000])
    return _some(rng, _ATTRIBUTE, body, lambda _: rng.choice(known)) if known else body


def other_values(rng: random.Random, body: bytes) -> bytes:
    """JSON values of types that nobody expects."""
    return _some(rng, _JSON_VALUE, body, lambda _: b":" + rng.choice(VALUES))


def other_numbers(rng: random.Random, body: bytes) -> bytes:
    """Numbers no calendar and no clock knows."""
    return _some(rng, _NUMBER, body, lambda _: rng.choice(DIGITS))


MUTATIONS = (flip, cut, strew, drop_tags, double_tags, swap_attributes, other_values, other_numbers)


def _some(rng: random.Random, pattern: re.Pattern[bytes], body: bytes, change: Callable[[bytes], bytes]) -> bytes:
    share = rng.choice((0.02, 0.1, 0.5))
    return pattern.sub(lambda m: change(m[0]) if rng.random() < share else m[0], body)


def tried(item: Input, *, twice: bool) -> str:
    """How it ended: ``article`` or the kind of ``Skip``. Raises what escapes; ``AssertionError`` for two answers to one input."""
    try:
        first = extract(item.body, item.url, headers=item.headers, captured_at=item.captured_at)
    except Skip as refusal:
        return type(refusal).__name__
    told = canonical_json(first.to_json())
    if twice:
        again = extract(item.body, item.url, headers=item.headers, captured_at=item.captured_at)
        assert canonical_json(again.to_json()) == told, "two readings of one input differ"
    return "article"


def run(
    numbers: Iterator[int],
    seed: int,
    pages: Sequence[bytes],
    seconds: float,
    keep: Path | None,
    make: Callable[[int, int, Sequence[bytes]], Input] = made,
) -> Outcome:
    """Tries inputs until the numbers or the seconds are used up."""
    outcome, end = Outcome(), time.monotonic() + seconds
    for number in numbers:
        if time.monotonic() > end:
            break
        item = make(seed, number, pages)
        start = time.process_time()
        try:
            outcome.ends[tried(item, twice=number % SAME_EVERY == 0)] += 1
        except Exception:  # noqa: BLE001  whatever escapes is what we are looking for
            outcome.ends["failed"] += 1
            outcome.failed.append((number, traceback.format_exc()))
            if keep:
                (keep / f"{seed}-{number}.html").write_bytes(item.body)
        spent = time.process_time() - start
        if spent > SLOW:
            outcome.slow.append((number, spent))
    return outcome


def main() -> int:
    """Runs and prints; exit 1 where an input failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, default=Path(__file__).parent.parent.parent / "shared/eval/dev")
    parser.add_argument("--inputs", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=1_500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="one input by its number, its bytes kept")
    parser.add_argument("--keep", type=Path, help="a folder for the bytes of failures")
    a = parser.parse_args()
    if a.keep:
        a.keep.mkdir(parents=True, exist_ok=True)
    found = sorted((a.set / "pages").rglob("*.html.gz"))
    if not found:
        parser.error(f"no pages at {a.set}: name the folder with pages/ by --set")
    pages = [gzip.decompress(p.read_bytes()) for p in found[:: max(1, len(found) // 300)]]
    numbers = iter(range(a.inputs) if a.only is None else (a.only,))
    outcome = run(numbers, a.seed, pages, a.seconds, a.keep)
    causes = Counter(text.strip().splitlines()[-1] + "  " + text.strip().splitlines()[-3].strip() for _, text in outcome.failed)
    print(f"{sum(outcome.ends.values())} inputs, seed {a.seed}: {dict(outcome.ends)}")
    for cause, count in causes.most_common():
        number, text = next(f for f in outcome.failed if f[1].strip().splitlines()[-1] in cause)
        print(f"\n{count} x {cause}\n(input {number})\n{text}")
    for number, spent in outcome.slow:
        print(f"slow: input {number} took {spent:.1f} s", file=sys.stderr)
    return 1 if outcome.failed else 0


if __name__ == "__main__":
    sys.exit(main())
