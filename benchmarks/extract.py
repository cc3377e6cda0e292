"""Extraction against trafilatura on the same pages in the same run: processor time, memory, share of each field.

    python benchmarks/extract.py [--set ../shared/eval/dev] [--pages 200] [--json FILE]

Both extractors read each page in turn (ours first on even pages, trafilatura first on odd
ones), after a warm-up; figures are processor seconds of this process, so that load on the
machine does not count. Peak memory is measured in a process of its own for each. Other
extractors stand beside where they are installed (newspaper4k, readability-lxml, goose3).
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

Read = Callable[[bytes, str], object]

WARM_UP = 10
FIELDS = (
    "access", "authors", "body", "canonical", "corrections", "dateline", "dates", "headline",
    "images", "keywords", "kind", "language", "provider", "publisher", "section", "standfirst",
)  # fmt: skip


def ours(body: bytes, url: str) -> object:
    """The whole article, as ``pressmark extract`` makes it."""
    from extractors import extract

    return extract(body, url)


def trafilatura(body: bytes, url: str) -> object:
    """The yardstick: body and metadata."""
    from trafilatura import bare_extraction

    return bare_extraction(body, url=url, with_metadata=True)


def newspaper(body: bytes, url: str) -> object:
    """newspaper4k, where it is installed."""
    import newspaper as library  # type: ignore[import-not-found]

    article = library.Article(url)
    article.download(input_html=body.decode("utf-8", "replace"))
    article.parse()
    return article


def readability(body: bytes, _url: str) -> object:
    """readability-lxml, where it is installed: body only."""
    from readability import Document  # type: ignore[import-not-found]

    return Document(body.decode("utf-8", "replace")).summary()


READERS: dict[str, Read] = {"pressmark": ours, "trafilatura": trafilatura, "newspaper4k": newspaper, "readability": readability}


def pages(root: Path, limit: int) -> list[tuple[bytes, str]]:
    """At most ``limit`` distinct pages with their addresses, evenly spread over the set."""
    known: dict[str, str] = {}
    for corpus in sorted((root / "corpora").glob("*.jsonl")):
        with corpus.open(encoding="utf-8", newline="\n") as file:
            for line in file:
                gold = json.loads(line)
                known[gold["page"]] = gold["url"]
    chosen = sorted(known.items())[:: max(1, len(known) // limit)][:limit]
    return [(gzip.decompress((root / page).read_bytes()), url) for page, url in chosen]


def timed(read: Read, body: bytes, url: str) -> float | None:
    """Processor seconds of one page, ``None`` where the extractor gave up on it."""
    start = time.process_time()
    try:
        read(body, url)
    except Exception as error:  # noqa: BLE001  other people's extractors raise all sorts of things
        print(f"  {read.__name__} gave up: {type(error).__name__}", file=sys.stderr)
        return None
    return time.process_time() - start


def race(names: list[str], sample: list[tuple[bytes, str]]) -> dict[str, float]:
    """Processor seconds a reader over all pages that every reader took."""
    totals = dict.fromkeys(names, 0.0)
    for number, (body, url) in enumerate(sample):
        order = names if number % 2 == 0 else names[::-1]
        spent = {name: timed(READERS[name], body, url) for name in order}
        if number >= WARM_UP and all(v is not None for v in spent.values()):
            for name, seconds in spent.items():
                totals[name] += seconds or 0.0
    return totals


def shares(sample: list[tuple[bytes, str]]) -> dict[str, float]:
    """Processor seconds a field, fields read in the order of the composition."""
    import cProfile
    import importlib
    import pstats

    files = {Path(str(importlib.import_module(f"extractors.fields.{name}").__file__)).name: name for name in FIELDS}
    profile = cProfile.Profile()
    for body, url in sample:
        profile.runcall(ours, body, url)
    totals = dict.fromkeys((*FIELDS, "parse and decode"), 0.0)
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    for (file, _, function), (_, _, _, cumulative, callers) in stats.items():
        called_by_composition = any(Path(c[0]).name == "article.py" for c in callers)
        name = files.get(Path(file).name)
        if name and called_by_composition and function != "strip":
            totals[name] += cumulative
        elif function in {"parse", "decode", "decode_entity"} and any(Path(c[0]).parent.name == "extractors" for c in callers):
            totals["parse and decode"] += cumulative
    return totals


def peak_mb(name: str, root: Path, limit: int) -> float:
    """Peak resident megabytes of a process that reads the sample with one reader."""
    command = [sys.executable, __file__, "--only", name, "--set", str(root), "--pages", str(limit)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


def available(name: str) -> bool:
    """Whether a reader is installed here."""
    try:
        READERS[name](b"<html><body><p>one</p></body></html>", "https://paper.example/")
    except ImportError:
        return False
    except Exception:  # noqa: BLE001  an empty page may be refused; it is installed
        return True
    return True


def main() -> int:
    """Runs and prints; exit 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, default=Path(__file__).parent.parent.parent / "shared/eval/dev")
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", help="read the sample with one reader and print its peak memory (used by the run itself)")
    a = parser.parse_args()
    if not a.set.is_dir():
        parser.error(f"no pages at {a.set}: name the folder with corpora/ and pages/ by --set")
    sample = pages(a.set, a.pages)
    if a.only:
        for body, url in sample:
            timed(READERS[a.only], body, url)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return 0
    names = [name for name in READERS if available(name)]
    totals = race(names, sample)
    base = totals["trafilatura"]
    memory = {name: peak_mb(name, a.set, a.pages) for name in ("pressmark", "trafilatura")}
    per_field = shares(sample[: min(60, len(sample))])
    whole = sum(per_field.values())
    print(f"{len(sample)} pages, the first {WARM_UP} not counted")
    for name in names:
        rate = (len(sample) - WARM_UP) / totals[name]
        print(f"  {name:14} {totals[name]:7.2f} CPU s  {rate:6.1f} pages a CPU s  {totals[name] / base:5.2f} x trafilatura")
    print("peak memory")
    for name, size in memory.items():
        print(f"  {name:14} {size:7.0f} MB  {size / memory['trafilatura']:5.2f} x trafilatura")
    print("share of each field (profiled, so small calls weigh more than they do)")
    for name, seconds in sorted(per_field.items(), key=lambda x: -x[1]):
        print(f"  {name:18} {100 * seconds / whole:5.1f} %")
    if a.json:
        a.json.write_text(json.dumps({"cpu_s": totals, "peak_mb": memory, "fields_s": per_field}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
