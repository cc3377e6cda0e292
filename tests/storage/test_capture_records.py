"""A capture as WARC records and back: every hop, every header byte, every kind of capture."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.canonical import canonical_json
from model.capture import Basis, Capture, Exchange, Fidelity, Import, Truncated, digest_of
from model.errors import Damaged, NewerFormat
from storage import Archive
from storage.capture_records import CaptureDrafts, draft_capture, earlier_of, is_facts, parse_facts, restore_capture
from storage.warc import Draft, Member, compress, read_member, walk

AT = datetime(2026, 1, 1, 6, 0, 0, 123456, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
MOMENTS = st.integers(0, 10**9).map(lambda s: AT + timedelta(microseconds=s))
HEADS = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
        b"HTTP/1.1 200 \r\nX-Empty:\r\nx-lower:  padded \r\nX-Twice: 1\r\nX-Twice: 2\r\nFolded: a\r\n b\r\n\r\n",
        b"HTTP/1.0 200 OK\nServer: bare line feeds\n\n",
        b"HTTP/1.1 200 OK\r\nX-Latin: caf\xe9\r\nX-Zero: \x00\r\nno colon here\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
    ]
)
EXCHANGES = st.builds(
    Exchange,
    url=TEXT.map("http://paper.example/".__add__),
    request=st.sampled_from([b"GET / HTTP/1.1\r\nHost: paper.example\r\n\r\n", b""]) | st.binary(max_size=30),
    head=HEADS,
    entity=st.binary(max_size=60) | st.sampled_from([b"", b"\r\n\r\n", b"\x1f\x8b\x08\x00", b"x" * 5000]),
    status=st.sampled_from([200, 301, 404]),
    at=MOMENTS,
    ip=st.none() | st.sampled_from(["192.0.2.7", "2001:db8::1"]),
    protocol=st.sampled_from(["http/1.1", "h2"]),
    tls=st.none() | st.just("TLSv1.3 TLS_AES_256_GCM_SHA384"),
    truncated=st.none() | st.sampled_from(Truncated),
    clock_offset=st.none() | st.integers(-100_000, 100_000),
)
CHUNKED = b"5;x=y\r\nquiet\r\n7\r\n harbor\r\n0\r\n\r\n"
FOREIGN = EXCHANGES | EXCHANGES.map(lambda hop: replace(hop, framed=CHUNKED, entity=b"quiet harbor"))
IMPORTS = st.builds(
    Import,
    TEXT,
    st.sampled_from(Fidelity),
    st.none() | TEXT,
    st.none() | TEXT,
    kind=st.none() | st.sampled_from(["response", "revisit", "arc"]),
    headers=st.lists(TEXT, max_size=2).map(tuple),
)
MORE: dict[str, Any] = {
    "origin_key": TEXT,
    "received_at": MOMENTS,
    "url": st.none() | TEXT,
    "final_url": st.none() | TEXT,
    "media_type": st.none() | TEXT,
    "truncated": st.none() | st.sampled_from(Truncated),
    "signals": st.lists(TEXT, max_size=2).map(tuple),
    "context": st.dictionaries(TEXT, st.none() | TEXT | st.integers(0, 9) | st.lists(TEXT, max_size=2), max_size=2),
}
FETCHED = st.builds(
    Capture, basis=st.just(Basis.FETCHED), at=MOMENTS, exchanges=st.lists(EXCHANGES, min_size=1, max_size=4).map(tuple), **MORE
)
IMPORTED = st.builds(
    Capture,
    basis=st.just(Basis.IMPORTED),
    at=MOMENTS,
    imported=IMPORTS,
    exchanges=st.lists(FOREIGN, min_size=1, max_size=2).map(tuple),
    **MORE,
)
SUPPLIED = st.builds(
    Capture,
    basis=st.just(Basis.SUPPLIED),
    at=st.none() | MOMENTS,
    supplied=st.binary(max_size=80),
    filename=st.none() | TEXT,
    **MORE,
)


def _ids() -> Any:
    count = itertools.count(1)
    return lambda: f"00000000-0000-4000-8000-{next(count):012}"


class Shelf:
    """Records that were really compressed and parsed, by id."""

    def __init__(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        self._path = tmp_path_factory.mktemp("shelf") / "x.warc.gz"
        self.members: dict[str, Member] = {}

    def put(self, drafts: CaptureDrafts | list[Draft]) -> None:
        for draft in drafts.records if isinstance(drafts, CaptureDrafts) else drafts:
            data = compress(draft, None)
            self._path.write_bytes(data)
            self.members[draft.id] = read_member(self._path, 0, len(data))

    def read(self, record_id: str) -> Member:
        return self.members[record_id]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory)


@given(FETCHED | IMPORTED | SUPPLIED)
def test_a_capture_comes_back_as_it_was(shelf: Shelf, capture: Capture) -> None:
    drafts = draft_capture(capture, _ids())
    shelf.put(drafts)
    assert restore_capture(parse_facts(drafts.facts), shelf.read) == capture
    # the facts come last, name their digest, and say which records prove them
    assert is_facts(shelf.read(drafts.records[-1].id)) and drafts.records[-1].block == drafts.facts
    assert drafts.digest == digest_of(drafts.facts)
    facts = parse_facts(drafts.facts)
    assert facts["records"] == [{"id": d.id, "type": d.type, "digest": digest_of(d.block)} for d in drafts.records[:-1]]


def test_an_imported_block_is_kept_as_the_other_archive_had_it(shelf: Shelf) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    hop = Exchange("http://paper.example/a", b"", head, b"quiet harbor", 200, AT, framed=CHUNKED)
    made = Import("The Reed Bank Library", Fidelity.RAW, "urn:uuid:1", "sha1:X", "response", ("WARC/1.0\nWARC-Type: response",))
    capture = Capture(Basis.IMPORTED, "import:1", AT, AT, hop.url, hop.url, (hop,), imported=made)
    drafts = draft_capture(capture, _ids())
    [response] = [d for d in drafts.records if d.type == "response"]
    assert response.block == head + CHUNKED
    assert "WARC-Payload-Digest" not in dict(response.extra)
    # nothing may refer to it as a payload: tools take the chunks for the page
    assert earlier_of(parse_facts(drafts.facts)) is None
    shelf.put(drafts)
    assert restore_capture(parse_facts(drafts.facts), shelf.read) == capture


def test_an_imported_resource_stands_under_its_own_address() -> None:
    made = Import("The Reed Bank Library", Fidelity.UNKNOWN, "urn:uuid:2", None, "resource")
    page = "http://paper.example/b"
    capture = Capture(Basis.IMPORTED, "import:2", AT, AT, page, page, (), b"<p>a page", "text/html", imported=made)
    [resource, _] = draft_capture(capture, _ids()).records
    assert (resource.type, resource.uri, resource.block) == ("resource", page, b"<p>a page")


@given(FETCHED.filter(lambda c: c.entity != b"" and c.truncated is None))
def test_a_revisit_comes_back_with_the_payload_it_refers_to(shelf: Shelf, capture: Capture) -> None:
    ids = _ids()
    last = replace(capture.exchanges[-1], truncated=None)
    first = replace(capture, exchanges=(last,))
    drafts = draft_capture(first, ids)
    earlier = earlier_of(parse_facts(drafts.facts))
    assert earlier is not None
    head = b"HTTP/1.1 200 OK\r\nDate: later\r\n\r\n"
    again = replace(capture, exchanges=(*capture.exchanges[:-1], replace(last, head=head, at=AT + timedelta(days=1))))
    second = draft_capture(again, ids, earlier)
    shelf.put(drafts)
    shelf.put(second)
    assert restore_capture(parse_facts(second.facts), shelf.read) == again
    main = shelf.read(second.id)
    assert (main.type, main.block) == ("revisit", head)
    assert main.headers["warc-payload-digest"] == digest_of(last.entity)
    # a revisit never refers to a revisit, which has no payload
    assert earlier_of(parse_facts(second.facts)) is None


def test_header_bytes_are_those_received(shelf: Shelf) -> None:
    head = b"HTTP/1.1 200 \r\nServer:nginx\r\nSet-Cookie: a=\xe9\r\nX-Pad:   x  \r\n\r\n"
    hop = Exchange("http://paper.example/", b"GET / HTTP/1.1\r\n\r\n", head, b"\r\n\r\nbody", 200, AT)
    drafts = draft_capture(Capture(Basis.FETCHED, "k", AT, AT, exchanges=(hop,)), _ids())
    shelf.put(drafts)
    assert shelf.read(drafts.id).block == head + b"\r\n\r\nbody"


def test_each_kind_has_the_records_of_its_kind(shelf: Shelf) -> None:
    hop = Exchange(
        "http://paper.example/",
        b"GET",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"x",
        200,
        AT,
        "192.0.2.7",
        "h2",
        "TLSv1.3 X",
        Truncated.LENGTH,
    )
    fetched = draft_capture(Capture(Basis.FETCHED, "k", AT, AT, exchanges=(hop, hop)), _ids())
    shelf.put(fetched)
    assert [d.type for d in fetched.records] == ["request", "response", "request", "response", "metadata"]
    told = shelf.read(fetched.id).headers
    assert (told["warc-protocol"], told["warc-cipher-suite"], told["warc-truncated"]) == ("tls/1.3", "X", "length")
    assert told["warc-concurrent-to"] == f"<urn:uuid:{fetched.records[2].id}>"
    supplied = draft_capture(Capture(Basis.SUPPLIED, "k", AT, supplied=b"x", filename="copy.html"), _ids())
    assert [d.type for d in supplied.records] == ["resource", "metadata"]


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff", b'{"pressmark":"x"}', b"null"])
def test_bytes_that_are_no_facts_are_damaged(data: bytes) -> None:
    with pytest.raises(Damaged):
        parse_facts(data)


def test_facts_of_a_newer_format_are_refused_as_newer() -> None:
    with pytest.raises(NewerFormat):
        parse_facts(canonical_json({"pressmark": 2}))


def test_a_broken_off_or_empty_payload_is_never_referred_to() -> None:
    hop = Exchange("http://paper.example/", b"GET", b"HTTP/1.1 200 OK\r\n\r\n", b"part", 200, AT)
    capture = Capture(Basis.FETCHED, "k", AT, AT, exchanges=(hop,), truncated=Truncated.DISCONNECT)
    assert earlier_of(parse_facts(draft_capture(capture, _ids()).facts)) is None
    empty = replace(capture, truncated=None, exchanges=(replace(hop, entity=b""),))
    assert earlier_of(parse_facts(draft_capture(empty, _ids()).facts)) is None
    assert earlier_of(parse_facts(draft_capture(Capture(Basis.SUPPLIED, "k", AT, supplied=b"x"), _ids()).facts)) is None


def test_a_third_look_refers_to_the_first_response(desk: Any, archive: Archive, make_article: Any) -> None:
    url = "http://paper.example/1"
    looks = [desk.take(desk.fetched(url, b"x" * 99, hours), make_article("A", "one")).capture for hours in range(3)]
    members = {m.id: m for p in (archive.where / "warc").iterdir() for m in walk(p) if isinstance(m, Member)}
    for look in looks[1:]:
        headers = members[look].headers
        assert headers["warc-type"] == "revisit"
        assert headers["warc-refers-to"] == f"<urn:uuid:{looks[0]}>"
        assert headers["warc-refers-to-date"] == members[looks[0]].headers["warc-date"]
        assert archive.capture_bytes(look) == b"x" * 99


def test_the_same_payload_is_kept_once_through_the_archive(desk: Any, archive: Archive, make_article: Any) -> None:
    url = "http://paper.example/1"
    body = random_bytes()
    desk.take(desk.fetched(url, body, 0), make_article("A", "one"))
    size = archive.stats()["warc_bytes"]
    again = desk.take(desk.fetched(url, body, 1), make_article("A", "one"))
    assert archive.stats()["warc_bytes"] - size < 5_000 < len(body)
    assert archive.capture_bytes(again.capture) == body
    elsewhere = desk.take(desk.fetched("http://paper.example/2", body, 1), make_article("B", "two"))
    assert archive.capture_bytes(elsewhere.capture) == body
    assert archive.verify().ok


def random_bytes() -> bytes:
    import random

    return random.Random(3).randbytes(20_000)
