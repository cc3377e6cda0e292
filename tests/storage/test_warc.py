"""WARC members: written, walked and read back byte for byte, and read the same by other tools."""

from __future__ import annotations

import gzip
import io
import random
import re
import subprocess
import sys
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from model.capture import digest_of
from model.deflate import as_zlib, deflate
from model.errors import Damaged
from storage import Archive
from storage.warc import Break, Draft, Member, compress, read_member, walk

DATE = "2026-01-01T06:00:00.000000Z"
SAFE_FILES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
HEADER_TEXT = st.text(max_size=20) | st.sampled_from(
    ["a\r\nWARC-Type: forged", "\r\n\r\n", "\u2028x", "é", " spaced ", ":", "", "\ud800"]
)
BLOCKS = st.binary(max_size=200) | st.sampled_from(
    [b"", b"\r\n\r\n", b"WARC/1.1\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"\x00" * 3000, gzip.compress(b"WARC/1.1\r\n\r\n", mtime=0)]
)  # fmt: skip


def _deflated_before(draft: Draft, before: bool) -> Draft:
    return replace(draft, deflated=deflate(draft.block)) if before else draft


PLAIN_DRAFTS = st.builds(
    Draft,
    type=st.sampled_from(["request", "response", "resource", "metadata", "conversion"]),
    id=st.uuids().map(str),
    date=st.just(DATE),
    block=BLOCKS,
    content_type=st.none() | st.sampled_from(["application/json", "text/plain; charset=utf-8"]) | HEADER_TEXT,
    uri=st.none() | HEADER_TEXT.map("http://paper.example/".__add__),
    extra=st.lists(st.tuples(st.sampled_from(["WARC-IP-Address", "X-Odd"]), HEADER_TEXT), max_size=2).map(tuple),
)
DRAFTS = st.builds(_deflated_before, PLAIN_DRAFTS, st.booleans())


def _write(path: Path, drafts: Sequence[Draft]) -> list[int]:
    lengths = []
    with path.open("wb") as file:
        for draft in drafts:
            lengths.append(file.write(compress(draft, None)))
    return lengths


@SAFE_FILES
@given(st.lists(DRAFTS, max_size=4))
def test_members_come_back_as_they_were(tmp_path: Path, drafts: list[Draft]) -> None:
    path = tmp_path / "x.warc.gz"
    lengths = _write(path, drafts)
    found = list(walk(path))
    assert [type(m) for m in found] == [Member] * len(drafts)
    offset = 0
    for member, draft, length in zip(found, drafts, lengths, strict=True):
        assert isinstance(member, Member)
        assert (member.offset, member.length) == (offset, length)
        assert (member.type, member.id, member.block, member.digest_problem) == (draft.type, draft.id, draft.block, None)
        assert member == read_member(path, offset, length)
        assert [m.offset for m in walk(path, offset)] == [m.offset for m in found if m.offset >= offset]
        offset += length


@SAFE_FILES
@given(DRAFTS)
def test_no_text_of_an_address_or_header_forges_another_header(tmp_path: Path, draft: Draft) -> None:
    head, _, rest = zlib.decompress(compress(draft, None), 31).partition(b"\r\n\r\n")
    assert rest == draft.block + b"\r\n\r\n"
    names = [line.partition(b":")[0] for line in head.split(b"\r\n")[1:]]
    expected = ["WARC-Type", "WARC-Record-ID", "WARC-Date"] + ["WARC-Target-URI"] * (draft.uri is not None)
    expected += [name for name, _ in draft.extra] + ["WARC-Block-Digest"] + ["Content-Type"] * (draft.content_type is not None)
    assert names == [n.encode() for n in [*expected, "Content-Length"]]


@SAFE_FILES
@given(st.lists(DRAFTS.filter(lambda d: d.uri is not None), min_size=1, max_size=4))
def test_warcio_and_fastwarc_read_the_same_blocks(tmp_path: Path, drafts: list[Draft]) -> None:
    path = tmp_path / "x.warc.gz"
    _write(path, drafts)
    with path.open("rb") as file:
        theirs = [
            (r.rec_type, r.rec_headers["WARC-Record-ID"], r.raw_stream.read())
            for r in ArchiveIterator(file, no_record_parse=True)
        ]
    assert theirs == [(d.type, f"<urn:uuid:{d.id}>", d.block) for d in drafts]
    with path.open("rb") as file:
        assert all(r.verify_block_digest() for r in FastIterator(file, parse_http=False))
    with path.open("rb") as file:
        fast = [
            (r.headers["WARC-Type"], r.headers["WARC-Record-ID"], r.reader.read()) for r in FastIterator(file, parse_http=False)
        ]
    assert fast == theirs


def test_an_address_with_a_line_break_stays_one_line(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    _write(path, [Draft("response", "a", DATE, b"", uri="http://paper.example/a\r\nX: b\u2028c")])
    (member,) = walk(path)
    assert isinstance(member, Member)
    assert member.headers["warc-target-uri"] == "http://paper.example/a%0D%0AX:%20b%E2%80%A8c"
    assert "x" not in member.headers


@pytest.fixture
def shelf(tmp_path: Path) -> tuple[Path, list[Draft], list[int]]:
    noise = random.Random(7).randbytes(3000)
    drafts = [Draft("resource", f"id-{n}", DATE, b"%d " % n + noise, uri=f"http://paper.example/{n}") for n in range(3)]
    path = tmp_path / "x.warc.gz"
    return path, drafts, _write(path, drafts)


def test_any_one_flipped_bit_costs_that_member_only_or_shows_in_its_bytes(shelf: tuple[Path, list[Draft], list[int]]) -> None:
    path, drafts, lengths = shelf
    whole = path.read_bytes()
    chance = random.Random(1)
    for _ in range(300):
        data = bytearray(whole)
        bit = chance.randrange(len(data) * 8)
        data[bit // 8] ^= 1 << bit % 8
        path.write_bytes(data)
        hit = next(n for n in range(3) if bit // 8 < sum(lengths[: n + 1]))
        found = {m.id: m for m in walk(path) if isinstance(m, Member)}
        assert set(found) >= {d.id for n, d in enumerate(drafts) if n != hit}, bit
        assert all(m.block == drafts[int(m.id[-1])].block for m in found.values()), bit


def test_a_cut_file_gives_its_whole_members_and_one_break_at_the_end(shelf: tuple[Path, list[Draft], list[int]]) -> None:
    path, _, lengths = shelf
    whole = path.read_bytes()
    for cut in range(1, len(whole), 61):
        path.write_bytes(whole[:cut])
        found = list(walk(path))
        members = [m for m in found if isinstance(m, Member)]
        assert len(members) == sum(1 for n in range(3) if sum(lengths[: n + 1]) <= cut)
        breaks = [b for b in found if isinstance(b, Break)]
        assert sum(f.length for f in found) == cut
        assert [b.at_end for b in breaks] == ([] if cut in {sum(lengths[:n]) for n in range(4)} else [True])


def test_bytes_between_members_are_one_break(shelf: tuple[Path, list[Draft], list[int]]) -> None:
    path, drafts, lengths = shelf
    whole = path.read_bytes()
    for junk in (b"\x00" * 100, b"\x1f\x8b\x08\x00" * 10, whole[:50], b"x"):
        path.write_bytes(whole[: lengths[0]] + junk + whole[lengths[0] :])
        found = list(walk(path))
        assert [(f.offset, f.length, f.at_end) for f in found if isinstance(f, Break)] == [(lengths[0], len(junk), False)]
        assert [m.id for m in found if isinstance(m, Member)] == [d.id for d in drafts]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"WARC/1.1\r\n\r\n",
        gzip.compress(b"hello", mtime=0),
        gzip.compress(b"WARC/1.0\r\nContent-Length: 0\r\n\r\n\r\n\r\n", mtime=0),
        gzip.compress(b"WARC/1.1\r\nContent-Length: 9\r\n\r\n\r\n\r\n", mtime=0),
        gzip.compress(b"WARC/1.1\r\nContent-Length: -1\r\n\r\n\r\n\r\n", mtime=0),
        gzip.compress(b"WARC/1.1\r\n\r\n\r\n\r\n", mtime=0),
    ],
    ids=["nothing", "not compressed", "no record", "another version", "too short", "negative", "no length"],
)
def test_what_is_no_record_of_ours_is_damaged(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(data)
    assert [type(f) for f in walk(path)] == ([Break] if data else [])
    with pytest.raises(Damaged, match=r"x\.warc\.gz:0: ") as told:
        read_member(path, 0, len(data))
    assert told.value.facts["place"] == "x.warc.gz:0"


def test_an_empty_tail_or_a_missing_file_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match="cannot be read"):
        read_member(tmp_path / "x.warc.gz", 0, 10)


def test_the_segments_of_an_archive_pass_the_check_of_warcio(filled: Archive, where: Path) -> None:
    filled.close()
    segments = sorted(map(str, (where / "warc").iterdir()))
    done = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", *segments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "digest failed" not in done.stdout and "digest pass" in done.stdout


def test_other_tools_read_the_pages_of_an_archive(filled: Archive, where: Path) -> None:
    """Requests, responses, a revisit and supplied copies, as a reader who knows only the standard sees them."""
    filled.close()
    seen: list[tuple[str, str, bytes]] = []
    records: dict[str, Any] = {}
    for path in sorted((where / "warc").iterdir()):
        data = path.read_bytes()
        for record in ArchiveIterator(io.BytesIO(data)):
            body = record.content_stream().read()
            records[record.rec_headers["WARC-Record-ID"]] = record.rec_headers
            seen.append((record.rec_type, record.rec_headers.get_header("WARC-Target-URI") or "", body))
        for record in FastIterator(io.BytesIO(data), parse_http=False):
            assert record.verify_block_digest()
    assert seen[0][0] == "warcinfo"
    ferry = [(kind, body) for kind, uri, body in seen if uri == "http://paper.example/news/ferry" and kind != "request"]
    assert ferry[0] == ("response", b"ferry" * 50)
    assert ferry[1] == ("revisit", b"")
    assert ("resource", "urn:pressmark:supplied:http://paper.example/news/quay", b"a copy") in seen
    revisits = [h for h in records.values() if h["WARC-Type"] == "revisit"]
    assert digest_of(b"ferry" * 50) in {h["WARC-Payload-Digest"] for h in revisits}
    for headers in revisits:
        earlier = records[headers["WARC-Refers-To"]]
        assert earlier["WARC-Payload-Digest"] == headers["WARC-Payload-Digest"]
        assert (earlier["WARC-Target-URI"], earlier["WARC-Date"]) == (
            headers["WARC-Refers-To-Target-URI"],
            headers["WARC-Refers-To-Date"],
        )
    # nothing of ours pretends to be a page
    pages = {"request", "response", "revisit"}
    assert all(uri.startswith("http://paper.example/") for kind, uri, _ in seen if kind in pages)
    assert all(uri.startswith("urn:pressmark:") for kind, uri, _ in seen if kind not in pages | {"warcinfo"})


def test_nothing_of_this_machine_stands_in_the_segments(filled: Archive, where: Path) -> None:
    import getpass
    import socket

    filled.close()
    for path in (where / "warc").iterdir():
        for member in walk(path):
            assert isinstance(member, Member)
            told = " ".join(member.headers.values()).encode() + member.block
            for word in (socket.gethostname(), str(where.parent), getpass.getuser()):
                # as a word of its own: minted ids may hold a short name by chance
                assert re.search(rb"(?<![0-9a-z])" + re.escape(word.encode()) + rb"(?![0-9a-z])", told) is None


@given(BLOCKS)
def test_what_is_deflated_once_is_good_for_a_column_too(block: bytes) -> None:
    assert zlib.decompress(as_zlib(block, deflate(block))) == block
