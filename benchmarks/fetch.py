"""Fetching from a site of many hosts on loopback, end to end: asked, read, kept, committed.

    python benchmarks/fetch.py [--pages 2000] [--hosts 200] [--processes 2] [--gap 0] [--profile FILE]
    python benchmarks/fetch.py --pages 10000                    # memory at 1,000 and at 10,000 pages
    python benchmarks/fetch.py --pages 100 --hosts 20 --gap 1   # was any host hit faster than allowed?
    python benchmarks/fetch.py --corpus FOLDER                  # saved pages (.html, .html.gz) instead of made ones
    python benchmarks/fetch.py --scrapy PYTHON                  # the same pages by Scrapy, of an environment of its own

The site is a process of its own that makes every page up and writes down when it was asked
for what. Pages cost what those of news sites cost: 150 of these, measured, have 100 kB in the
median and 173 kB on average, 720 and 910 elements, 810 and 1,190 words; the made ones have 87
and 118 kB, 690 and 790 elements, 1,210 and 1,510 words, three in five without elements that say
where the story is. 80 of each, read in turn in the same minutes, took 36 and 48 ms (real), 37
and 43 ms (made). Names are looked up in this process. Told are:

- articles a second, by the clock;
- the share of processor time that is not extraction: of this process and all its workers,
  against what reading a sample of the same pages costs in a process that does nothing else;
- resident memory of this process and of all together, at every thousandth page;
- the shortest time between two requests for pages of one host, by the site's own log.

Figures of a busy machine are worth little by the clock; the shares hold.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import cProfile
import gzip
import itertools
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from pathlib import Path

from flows.pipeline import Pipeline
from flows.worker import Job, extract_here
from sources.http import HttpSettings
from storage import Archive

SAMPLE = 100
EVERY = 1000
TICK = os.sysconf("SC_CLK_TCK")
SITE_FILES = ("/robots.txt", "/.well-known/tdmrep.json")

_LETTERS = "abcdefghiklmnoprstuvwz"


class Press:
    """Makes pages up, or gives those of a folder in turn: the same host and number, the same page."""

    def __init__(self, corpus: str | None) -> None:
        found = sorted(Path(corpus).rglob("*.htm*")) if corpus else []
        self._kept = [gzip.decompress(p.read_bytes()) if p.suffix == ".gz" else p.read_bytes() for p in found]
        chance = random.Random(11)
        self._words = ["".join(chance.choices(_LETTERS, k=chance.randint(2, 9))) for _ in range(4000)]
        links = (f'<li class="item item-{n}"><a href="/s/{n}">{self._some(chance, 2)}</a></li>' for n in range(50))
        self._menu = '<nav class="menu" role="navigation"><ul>' + "".join(links) + "</ul></nav>"
        self._metas = "".join(f'<meta name="site:{n}" content="{self._some(chance, 3)}">' for n in range(40))
        self._scripts = [
            "<script>window.d=[" + ",".join(f'{{"k{n}":"{self._some(chance, 2)}"}}' for n in range(250)) + "]</script>"
            for _ in range(40)
        ]

    def page(self, host: str, number: str) -> bytes:
        """One article with everything that stands around one."""
        if self._kept:
            return self._kept[int(number) % len(self._kept)] if number.isdecimal() else b""
        chance = random.Random(f"{host}/{number}")
        heavy, plain = min(5.0, chance.lognormvariate(0.05, 0.8)), chance.random() < 0.6
        story, page, shelf = ("div", "div", "box") if plain else ("article", "main", "article-body")
        title, author = self._some(chance, 8).capitalize(), self._some(chance, 2).title()
        text = "".join(self._passage(chance, number, n) for n in range(round(20 * heavy)))
        cards = "".join(self._card(chance, n) for n in range(round(32 * heavy)))
        return (
            f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{title} - {host}</title>{self._metas}"
            f'<meta property="og:type" content="article"><meta property="og:site_name" content="{host}">'
            '<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle",'
            f'"headline":"{title}","author":{{"@type":"Person","name":"{author}"}},"description":"{self._some(chance, 25)}",'
            f'"datePublished":"2026-03-0{chance.randint(1, 9)}T08:00:00+01:00"}}</script>'
            f"{''.join(self._scripts[: round(5 * heavy**1.6)])}</head><body>{self._menu}<{page}><{story}><header><h1>{title}</h1>"
            f'<p class="standfirst">{self._some(chance, 20)}.</p><div class="byline"><span>By</span> '
            f'<a rel="author" href="/by/{author.partition(" ")[0]}">{author}</a></div></header><div class="{shelf}">{text}</div>'
            f'</{story}><div class="more">{cards}</div></{page}><footer>{self._menu}</footer></body></html>'
        ).encode()

    def _passage(self, chance: random.Random, number: str, place: int) -> str:
        """One of a story's paragraphs: now and then with a link, a heading, a picture before it."""
        words = self._some(chance, chance.randint(15, 55)).capitalize()
        if place % 4 == 1:
            words += f' <a class="inline" href="/s/{place}">{self._some(chance, 3)}</a> {self._some(chance, 5)}'
        before = f"<h2>{self._some(chance, 5).capitalize()}</h2>" if place % 9 == 8 else ""
        if place % 8 == 0:
            before += (
                f'<figure class="picture"><picture><source srcset="/i/{number}-{place}-800.webp 800w"><img class="lazy" '
                f'src="/i/{number}-{place}.jpg" alt="{self._some(chance, 6)}" width="800" height="450"></picture><figcaption>'
                f"{self._some(chance, 12).capitalize()}. Photo: {self._some(chance, 2).title()}</figcaption></figure>"
            )
        return f'{before}<p class="text" data-component="text-block" data-place="{place}">{words}.</p>'

    def _card(self, chance: random.Random, place: int) -> str:
        """One of the other stories that stand around a story."""
        link = f"/s/{chance.randint(1, 99999)}"
        return (
            f'<div class="card card--small" data-analytics="related:{place}"><div class="card__media"><a href="{link}">'
            f'<img class="card__image lazy" loading="lazy" src="/t/{place}.jpg" '
            f'srcset="/t/{place}-320.jpg 320w, /t/{place}-640.jpg 640w" alt="{self._some(chance, 4)}"></a></div>'
            f'<div class="card__body"><h3 class="card__title"><a class="card__link" href="{link}">'
            f'{self._some(chance, 8)}</a></h3><p class="card__text">{self._some(chance, 14)}</p><time class="card__time" '
            f'datetime="2026-02-{chance.randint(10, 28)}">{chance.randint(10, 28)} February</time></div></div>'
        )

    def _some(self, chance: random.Random, count: int) -> str:
        return " ".join(chance.choices(self._words, k=count))


