"""A process that takes sources into an archive and says at once what it acknowledges: made to be killed.

``taker.py ARCHIVE DATABASE-URL LEASE-SECONDS SOURCE…``, the address ``-`` for a database in the folder. What ends it
is one line on standard error and exit code 1, as on the command line.
"""

from __future__ import annotations

import json
import sys
from ipaddress import ip_network

from flows.pipeline import Pipeline
from model.errors import PressmarkError
from sources.http import HttpSettings
from storage import Archive

HTTP = HttpSettings(user_agent="Pressmark/0.1", host_gap=0.0, allow_networks=(ip_network("127.0.0.0/8"),))


def main(where: str, url: str, lease: float, sources: list[str]) -> None:
    print("ready", flush=True)  # noqa: T201
    with Archive.open(where, write=True, database_url=None if url == "-" else url) as archive:
        for result in Pipeline(archive, http=HTTP, processes=1, lease_seconds=lease).ingest(sources):
            print(json.dumps(result.to_json()), flush=True)  # noqa: T201


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4:])
    except PressmarkError as error:
        print(error, file=sys.stderr)  # noqa: T201
        sys.exit(1)
