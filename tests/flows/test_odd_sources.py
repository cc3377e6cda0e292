"""Sources with names and addresses that trip encoders: an outcome each, and the others still go in."""

from __future__ import annotations

import json
import os
from ipaddress import ip_network
from pathlib import Path

from flows.pipeline import Pipeline
from model.canonical import canonical_json
from model.identity import without_credentials
from model.record import Outcome
from sources.http import HttpSettings
from storage import Archive, rebuild

HTTP = HttpSettings(host_gap=0.0, allow_networks=(ip_network("127.0.0.0/8"),), connect_time=1.0)
STORY = (
    "<!doctype html><html lang=en><head><title>{0}</title><meta property=og:type content=article></head><body><article>"
    + "<h1>{0}</h1>"
    + "".join(f"<p>Keeper {n} wrote that the lamp burned well and that many ships passed in the night.</p>" for n in range(6))
    + "</article></body></html>"
)


def test_files_whose_names_are_no_text_go_in(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    names = [b"caf\xe9.html", "港.html".encode(), b"line\nbreak.html", b"plain.html", b"nul-ish \x01.html"]
    for n, name in enumerate(names):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text(STORY.format(f"Lamp {n}"), "utf-8")
    where = tmp_path / "archive"
    with Archive.create(where) as archive:
        results = list(Pipeline(archive, http=HTTP, processes=1).ingest([str(folder)]))
        assert [r.outcome for r in results] == [Outcome.NEW] * len(names), results
        for result in results:
            json.dumps(result.to_json()).encode("utf-8")
            assert result.capture is not None
            canonical_json({"name": archive.load_capture(result.capture).filename})
        assert archive.verify().findings == ()
        lines = list(archive.list())
    rebuild(where)
    with Archive.open(where) as archive:
        assert list(archive.list()) == lines


def test_addresses_that_are_none_cost_themselves_only(tmp_path: Path) -> None:
    good = tmp_path / "good.html"
    good.write_text(STORY.format("Lamp"), "utf-8")
    odd = [
        "http://[::1", "http://", "http:///path", "http://127.0.0.1:99999/x", "http://127.0.0.1:1/closed", "http://a b.example/", "http://\udce9.example/",
        "http://127.0.0.1:1/\udce9", "http://x\x00y.example/", "ftp://a.example/x", "nowhere.html", "", " ", "@nolist", "http://user:pw@127.0.0.1:1/",
        "http://xn--a.example/", "HTTP://127.0.0.1:1/UP", "http://127.0.0.1:1/" + "a" * 10_000, "http://1.2.3.4.5/", "http://.example/",
    ]  # fmt: skip
    with Archive.create(tmp_path / "archive") as archive:
        results = list(Pipeline(archive, http=HTTP, processes=1).ingest([*odd, str(good)]))
        by_source = {r.source: r for r in results}
        assert len(results) == len(odd) + 1
        assert by_source[str(good)].outcome is Outcome.NEW
        for source in odd:
            result = by_source[without_credentials(source)]
            assert result.outcome in {Outcome.FAILED, Outcome.REFUSED}, result
            assert result.reason and "\n" not in result.reason and "Traceback" not in result.reason
            assert "user:pw" not in str(result.to_json())
        assert archive.verify().findings == ()


def test_a_stated_address_that_is_none_is_one_line_for_each_source(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(STORY.format("Lamp"), "utf-8")
    with Archive.create(tmp_path / "archive") as archive:
        for url in ("http://[::1", "not an address", "http://\udce9/", "ftp://x.example/", "javascript:alert(1)", ""):
            (result,) = Pipeline(archive, http=HTTP, processes=1).ingest([str(page)], url=url)
            assert result.outcome in {Outcome.FAILED, Outcome.NEW, Outcome.UNCHANGED}, (url, result)
            assert result.reason is None or "\n" not in result.reason
        assert archive.verify().findings == ()
