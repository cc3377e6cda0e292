"""``find`` on made sites over real HTTP: what it finds, what it chooses, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from flows.finding import Find, find
from flows.pipeline import Pipeline
from model.errors import Unreadable
from model.watch import WatchKind
from sources.http import HttpSettings
from storage import Archive

NOW = datetime.now(UTC)
Site = dict[str, str]


@pytest.fixture
def site(answering: Callable[..., str]) -> Site:
    """Pages by path, ``BASE`` in them replaced; ``site["base"]`` is where they are."""
    pages: Site = {}

    def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
        page = pages.get(request.path)
        return 404 if page is None else 200, {}, (page or "nothing").replace("BASE", pages["base"]).encode()

    pages["base"] = answering(answer)
    return pages


@pytest.fixture
def search(site: Site, tmp_path: Path) -> Iterator[Callable[..., list[Find]]]:
    http = HttpSettings(host_gap=0.0, allow_networks=(ip_network("127.0.0.0/8"),))
    with Archive.create(tmp_path / "archive") as archive:
        pipeline = Pipeline(archive, http=http, processes=1)

        def go(path: str = "/", kind: WatchKind | None = None) -> list[Find]:
            return find(pipeline, site["base"] + path, kind=kind)

        yield go


def _rss(*names: str, hours: int = 1) -> str:
    date = f"{NOW - timedelta(hours=hours):%a, %d %b %Y %H:%M:%S} GMT"
    items = "".join(f"<item><link>BASE/2024/{n}</link><pubDate>{date}</pubDate></item>" for n in names)
    return f"<rss><channel><title>Post</title>{items}</channel></rss>"


def _news(*names: str, days: int = 0) -> str:
    news = "<news:news><news:title>T</news:title><news:publication_date>{}</news:publication_date></news:news>"
    entry = "<url><loc>BASE/2024/{}</loc>" + news + "</url>"
    return f"<urlset>{''.join(entry.format(n, (NOW - timedelta(days=days)).isoformat()) for n in names)}</urlset>"


def _page(*feeds: str, body: str = "") -> str:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{f}">' for f in feeds)
    return f"<!doctype html><html><head><title>Post</title>{links}</head><body>{body}</body></html>"


def _chosen(finds: list[Find]) -> list[str]:
    return [x.url.rpartition("/")[2] for x in finds if x.chosen]


def _why(finds: list[Find]) -> dict[str, str]:
    return {x.url.rpartition("/")[2]: x.why for x in finds}


def test_the_feed_that_lists_most_and_what_adds_to_it(site: Site, search: Callable[..., list[Find]]) -> None:
    site["/"] = _page("/few.xml", "/all.xml", "/sport.xml", "/old.xml", "/gone.xml", "/comments/feed")
    site["/all.xml"] = _rss("a", "b", "c", "d")
    site["/few.xml"] = _rss("a", "b")
    site["/sport.xml"] = _rss("x", "y", "z")
    site["/old.xml"] = _rss("o", "p", hours=24 * 40)
    finds = search()
    assert _chosen(finds) == ["all.xml", "sport.xml"]
    why = _why(finds)
    assert why["all.xml"] == "it lists most: 4 addresses" and why["sport.xml"] == "it lists 3 addresses that the others do not"
    assert why["few.xml"] == "the others list all that it does" and why["old.xml"] == "it lists nothing of the last days"
    assert why["gone.xml"] == "the server answered 404" and why["feed"] == "it lists what readers wrote"


def test_a_news_sitemap_comes_first(site: Site, search: Callable[..., list[Find]]) -> None:
    site["/"] = _page("/all.xml")
    site["/all.xml"] = _rss("a", "b")
    site["/robots.txt"] = "User-agent: *\nSitemap: BASE/sitemap.xml\nSitemap: /no-such-thing.xml\n"
    site["/sitemap.xml"] = (
        "<sitemapindex><sitemap><loc>BASE/old.xml</loc></sitemap><sitemap><loc>BASE/news-1.xml</loc></sitemap></sitemapindex>"
    )
    site["/news-1.xml"] = _news("a", "b", "c")
    finds = search()
    assert _chosen(finds) == ["news-1.xml"] and finds[0].kind is WatchKind.SITEMAP and finds[0].how.startswith("named by")
    assert _why(finds)["sitemap.xml"].startswith("it lists pages of all kinds and ages")
    assert _chosen(search(kind=WatchKind.FEED)) == ["all.xml"]


def test_a_news_sitemap_without_news_is_told_so(site: Site, search: Callable[..., list[Find]]) -> None:
    site["/"] = _page("/all.xml")
    site["/all.xml"] = _rss("a", "b")
    site["/robots.txt"] = "User-agent: *\nSitemap: BASE/news.xml\n"
    site["/news.xml"] = _news("a", "b", days=30)
    finds = search()
    assert _chosen(finds) == ["all.xml"] and _why(finds)["news.xml"] == "it lists nothing of the last days"


def test_the_common_places_where_nothing_is_declared(site: Site, search: Callable[..., list[Find]]) -> None:
    site["/"] = _page()
    site["/rss.xml"] = _rss("a")
    [found] = search()
    assert (found.url, found.how, found.chosen) == (site["base"] + "/rss.xml", "a common place", True)


def test_a_section_gets_feeds_that_list_its_own_articles(site: Site, search: Callable[..., list[Find]]) -> None:
    names = [f"keepers-agree-on-the-gates-{n}" for n in range(6)]
    links = "".join(f'<h2><a href="/2024/{n}">Keepers agree on the gates today</a></h2>' for n in names)
    site["/sport/"] = _page("/all.xml", "/sport.xml", body=f"<main>{links}</main>")
    site["/all.xml"] = _rss("a", "b", "c", "d", "e", "f", "g")
    site["/sport.xml"] = _rss(*names)
    finds = search("/sport/")
    assert _chosen(finds) == ["sport.xml"] and _why(finds)["all.xml"] == "it lists other pieces than this page"


def test_the_page_itself_where_there_is_nothing_else(site: Site, search: Callable[..., list[Find]]) -> None:
    links = "".join(
        f'<h2><a href="/2024/04/0{n}/keepers-agree-on-it">Keepers agree on the gates today</a></h2>' for n in range(1, 8)
    )
    site["/"] = _page(body=f"<main>{links}</main>")
    [found] = [x for x in search() if x.chosen]
    assert found.kind is WatchKind.SECTION and "7 links" in found.why
    assert search(kind=WatchKind.SECTION)[0].chosen


def test_an_address_that_is_not_there_says_where_to_look(site: Site, search: Callable[..., list[Find]]) -> None:
    with pytest.raises(Unreadable, match=f"answered 404; to find what the site has: pressmark watch add {site['base']}/$"):
        search("/feeds/rss.xml")
    with pytest.raises(Unreadable, match=r"answered 404; name a feed$"):
        search("/")


def test_sitemaps_that_are_no_addresses_cost_the_others_nothing(site: Site, search: Callable[..., list[Find]]) -> None:
    site["/"] = _page()
    site["/robots.txt"] = "Sitemap: http://[\nSitemap: \x1b\nSitemap: BASE/maps/news.xml\n"
    site["/maps/news.xml"] = _news("a", "b")
    assert _chosen(search()) == ["news.xml"]


def test_what_is_named_is_watched(site: Site, search: Callable[..., list[Find]]) -> None:
    site["/all.xml"] = _rss("a")
    [found] = search("/all.xml")
    assert (found.kind, found.why, found.listed) == (WatchKind.FEED, "it is what was named", 1)


def test_nothing_found_says_what_was_tried(site: Site, search: Callable[..., list[Find]]) -> None:
    site["/"] = _page("/broken.xml")
    site["/broken.xml"] = "not a feed"
    with pytest.raises(Unreadable, match=r"nothing that lists articles was found .*broken\.xml: it is no feed.*--kind section"):
        search()
