"""A process that takes sources into an archive and says at once what it acknowledges: made to be killed."""

from __future__ import annotations

import json
import sys
from ipaddress import ip_network

from flows.pipeline import Pipeline
from sources.http import HttpSettings
from storage import Archive

HTTP = HttpSettings(user_agent="Pressmark/0.1", host_gap=0.0, allow_networks=(ip_network("127.0.0.0/8"),))


def main(where: str, sources: list[str]) -> None:
    print("ready", flush=True)  # noqa: T201
    with Archive.open(where, write=True) as archive:
        for result in Pipeline(archive, http=HTTP, processes=1).ingest(sources):
            print(json.dumps(result.to_json()), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
