"""What copies cost: replicate to a folder beside ``cp`` and ``sha256sum``, and the memory of an upload to an S3 on loopback.

    python benchmarks/copies.py [--megabytes 300] [--folder DIR]

Prints rates in MB/s (of one run, so that they can be held against each other) and the peak of memory in MB.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from model.capture import Basis, Capture, Exchange
from storage import Archive, Deposit, Release, Verdict, repair, store_of

_RELEASE = Release({"pressmark": "benchmark"})
_PAGE = 161_000


def _fill(archive: Archive, megabytes: int) -> int:
    """Held captures of bytes that do not compress; how many bytes the WARC files have."""
    dice, at = random.Random(1), datetime(2026, 1, 1, tzinfo=UTC)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n"
    for start in range(0, megabytes * 1_000_000, _PAGE * 100):
        deposits = []
        for n in range(100):
            url = f"http://paper.example/{start}/{n}"
            hop = Exchange(
                url, b"GET / HTTP/1.1\r\nHost: paper.example\r\n\r\n", head, dice.randbytes(_PAGE), 200, at, "127.0.0.1"
            )
            capture = Capture(Basis.FETCHED, f"fetch:{url}", at, at, url, url, (hop,), media_type="application/pdf")
            deposits.append(Deposit(url, capture, Verdict.HELD, _RELEASE, reason="a PDF document", code="pdf"))
        archive.settle(archive.stage(deposits))
    return sum(path.stat().st_size for path in (archive.where / "warc").iterdir())


def _rate(name: str, size: int, do: Callable[[], object]) -> float:
    started = time.perf_counter()
    do()
    seconds = time.perf_counter() - started
    print(f"{name:<44}{size / seconds / 1e6:>8.0f} MB/s  {seconds:>6.2f} s  peak {_peak():.0f} MB", flush=True)
    return seconds


def _cp(source: Path, to: Path) -> None:
    shutil.rmtree(to, ignore_errors=True)
    subprocess.run(["cp", "-r", str(source), str(to)], check=True)
    subprocess.run(["sync", "-f", str(to)], check=True)


def _digest(folder: Path) -> None:
    for path in folder.iterdir():
        subprocess.run(["sha256sum", str(path)], check=True, capture_output=True)


def _cp_proved(source: Path, to: Path) -> None:
    _cp(source, to)
    _digest(source)
    _digest(to)


def _peak() -> float:
    """The most memory that this process has had, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1000


def _upload(where: str, address: str) -> None:
    """In a process of its own: brings an archive to a bucket and prints its memory before and at the peak, in MB."""
    import obstore.store  # noqa: F401  what it takes to be there at all is no part of the growth

    before = _peak()
    started = time.perf_counter()
    with Archive.open(where, write=True) as archive:
        done = archive.replicate(store_of(address, os.environ))
    assert done.ok, done.problems
    peak = _peak()
    print(json.dumps({"before": before, "peak": peak, "seconds": time.perf_counter() - started, "bytes": done.bytes}))


def main() -> None:
    """Runs it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--megabytes", type=int, default=300)
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--upload", nargs=2, help=argparse.SUPPRESS)
    told = asked.parse_args()
    if told.upload:
        _upload(*told.upload)
        return
    with tempfile.TemporaryDirectory(dir=told.folder) as scratch:
        home = Path(scratch)
        with Archive.create(home / "archive") as archive:
            size = _fill(archive, told.megabytes)
            print(f"{size / 1e6:,.0f} MB in {len(list((home / 'archive' / 'warc').iterdir()))} WARC files")
            warcs = home / "archive" / "warc"
            _rate("sha256sum", size, lambda: _digest(warcs))
            plain = _rate("cp, synced", size, lambda: _cp(warcs, home / "cp"))
            proved = _rate("cp, synced, and sha256sum of both", size, lambda: _cp_proved(warcs, home / "cp"))
            copy = store_of(str(home / "copy"), {})
            ours = _rate("replicate to a folder", size, lambda: archive.replicate(copy, name="copy"))
            _rate("replicate again, nothing but its own event", size, lambda: archive.replicate(copy))
            _rate("replicate --check", size, lambda: archive.replicate(copy, check=True))
            print(f"replicate takes {ours / plain:.1f} times cp, {ours / proved:.1f} times cp with both digests")
        first = next(warcs.iterdir())
        with first.open("r+b") as file:
            file.seek(size // 2)
            (byte,) = file.read(1)
            file.seek(size // 2)
            file.write(bytes([byte ^ 1]))
        _rate("repair of one flipped bit", size, lambda: repair(home / "archive", lambda _: copy))
        _measure_upload(home / "archive")


def _measure_upload(where: Path) -> None:
    serve = (
        "from moto.server import ThreadedMotoServer as S; import time; s = S(ip_address='127.0.0.1', port=0, verbose=False); "
        "s.start(); print(s.get_host_and_port()[1], flush=True); time.sleep(3600)"
    )
    service = subprocess.Popen([sys.executable, "-c", serve], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert service.stdout is not None
    try:
        port = int(service.stdout.readline())
        bucket = urllib.request.Request(f"http://127.0.0.1:{port}/benchmark", data=b"", method="PUT")
        urllib.request.urlopen(bucket, timeout=10).close()
        environ = {
            **os.environ,
            "AWS_ACCESS_KEY_ID": "loopback",
            "AWS_SECRET_ACCESS_KEY": "loopback",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        }
        call = [sys.executable, __file__, "--upload", str(where), "s3://benchmark/papers"]
        told = json.loads(subprocess.run(call, env=environ, check=True, capture_output=True, text=True).stdout)
        rate = told["bytes"] / told["seconds"] / 1e6
        print(f"{'replicate to a bucket, and read back':<44}{rate:>8.0f} MB/s  {told['seconds']:>6.2f} s")
        print(f"memory of the upload: {told['before']:.0f} MB before, {told['peak']:.0f} MB at the peak")
    finally:
        service.terminate()
        service.wait()


if __name__ == "__main__":
    main()
