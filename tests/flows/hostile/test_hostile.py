"""Every hostile server is an outcome with a reason, the others go on, and docs/sources.md says so."""

from __future__ import annotations

import re
import resource
import time
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Protocol

import pytest

from flows.pipeline import Pipeline
from model.record import Outcome, Result
from sources.http import HttpSettings
from storage import Archive

DOCS = Path(__file__).parents[3] / "docs" / "sources.md"
HTTP = HttpSettings(
    host_gap=0.0,
    patience=1.0,
    silence=1.0,
    total_time=2.5,
    connect_time=5.0,
    max_bytes=400_000,
    allow_networks=(ip_network("127.0.0.1/32"),),
)
_ROW = re.compile(r"^\| (?P<does>[a-z].*?) \| (?P<outcome>[a-z]+) \| (?P<reason>.*?) \|$", re.MULTILINE)


class Case(Protocol):
    does: str
    host: str


class Site(Protocol):
    cases: tuple[Case, ...]
    port: int
    asked: list[tuple[str, str]]

    def url(self, case: Case) -> str: ...

    async def resolve(self, host: str, port: int) -> tuple[str, ...]: ...


def told(result: Result) -> tuple[str, str]:
    reason = re.sub(r"\d\d:\d\dZ on \d\d \w+ \d{4}", "TIME", result.reason or "")
    return result.outcome.value, re.sub(r":\d{4,5}\b(?=[/ ]|$)", "", reason)


@pytest.mark.timeout(240)
def test_every_hostile_server_is_an_outcome_as_documented(site: Site, tmp_path: Path) -> None:
    good = [f"http://good{n}.test:{site.port}/story" for n in range(20)]
    sources = {site.url(case): case for case in site.cases}
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    with Archive.create(tmp_path / "archive") as archive:
        pipeline = Pipeline(archive, http=HTTP, processes=1, resolve=site.resolve)
        results = {result.source: result for result in pipeline.ingest([*sources, *good])}
        assert archive.verify().findings == ()
        kept = {result.source for result in results.values() if result.capture is not None}
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert set(results) == {*sources, *good}
    assert {results[url].outcome for url in good} == {Outcome.NEW}
    assert {results[url].outcome for url in kept} <= set(Outcome)
    # what a server says when it asks to wait is kept, though its address cannot be asked again
    asking = {f"{host}.test" for host in ("busy", "down")}
    assert {case.host for url, case in sources.items() if url in kept and case.host in asking} == asking
    found = {case.does: told(results[url]) for url, case in sources.items()}
    table = "\n".join(f"| {does} | {outcome} | {reason} |" for does, (outcome, reason) in found.items())
    documented = {row["does"]: (row["outcome"], row["reason"]) for row in _ROW.finditer(DOCS.read_text("utf-8"))}
    assert {does: documented.get(does) for does in found} == found, f"the table in docs/sources.md should be:\n{table}"
    assert all("\n" not in (r.reason or "") and "secret" not in (r.reason or "") for r in results.values())
    assert time.monotonic() - begun < 90
    assert grown < 120, f"grew by {grown:.0f} MB"
    assert not {host for host, _ in site.asked} & {"intranet.test", "smtp.test", "10.0.0.1"}


def test_a_host_in_trouble_costs_its_other_addresses_nothing_but_a_reason(site: Site, tmp_path: Path) -> None:
    """A thousand addresses of a host that is down: a few requests, and each address is told when to try again."""
    down = [f"http://down.test:{site.port}/story?{n}" for n in range(300)]
    down = [f"http://down.test:{site.port}/story", *down]
    good = f"http://good.test:{site.port}/story"
    with Archive.create(tmp_path / "archive") as archive:
        results = {r.source: r for r in Pipeline(archive, http=HTTP, processes=1, resolve=site.resolve).ingest([*down, good])}
    assert results[good].outcome is Outcome.NEW
    assert {results[url].outcome for url in down} == {Outcome.FAILED}
    assert (
        sum(re.search(r"it is not asked again before \d\d:\d\dZ on", results[url].reason or "") is not None for url in down) > 295
    )
    assert sum(host == "down.test" for host, _ in site.asked) <= 5


def test_a_caller_who_has_had_enough_is_not_kept_waiting(site: Site, tmp_path: Path) -> None:
    """Full queue, silent hosts and all: what was told is kept, and the threads end."""
    good = [f"http://good{n}.test:{site.port}/{m}" for n in range(30) for m in ("story", *range(5))]
    silent = [f"http://silent.test:{site.port}/story?{n}" for n in range(50)]
    patient = replace(HTTP, silence=60.0, total_time=60.0)
    with Archive.create(tmp_path / "archive") as archive:
        results = Pipeline(archive, http=patient, processes=1, resolve=site.resolve).ingest([*silent, *good])
        assert next(results).source in good
        begun = time.monotonic()
        results.close()
        assert time.monotonic() - begun < 10
        assert archive.verify().findings == ()
