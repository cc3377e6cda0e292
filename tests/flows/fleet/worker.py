"""A process that does one round of what is due in an archive, as the flows do, and says what came of it.

It says when it is ready, and begins with the next line on standard input.
``worker.py ARCHIVE DATABASE-URL NAME WHAT LEASE-SECONDS GAP``, the address ``-`` for a database in the folder; ``WHAT`` is
``watch``, ``revisit``, or an address to be taken in by hand.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

from flows.pipeline import Pipeline
from flows.revisiting import revisit
from flows.watching import check
from model.errors import PressmarkError
from sources.http import HttpSettings
from storage import Archive


def main(where: str, url: str, name: str, what: str, seconds: str, gap: str) -> None:
    http = HttpSettings(user_agent=f"{name}/1", host_gap=float(gap), allow_networks=(ip_network("127.0.0.0/8"),))
    with Archive.open(where, write=True, database_url=None if url == "-" else url) as archive:
        pipeline = Pipeline(archive, http=http, processes=1, lease_seconds=float(seconds))
        print("ready", flush=True)  # noqa: T201
        sys.stdin.readline()
        if what == "watch":
            for told in check(archive, pipeline):
                print(told.source, told.outcome.value, flush=True)  # noqa: T201
            return
        later = datetime.now(UTC) + timedelta(minutes=20)
        results = revisit(archive, pipeline, now=lambda: later) if what == "revisit" else pipeline.ingest([what])
        for result in results:
            print(result.source, result.outcome.value, flush=True)  # noqa: T201


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except PressmarkError as error:
        print(error, file=sys.stderr)  # noqa: T201
        sys.exit(1)
