"""Shards: nothing lost, nothing double, hosts whole, the same again."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.shards import FILES, cut, host_of, plain_sources, say_sources
from model.errors import BadCall

_HOSTS = st.sampled_from([f"paper-{n}.example" for n in range(12)])
_URLS = st.builds(
    lambda host, port, path: f"https://{host}{port}/{path}", _HOSTS, st.sampled_from(["", ":8443"]), st.integers(0, 30)
)
_FILES = st.builds("/saved/page-{}.html".format, st.integers(0, 30))
_SOURCES = st.lists(_URLS | _FILES, max_size=200)
_SIZES = st.integers(1, 60)


@given(_SOURCES, _SIZES)
def test_nothing_is_lost_and_nothing_is_double(sources: list[str], size: int) -> None:
    assert Counter(s for shard in cut(sources, size) for s in shard.sources) == Counter(sources)


@given(_SOURCES, _SIZES)
def test_a_host_is_in_one_shard_only(sources: list[str], size: int) -> None:
    shards = cut(sources, size)
    places = [host for shard in shards for host in shard.hosts]
    assert len(places) == len(set(places))
    assert all({host_of(s) for s in shard.sources} == set(shard.hosts) for shard in shards)


@given(_SOURCES, _SIZES)
def test_the_order_within_a_host_is_kept_and_the_cut_repeats(sources: list[str], size: int) -> None:
    shards = cut(sources, size)
    assert shards == cut(sources, size)
    for shard in shards:
        for host in shard.hosts:
            assert [s for s in shard.sources if host_of(s) == host] == [s for s in sources if host_of(s) == host]


@given(_SOURCES, _SIZES)
def test_shards_are_full_but_not_overfull(sources: list[str], size: int) -> None:
    shards = cut(sources, size)
    assert all(shard.sources for shard in shards)
    assert all(len(shard.sources) <= size or len(shard.hosts) == 1 for shard in shards)
    small = [len(shard.sources) for shard in shards if len(shard.sources) <= size]
    assert sum(2 * count <= size for count in small) <= 1  # two half-empty ones would have been one


@pytest.mark.parametrize(
    ("source", "host"),
    [
        ("https://Harbour-Ledger.example:8443/a", "harbour-ledger.example"),
        ("HTTP://harbour-ledger.example./a", "harbour-ledger.example"),
        ("http://[::1]:80/a", "::1"),
        ("saved/page.html", FILES),
        ("@list.txt", FILES),
        ("https://[broken/a", FILES),
        ("https:///nothing", FILES),
    ],
)
def test_the_host_of_a_source(source: str, host: str) -> None:
    assert host_of(source) == host


def test_lists_and_folders_are_taken_apart_and_what_cannot_be_read_stays(tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    saved.mkdir()
    (saved / "one.html").write_text("<p>one</p>")
    (tmp_path / "papers.txt").write_text("# ours\nhttps://harbour-ledger.example/a\nsaved\n")
    missing = f"@{tmp_path}/none.txt"
    found = plain_sources([f"@{tmp_path}/papers.txt", missing, "https://tide.example/b"])
    assert found == ("https://harbour-ledger.example/a", str(saved / "one.html"), missing, "https://tide.example/b")


def test_a_flow_has_no_standard_input() -> None:
    with pytest.raises(BadCall, match="standard input"):
        plain_sources(["-"])


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        (["https://a.example/1"], "1 page of a.example"),
        (["https://a.example/1", "https://a.example/2", "https://b.example/1"], "3 pages of 2 hosts"),
        (["https://a.example/1", "one.html", "two.html"], "1 page of a.example and 2 files"),
        ([], "0 files"),
    ],
)
def test_sources_in_words(sources: list[str], said: str) -> None:
    assert say_sources(sources) == said
