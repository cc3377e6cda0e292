"""A Prefect server asked over its HTTP interface: what is deployed, what ran, and a person's say over it.

Does not import Prefect, which takes seconds.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from model.errors import BadCall, NotFound, Unreachable

PATIENCE = 10.0
"""Seconds for which a server that is away is asked again: one that is being started anew."""
BUSY_PATIENCE = 90.0
"""The same for one that is there and cannot: it waits 10 s for its own database before it says so."""
LONG_PATIENCE = 180.0
"""The same for who waits for the end of a run, which outlives its server."""

_SECONDS = 60.0
_AGAIN_SECONDS = 1.0
_BUSY = frozenset({408, 429, 500, 502, 503, 504})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment: ``flow`` is the flow's name, ``name`` its own; ``paused`` where its schedule rests."""

    id: str
    flow: str
    name: str
    paused: bool


@dataclass(frozen=True, slots=True)
class Ran:
    """A run: its state in Prefect's word and, where it said something, in one line; times as Prefect has them."""

    id: str
    name: str
    state: str
    message: str | None
    expected: str | None
    seconds: float


class PrefectApi:
    """One server. ``key`` is sent where it asks for one.

    Raises ``Unreachable`` where it does not answer for longer than ``patience`` (seconds; ``BUSY_PATIENCE`` where it is
    there and busy), or refuses; ``tell`` hears, once each time it goes away, that it is waited for. Whatever is asked can
    be asked twice. Raises ``BadCall`` for no address.
    """

    def __init__(
        self, api: str, key: str | None = None, *, patience: float = PATIENCE, tell: Callable[[str], None] = lambda _line: None
    ) -> None:
        self._api = api.rstrip("/")
        self._patience = patience
        self._tell = tell
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        try:
            near = urlsplit(self._api).hostname in _LOOPBACK
        except ValueError as error:
            raise BadCall(f"{self._api} is no address of a Prefect server ({error})") from error
        self._open = urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if near else [])).open

    def deployed(self, archive: str) -> list[Deployed]:
        """The deployments of an archive, by flow."""
        found = self._ask("/deployments/filter", {"deployments": {"tags": {"all_": ["pressmark", f"archive {archive}"]}}})
        flows = self._ask("/flows/filter", {"flows": {"id": {"any_": [x["flow_id"] for x in found]}}}) if found else []
        names = {x["id"]: x["name"] for x in flows}
        told = [Deployed(x["id"], names.get(x["flow_id"], ""), x["name"], bool(x["paused"])) for x in found]
        return sorted(told, key=lambda x: (x.flow, x.name))

    def named(self, archive: str, flow: str) -> Deployed:
        """The deployment of a flow. Raises ``NotFound``, naming those that there are."""
        every = self.deployed(archive)
        if not every:
            raise NotFound(f"nothing is scheduled for this archive at {self._api}: pressmark schedule up")
        found = next((x for x in every if flow in {x.flow, f"{x.flow}/{x.name}"}), None)
        if found is None:
            there = ", ".join(x.flow for x in every)
            raise NotFound(f"no flow {flow!r} is scheduled for this archive, only {there}")
        return found

    def last(self, deployment: Deployed) -> Ran | None:
        """The last run that came to an end, goes on or is about to."""
        ended = {"state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED", "RUNNING", "PENDING"]}}}
        return next(iter(self._runs(deployment, ended, "START_TIME_DESC")), None)

    def next(self, deployment: Deployed) -> Ran | None:
        """The next run that is scheduled."""
        return next(iter(self._runs(deployment, {"state": {"type": {"any_": ["SCHEDULED"]}}}, "EXPECTED_START_TIME_ASC")), None)

    def run(self, deployment: Deployed, parameters: Mapping[str, Any] | None = None) -> Ran:
        """A run at once; one, however often its server has to be asked for it."""
        body = {"parameters": dict(parameters or {}), "state": {"type": "SCHEDULED"}, "idempotency_key": str(uuid.uuid4())}
        return _ran(self._ask(f"/deployments/{deployment.id}/create_flow_run", body))

    def read(self, run: str) -> Ran:
        """A run as it stands."""
        return _ran(self._ask(f"/flow_runs/{run}", None))

    def pause(self, deployment: Deployed) -> None:
        """Lets a schedule rest; a run that goes on is not ended."""
        self._ask(f"/deployments/{deployment.id}/pause_deployment", {})

    def resume(self, deployment: Deployed) -> None:
        """Lets a schedule go on."""
        self._ask(f"/deployments/{deployment.id}/resume_deployment", {})

    def add_automation(self, automation: Mapping[str, Any]) -> bool:
        """Adds an automation, in the server's own shape; false where there is one of its name."""
        named = {"automations": {"name": {"any_": [automation["name"]]}}}
        if self._ask("/automations/filter", named):
            return False
        self._ask("/automations/", automation)
        return True

    def _runs(self, deployment: Deployed, which: Mapping[str, Any], sort: str) -> list[Ran]:
        body = {"deployments": {"id": {"any_": [deployment.id]}}, "flow_runs": which, "sort": sort, "limit": 1}
        return [_ran(x) for x in self._ask("/flow_runs/filter", body)]

    def _ask(self, path: str, body: Mapping[str, Any] | None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        begun = time.monotonic()
        gone: float | None = None  # since when it is away; a busy one may be started anew
        told = False
        while True:
            asked = time.monotonic()
            try:
                return self._ask_once(path, data)
            except _Away as away:
                if isinstance(away, _Busy):
                    gone, until = None, begun + max(self._patience, BUSY_PATIENCE)
                else:
                    gone = asked if gone is None else gone
                    until = gone + self._patience
                if time.monotonic() + _AGAIN_SECONDS > until:
                    raise Unreachable(str(away)) from away
                if not told:
                    self._tell(f"{away}; waiting for it")
                told = True
                time.sleep(_AGAIN_SECONDS)

    def _ask_once(self, path: str, data: bytes | None) -> Any:
        request = urllib.request.Request(f"{self._api}{path}", data, self._headers)
        try:
            with self._open(request, timeout=_SECONDS) as answer:
                text = answer.read()
            return json.loads(text) if text.strip() else None
        except urllib.error.HTTPError as error:
            kind = _Busy if error.code in _BUSY else Unreachable
            raise kind(f"the Prefect server at {self._api} answered {error.code} to {path}") from error
        except (OSError, HTTPException) as error:
            why = error.reason if isinstance(error, urllib.error.URLError) else error
            said = why.strerror if isinstance(why, OSError) and why.strerror else why
            kind = _Busy if isinstance(error, TimeoutError) else _Away  # it took what it was asked; others are not even reached
            raise kind(f"the Prefect server at {self._api} does not answer ({said})") from error
        except ValueError as error:
            raise Unreachable(f"what answers at {self._api} is no Prefect server") from error


class _Away(Unreachable):
    """It may be back in a moment."""


class _Busy(_Away):
    """It is there, and may find the time."""


def _ran(said: Mapping[str, Any]) -> Ran:
    state = said.get("state") or {}
    name, message = str(state.get("name") or "Scheduled"), state.get("message")
    return Ran(said["id"], said["name"], name, message, said.get("expected_start_time"), said.get("total_run_time") or 0.0)
