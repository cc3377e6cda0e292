"""Every capture of an archive replayed by pywb at its time, byte for byte.

    python benchmarks/replay.py                       the archive of `pressmark demo`
    python benchmarks/replay.py --archive DIR         another one
    python benchmarks/replay.py --warc FILE...        these files of other software, imported first

pywb pins old libraries, so it gets an environment of its own, made in a temporary folder the
first time and used again (``--environment DIR`` names another place; it needs a network or a
local index of packages once). Exits 1 where a capture is not replayed as it was kept.

CDX, by which replay tools find records, tells times to the second: of several captures of one
address within a second any one counts as right. Copies that persons supplied stand under
``urn:pressmark:`` and are no mementos; they are counted.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import venv
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from model.capture import Basis, Capture, header
from storage import Archive
from storage.capture_records import is_facts, parse_facts
from storage.warc import Member, walk

COLLECTION = "replay"
DEFAULT_ENVIRONMENT = Path(tempfile.gettempdir()) / "pressmark-pywb"


@dataclass(frozen=True)
class Look:
    """One hop of a capture: where and when it was, and what replay should answer."""

    url: str
    stamp: str
    status: int
    entity: bytes
    coding: str | None


def environment(place: Path) -> Path:
    """An environment with pywb; made where it is not there yet. Returns the folder of its programs."""
    programs = place / "bin"
    if not (programs / "wayback").exists():
        print(f"making an environment with pywb in {place}", flush=True)
        venv.create(place, with_pip=True, clear=True)
        subprocess.run([programs / "pip", "install", "--quiet", "pywb>=2.9,<3"], check=True, stderr=subprocess.DEVNULL)
    return programs


def looks_of(where: Path) -> Iterator[Look | None]:
    """Every hop of every capture; ``None`` for a copy that was supplied."""
    with Archive.open(where) as archive:
        for segment in sorted((where / "warc").glob("*.warc.gz")):
            for member in walk(segment):
                if not isinstance(member, Member) or not is_facts(member):
                    continue
                facts = parse_facts(member.block)
                capture = archive.load_capture(facts["id"])
                if not capture.exchanges:
                    yield resource(capture) if capture.basis is Basis.IMPORTED else None
                for hop in capture.exchanges:
                    coding = header(tuple(_fields(hop.head)), "content-encoding")
                    yield Look(hop.url, f"{hop.at:%Y%m%d%H%M%S}", hop.status, hop.entity, coding)


def resource(capture: Capture) -> Look | None:
    """A copy that another archive had without HTTP, under the publisher's address."""
    if capture.url is None or capture.at is None:
        return None
    return Look(capture.url, f"{capture.at:%Y%m%d%H%M%S}", 200, capture.supplied, None)


def _fields(head: bytes) -> Iterator[tuple[str, str]]:
    for line in head.decode("latin-1").splitlines()[1:]:
        name, _, value = line.partition(":")
        yield name.strip(), value.strip()


@contextmanager
def pywb(programs: Path, where: Path, site: Path) -> Iterator[int]:
    """pywb with the archive's WARCs, while the context lasts; gives its port."""
    run = {"cwd": site, "check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([programs / "wb-manager", "init", COLLECTION], **run)  # type: ignore[call-overload]
    warcs = sorted(str(p) for p in (where / "warc").glob("*.warc.gz"))
    subprocess.run([programs / "wb-manager", "add", COLLECTION, *warcs], **run)  # type: ignore[call-overload]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [str(programs / "wayback"), "-b", "127.0.0.1", "-p", str(port)]
    with (site / "log").open("wb") as log, subprocess.Popen(command, cwd=site, stdout=log, stderr=log) as server:
        try:
            for _ in range(300):
                with socket.socket() as knock:
                    if knock.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield port
        finally:
            server.terminate()


def replayed(port: int, look: Look) -> tuple[int, str | None, bytes]:
    """What pywb answers for the raw copy: status, ``Memento-Datetime``, body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    parts = urlsplit(look.url)
    url = look.url if parts.path else parts._replace(path="/").geturl()  # else pywb leads there first
    try:
        connection.request("GET", f"/{COLLECTION}/{look.stamp}id_/{url}", headers={"Accept-Encoding": "gzip, deflate, br"})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Memento-Datetime"), answer.read()
    finally:
        connection.close()


def plain(body: bytes, coding: str | None) -> bytes:
    """A body without gzip; pywb undoes codings for some clients."""
    if (coding or "").lower() not in {"gzip", "x-gzip"}:
        return body
    try:
        return gzip.decompress(body)
    except (OSError, EOFError, zlib.error):
        return body


def compare(port: int, looks: list[Look]) -> tuple[Counter[str], list[str]]:
    """Counts of what came out, and a line for each look that is not as it was kept."""
    told: Counter[str] = Counter()
    wrong: list[str] = []
    together: defaultdict[tuple[str, str], list[Look]] = defaultdict(list)
    for look in looks:
        together[look.url, look.stamp].append(look)
    for (url, stamp), same in together.items():
        status, date, body = replayed(port, same[0])
        right = [
            x for x in same if x.status == status and (x.entity == body or plain(x.entity, x.coding) == plain(body, x.coding))
        ]
        if not right:
            wrong.append(f"{stamp} {url}: {status}, {len(body)} bytes instead of {same[0].status}, {len(same[0].entity)} bytes")
        elif date is None and same[0].status != 304:
            wrong.append(f"{stamp} {url}: no Memento-Datetime")
        else:
            told["byte for byte" if right[0].entity == body else "with its coding undone"] += 1
            told["others of the same second"] += len(same) - 1
    return told, wrong


def main() -> int:
    """Runs it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", type=Path, help="the archive; default: one that `pressmark demo` makes")
    parser.add_argument(
        "--warc", type=Path, nargs="+", default=[], help="files of other software to import into a new archive first"
    )
    parser.add_argument(
        "--environment", type=Path, default=DEFAULT_ENVIRONMENT, help="where pywb's own environment is or is made"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON line")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="pressmark-replay-"))
    try:
        where = options.archive or folder / "archive"
        ours = [str(Path(sys.executable).with_name("pressmark"))]
        if options.archive is None and options.warc:
            files = [str(path.resolve()) for path in options.warc]
            subprocess.run([*ours, "ingest", *files, "--archive", str(where)], stdout=subprocess.DEVNULL, check=False)
        elif options.archive is None:
            subprocess.run([*ours, "demo", "--archive", str(where)], stdout=subprocess.DEVNULL, check=True)
        found = list(looks_of(where))
        looks = [look for look in found if look is not None]
        site = folder / "site"
        site.mkdir()
        with pywb(environment(options.environment.resolve()), where, site) as port:
            told, wrong = compare(port, looks)
    finally:
        shutil.rmtree(folder)
    told["supplied, and so no mementos"] = len(found) - len(looks)
    if options.json:
        print(json.dumps({"answers": len(looks), "wrong": wrong, **{k: v for k, v in told.items() if v}}))
    else:
        print(f"{len(looks)} answers: {', '.join(f'{n} {what}' for what, n in told.items() if n)}; {len(wrong)} wrong")
        for line in wrong:
            print(f"  {line}")
    return 1 if wrong or not looks else 0


if __name__ == "__main__":
    sys.exit(main())
