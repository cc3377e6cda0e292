"""What image files say of themselves, in each place where software writes it, whole and damaged."""

from __future__ import annotations

import random
import struct
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.pictures import image_type, read_picture

XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" photoshop:Credit="Vale Wire" xmpRights:WebStatement="https://vale.example/terms">
<dc:creator><rdf:Seq><rdf:li>Ilse Brandt</rdf:li><rdf:li>Per Lund</rdf:li></rdf:Seq></dc:creator>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© Vale Wire 2024</rdf:li></rdf:Alt></dc:rights>
<photoshop:AuthorsPosition>staff</photoshop:AuthorsPosition></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def segment(marker: int, data: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + (len(data) + 2).to_bytes(2, "big") + data


def jpeg(*segments: bytes) -> bytes:
    return b"\xff\xd8" + segment(0xE0, b"JFIF\x00" + b"\x00" * 9) + b"".join(segments) + b"\xff\xda\x00\x02scan\xff\xd9"


def photoshop(*sets: tuple[int, int, bytes]) -> bytes:
    data = b"".join(b"\x1c" + bytes([r, n]) + len(value).to_bytes(2, "big") + value for r, n, value in sets)
    other = b"8BIM\x03\xed\x03abc" + (4).to_bytes(4, "big") + b"\x00\x48\x00\x48"
    return segment(0xED, b"Photoshop 3.0\x00" + other + b"8BIM\x04\x04\x00\x00" + len(data).to_bytes(4, "big") + data)


def tiff(order: str = "<") -> bytes:
    """A first directory with Artist and Copyright and a second with the moment of the exposure."""
    names = {0x013B: b"Edmund Thrale\x00", 0x8298: b"Coastal Wire\x00"}
    start, texts = 8 + 2 + 3 * 12 + 4, b""
    entries = b""
    for tag, value in names.items():
        entries += struct.pack(order + "HHII", tag, 2, len(value), start + len(texts))
        texts += value
    inner = start + len(texts)
    entries += struct.pack(order + "HHII", 0x8769, 4, 1, inner)
    moment = b"2024:03:09 11:58:00\x00"
    second = struct.pack(order + "HHHII", 1, 0x9003, 2, len(moment), inner + 2 + 12 + 4) + b"\x00" * 4 + moment
    magic = b"II*\x00" if order == "<" else b"MM\x00*"
    return magic + struct.pack(order + "IH", 8, 3) + entries + b"\x00" * 4 + texts + second


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    made = b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + made + struct.pack(">I4sI", 0, b"IEND", 0xAE426082)


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    made = b"".join(k + struct.pack("<I", len(d)) + d + b"\x00" * (len(d) % 2) for k, d in chunks)
    return b"RIFF" + struct.pack("<I", len(made) + 4) + b"WEBP" + made


def said(body: bytes) -> set[tuple[str, str, str]]:
    return {(x.property, x.value, x.where) for x in read_picture(body)}


def test_iptc() -> None:
    sets = (
        (2, 80, b"Ilse Brandt"),
        (2, 80, b"Per Lund"),
        (2, 110, b"Vale Wire"),
        (2, 120, b"The  quay\r\nat dawn."),
        (2, 5, b"x"),
    )
    assert said(jpeg(photoshop(*sets))) == {
        ("creator", "Ilse Brandt", "iptc:2:80"),
        ("creator", "Per Lund", "iptc:2:80"),
        ("credit", "Vale Wire", "iptc:2:110"),
        ("caption", "The quay at dawn.", "iptc:2:120"),
    }


@pytest.mark.parametrize(
    "sets",
    [
        ((1, 90, b"\x1b%G"), (2, 80, "Søren Åkerø".encode())),
        ((2, 80, "Søren Åkerø".encode()),),
        ((2, 80, "Søren Åkerø".encode("cp1252")),),
    ],
)
def test_iptc_in_the_encodings_it_is_found_in(sets: tuple[tuple[int, int, bytes], ...]) -> None:
    assert said(jpeg(photoshop(*sets))) == {("creator", "Søren Åkerø", "iptc:2:80")}


def test_xmp_as_elements_and_attributes_in_every_container() -> None:
    packet = XMP.encode()
    expected = {
        ("creator", "Ilse Brandt", "xmp:dc:creator"),
        ("creator", "Per Lund", "xmp:dc:creator"),
        ("copyright_notice", "© Vale Wire 2024", "xmp:dc:rights"),
        ("creator_role", "staff", "xmp:photoshop:AuthorsPosition"),
        ("credit", "Vale Wire", "xmp:photoshop:Credit"),
        ("license", "https://vale.example/terms", "xmp:xmpRights:WebStatement"),
    }
    name = b"XML:com.adobe.xmp"
    assert said(jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + packet))) == expected
    assert said(png((b"iTXt", name + b"\x00\x00\x00\x00\x00" + packet))) == expected
    assert said(png((b"iTXt", name + b"\x00\x01\x00\x00\x00" + zlib.compress(packet)))) == expected
    assert said(webp((b"VP8 ", b"abc"), (b"XMP ", packet))) == expected


