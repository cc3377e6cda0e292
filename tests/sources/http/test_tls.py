"""TLS: certificates are checked, and the session is written down."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from model.capture import Capture
from model.errors import Unreachable

Fetch = Callable[..., Capture]

PAGE = b"HTTP/1.1 200 OK\r\nX-OdD: 1\r\nContent-Length: 5\r\n\r\nstory"


def test_session_and_bytes_are_kept(fetch_from: Fetch, server_tls: ssl.SSLContext, certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=certificate)
    (exchange,) = fetch_from({"/story": PAGE}, scheme="https", server_tls=server_tls, tls=trusting).exchanges
    assert exchange.tls is not None and exchange.tls.startswith("TLSv1.3 TLS_")
    assert exchange.head + exchange.entity == PAGE
    assert exchange.request.startswith(b"GET /story HTTP/1.1\r\nHost: paper.test:")


def test_unknown_certificate_is_unreachable(fetch_from: Fetch, server_tls: ssl.SSLContext) -> None:
    log: list[object] = []
    with pytest.raises(Unreachable, match=r"no connection to paper\.test \(self.signed certificate"):
        fetch_from({"/story": PAGE}, scheme="https", server_tls=server_tls, log=log)
    assert log == []


def test_certificate_for_another_name_is_unreachable(fetch_from: Fetch, server_tls: ssl.SSLContext, certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=certificate)
    pages = {"/story": b"HTTP/1.1 302 F\r\nLocation: https://other.test:{port}/x\r\n\r\n"}
    with pytest.raises(Unreachable, match=r"other\.test.*Hostname mismatch") as caught:
        fetch_from(pages, scheme="https", server_tls=server_tls, tls=trusting)
    assert caught.value.capture is not None and caught.value.capture.status == 302


def test_plain_http_on_the_other_side_is_unreachable(fetch_from: Fetch) -> None:
    with pytest.raises(Unreachable, match=r"no connection to paper\.test"):
        fetch_from({"/story": PAGE}, scheme="https", connect_time=0.3)
