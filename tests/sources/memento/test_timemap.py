"""TimeMaps in every form that is in use, and what is none."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from model.errors import BadCall, Unreadable
from sources.memento.addresses import copy_of_target, original_of, plain_form, raw_form
from sources.memento.copies import asked_at
from sources.memento.links import links_of
from sources.memento.timemap import Memento, TimeMap, http_date, timemap_of

URL = "http://reed.example/a,b;c"
MAP = "http://library.example/all/timemap/link/" + URL
FIRST = Memento(f"http://library.example/all/20210301080000/{URL}", datetime(2021, 3, 1, 8, tzinfo=UTC))
SECOND = Memento(f"http://library.example/all/20210401080000/{URL}", datetime(2021, 4, 1, 8, tzinfo=UTC))
LINKS = f"""<{URL}>;rel="original",
 <{MAP}> ; rel="self"; type="application/link-format"; from="Mon, 01 Mar 2021 08:00:00 GMT",
 <http://library.example/all/{URL}>; rel=timegate,
 <{SECOND.uri}>; rel="last memento"; datetime="Thu, 01 Apr 2021 08:00:00 GMT"; license="a, b; c",
 </all/20210301080000/{URL}>; datetime="Mon, 01 Mar 2021 08:00:00 GMT"; rel="memento first",
 <http://library.example/all/20210501080000/{URL}>; rel="memento"; datetime="no date",
 <http://library.example/all/timemap/link/2/{URL}>; rel="timemap"; type="application/link-format"; from="x"
"""


def test_link_format() -> None:
    found = timemap_of(LINKS, MAP)
    assert found.mementos == (FIRST, SECOND)
    assert found.pages == (f"http://library.example/all/timemap/link/2/{URL}",)


def test_the_json_of_aggregators() -> None:
    listed = {"list": [{"datetime": "2021-03-01T08:00:00Z", "uri": FIRST.uri}], "pages": {"self": {"uri": MAP}, "next": "/2"}}
    found = timemap_of(json.dumps({"original_uri": URL, "mementos": listed}), "http://aggregator.example/timemap/json/1")
    assert (found.mementos, found.pages) == ((FIRST,), ("http://aggregator.example/2",))
    index = {"original_uri": URL, "timemap_index": [{"uri": "http://aggregator.example/3"}], "timegate_uri": "x"}
    assert timemap_of(json.dumps(index), MAP).pages == ("http://aggregator.example/3",)


def test_listings_of_captures() -> None:
    rows = [{"timestamp": "20210301080000", "url": URL, "status": "200"}, {"timestamp": "20210401080000", "url": URL}]
    lines = "\n".join(map(json.dumps, rows))
    table = json.dumps([["urlkey", "timestamp", "original"], *(["k", r["timestamp"], r["url"]] for r in rows)])
    assert timemap_of(lines, "http://library.example/all/timemap/json/" + URL).mementos == (FIRST, SECOND)
    assert timemap_of(table, "http://library.example/all/timemap/json?url=" + URL).mementos == (FIRST, SECOND)
    assert timemap_of("[]", "http://library.example/all/timemap/json/" + URL).mementos == ()


@pytest.mark.parametrize(
    "text", ["", "<!doctype html><html><p>Not found", "{}", "[1, 2]", '{"mementos": {"list": [{"uri": 1}]}}', "{" * 5000, "plain"]
)
def test_what_is_no_timemap(text: str) -> None:
    with pytest.raises(Unreadable, match="no TimeMap"):
        timemap_of(text, "http://library.example/all/timemap/json/" + URL)


def test_links_are_found_among_what_is_none() -> None:
    assert [link.target for link in links_of('rubbish <a>; rel=x, ;; <b>;rel="y z"; flag <c')] == ["a", "b"]
    assert next(links_of('<b>;REL="Y z"')).rels == {"y", "z"}


@pytest.mark.parametrize("said", ["Fri, 31 Dec 9999 23:59:59 -0500", "Fri, 32 Dec 2021 08:00:00 GMT", "", None])
def test_a_date_that_is_none(said: str | None) -> None:
    assert http_date(said) is None


def test_forms_of_a_copys_address() -> None:
    page = f"http://library.example/all/20210301080000mp_/{URL}"
    assert (raw_form(page), plain_form(page)) == (FIRST.uri.replace("0/http", "0id_/http"), FIRST.uri)
    assert original_of(page) == URL
    assert original_of("http://library.example/web/20210301080000/HTTPS:/reed.example/a") == "https://reed.example/a"
    assert original_of("http://library.example/web/20210301080000/reed.example/a") == "http://reed.example/a"
    for other in ("http://library.example/copy/7", "http://library.example/2021/03/01/a", URL):
        assert (raw_form(other), plain_form(other), original_of(other)) == (None, other, None)


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("http://library.example/all/20210302080000id_/http://reed.example/b", "http://library.example/all/20210302080000id_/http://reed.example/b"),
        ("http://reed.example/b", "http://library.example/all/20210301080000id_/http://reed.example/b"),
        ("https://other.example/b", "http://library.example/all/20210301080000id_/https://other.example/b"),
        ("/b?x=1", "http://library.example/all/20210301080000id_/http://reed.example/b?x=1"),
    ],
)  # fmt: skip
def test_an_archived_redirect_stays_in_its_archive(location: str, target: str) -> None:
    assert copy_of_target("http://library.example/all/20210301080000id_/http://reed.example/a", location) == target
    assert copy_of_target("http://library.example/copy/7", "http://reed.example/b") is None
    assert copy_of_target("http://library.example/copy/7", "8") == "http://library.example/copy/8"


@pytest.mark.parametrize(
    ("where", "asked"),
    [
        ("http://l.example/all/", "http://l.example/all/http://r.example/?a=b"),
        ("http://l.example/all", "http://l.example/all/http://r.example/?a=b"),
        ("http://l.example/gate?url=", "http://l.example/gate?url=http%3A%2F%2Fr.example%2F%3Fa%3Db"),
        ("http://l.example/{url}/map", "http://l.example/http://r.example/?a=b/map"),
        ("http://l.example/map?u={url}&f=1", "http://l.example/map?u=http%3A%2F%2Fr.example%2F%3Fa%3Db&f=1"),
        ("http://l.example/all/timemap/http://r.example/?a=b", "http://l.example/all/timemap/http://r.example/?a=b"),
    ],
)
def test_where_an_archive_is_asked(where: str, asked: str) -> None:
    assert asked_at(where, "http://r.example/?a=b") == asked


@pytest.mark.parametrize("where", ["the library", "http://[/all/"])
def test_an_archive_that_is_no_address(where: str) -> None:
    with pytest.raises(BadCall, match="TimeGate or TimeMap"):
        asked_at(where, URL)


def test_copies_that_are_no_addresses_are_passed_over() -> None:
    dated = 'rel="memento"; datetime="Mon, 01 Mar 2021 08:00:00 GMT"'
    text = f'<http://[/a>; {dated}, <//[>; rel="timemap", <{FIRST.uri}>; {dated}'
    assert timemap_of(text, "http://library.example/all/timemap/link/" + URL) == TimeMap((FIRST,))
    listed = {"mementos": {"list": [{"uri": u, "datetime": "2021-03-01T08:00:00Z"} for u in ("http://[/a", FIRST.uri)]}}
    assert timemap_of(json.dumps(listed), "http://library.example/map").mementos == (FIRST,)
    assert copy_of_target(f"http://library.example/all/20210301080000id_/{URL}", "http://[/") is None
    assert copy_of_target("http://library.example/all/20210301080000id_/http://[", "/b") is None
