"""Which spellings are one address, and which canonical links may be believed."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.identity import alias_key, believable_canonical, is_front_page, registrable_domain, same_domain, without_credentials

ONE_ADDRESS = [
    [
        "https://www.paper.example/news/quay-reopens",
        "http://paper.example/news/quay-reopens/",
        "https://m.paper.example/news/quay-reopens",
        "https://PAPER.example:443/news/quay-reopens#comments",
        "http://paper.example:80/news/quay-reopens?utm_source=feed&utm_medium=rss",
        "https://paper.example/news/quay-reopens/amp/",
        "https://paper.example/news/quay-reopens/amp.html",
        "https://paper.example/amp/news/quay-reopens",
        "https://amp.paper.example/news/quay-reopens?fbclid=1",
        "https://paper.example/news/quay-reopens?print=1",
        "https://paper.example/news/quay-reopens?view=printer",
        "https://paper.example/news/quay-reopens?mobile=true",
        "  https://paper.example./news/quay-reopens  ",
        "https://paper.example/news/%71uay-reopens",
    ],
    ["https://paper.example/a?id=7&page=2", "https://paper.example/a?page=2&id=7&gclid=x", "https://paper.example/a?id=%37&page=2"],
    ["https://paper.example/", "https://www.paper.example", "http://paper.example/?utm_campaign=x", "https://paper.example/#top"],
    ["https://zeitung.example/löwe", "https://zeitung.example/l%C3%B6we", "https://zeitung.example/l%c3%b6we"],
    ["https://akhbar.example/خبر/۱", "https://akhbar.example/%D8%AE%D8%A8%D8%B1/%DB%B1"],
    ["http://alt.example/%CE%C8%D1", "http://alt.example/%ce%c8%d1"],
    ["http://alt.example/?q=%CE%C8%D1", "http://alt.example/?q=%ce%c8%d1"],
]  # fmt: skip

OTHER_ADDRESSES = [
    ("https://paper.example/news/1", "https://paper.example/news/2"),
    ("https://paper.example/a?id=7", "https://paper.example/a?id=8"),
    ("https://paper.example/a?id=7", "https://paper.example/a"),
    ("https://paper.example/a?id=", "https://paper.example/a"),
    ("https://paper.example/a", "https://paper.example:8443/a"),
    ("https://sport.paper.example/a", "https://paper.example/a"),
    ("https://m.example/a", "https://www.example/a"),
    ("https://paper.example/Story", "https://paper.example/story"),
    ("https://paper.example/amplifier", "https://paper.example/lifier"),
    ("https://paper.example/a%3Fid=1", "https://paper.example/a?id=1"),
    ("https://paper.example/100%25", "https://paper.example/100"),
    # addresses in an old code page: bytes that are no UTF-8 must not all become one
    ("http://alt.example/%CE%C8%D1", "http://alt.example/%CE%C8%D2"),
    ("http://alt.example/%C7%CE%C8%C7%D1", "http://alt.example/%E3%D1%CF%E3%E5"),
    ("http://alt.example/?q=%CE%C8%D1", "http://alt.example/?q=%CE%C8%D2"),
    ("http://alt.example/%CE", "http://alt.example/%EF%BF%BD"),
    ("urn:pressmark:one", "urn:pressmark:two"),
]


@pytest.mark.parametrize("spellings", ONE_ADDRESS, ids=lambda s: s[0])
def test_spellings_of_one_address_have_one_key(spellings: list[str]) -> None:
    assert len({alias_key(s) for s in spellings}) == 1, [alias_key(s) for s in spellings]


@pytest.mark.parametrize(("one", "other"), OTHER_ADDRESSES)
def test_other_addresses_have_other_keys(one: str, other: str) -> None:
    assert alias_key(one) != alias_key(other)


def test_the_groups_of_spellings_do_not_meet() -> None:
    for one, other in combinations(ONE_ADDRESS, 2):
        assert alias_key(one[0]) != alias_key(other[0])


URLS = st.builds(
    lambda scheme, host, port, path, query, mark: f"{scheme}://{host}{port}/{path}{query}{mark}",
    st.sampled_from(["http", "https", "HTTP", "ftp", ""]),
    st.sampled_from(["paper.example", "www.paper.example", "127.0.0.1", "[::1]", "[::1", "m.a.b.c", "",
                     "a..b", "täglich.example", "xn--p1ai"]),
    st.sampled_from(["", ":80", ":8080", ":99999", ":x", ":"]),
    st.text(max_size=12) | st.from_regex(r"\A(%[0-9a-fA-F]{0,2}|[a-z/]){0,8}\Z"),
    st.just("") | st.text(max_size=10).map("?".__add__),
    st.just("") | st.text(max_size=5).map("#".__add__),
)  # fmt: skip
ANY_TEXT = URLS | st.text(max_size=40) | st.text(st.characters(categories=["Cs", "Ll", "Cc"]), max_size=12)


@given(ANY_TEXT)
def test_any_text_has_a_key_and_a_key_is_its_own(text: str) -> None:
    key = alias_key(text)
    assert alias_key(key) == key
    assert alias_key(text) == key


@given(ANY_TEXT, ANY_TEXT)
def test_no_pair_of_texts_raises(one: str, other: str) -> None:
    assert same_domain(one, other) == same_domain(other, one)
    assert isinstance(believable_canonical(one, other), bool)
    assert isinstance(is_front_page(one), bool)
    domain = registrable_domain(one)
    assert domain is None or domain == domain.lower()


@given(st.binary(min_size=1, max_size=6), st.binary(min_size=1, max_size=6))
def test_addresses_whose_bytes_differ_stay_apart_in_any_encoding(one: bytes, other: bytes) -> None:
    def address(path: bytes) -> str:
        return "http://paper.example/x" + "".join(f"%{b:02x}" for b in path) + "x"

    # an encoded slash may be one, and the AMP variant is one piece by design
    if one.replace(b"/", b"") != other.replace(b"/", b"") and b"amp" not in one + other:
        assert alias_key(address(one)) != alias_key(address(other))


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.paper.co.uk/x", "paper.co.uk"),
        ("https://news.paper.com.au", "paper.com.au"),
        ("http://127.0.0.1:8080/x", "127.0.0.1:8080"),
        ("http://localhost:8080/x", "localhost:8080"),
        ("ftp://paper.com/x", None),
        ("http://[::1", None),
        ("nothing", None),
    ],
)
def test_registrable_domains(url: str, domain: str | None) -> None:
    assert registrable_domain(url) == domain


@pytest.mark.parametrize(
    ("asked", "canonical", "believed"),
    [
        ("https://www.paper.com/a?x=1", "https://paper.com/a", True),
        ("https://paper.com/a", "https://news.paper.com/b", True),
        ("https://paper.com/a", "https://sister.com/a", False),
        ("https://paper.co.uk/a", "https://other.co.uk/a", False),
        ("https://one.github.io/a", "https://two.github.io/a", False),
        ("https://paper.com/a", "https://paper.com/", False),
        ("https://paper.com/a", "https://paper.com/en/", False),
        ("https://paper.com/a", "https://paper.com/index.html", False),
        ("https://paper.com/", "https://paper.com/", True),
        ("https://paper.com/a", "/b", False),
        ("https://paper.com/a", "", False),
        ("https://paper.com/a", None, False),
        ("https://paper.com/a", "http://[bad", False),
        ("http://127.0.0.1:8001/a", "http://127.0.0.1:8002/a", False),
    ],
)
def test_which_canonical_links_are_believed(asked: str, canonical: str | None, believed: bool) -> None:
    assert believable_canonical(asked, canonical) is believed


@pytest.mark.parametrize(
    ("url", "front"),
    [
        ("https://paper.com", True), ("https://paper.com/", True), ("https://paper.com/en/", True),
        ("https://paper.com/pt-br", True),
        ("https://paper.com/index.php", True), ("https://paper.com/?p=12", False), ("https://paper.com/news/", False),
        ("https://paper.com/en/story", False), ("http://[bad", False),
    ],
)  # fmt: skip
def test_front_pages_name_no_piece(url: str, front: bool) -> None:
    assert is_front_page(url) is front


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://p.example/a%2Fb", "http://p.example/a/b"),
        ("http://p.example/#/story/1", "http://p.example/#/story/2"),
        ("http://p.example/#!1", "http://p.example/#!2"),
        ("http://p.example/a%3Bb", "http://p.example/a;b"),
        ("http://p.example/?a=1%262", "http://p.example/?a=1&2"),
    ],
)
def test_addresses_that_servers_tell_apart_are_told_apart(one: str, other: str) -> None:
    assert alias_key(one) != alias_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://p.example/caf%C3%A9", "http://p.example/café"),
        ("http://p.example/%7Euser", "http://p.example/~user"),
        ("http://p.example/a#comments", "http://p.example/a"),
    ],
)
def test_spellings_of_one_address_come_together(one: str, other: str) -> None:
    assert alias_key(one) == alias_key(other)


def test_tenants_of_one_host_are_strangers() -> None:
    assert not same_domain("https://one.wordpress.com/a", "https://two.wordpress.com/a")
    assert same_domain("https://www.bbc.co.uk/a", "https://news.bbc.co.uk/b")


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("http://ada:word@reed.example/a?b=c@d#e@f", "http://reed.example/a?b=c@d#e@f"),
        ("HTTPS://ada@reed.example", "HTTPS://reed.example"),
        ("http://a:p@ss@reed.example:8080/", "http://reed.example:8080/"),
        ("ftp://ada:word@reed.example/", "ftp://reed.example/"),
        ("http://reed.example/@ada", "http://reed.example/@ada"),
        ("folder/ada@reed.html", "folder/ada@reed.html"),
    ],
)
def test_user_names_and_passwords_are_no_part_of_an_address(given: str, plain: str) -> None:
    assert without_credentials(given) == plain
