"""``watch`` as people and programs call it, against a small newspaper on loopback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

OPEN = {"PRESSMARK_ALLOW_ADDRESSES": "127.0.0.0/8", "PRESSMARK_HOST_GAP": "0", "PRESSMARK_OPERATOR": "Ada"}
_PAGE = """<!doctype html><html lang="en"><head><title>{0}</title><meta property="og:type" content="article"></head>
<body><article>
<h1>{0}</h1><p>The marsh keepers met on Monday to settle how the {0} should be looked after in the coming years.</p>
<p>After two hours they agreed on a new coat of tar, and asked the parish to find the money before spring.</p>
</article></body></html>"""


@dataclass
class Paper:
    base: str = ""
    pages: dict[str, bytes] = field(default_factory=dict)

    def feed(self, path: str, *names: str) -> None:
        for name in names:
            self.pages.setdefault(f"/{name}", _PAGE.format(name.replace("-", " ")).encode())
        items = "".join(f"<item><link>{self.base}/{n}</link><title>{n}</title></item>" for n in names)
        self.pages[path] = f"<rss><channel><title>Marsh Post</title>{items}</channel></rss>".encode()


@pytest.fixture
def paper(answering: Callable[..., str]) -> Paper:
    paper = Paper()

    def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
        page = paper.pages.get(request.path)
        return 404 if page is None else 200, {"Content-Type": "text/html; charset=utf-8"}, page or b""

    paper.base = answering(answer)
    return paper


@pytest.fixture
def call(pressmark: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    return lambda *argv: pressmark(*argv, environ=OPEN | {"PRESSMARK_ARCHIVE": str(tmp_path / "archive")})


def test_a_site_is_watched_from_its_front_page_to_its_articles(paper: Paper, call: Callable[..., Any]) -> None:
    paper.pages["/"] = (
        b'<html><head><link rel="alternate" type="application/rss+xml" href="/all.xml"></head><body>x</body></html>'
    )
    paper.feed("/all.xml", "tide-mill", "duck-decoy")
    added = call("watch", "add", f"{paper.base}/", "--name", "marsh", "--every", "30m", "--json")
    assert added.code == 0, added.err
    [told] = added.lines()
    assert [(x["url"], x["chosen"], x["kind"]) for x in told["found"]] == [(f"{paper.base}/all.xml", True, "feed")]
    assert told["added"][0] | {"since": None} == {
        "url": f"{paper.base}/all.xml", "kind": "feed", "name": "marsh", "every": 1800, "since": None,
    }  # fmt: skip
    assert call("watch", "list", "--json").lines() == told["added"]
    assert "not looked at yet" in call("watch", "status").out

    checked = call("watch", "check", "--json")
    assert checked.code == 0, checked.err
    look, *results = checked.lines()
    assert (look["outcome"], look["new"], look["gap"]) == ("listed", 2, None)
    assert sorted(r["source"].rpartition("/")[2] for r in results) == ["duck-decoy", "tide-mill"]
    assert call("watch", "check", "marsh").out.startswith(f"unchanged {paper.base}/all.xml\n")
    assert call("watch", "check", "--due").out.startswith("0 looks")

    paper.feed("/all.xml", "bird-hide")
    assert "GAP" in call("watch", "check").out
    status = call("watch", "status", "marsh", "--json").lines()[0]
    assert (status["gaps"], status["listed"], status["waiting"], status["given_up"]) == (1, 1, 0, 0)
    assert "rolled over once" in call("watch", "status").out
    assert "watch gap" in call("events").out

    removed = call("watch", "remove", "marsh")
    assert removed.code == 0 and call("watch", "list").err.startswith("nothing is watched yet")
    assert {e["agent"]["name"] for e in call("events", "--json").lines() if e["type"] == "watch change"} == {"Ada"}


def test_a_sick_watch_and_what_was_given_up_exit_1_with_the_reason(paper: Paper, call: Callable[..., Any]) -> None:
    paper.feed("/all.xml", "tide-mill")
    paper.pages["/robots.txt"] = b"User-agent: *\nDisallow: /tide-mill\n"
    assert call("watch", "add", f"{paper.base}/all.xml").code == 0
    checked = call("watch", "check")
    assert checked.code == 1 and "refused" in checked.out
    status = call("watch", "status", "--given-up", "--json")
    assert status.code == 0 and "robots.txt" in status.lines()[0]["given_up_items"][0]["reason"]
    assert "given up after 1 try" in call("watch", "status", "--given-up").out
    del paper.pages["/all.xml"]
    checked = call("watch", "check")
    assert checked.code == 1 and "404 Not Found" in checked.out
    status = call("watch", "status")
    assert status.code == 1 and "sick: 1 failed look in a row" in status.out


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("add", "{base}/nothing"), "the server answered 404"),
        (("add", "{base}/"), "nothing that lists articles was found"),
        (("add", "{base}/all.xml", "--kind", "section"), "leave --kind out"),
        (("add", "{base}/all.xml", "--kind", "paper"), "--kind takes feed, sitemap or section"),
        (("add", "{base}/all.xml", "--every", "often"), "--every takes an interval"),
        (("add", "marsh.example/feed"), "https://"),
        (("add", "ftp://marsh.example/feed"), "only http and https"),
        (("add", "http://10.0.0.1/feed"), "10.0.0.1"),
        (("add", "http://user:word@marsh.example/feed"), "user name or password"),
        (("check", "nobody"), "nothing of the kind is watched"),
        (("remove", "nobody"), "nothing of the kind is watched"),
        (("status", "nobody"), "nothing of the kind is watched"),
    ],
)
def test_wrong_calls_get_one_line(paper: Paper, call: Callable[..., Any], argv: tuple[str, ...], said: str) -> None:
    paper.feed("/feed-of-all.xml", "tide-mill")
    paper.feed("/all.xml", "tide-mill")
    assert call("watch", "add", f"{paper.base}/feed-of-all.xml").code == 0
    paper.pages["/"] = b"<html><body><p>Welcome to the marsh.</p></body></html>"
    ran = call("watch", *(word.replace("{base}", paper.base) for word in argv))
    assert ran.code in {1, 2} and said in ran.err and ran.err.count("\n") == 1


def test_forty_papers_are_watched_with_one_call(paper: Paper, call: Callable[..., Any], tmp_path: Path) -> None:
    sites = [f"{paper.base}/feed-{n}.xml" for n in range(40)]
    for n in range(40):
        paper.feed(f"/feed-{n}.xml", "tide-mill")
    (tmp_path / "papers.txt").write_text("# ours\n" + "\n".join([*sites[1:], sites[1], f"{paper.base}/nothing"]))
    added = call("watch", "add", sites[0], "@papers.txt")
    assert (added.code, added.out.count("chosen  rss"), added.out.count("1 watch added, every 15 min")) == (1, 40, 40), added.err
    assert f"{paper.base}/nothing" in added.err
    assert added.err.endswith("41 addresses, 1 at which nothing to watch was found\n")
    again = call("watch", "add", "@papers.txt", "--json")
    told = again.lines()
    assert again.code == 1 and [x["url"] for x in told] == [*sites[1:], f"{paper.base}/nothing"]
    assert told[0]["before"] == told[0]["added"] and "404" in told[-1]["problem"]
    assert [w["url"] for w in call("watch", "list", "--json").lines()] == sites
    named = call("watch", "add", *sites[:2], "--name", "both")
    assert (named.code, named.err) == (2, "pressmark: --name is for one address, and these are 2\n")


def test_a_name_belongs_to_one_watch(paper: Paper, call: Callable[..., Any]) -> None:
    for path in ("/one.xml", "/two.xml"):
        paper.feed(path, "tide-mill")
    assert call("watch", "add", f"{paper.base}/one.xml", "--name", "marsh").code == 0
    again = call("watch", "add", f"{paper.base}/two.xml", "--name", "marsh")
    assert again.code == 2 and "is taken by the watch of" in again.err
    assert call("watch", "add", f"{paper.base}/one.xml", "--name", "marsh", "--every", "1h").code == 0
    assert [w["every"] for w in call("watch", "list", "--json").lines()] == [3600]


def test_watching_needs_an_archive_unless_something_is_added(call: Callable[..., Any]) -> None:
    for command in ("list", "status", "check"):
        ran = call("watch", command)
        assert ran.code == 2 and "no archive" in ran.err


def test_what_is_watched_already_keeps_its_interval_and_a_shorter_one_holds_at_once(
    paper: Paper, call: Callable[..., Any]
) -> None:
    paper.feed("/all.xml", "tide-mill")
    first = call("watch", "add", f"{paper.base}/all.xml", "--name", "marsh", "--every", "6h")
    assert "1 watch added, every 6 h" in first.out
    assert call("watch", "check").code == 0
    again = call("watch", "add", f"{paper.base}/all.xml")
    assert "is watched already: every 6 h, as before" in again.out and "added" not in again.out
    [watch] = call("watch", "list", "--json").lines()
    assert (watch["every"], watch["name"]) == (21_600, "marsh")
    shorter = call("watch", "add", f"{paper.base}/all.xml", "--every", "30s")
    assert "is watched already: every 6 h -> every 30 s" in shorter.out
    [status] = call("watch", "status", "--json").lines()
    looked, due = (datetime.fromisoformat(status[name]) for name in ("looked_at", "due"))
    assert due - looked == timedelta(seconds=30)
    [told] = call("watch", "add", f"{paper.base}/all.xml", "--every", "1h", "--json").lines()
    assert [w["every"] for w in told["before"] + told["added"]] == [30, 3600]
    assert call("watch", "status", "--json").lines()[0]["due"] == status["due"]


def test_a_feed_that_breaks_off_is_told_at_every_look_and_what_is_there_taken_in(paper: Paper, call: Callable[..., Any]) -> None:
    paper.feed("/all.xml", "tide-mill", "duck-decoy")
    assert call("watch", "add", f"{paper.base}/all.xml").code == 0
    paper.pages["/all.xml"] = paper.pages["/all.xml"].partition(b"</channel>")[0]
    said = "it is cut off before its end"
    first = call("watch", "check")
    assert first.code == 0 and said in first.out and "2 new" in first.out
    assert said in call("watch", "check").out and said in call("watch", "status").out


def test_what_waits_is_listed_with_why_it_was_not_taken_in(paper: Paper, call: Callable[..., Any]) -> None:
    paper.feed("/all.xml", "tide-mill")
    assert call("watch", "add", f"{paper.base}/all.xml").code == 0
    del paper.pages["/tide-mill"]
    assert call("watch", "check").code == 1
    [status] = call("watch", "status", "--waiting", "--json").lines()
    [item] = status["waiting_items"]
    assert (item["watch"], item["url"], item["tries"]) == (f"{paper.base}/all.xml", f"{paper.base}/tide-mill", 1)
    assert "404" in item["reason"] and item["due"] > status["looked_at"]
    assert f"waiting after 1 try, next {item['due'][:10]}" in call("watch", "status", "--waiting").out
    assert "waiting_items" not in call("watch", "status", "--json").lines()[0]