class Desk(asyncio.Protocol):
    """Answers one request and closes, as servers do that were asked to."""

    press: Press
    log: list[str]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._seen = b""

    def data_received(self, data: bytes) -> None:
        self._seen += data
        if not self._seen.endswith(b"\r\n\r\n"):
            return
        path = self._seen.split(b" ", 2)[1].decode()
        host = self._seen.partition(b"Host: ")[2].partition(b"\r\n")[0].decode().partition(":")[0]
        self.log.append(f"{time.monotonic():.6f} {host} {path}\n")
        missing = path in SITE_FILES
        body = b"" if missing else self.press.page(host, path.rpartition("/")[2])
        status = b"404 Not Found" if missing else b"200 OK"
        head = b"HTTP/1.1 %b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
        assert isinstance(self._transport, asyncio.Transport)
        self._transport.write(head + body)
        self._transport.close()


def serve(log: str, corpus: str | None) -> None:
    """The site: prints its port, and writes its log when its input ends."""

    async def run() -> None:
        Desk.press, Desk.log = Press(corpus), []
        loop = asyncio.get_running_loop()
        addresses = ["127.0.0.1", *(f"127.0.1.{n}" for n in range(1, 201))]
        server = await loop.create_server(Desk, "127.0.0.1", 0, backlog=1000)
        port = server.sockets[0].getsockname()[1]
        others = [await loop.create_server(Desk, address, port, backlog=1000) for address in addresses[1:]]
        print(port, flush=True)
        await loop.run_in_executor(None, sys.stdin.read)
        for one in (server, *others):
            one.close()
        Path(log).write_text("".join(Desk.log), "utf-8")

    asyncio.run(run())


@contextlib.contextmanager
def site(log: Path, corpus: str | None) -> Iterator[tuple[int, int]]:
    """The site's process and its port; its log is there afterwards."""
    command = [sys.executable, str(Path(__file__).resolve()), "--serve", str(log), *(["--corpus", corpus] if corpus else [])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        yield process.pid, int(process.stdout.readline())
        process.stdin.close()
        process.wait(30)


def tree(left_out: int) -> list[int]:
    """This process and all that it started, but for one."""
    parents: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(_stat(int(entry.name))[1])].append(int(entry.name))
    found, new = [], [os.getpid()]
    while new:
        found += new
        new = [child for parent in new for child in parents[parent] if child != left_out]
    return found


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()


