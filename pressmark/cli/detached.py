"""``schedule up --detach``: the same call again in the background, and what it said until its flows were scheduled."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from model.errors import BadCall, Unreachable
from pressmark.cli.call import Call
from pressmark.cli.safe import safe_line

if TYPE_CHECKING:
    from flows.plan import Plan
    from flows.running import Running

_DETACH_SECONDS = 300.0
_WRONG_CALL = 2


def detached(call: Call, plan: Plan, home: Path, as_json: bool) -> int:
    """The same call without ``--detach``, in a session of its own; waits until its flows are scheduled."""
    from flows.running import find_running, log_of

    arguments = [argument for argument in sys.argv[1:] if argument != "--detach"]
    command = [sys.executable, "-P", "-c", "from pressmark.cli import main; main()", *arguments]
    with log_of(home).open("ab") as log:  # another call may have got there first, and writes to it
        begins = log.tell()
        started = subprocess.Popen(
            command,
            cwd=call.cwd,
            env=dict(call.environ),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    until = time.monotonic() + _DETACH_SECONDS
    while (found := find_running(home)) is None or found.process != started.pid or not _is_scheduled(call, plan, found):
        if started.poll() is not None or time.monotonic() > until:
            said = _log(home, begins)
            # another schedule that began at the same time may write there, too
            last = next((line for line in reversed(said) if line.startswith("pressmark: ")), said[-1] if said else "")
            last = last.removeprefix("pressmark: ")
            if started.returncode == _WRONG_CALL:
                raise BadCall(last)
            raise Unreachable(f"the schedule did not start: {last or 'it said nothing'}; all of it is in {log_of(home)}")
        time.sleep(0.2)
    if as_json:
        from pressmark.cli.shapes import write_json

        write_json(call.out, {"process": found.process, "page": found.page, "log": str(log_of(home))})
    else:
        for line in _log(home, begins):
            if " | " not in line:  # Prefect's own
                call.out.write(safe_line(line) + "\n")
        call.out.write(f"it goes on as process {found.process}; pressmark schedule down ends it, its log is {log_of(home)}\n")
    return 0


def _is_scheduled(call: Call, plan: Plan, running: Running) -> bool:
    """Whether the server knows what is planned; an earlier schedule's flows are paused until this one has told it."""
    from flows.prefect_api import PrefectApi

    api = PrefectApi(running.api, call.environ.get("PREFECT_API_KEY"))
    try:
        known = {one.flow for one in api.deployed(plan.archive_id) if one.name == plan.name and not one.paused}
    except Unreachable:
        return False
    return known >= {one.entry.flow for one in plan.planned}


def _log(home: Path, begins: int) -> list[str]:
    """What the schedule's log says from a place on, by lines."""
    from flows.running import log_of

    return log_of(home).read_bytes()[begins:].decode("utf-8", "replace").splitlines()