@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_in_both_byte_orders(order: str) -> None:
    expected = {
        ("creator", "Edmund Thrale", "exif:0x013b"),
        ("copyright_notice", "Coastal Wire", "exif:0x8298"),
        ("created", "2024:03:09 11:58:00", "exif:0x9003"),
    }
    data = tiff(order)
    assert said(jpeg(segment(0xE1, b"Exif\x00\x00" + data))) == expected
    assert said(png((b"eXIf", data))) == said(webp((b"EXIF", data))) == expected


def test_png_keywords() -> None:
    assert said(png((b"tEXt", b"Author\x00Nell Quaife"), (b"tEXt", b"Software\x00Easel"))) == {
        ("creator", "Nell Quaife", "png:Author")
    }


def test_files_that_say_nothing() -> None:
    for body in (
        b"",
        b"GIF89a",
        jpeg(),
        png(),
        webp(),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xd8",
        b"\xff\xd8\xff",
    ):
        assert read_picture(body) == ()


def test_bombs_stay_small() -> None:
    started = time.process_time()
    entities = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>" + XMP.replace("Ilse Brandt", "&b;")
    assert read_picture(jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + entities.encode()))) == ()
    inflating = zlib.compress(b"<a>" + b" " * 60_000_000)
    assert read_picture(png((b"iTXt", b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + inflating))) == ()
    assert read_picture(jpeg(*[segment(0xE1, b"Exif\x00\x00" + tiff())] * 5_000)) != ()
    many = jpeg(photoshop(*[(2, 80, b"%d" % n) for n in range(400)]))
    assert len(read_picture(many)) == 100
    assert image_type(b"<!---->" * 1_000) is None
    assert image_type(b"<!---->" * 1_000 + b"<svg>") == "image/svg+xml"
    assert time.process_time() - started < 5


WHOLE = {
    "jpeg": jpeg(
        photoshop((2, 80, b"Ilse Brandt"), (2, 116, b"Vale Wire")),
        segment(0xE1, b"Exif\x00\x00" + tiff(">")),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + XMP.encode()),
    ),
    "png": png((b"iTXt", b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + zlib.compress(XMP.encode())), (b"eXIf", tiff())),
    "webp": webp((b"EXIF", tiff()), (b"XMP ", XMP.encode())),
}


@pytest.mark.parametrize("kind", WHOLE)
def test_damage_anywhere_raises_nothing(kind: str) -> None:
    whole, chance = WHOLE[kind], random.Random(7)
    assert read_picture(whole) and image_type(whole) == f"image/{kind}"
    for end in range(0, len(whole), 3):
        read_picture(whole[:end])
    for _ in range(400):
        hurt = bytearray(whole)
        for _ in range(chance.randint(1, 12)):
            hurt[chance.randrange(12, len(hurt))] = chance.randrange(256)
        read_picture(bytes(hurt))


@given(
    st.binary(max_size=400),
    st.sampled_from([b"\xff\xd8\xff\xe1", b"\xff\xd8\xff\xed", b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x00\x00\x00WEBP"]),
)
def test_noise_raises_nothing(noise: bytes, start: bytes) -> None:
    for statement in read_picture(start + noise):
        assert statement.value and statement.value == statement.value.strip()


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"\x00\x00\x00\x1cftypavif", "image/avif"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"<?xml version='1.0'?><!-- drawn --><svg xmlns='x'>", "image/svg+xml"),
        (b"<!doctype html><html><svg>", None),
        (b"RIFF\x10\x00\x00\x00WAVE", None),
        (b"", None),
    ],
)
def test_kinds_by_their_first_bytes(start: bytes, kind: str | None) -> None:
    assert image_type(start) == kind
