"""The address guard: which URLs, addresses and ports may be asked at all.

The decisive check is on the address connected to, so odd spellings of addresses, names
that point inside, and names that change their mind end here alike. What counts as global
follows the IANA special-purpose registries, written out below because the ``ipaddress``
module of older Python releases knows them only in part.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from socket import inet_aton, inet_ntoa
from urllib.parse import unquote

import httpx2

from model.errors import BadCall, Refused
from model.identity import without_credentials
from sources.http.settings import Network

Address = IPv4Address | IPv6Address

_SOME_GLOBAL_ADDRESS = "1.1.1.1"  # stands for a name that only the proxy can look up
_GLOBAL_V6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_NOT_GLOBAL: tuple[Network, ...] = (
    IPv4Network("100.64.0.0/10"),
    IPv4Network("168.63.129.16/32"),  # Azure's platform talks to its machines from here, as others do from 169.254.169.254
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("198.18.0.0/15"),
    IPv4Network("240.0.0.0/4"),
    IPv6Network("2001::/23"),
    IPv6Network("2001:db8::/32"),
    IPv6Network("3fff::/20"),
)


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets through what is global, on a usual port, and whatever was allowed by name of its network."""

    allow_networks: tuple[Network, ...]
    ports: frozenset[int]

    def check_address(self, address: str, port: int, host: str) -> None:
        """Raises ``Refused`` where ``address`` (an IP address as text) may not be asked.

        ``host`` is the name it stands for, for the message.
        """
        ip = ip_address(address)
        if any(_within(form, network) for form in _forms(ip) for network in self.allow_networks):
            return
        named = host if host == address else f"{host} ({address})"
        if not is_global(ip):
            raise Refused(f"{named} is not a public address; to allow it: --allow-address {address}", host=host, address=address)
        if port not in self.ports:
            usual = ", ".join(map(str, sorted(self.ports)))
            raise Refused(
                f"port {port} of {named} is not one of {usual}; to allow it: --allow-address {address}",
                host=host,
                address=address,
                port=port,
            )

    def check_unresolved(self, host: str, port: int) -> None:
        """The same for a host that a proxy will look up: judged by its name, as far as that goes.

        Raises ``Refused`` for addresses in any spelling, this machine's own name and unusual ports.
        """
        name = host.rstrip(".").lower()  # a dot at the end hides neither an address nor a name
        try:
            address = str(ip_address(name))
        except ValueError:
            try:
                address = inet_ntoa(inet_aton(name))  # 127.1, 0x7f000001, 2130706433
            except OSError:
                inside = name == "localhost" or name.endswith(".localhost")
                address = "127.0.0.1" if inside else _SOME_GLOBAL_ADDRESS
        self.check_address(address, port, host)


@lru_cache(maxsize=1024)
def parse_url(text: str) -> httpx2.URL:
    """An http or https URL, normalised (host lower-case and IDNA-encoded, no fragment).

    Raises ``BadCall`` for text that is no URL or names no host, ``Refused`` for other
    schemes and for credentials in the URL. A trailing dot of the host is kept: it is a
    different Host header.
    """
    try:
        url = httpx2.URL(text.strip())
        if "#" in text:
            url = url.copy_with(fragment=None)
        host = url.host
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise BadCall(f"not a web address: {_shown(text)} ({error})", url=text) from error
    if not url.scheme:
        raise BadCall(f"not a web address: {_shown(text)}; it should start with https://", url=text)
    if url.scheme not in {"http", "https"}:
        raise Refused(f"only http and https are fetched, not {url.scheme}: {_shown(text)}", url=text, scheme=url.scheme)
    if url.userinfo:
        # the address is not repeated: a password does not belong into a log
        raise Refused("the address carries a user name or password; remove what stands before the @", host=host)
    if not url.raw_host or unquote(host) != host or (url.port is not None and not 0 < url.port < 65536):
        raise BadCall(f"not a web address: {_shown(text)} (no usable host or port)", url=text)
    if str(url).removeprefix(_site(url)).startswith("/"):
        return url
    # spells out the slash of an empty path: one address, one spelling
    return url.copy_with(raw_path=url.raw_path)


def beside(url: httpx2.URL, path: str) -> httpx2.URL:
    """The file at ``path`` of the site of ``url``; a site's are parsed once."""
    return parse_url(_site(url) + path)


def is_global(ip: Address) -> bool:
    """True where the address, and an IPv4 address hidden in it, belongs to the public internet.

    IPv4 inside IPv6 (mapped, NAT64, 6to4, ISATAP; Teredo is none) is judged by what it leads to.
    """
    if isinstance(ip, IPv6Address):
        last = IPv4Address(int(ip) & 0xFFFF_FFFF) if ip in _NAT64 or _is_isatap(ip) else None
        if any(hidden is not None and not is_global(hidden) for hidden in (ip.ipv4_mapped, ip.sixtofour, last)):
            return False
        if ip.ipv4_mapped or ip in _NAT64:
            return True
        if ip not in _GLOBAL_V6 or ip.teredo is not None:
            return False
    return ip.is_global and not ip.is_multicast and not any(_within(ip, network) for network in _NOT_GLOBAL)


def _is_isatap(ip: IPv6Address) -> bool:
    """RFC 5214: an interface named 5efe, whose last half is the IPv4 address that packets go to."""
    return int(ip) >> 32 & 0xFDFF_FFFF == 0x0000_5EFE


def _site(url: httpx2.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _forms(ip: Address) -> tuple[Address, ...]:
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return (ip,) if mapped is None else (ip, mapped)


def _within(ip: Address, network: Network) -> bool:
    return ip.version == network.version and ip in network


def _shown(text: str) -> str:
    return ascii(without_credentials(text)[:200])
