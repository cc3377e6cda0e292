"""The command line over an archive whose database is on a PostgreSQL server."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

Pressmark = Callable[..., Any]

PAGE = """<!doctype html><html lang="en"><head><title>Pier lamps lit</title>
<meta property="og:title" content="Pier lamps lit"><meta name="author" content="Mara Quill"></head><body><article>
<h1>Pier lamps lit</h1><p>The lamps on the old pier at Saltmarsh were lit again on Monday evening after a winter of repairs.</p>
<p>Two hundred people came to watch, and the harbour master said that boats could now find the mole in fog.</p>
<p>The repairs had taken four months, and the council paid for them out of what the ferry brought in.</p></article></html>"""


def _page(folder: Path) -> str:
    (folder / "page.html").write_text(PAGE)
    return str(folder / "page.html")


@pytest.fixture
def environ(emptied_server: str, tmp_path: Path) -> dict[str, str]:
    where = str(tmp_path / "archive")
    return {"PRESSMARK_ARCHIVE": where, "PRESSMARK_DATABASE_URL": emptied_server, "PRESSMARK_OPERATOR": "Ada"}


def test_every_door_leads_to_the_server(pressmark: Pressmark, tmp_path: Path, environ: dict[str, str]) -> None:
    page = _page(tmp_path)
    address = "http://courier.example/lamps"
    told = pressmark("ingest", page, "--url", address, "--collection", "lights", "--json", environ=environ)
    assert told.code == 0, told.err
    record = json.loads(told.out.splitlines()[0])["record"]
    assert not (tmp_path / "archive" / "pressmark.db").exists()
    for query in ("lamps", "author:quill", "collection:lights", '"old pier" -tram'):
        assert json.loads(pressmark("search", query, "--json", environ=environ).out)["line"]["record"] == record, query
    assert pressmark("note", record, "seen from the boat", environ=environ).code == 0
    shown = pressmark("show", record, environ=environ).out
    assert pressmark("verify", environ=environ).code == 0
    assert pressmark("rebuild", environ=environ).code == 0
    assert pressmark("show", record, environ=environ).out == shown
    assert pressmark("migrate", environ=environ).out == "the database was up to date\n"
    without = {name: value for name, value in environ.items() if name != "PRESSMARK_DATABASE_URL"}
    told = pressmark("list", environ=without)
    assert told.code == 1 and "run `pressmark rebuild`" in told.err and "PRESSMARK_DATABASE_URL" in told.err


def test_a_newer_and_an_older_database_are_one_line(
    pressmark: Pressmark, tmp_path: Path, environ: dict[str, str], server: str
) -> None:
    page = _page(tmp_path)
    assert pressmark("ingest", page, environ=environ).code == 0
    with psycopg.connect(server, autocommit=True) as db:
        (schema,) = db.execute("SELECT schema FROM pressmark.archives").fetchone() or ("",)
        for version, words in (("99", "newer Pressmark"), ("1", "pressmark migrate")):
            db.execute(f"UPDATE {schema}.settings SET value = %s WHERE key = 'schema'", (version,))
            told = pressmark("list", environ=environ)
            assert told.code == 1 and words in told.err and told.err.count("\n") == 1
    told = pressmark("migrate", environ=environ)
    assert told.code == 0 and "schema 1" in told.err and told.out == "the database is up to date now\n"
    assert pressmark("list", environ=environ).code == 0


def test_a_database_that_does_not_exist_has_to_be_made(pressmark: Pressmark, tmp_path: Path, environ: dict[str, str]) -> None:
    url = make_url(environ["PRESSMARK_DATABASE_URL"]).set(database="papers")
    environ["PRESSMARK_DATABASE_URL"] = url.render_as_string(hide_password=False)
    told = pressmark("ingest", _page(tmp_path), environ=environ)
    assert told.code == 1 and "the server has no database papers: make it (createdb papers)" in told.err
    assert told.err.count("\n") == 1 and not (tmp_path / "archive").exists()
