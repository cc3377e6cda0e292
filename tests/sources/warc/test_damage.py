"""Damaged and lying archive files: each member costs only itself, with its place; nothing is ever raised."""

from __future__ import annotations

import gzip
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PACKED = [True, False]


def _three(kit: Any, middle: bytes) -> list[bytes]:
    return [kit.record(identity="1"), middle, kit.record(identity="3", url=kit.url + "3")]


def _ids(taken: Any) -> list[str]:
    return [c.imported.record_id.removeprefix("urn:uuid:") for c in taken.captures]


@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ({"length": 40}, "not as long as it states"),
        ({"length": 100_000}, "as long as it states|cut off"),
        ({"length": -1}, "no length"),
        ({"Content_Length": "many"}, None),
        ({"end": b""}, None),
        ({"end": b"\r\n"}, None),
    ],
)
def test_lengths_that_are_lies(kit: Any, take: Any, packed: bool, lie: dict[str, Any], said: str | None) -> None:
    files = _three(kit, kit.record(identity="2", **lie))
    taken = take(files if packed else b"".join(files))
    if said is None:  # the last header of a name is not the first, and what parts records may be missing
        assert (_ids(taken), len(taken.errors)) in ((["1", "2", "3"], 0), (["1", "3"], 1))
        return
    [error] = taken.errors
    assert _ids(taken) == ["1", "3"]
    place = len(gzip.compress(files[0])) if packed else len(files[0])
    assert str(error).startswith(f"at byte {place}, {kit.url}: ") and any(words in str(error) for words in said.split("|"))


@pytest.mark.parametrize(
    "rubbish",
    [
        b"nothing that begins like a record\n" * 20,
        b"WARC/9.9\r\nWARC-Type: response\r\nContent-Length: 0\r\n\r\n\r\n\r\n",
        b"WARC/1.0\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"WARC/1.0\r\nWARC-Type: response\r\n",
        b"\x00" * 3000,
        random.Random(5).randbytes(5000),
    ],
    ids=["words", "a version of the future", "an endless header", "a header broken off", "zeros", "noise"],
)
@pytest.mark.parametrize("packed", PACKED)
def test_rubbish_between_records(kit: Any, take: Any, rubbish: bytes, packed: bool) -> None:
    first, _, third = _three(kit, b"")
    taken = take(b"".join([gzip.compress(first), rubbish, gzip.compress(third)]) if packed else first + rubbish + b"\n" + third)
    assert {"1", "3"} >= set(_ids(taken)) >= {"3"}
    assert taken.errors or _ids(taken) == ["1", "3"]
    assert all("at byte" in str(e) for e in taken.errors)


def test_bytes_that_were_lost_from_the_middle_of_a_member(kit: Any, take: Any) -> None:
    noise = random.Random(3).randbytes(2000).hex().encode()
    members = [gzip.compress(r) for r in _three(kit, kit.record(block=kit.http(b"<p>" + noise), identity="2"))]
    for spoilt in (members[1][:200] + members[1][400:], members[1][:700], members[1][:300] + b"\xff" * 60 + members[1][360:]):
        taken = take(members[0] + spoilt + members[2])
        assert (_ids(taken), len(taken.errors)) == (["1", "3"], 1)
        assert str(taken.errors[0]).startswith(f"at byte {len(members[0])}: ")


def test_a_file_that_ends_early_keeps_what_came_before(kit: Any, take: Any) -> None:
    for packed in PACKED:
        files = _three(kit, kit.record(identity="2", url=kit.url + "2"))
        whole = b"".join(map(gzip.compress, files) if packed else files)
        taken = take(whole[:-40])
        assert (_ids(taken), len(taken.errors)) == (["1", "2"], 1)
        assert "cut off" in str(taken.errors[0])


def test_a_warc_inside_a_page_is_no_record(kit: Any, take: Any) -> None:
    inner = kit.record(identity="inner", url="http://forged.example/")
    taken = take(b"".join(_three(kit, kit.record(block=kit.http(b"<p>" + inner), identity="2"))))
    assert (_ids(taken), taken.errors) == (["1", "2", "3"], [])


def test_arc_lines_that_cannot_be(kit: Any, take: Any) -> None:
    for line in (b"http://reed.example/ 192.0.2.7 2004 text/html 10\n", b"http://reed.example/ - 20040501080000 text/html -1\n"):
        taken = take(kit.arc_info() + line + b"0123456789\n" + kit.arc(), names=["reed.arc"])
        assert (len(taken.captures), len(taken.errors)) == (1, 1)


@pytest.mark.parametrize("packed", PACKED)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=4), cut=st.floats(0.05, 1))
def test_whatever_happens_to_the_bytes_is_an_outcome(
    kit: Any, take: Any, packed: bool, places: list[tuple[float, int]], cut: float
) -> None:
    files = _three(kit, kit.record("revisit", b"", identity="2"))
    whole = bytearray(b"".join(map(gzip.compress, files) if packed else files))
    for place, value in places:
        at = int(place * len(whole))
        whole[at] = value if at > 9 else whole[at]  # what kind of file it is stays
    taken = take(bytes(whole[: max(200, int(cut * len(whole)))]))
    assert len(taken.captures) + len(taken.errors) + sum(taken.passed.values()) > 0
