"""Days, collections and changes in an archive that is larger than what a search looks through at first."""

from __future__ import annotations

from typing import Any

import pytest

from model.record import Scope
from storage import Archive, Deposit, Release, Verdict, engines

pytestmark = pytest.mark.both_engines
RELEASE = Release({"pressmark": "test"})
DATES = ("2024-03-05T23:30:00-05:00", "2024-03-06", "2024-03", "2024", "2019-07-01T08:00:00Z", "XXXX-12-18", None)
MANY = 1050


@pytest.fixture
def newsroom(archive: Archive, desk: Any, make_article: Any) -> Archive:
    """Pieces that say which they are. The last 1,050 are of 2023; those with other dates came in before."""
    found: list[Deposit] = []
    for n in range(len(DATES) + MANY):
        date = DATES[n] if n < len(DATES) else f"2023-{n % 12 + 1:02}-{n % 28 + 1:02}"
        read = make_article(f"Piece {n}", f"the pier {'opened' if n % 2 else 'closed'} again {n}", date_published=date)
        found.append(Deposit(f"u{n}", desk.fetched(f"http://paper.example/n/{n}", b"%d" % n, 0), Verdict.ARTICLE, RELEASE, read))
    for start in range(0, len(found), 200):
        archive.settle(archive.stage(found[start : start + 200]))
    return archive


def _numbers(archive: Archive, query: str, limit: int = 50) -> list[int]:
    return [int((hit.headline or "").split()[1]) for hit in archive.search(query, limit)]


def test_the_oldest_are_found_as_the_newest_are(newsroom: Archive, desk: Any, make_article: Any) -> None:
    newest = list(range(len(DATES) + MANY - 1, len(DATES) - 1, -1))
    assert _numbers(newsroom, "since:2023") == [*newest[:50]]
    # days as printed, whatever they are in UTC; coarser dates by all they may mean
    assert _numbers(newsroom, "since:2024-03-06 until:2024-03-06") == [3, 2, 1]
    assert _numbers(newsroom, "since:2024-03-05 until:2024-03-05") == [3, 2, 0]
    # of a time in the query its day as printed, too
    assert _numbers(newsroom, "since:2024-03-06T00:00:00+05:00 until:2024-03-06") == [3, 2, 1]
    assert _numbers(newsroom, "since:2024-03-05 until:2024-03-05T23:00:00-05:00") == [3, 2, 0]
    assert _numbers(newsroom, "since:2024-03") == [3, 2, 1, 0]
    assert _numbers(newsroom, "since:2024-04") == [3]
    assert _numbers(newsroom, "until:2020") == [4]
    assert _numbers(newsroom, "since:2025") == []
    assert _numbers(newsroom, "opened until:2020") == []
    assert _numbers(newsroom, "closed until:2020 -opened") == [4]
    assert _numbers(newsroom, "until:2024-03-05 since:2024 -closed") == [3]
    assert _numbers(newsroom, 'since:2024 "pier closed"') == [2, 0]
    # without a day: nobody knows, so that neither side takes them, and without finds them
    assert _numbers(newsroom, "pier -since:2000", 10) == [6, 5]
    assert _numbers(newsroom, "since:2023-05 until:2023-05") == [n for n in newest if n % 12 == 4][:50]
    assert _numbers(newsroom, "since:2023-05 until:2023-05 -opened", 200) == [n for n in newest if n % 12 == 4 and not n % 2]
    months = {n: n % 12 + 1 for n in newest}
    earlier = [n for n in newest if months[n] < 12]
    assert _numbers(newsroom, "until:2023-12 -since:2023-12", 2000) == [*earlier, 4]

    hand = newsroom.by("Ada")
    oldest, another = newsroom.search("until:2020")[0].line.record, newsroom.search("pier", 1)[0].line.record
    hand.collect([oldest, another], "old piers")
    assert _numbers(newsroom, 'collection:"old piers"') == [newest[0], 4]
    assert _numbers(newsroom, 'collection:"old piers" until:2020') == [4]
    assert _numbers(newsroom, 'collection:"old piers" until:2020 opened') == []
    assert _numbers(newsroom, 'until:2020 -collection:"old piers"') == []
    assert _numbers(newsroom, "collection:nothing") == []
    hand.restrict(oldest, Scope.CONTENT, reason="a minor is named")
    assert _numbers(newsroom, "until:2020") == []

    url = "http://paper.example/n/0"
    newsroom.settle(newsroom.stage([_again(desk, make_article, url)]))
    assert _numbers(newsroom, "changed:headline") == [-1]
    assert _numbers(newsroom, "changed:body") == []
    assert _numbers(newsroom, "changed:headline since:2024-03-05 pier") == [-1]
    assert _numbers(newsroom, "changed:headline until:2023") == []


def test_words_are_found_whichever_way_the_engine_goes(newsroom: Archive, house: Any) -> None:
    """PostgreSQL walks back through the rows for common words, once it knows how many, and asks its index for others."""
    every = list(range(len(DATES) + MANY - 1, -1, -1))
    for _ in range(2):
        assert _numbers(newsroom, "pier", 20) == _numbers(newsroom, '"the pier"', 20) == every[:20]
        assert _numbers(newsroom, "pier -opened", 20) == [n for n in every if n % 2 == 0][:20]
        assert _numbers(newsroom, "500") == _numbers(newsroom, 'pier "again 500"') == [500]
        assert _numbers(newsroom, "pier", 2000) == every
        if house.url is None:
            return
        house.run("ANALYZE search_text")
    with newsroom._database.reading() as tx:
        common, rare = (str(engines.of(tx).newest(tx, [[word]], [], 1 << 62, 50)) for word in ("pier", "500"))
    assert "ORDER BY search_text.id DESC" in common and "ORDER BY search_text.id DESC" not in rare


def _again(desk: Any, make_article: Any, url: str) -> Deposit:
    """The first piece with another headline."""
    read = make_article("Piece -1", "the pier closed again 0", date_published=DATES[0])
    return Deposit(url, desk.fetched(url, b"another", 5), Verdict.ARTICLE, RELEASE, read)
