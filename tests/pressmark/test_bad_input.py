"""Bad input: one line that says what happened, the right exit code, and the other sources still go in."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

Pressmark = Callable[..., Any]

WORDS = "The ferry sails again after a winter in dock, and the harbour master could not be more pleased about it. "
PAGE = f"<html lang='en'><head><title>Ferry sails again</title></head><body><article><h1>Ferry sails again</h1><p>{WORDS * 4}</p></article></body></html>"  # noqa: E501
ACCENTED = PAGE.replace("Ferry sails again", "Fährbetrieb läuft wieder").replace("ferry", "Fähre")
LIMIT = 50_000


class _Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        answers = {
            "/good": (200, "text/html; charset=utf-8", PAGE.encode()),
            "/report.pdf": (200, "application/pdf", b"%PDF-1.4\n%%EOF\n"),
            "/broken": (500, "text/html", b"<h1>Oops</h1>"),
            "/huge": (200, "text/html", b"<p>word</p>" * LIMIT),
        }
        status, kind, body = answers.get(self.path, (404, "text/html", b"<h1>Not found</h1>"))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def ingested(site: str, tmp_path_factory: pytest.TempPathFactory, module_pressmark: Pressmark) -> dict[str, Any]:
    """One call with every kind of bad source in it, and good ones between them."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "good.html").write_text(PAGE.replace("Ferry", "Night ferry"), "utf-8")
    (folder / "empty.html").write_bytes(b"")
    (folder / "latin1.html").write_bytes(ACCENTED.encode("latin-1"))
    (folder / "nothing").mkdir()
    (folder / "nothing" / "notes.doc").write_bytes(b"x")
    (folder / "list.txt").write_text(f"# a list\n\n{site}/good\n", "utf-8")
    sources = {
        "not found": f"{site}/gone", "server error": f"{site}/broken", "pdf": f"{site}/report.pdf", "huge": f"{site}/huge",
        "unreachable": "http://127.0.0.1:9/", "no such host": "http://no-such-host.invalid/", "not allowed": "http://10.9.8.7/",
        "no articles": str(folder / "nothing"), "empty": str(folder / "empty.html"), "latin-1": str(folder / "latin1.html"),
        "missing": str(folder / "missing.html"), "good file": str(folder / "good.html"), "good list": f"@{folder / 'list.txt'}",
    }  # fmt: skip
    environ = {"PRESSMARK_HOST_GAP": "0", "PRESSMARK_MAX_BYTES": str(LIMIT), "PRESSMARK_ALLOW_ADDRESSES": "127.0.0.0/8"}
    archive = str(folder / "archive")
    ran = module_pressmark("ingest", *sources.values(), "--json", "--archive", archive, environ=environ)
    names = {source: name for name, source in sources.items()} | {f"{site}/good": "good list"}
    told = {names[line["source"]]: line for line in ran.lines()}
    return {"ran": ran, "told": told, "archive": archive, "folder": folder}


@pytest.mark.parametrize(
    ("name", "outcome", "said"),
    [
        ("not found", "failed", "404"),
        ("server error", "failed", "500"),
        ("pdf", "held", "PDF"),
        ("huge", "failed", "PRESSMARK_MAX_BYTES"),
        ("unreachable", "failed", "no connection to 127.0.0.1"),
        ("no such host", "failed", "no-such-host.invalid"),
        ("not allowed", "refused", "10.9.8.7"),
        ("no articles", "failed", "no articles in nothing"),
        ("empty", "failed", "empty.html is empty"),
        ("missing", "failed", "no such file or folder"),
        ("latin-1", "new", None),
        ("good file", "new", None),
        ("good list", "new", None),
    ],
)
def test_every_source_has_its_outcome_and_reason(ingested: dict[str, Any], name: str, outcome: str, said: str | None) -> None:
    line = ingested["told"][name]
    assert line["outcome"] == outcome, line
    if said is None:
        assert line["reason"] is None and line["record"] and line["version"] == 1
    else:
        assert said in line["reason"] and "\n" not in line["reason"]
        assert line["record"] is None or line["outcome"] != "failed"


