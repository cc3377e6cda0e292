"""Runs whose process was killed together with the worker that ran it: nobody is left to tell the Prefect server.

Runs send a heartbeat every ``SECONDS`` where ``PREFECT_FLOWS_HEARTBEAT_FREQUENCY`` says so; an automation of the server
marks those that fall silent as crashed. ``python -m flows.heartbeats`` adds it to the server of ``PREFECT_API_URL``.
After https://docs.prefect.io/v3/advanced/detect-zombie-flows, for the runs of Pressmark alone. Does not import Prefect.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

from flows.prefect_api import PrefectApi
from model.errors import BadCall, PressmarkError

SECONDS = 30
SILENT_SECONDS = 90
NAME = "pressmark: runs that fell silent"

_ENDS = ("Completed", "Failed", "Cancelled", "Crashed")


def automation() -> dict[str, Any]:
    """What the server is told, in its own shape."""
    beat = "prefect.flow-run.heartbeat"
    trigger = {
        "type": "event",
        "match": {"prefect.resource.id": ["prefect.flow-run.*"]},
        "match_related": {"prefect.resource.id": ["prefect.tag.pressmark"], "prefect.resource.role": ["tag"]},
        "after": [beat],
        "expect": [beat, *(f"prefect.flow-run.{state}" for state in _ENDS)],
        "for_each": ["prefect.resource.id"],
        "posture": "Proactive",
        "threshold": 1,
        "within": SILENT_SECONDS,
    }
    said = f"nothing was heard of it for {SILENT_SECONDS} s: its process was killed, or its machine; the next run goes on"
    action = {"type": "change-flow-run-state", "name": None, "state": "CRASHED", "message": said, "force": False}
    description = "Marks runs of Pressmark as crashed when their heartbeats stop."
    return {"name": NAME, "description": description, "enabled": True, "trigger": trigger, "actions": [action]}


def watch_heartbeats(api: PrefectApi) -> bool:
    """Adds the automation to a server; false where it has it, as somebody may have changed it. Raises ``Unreachable``."""
    return api.add_automation(automation())


def _main(environ: Mapping[str, str]) -> int:
    try:
        if not environ.get("PREFECT_API_URL"):
            raise BadCall("say which server: PREFECT_API_URL=http://prefect.example:4200/api")
        added = watch_heartbeats(PrefectApi(environ["PREFECT_API_URL"], environ.get("PREFECT_API_KEY")))
    except PressmarkError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{NAME!r} is {'added' if added else 'there already'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(_main(os.environ))
