"""The guard: nothing inside is asked, however it is spelled or reached."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address, ip_network

import pytest

from model.capture import Capture
from model.errors import BadCall, Refused
from sources.http import Guard, is_global, parse_url

Fetch = Callable[..., Capture]

INSIDE = """0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.8.8.8 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1
192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.7 203.0.113.7 224.0.0.1 224.0.1.1 239.1.1.1 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::1
100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:20::1 2001:db8::1 2002:7f00:1::1 2002:a00:1::1 3fff::1 5f00::1
fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1 168.63.129.16 ::ffff:127.0.0.1%1 64:ff9b::7f00:1%1
2a00:1450::5efe:7f00:1 2a00:1450::200:5efe:a00:1 2002:808:808::5efe:a00:1 ::ffff:0:127.0.0.1"""
OUTSIDE = """2002:808:808::1 2a00:1450::5efe:808:808 168.63.129.17
1.1.1.1 8.8.8.8 172.32.0.1 192.0.1.1 2606:4700::1111 2a00:1450::1 ::ffff:8.8.8.8 64:ff9b::808:808"""


@pytest.mark.parametrize("address", INSIDE.split())
def test_inside(address: str) -> None:
    assert not is_global(ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE.split())
def test_outside(address: str) -> None:
    assert is_global(ip_address(address))


@pytest.mark.parametrize(
    "host", ["127.0.0.1.", "127.1", "0x7f.1.", "2130706433", "0", "LocalHost.", "a.localhost", "::1", "fe80::1%lo"]
)
def test_behind_a_proxy_this_machine_is_refused_in_every_spelling(host: str) -> None:
    with pytest.raises(Refused, match="is not a public address"):
        Guard((), frozenset({80})).check_unresolved(host, 80)


GUARD = Guard((ip_network("127.0.0.0/8"), ip_network("fd00::/8")), frozenset({80, 443}))


@pytest.mark.parametrize(("address", "port"), [("127.0.0.1", 5000), ("::ffff:127.0.0.1", 22), ("fd00::9", 80), ("1.1.1.1", 443)])
def test_allowed(address: str, port: int) -> None:
    GUARD.check_address(address, port, "paper.test")


@pytest.mark.parametrize(
    ("address", "port", "why"),
    [
        ("10.0.0.1", 80, r"paper\.test \(10\.0\.0\.1\) is not a public address; to allow it: --allow-address 10\.0\.0\.1"),
        ("1.1.1.1", 22, r"port 22 of paper\.test \(1\.1\.1\.1\) is not one of 80, 443"),
    ],
)
def test_refused(address: str, port: int, why: str) -> None:
    with pytest.raises(Refused, match=why):
        GUARD.check_address(address, port, "paper.test")


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("HTTP://EXAMPLE.com:80/a b?q=ä#part", "http://example.com/a%20b?q=%C3%A4"),
        (" https://bücher.example/x ", "https://xn--bcher-kva.example/x"),
        ("https://example.com.", "https://example.com./"),
        ("https://example.com?q=1", "https://example.com/?q=1"),
        ("http://example.com:8080/a/../b", "http://example.com:8080/b"),
        ("http://[2001:db8::1]:80/", "http://[2001:db8::1]/"),
    ],
)
def test_addresses_are_normalised(text: str, normal: str) -> None:
    assert str(parse_url(text)) == normal


@pytest.mark.parametrize("text", ["file:///etc/passwd", "ftp://example.com/a", "gopher://x/", "data:text/html,x", "javascript:1"])
def test_other_schemes_are_refused(text: str) -> None:
    with pytest.raises(Refused, match="only http and https are fetched, not"):
        parse_url(text)


def test_credentials_are_refused_and_not_repeated() -> None:
    with pytest.raises(Refused, match="carries a user name or password") as caught:
        parse_url("https://editor:hunter2@example.com/")
    assert "hunter2" not in str(caught.value) + str(caught.value.facts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com/a",
        "/a",
        "http://",
        "http:///a",
        "http://a b/",
        "http://x:0/",
        "http://x:99999/",
        "http://x\0/",
        "http://\ud800/",
        "http://xn--.%5b/",
        "http://xn--p..:?",
    ],
)
def test_what_is_no_address_is_a_bad_call(text: str) -> None:
    with pytest.raises(BadCall, match="not a web address"):
        parse_url(text)


def answers(*addresses: str) -> Callable[[str, int], object]:
    async def resolve(host: str, port: int) -> tuple[str, ...]:
        return addresses

    return resolve


def test_a_name_that_leads_inside_as_well_is_refused(fetch_from: Fetch) -> None:
    log: list[object] = []
    with pytest.raises(Refused, match=r"paper\.test \(192\.168\.0\.9\) is not a public address"):
        fetch_from({"/story": b"HTTP/1.1 200 OK\r\n\r\nx"}, resolve=answers("127.0.0.1", "192.168.0.9"), log=log)
    assert log == []


def test_the_address_checked_is_the_address_connected_to(fetch_from: Fetch) -> None:
    """A name that changes its mind between two look-ups gets one look-up an exchange."""
    looked_up: list[str] = []

    async def rebinding(host: str, port: int) -> tuple[str, ...]:
        looked_up.append(host)
        return ("127.0.0.1",) if len(looked_up) % 2 else ("10.0.0.1",)

    page = b"HTTP/1.1 404 Not Found\r\n\r\nx"
    capture = fetch_from({"/story": page}, resolve=rebinding, obey_robots=False, override_reason="a test")
    assert looked_up == ["paper.test"]
    assert capture.exchanges[0].ip == "127.0.0.1"


def test_a_name_that_changed_its_mind_after_robots_is_refused(fetch_from: Fetch) -> None:
    log: list[object] = []
    turns = iter([("127.0.0.1",), ("169.254.169.254",)])

    async def rebinding(host: str, port: int) -> tuple[str, ...]:
        return next(turns)

    with pytest.raises(Refused, match=r"169\.254\.169\.254"):
        fetch_from({"/story": b"HTTP/1.1 200 OK\r\n\r\nx"}, resolve=rebinding, log=log)
    assert len(log) == 1


def test_loopback_is_refused_unless_allowed(fetch_from: Fetch) -> None:
    log: list[object] = []
    with pytest.raises(Refused, match=r"127\.0\.0\.1"):
        fetch_from({"/story": b"HTTP/1.1 200 OK\r\n\r\nx"}, allow_networks=(), log=log)
    assert log == []
