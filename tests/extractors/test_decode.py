"""Bytes into text: content codings, character sets that lie, and what is no text."""

from __future__ import annotations

import gzip
import zlib

import pytest

from extractors.decode import decode, decode_entity
from model.errors import TooLarge, Unreadable

RUSSIAN = "Паром в Тихую бухту снова ходит по воскресеньям, и пассажиров больше, чем мест."
PAGE = f"<html><head><title>Паром</title></head><body><p>{RUSSIAN}</p></body></html>"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251", "koi8-r", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_the_charset_is_found_out_without_being_declared(encoding: str) -> None:
    assert RUSSIAN in decode((PAGE * 4).encode(encoding)).text


@pytest.mark.parametrize(
    ("declared", "real"),
    [("utf-8", "cp1251"), ("windows-1252", "utf-8"), ("x-unknown-9", "utf-8"), ("utf-16", "utf-8"), ("cp1251", "cp1251")],
)
def test_a_lying_meta_is_seen_through(declared: str, real: str) -> None:
    page = PAGE.replace("<head>", f'<head><meta charset="{declared}">') * 3
    assert RUSSIAN in decode(page.encode(real)).text


def test_the_header_outranks_the_meta_where_bytes_leave_it_open() -> None:
    body = '<meta charset="iso-8859-2"><p>Crème brûlée</p>'.encode("cp1252")
    found = decode(body, (("Content-Type", 'text/html; charset="ISO-8859-1"'),))
    assert (found.encoding, found.by) == ("cp1252", "http")
    assert "Crème brûlée" in found.text


def test_latin_1_is_windows_1252_as_browsers_read_it() -> None:
    assert "“tide”" in decode('<meta charset="latin1"><p>“tide” crème</p>'.encode("cp1252")).text


@pytest.mark.parametrize("label", ["gb2312", "gbk", "big5", "shift_jis", "euc-jp", "iso-2022-jp", "euc-kr"])
def test_east_asian_charsets(label: str) -> None:
    words = "한국일보" if label == "euc-kr" else "日本海"
    text = f'<meta charset="{label}"><p>{words}</p>'
    assert words in decode(text.encode({"big5": "big5hkscs"}.get(label, label))).text


def test_a_few_broken_bytes_do_not_change_the_charset() -> None:
    body = PAGE.encode().replace("бухту".encode(), b"\xff\xfe" + "бухту".encode())
    found = decode(body * 3)
    assert found.encoding == "utf-8"
    assert "Паром в Тихую" in found.text


def test_nuls_never_come_out() -> None:
    assert decode(b"<p>a\x00b quick brown fox</p>").text == "<p>ab quick brown fox</p>"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"", "empty"),
        (b" \r\n\t\x00 ", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "PNG"),
        (b"PK\x03\x04abc", "ZIP"),
        (bytes(range(1, 256)) * 40, "binary"),
    ],
)
def test_what_is_no_text_is_refused_by_name(body: bytes, name: str) -> None:
    with pytest.raises(Unreadable, match=name):
        decode(body)


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "GZIP", "identity", "gzip, identity"])
def test_content_codings_are_undone(coding: str) -> None:
    plain = PAGE.encode()
    packed = {"g": gzip.compress(plain), "x": gzip.compress(plain), "d": zlib.compress(plain), "i": plain}[coding[0].lower()]
    assert decode_entity(packed, (("Content-Encoding", coding),)) == plain


def test_raw_deflate_is_undone() -> None:
    machine = zlib.compressobj(wbits=-15)
    packed = machine.compress(PAGE.encode()) + machine.flush()
    assert decode_entity(packed, (("content-encoding", "deflate"),)) == PAGE.encode()


def test_brotli_is_undone() -> None:
    packed = bytes.fromhex("0b028068656c6c6f03")  # "hello" as RFC 7932 has it
    assert decode_entity(packed, (("Content-Encoding", "br"),)) == b"hello"


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "zstd"])
def test_bodies_decoded_already_are_left_alone(coding: str) -> None:
    assert decode_entity(PAGE.encode(), (("Content-Encoding", coding),)) == PAGE.encode()


def test_gzip_that_nobody_declares_is_undone_and_a_cut_one_gives_what_is_there() -> None:
    packed = gzip.compress(PAGE.encode() * 50)
    assert decode_entity(packed, ()) == PAGE.encode() * 50
    assert decode_entity(packed[:-60], ()).startswith(PAGE.encode()[:100])


def test_several_gzip_members_are_one_body() -> None:
    assert decode_entity(gzip.compress(b"<p>one") + gzip.compress(b" two"), ()) == b"<p>one two"


def test_zstd_is_refused_clearly() -> None:
    with pytest.raises(Unreadable, match="zstd"):
        decode_entity(b"\x28\xb5\x2f\xfd\x00\xff\xfe\xfa", (("Content-Encoding", "zstd"),))


def test_a_bomb_is_too_large() -> None:
    with pytest.raises(TooLarge) as caught:
        decode_entity(gzip.compress(b"a" * 3_000_000), (), limit=1_000_000)
    assert caught.value.facts["limit"] == 1_000_000
