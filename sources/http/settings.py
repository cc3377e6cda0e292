"""What a fetcher is told: limits, manners and networks, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Limits and manners of one fetcher. Sizes are bytes, times are seconds.

    ``user_agent`` names us honestly; its first word, up to a ``/``, is our robots.txt
    token. ``contact`` (an address or URL, may be empty) is sent with it. ``host_gap`` is
    the rest between the end of one request to a host and the start of the next;
    a longer Crawl-delay wins. ``patience`` is the longest rest that is waited out: where a
    host wants more, ``Busy`` is raised instead. ``connections`` is how many exchanges go on at
    once. ``max_bytes`` caps the entity as sent (de-chunked, not decoded). ``connect_time``
    bounds each connection attempt, TLS included. ``silence`` is the longest wait for the first
    byte and between two later ones, ``total_time`` the longest one exchange may take, waiting
    for its turn not counted. ``allow_networks`` may be fetched from although not global, on any
    port. ``http2`` offers HTTP/2 where there is TLS. ``proxy`` (``http://host:port``, with
    ``user:password@`` where it asks for one) takes all requests and resolves all names.
    """

    user_agent: str = "Pressmark"
    contact: str = ""
    host_gap: float = 5.0
    patience: float = 120.0
    connections: int = 64
    max_bytes: int = 20_000_000
    max_head_bytes: int = 64 * 1024
    max_redirects: int = 10
    connect_time: float = 15.0
    silence: float = 30.0
    total_time: float = 120.0
    allow_networks: tuple[Network, ...] = ()
    ports: frozenset[int] = frozenset({80, 443, 8080, 8443})
    robots_ttl: float = 86_400.0
    http2: bool = False
    proxy: str | None = None

    @property
    def agent(self) -> str:
        """The User-Agent header's value."""
        return f"{self.user_agent} (+{self.contact})" if self.contact else self.user_agent

    @property
    def robots_token(self) -> str:
        """The product token that robots.txt groups are matched against (RFC 9309, 2.2.1)."""
        return self.user_agent.strip().partition(" ")[0].partition("/")[0]


@dataclass(frozen=True, slots=True)
class Conditional:
    """Validators of the copy in hand, for a conditional request (RFC 9110, 13).

    ``etag`` and ``last_modified`` are the header values as the server sent them. ``url`` is
    where that copy came from: validators go to no other address on a redirect chain;
    ``None`` stands for the address asked for.
    """

    etag: str | None = None
    last_modified: str | None = None
    url: str | None = None