def test_the_call_ends_with_1_and_a_line_for_each_that_was_not_taken(ingested: dict[str, Any]) -> None:
    ran = ingested["ran"]
    assert ran.code == 1
    assert "Traceback" not in ran.out + ran.err
    made, *rest = ran.err.splitlines()
    assert made.startswith("made a new archive, ") and made.endswith(ingested["archive"])
    assert len(rest) == sum(line["outcome"] in {"failed", "refused"} for line in ingested["told"].values())


def test_text_that_says_no_charset_is_read_all_the_same(ingested: dict[str, Any], module_pressmark: Pressmark) -> None:
    record = ingested["told"]["latin-1"]["record"]
    told = module_pressmark("show", record, "--format", "json", "--archive", ingested["archive"])
    assert json.loads(told.out)["headline"] == "Fährbetrieb läuft wieder"


def test_what_is_kept_is_sound_afterwards(ingested: dict[str, Any], module_pressmark: Pressmark) -> None:
    assert module_pressmark("verify", "--archive", ingested["archive"]).code == 0


def test_a_list_that_cannot_be_read_is_one_line(module_pressmark: Pressmark, ingested: dict[str, Any]) -> None:
    folder = ingested["folder"]
    (folder / "bytes.txt").write_bytes(b"\xff\xfe\xfa")
    for wrong in ("@" + str(folder / "nowhere.txt"), "@" + str(folder / "bytes.txt")):
        told = module_pressmark("ingest", wrong, "--archive", ingested["archive"])
        assert told.code == 1 and told.out.count("\n") == 1 and told.out.startswith("failed ")


def test_an_archive_of_a_newer_release_is_left_alone(
    ingested: dict[str, Any], module_pressmark: Pressmark, tmp_path: Path
) -> None:
    newer = tmp_path / "newer"
    newer.mkdir()
    descriptor = newer / "pressmark-archive.json"
    descriptor.write_text('{"pressmark": 99, "archive": "bcdfgh", "created": "2046-01-01T00:00:00Z"}')
    for argv in (["list"], ["ingest", str(ingested["folder"] / "good.html")], ["verify"], ["rebuild"]):
        told = module_pressmark(*argv, "--archive", str(newer))
        assert told.code == 1 and told.err.count("\n") == 1
        assert told.err.endswith("was written by a newer Pressmark: open it with that release\n")
    assert list(newer.iterdir()) == [descriptor]


def test_an_archive_whose_database_is_gone_or_no_database(
    ingested: dict[str, Any], module_pressmark: Pressmark, tmp_path: Path
) -> None:
    where = tmp_path / "archive"
    good = str(ingested["folder"] / "good.html")
    assert module_pressmark("ingest", good, "--archive", str(where)).code == 0
    (where / "pressmark.db").write_bytes(b"this is no database at all, but long enough to be looked at" * 20)
    for name in ("pressmark.db-wal", "pressmark.db-shm"):
        (where / name).unlink(missing_ok=True)
    told = module_pressmark("list", "--archive", str(where))
    assert told.code == 1 and "pressmark rebuild" in told.err and told.err.count("\n") == 1
    (where / "pressmark.db").unlink()
    assert "pressmark rebuild" in module_pressmark("list", "--archive", str(where)).err
    assert module_pressmark("rebuild", "--archive", str(where)).code == 0
    assert len(module_pressmark("list", "--json", "--archive", str(where)).lines()) == 1


def test_reading_goes_on_while_the_database_is_locked(ingested: dict[str, Any], module_pressmark: Pressmark) -> None:
    with sqlite3.connect(f"{ingested['archive']}/pressmark.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert module_pressmark("list", "--archive", ingested["archive"]).code == 0
        other.execute("ROLLBACK")