def cpu_of(pids: Sequence[int]) -> float:
    """Processor seconds of processes and of their children that have ended."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            total += sum(map(int, _stat(pid)[11:15]))
    return total / TICK


def resident(pids: Sequence[int]) -> float:
    """Megabytes of memory in use."""
    pages = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            pages += int(_stat(pid)[21])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def to_loopback(_host: str, _port: int) -> Sequence[str]:
    """The in-process DNS."""
    return ("127.0.0.1",)


def reading_alone(urls: Sequence[str], corpus: str | None) -> float:
    """Processor seconds that reading one page costs, by a sample."""
    press = Press(corpus)
    jobs = [Job(n, press.page(url.split("/")[2].partition(":")[0], url.rpartition("/")[2]), url) for n, url in enumerate(urls)]
    extract_here(jobs[0])  # what is loaded at the first page
    return sum(extract_here(job).cpu_s for job in jobs) / len(jobs)


def shortest_gaps(log: Path) -> dict[str, float]:
    """By host, the shortest time between two requests for pages, seconds."""
    asked: dict[str, list[float]] = defaultdict(list)
    for line in log.read_text("utf-8").splitlines():
        moment, host, path = line.split(" ")
        if path not in SITE_FILES:
            asked[host].append(float(moment))
    return {host: min(b - a for a, b in itertools.pairwise(moments)) for host, moments in asked.items() if len(moments) > 1}


def take(port: int, site_pid: int, told: argparse.Namespace, folder: Path) -> None:
    """One ingest of all pages, and its figures."""
    urls = [f"http://paper{n % told.hosts}.test:{port}/news/{n}" for n in range(told.pages)]
    http = HttpSettings(host_gap=told.gap, allow_networks=(ip_network("127.0.0.0/8"),))
    outcomes: Counter[str] = Counter()
    with Archive.create(folder / "archive") as archive:
        pipeline = Pipeline(archive, http=http, processes=told.processes, resolve=to_loopback)
        profile = cProfile.Profile() if told.profile else None
        cpu, alone, begun = cpu_of(tree(site_pid)), time.process_time(), time.monotonic()
        if profile:
            profile.enable()
        for done, result in enumerate(pipeline.ingest(urls), 1):
            outcomes[result.outcome.value] += 1
            if done % EVERY == 0:
                together = resident(tree(site_pid))
                print(
                    f"at {done:6} pages: {resident([os.getpid()]):.0f} MB in this process, {together:.0f} MB together", flush=True
                )
        if profile:
            profile.disable()
            profile.dump_stats(told.profile)
        seconds, alone, cpu = time.monotonic() - begun, time.process_time() - alone, cpu_of(tree(site_pid)) - cpu
        size = archive.stats()
    reading = reading_alone(random.Random(5).sample(urls, min(SAMPLE, len(urls))), told.corpus)
    print(f"outcomes: {dict(outcomes)}")
    print(f"{told.pages / seconds:.1f} articles a second ({seconds:.1f} s by the clock, {told.processes} processes reading)")
    print(f"processor: {1000 * cpu / told.pages:.1f} ms an article, of these {1000 * reading:.1f} ms reading it;", end=" ")
    print(f"{1 - reading * told.pages / cpu:.0%} is not extraction ({1000 * alone / told.pages:.1f} ms in this process)")
    warc, database = (size[name] / told.pages / 1000 for name in ("warc_bytes", "database_bytes"))
    print(f"kept: {warc:.1f} kB of WARC and {database:.1f} kB of database each")


_SPIDER = """
import scrapy
class Pages(scrapy.Spider):
    name = "pages"
    custom_settings = {{"ROBOTSTXT_OBEY": True, "CONCURRENT_REQUESTS": 64, "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
                        "DOWNLOAD_DELAY": 0, "LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False}}
    start_urls = [f"http://127.0.1.{{1 + n % {hosts}}}:{port}/news/{{n}}" for n in range({pages})]
    def parse(self, response):
        yield {{"url": response.url, "title": response.css("h1::text").get(), "text": response.css("article p::text").getall()}}
"""


def by_scrapy(port: int, told: argparse.Namespace, folder: Path) -> None:
    """The same number of pages by Scrapy: headline and paragraphs into a JSON file, nothing else kept."""
    spider = folder / "pages.py"
    spider.write_text(_SPIDER.format(hosts=min(told.hosts, 200), pages=told.pages, port=port), "utf-8")
    before, begun = os.times(), time.monotonic()
    subprocess.run(
        [told.scrapy, "-m", "scrapy", "runspider", str(spider), "-L", "ERROR", "-O", str(folder / "out.jsonl")],
        check=True,
        cwd=folder,
    )
    seconds, after = time.monotonic() - begun, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    found = len((folder / "out.jsonl").read_text("utf-8").splitlines())
    each = 1000 * cpu / max(1, found)
    print(f"Scrapy: {found} pages, {found / seconds:.1f} a second by the clock, {each:.1f} ms of processor each")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--gap", type=float, default=0.0, help="seconds between two pages of a host")
    parser.add_argument("--corpus", metavar="FOLDER", help="saved pages that the site gives")
    parser.add_argument("--profile", help="where the profile of the writing thread is kept")
    parser.add_argument("--scrapy", metavar="PYTHON", help="a Python that has Scrapy")
    parser.add_argument("--serve", metavar="LOG", help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.serve:
        serve(told.serve, told.corpus)
        return
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        log = folder / "asked.log"
        with site(log, told.corpus) as (pid, port):
            take(port, pid, told, folder)
            if told.scrapy:
                by_scrapy(port, told, folder)
        gaps = {host: gap for host, gap in shortest_gaps(log).items() if host.endswith(".test")}
        if gaps:
            host = min(gaps, key=lambda name: gaps[name])
            told_gap = f"shortest time between two pages of one host: {gaps[host]:.3f} s ({host}), over {len(gaps)} hosts"
            print(f"{told_gap}; allowed: {told.gap:g} s")
            if gaps[host] < told.gap:
                sys.exit("a host was hit faster than allowed")


if __name__ == "__main__":
    main()
