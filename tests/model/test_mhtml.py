"""MHTML taken apart: encodings, which part is the page, damage and bombs."""

from __future__ import annotations

import base64
import binascii
import random
import time

import pytest

from model.mhtml import is_mhtml, read_mhtml

PAGE = "<html><head><title>Keepers of the lock – ägæö</title></head><body><p>Words = more words.</p></body></html>".encode()


def part(body: bytes, *fields: str) -> bytes:
    return "".join(f"{f}\r\n" for f in fields).encode() + b"\r\n" + body + b"\r\n"


def file(*parts: bytes, kind: str = 'multipart/related; type="text/html"', boundary: str = "=_edge") -> bytes:
    top = f'From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: {kind};\r\n\tboundary="{boundary}"\r\n\r\n\r\n'
    mark = f"--{boundary}".encode()
    return top.encode() + b"".join(mark + b"\r\n" + p for p in parts) + mark + b"--\r\n"


def page_of(data: bytes) -> bytes | None:
    assert is_mhtml(data)
    page = read_mhtml(data).page
    return page.body if page else None


HTML = "Content-Type: text/html"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("quoted-printable", binascii.b2a_qp(PAGE)),
        ("base64", base64.encodebytes(PAGE)),
        ("BASE64", base64.b64encode(PAGE)),
        ("8bit", PAGE),
        ("binary", PAGE),
    ],
)
def test_transfer_encodings(encoding: str, body: bytes) -> None:
    found = page_of(file(part(body, HTML, f"Content-Transfer-Encoding: {encoding}")))
    assert found is not None and found.rstrip() == PAGE


def test_the_page_is_the_first_html_part_or_the_one_that_start_names() -> None:
    frame = part(b"<html>an advert</html>", HTML, "Content-ID: <frame@x>")
    style = part(b"p {}", "Content-Type: text/css")
    main = part(PAGE, HTML, "Content-ID: <main@x>", "Content-Location: https://reedpost.example/lock")
    assert page_of(file(style, main, frame)) == PAGE
    assert page_of(file(frame, style, main, kind='multipart/related; start="<main@x>"')) == PAGE
    assert page_of(file(main, frame, kind='multipart/related; start="<lost@x>"')) == PAGE
    assert page_of(file(style)) is None and page_of(file()) is None


def test_a_page_one_level_down() -> None:
    inner = b"--=_in\r\n" + part(b"text alone", "Content-Type: text/plain") + b"--=_in\r\n" + part(PAGE, HTML) + b"--=_in--\r\n"
    assert page_of(file(part(inner, 'Content-Type: multipart/alternative; boundary="=_in"'))) == PAGE


def test_line_feeds_alone_and_a_boundary_in_the_text() -> None:
    body = b"<p>a --=_edge that is no boundary</p>\n--=_edgeless too\n" + PAGE
    data = file(part(body, HTML)).replace(b"\r\n", b"\n")
    assert page_of(data) == body


def test_a_file_that_was_cut_off_gives_what_came() -> None:
    whole = file(part(binascii.b2a_qp(PAGE * 20), HTML, "Content-Transfer-Encoding: quoted-printable"))
    found = page_of(whole[: len(whole) // 2])
    assert found is not None and 300 < len(found) < len(PAGE) * 20 and found.startswith(b"<html>")
    coded = file(part(base64.b64encode(PAGE * 20), HTML, "Content-Transfer-Encoding: base64"))
    for cut in range(1, 6):
        found = page_of(coded[: len(coded) // 2 - cut])
        assert found is not None and (PAGE * 20).startswith(found)


def test_what_is_none() -> None:
    for data in (
        b"",
        PAGE,
        b"From: ada\r\nSubject: multipart\r\n\r\nContent-Type: multipart/related",
        b"Content-Type: text/html\r\n\r\n",
        b"HARBOUR, March 5: words.\n\nContent-Type: multipart/related",
    ):
        assert not is_mhtml(data)


def test_bombs_cost_what_they_weigh() -> None:
    started = time.process_time()
    nested = PAGE
    for n in range(60):
        nested = b"--=_%d\r\n" % n + part(nested, f'Content-Type: multipart/mixed; boundary="=_{n - 1}"')
    assert page_of(file(part(nested, 'Content-Type: multipart/mixed; boundary="=_59"'))) is None
    assert page_of(file(*[part(b"", "Content-Type: text/css")] * 100_000, part(PAGE, HTML))) is None
    assert page_of(file(b"--=_edge" * 400_000 + part(PAGE, HTML))) is None
    assert page_of(file(part(PAGE, HTML, *[f"X-{n}: {'y' * 900}" for n in range(2_000)]))) != PAGE
    fold = b"Content-Type: multipart/related;" + b"\r\n\t;" * 12_000 + b"\r\n\r\n"
    assert is_mhtml(fold) and read_mhtml(fold).page is None
    assert page_of(file(part(PAGE, HTML, "y" * 60_000))) == PAGE
    assert page_of(file(b"--=_edges\r\n" * 1_000_000 + part(PAGE, HTML))) is None
    assert page_of(file(part(b"=" * 15_000_000, HTML, "Content-Transfer-Encoding: base64"))) == b""
    assert time.process_time() - started < 5


def test_damage_anywhere_raises_nothing() -> None:
    whole, chance = file(part(binascii.b2a_qp(PAGE), HTML, "Content-Transfer-Encoding: quoted-printable")), random.Random(3)
    for end in range(len(whole)):
        read_mhtml(whole[:end])
    for _ in range(500):
        hurt = bytearray(whole)
        for _ in range(chance.randint(1, 9)):
            hurt[chance.randrange(len(hurt))] = chance.randrange(256)
        is_mhtml(bytes(hurt))
        read_mhtml(bytes(hurt))
