"""Archive files of other software as captures: what is kept, what is put together, what is passed over."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from model.canonical import canonical_json
from model.capture import Basis, Fidelity, Truncated, digest_of
from model.errors import TooLarge, Unreadable


@pytest.mark.parametrize("version", ["0.17", "0.18", "1.0", "1.1"])
@pytest.mark.parametrize("packing", ["a member a record", "one member", "not packed"])
def test_every_version_in_every_packing(kit: Any, take: Any, version: str, packing: str) -> None:
    info = kit.record("warcinfo", b"software: Reedbot/3\r\nisPartOf: Reed Bank crawl\r\n", url=None, version=version)
    page = kit.record(version=version, WARC_Payload_Digest=kit.sha1(kit.page), WARC_IP_Address="192.0.2.7")
    files = {"a member a record": [info, page], "one member": gzip.compress(info + page), "not packed": info + page}
    taken = take(files[packing])
    [capture] = taken.captures
    assert (taken.errors, capture.basis, capture.url, capture.final_url) == ([], Basis.IMPORTED, kit.url, kit.url)
    assert (capture.at, capture.received_at) == (datetime(2024, 5, 1, 8, tzinfo=UTC), kit.now)
    [hop] = capture.exchanges
    assert (hop.head + hop.entity, hop.status, hop.ip) == (kit.http(), 200, "192.0.2.7")
    made = capture.imported
    assert made is not None
    assert (made.archive, made.fidelity, made.kind) == ("Reed Bank crawl (Reedbot/3)", Fidelity.RAW, "response")
    assert (made.record_id, made.digest) == ("urn:uuid:1", kit.sha1(kit.page))
    assert made.headers == (page.split(b"\r\n\r\n")[0].decode(),)


@pytest.mark.parametrize("packed", [True, False])
def test_arc_of_both_versions(kit: Any, take: Any, packed: bool) -> None:
    second = f"{kit.url}2 192.0.2.7 20040502080000 text/html 200 - - 0 reed.arc {len(kit.http())}\n".encode() + kit.http() + b"\n"
    files = [kit.arc_info(), kit.arc(), second]
    taken = take(files if packed else b"".join(files), names=["reed.arc"])
    assert [(c.url, c.at and c.at.day, c.entity) for c in taken.captures] == [
        (kit.url, 1, kit.page),
        (kit.url + "2", 2, kit.page),
    ]
    made = taken.captures[0].imported
    assert made is not None and (made.archive, made.kind, made.record_id) == ("Reed Bank Crawl", "arc", None)
    assert made.headers[0].startswith(f"{kit.url} 192.0.2.7 20040501080000")


def test_a_request_is_found_before_and_behind_its_answer(kit: Any, take: Any) -> None:
    asked = b"GET /news HTTP/1.1\r\nHost: reed.example\r\n\r\n"
    before = [
        kit.record("request", asked, identity="q1"),
        kit.record(identity="a1", WARC_Concurrent_To="<urn:uuid:q1>"),
    ]
    behind = [kit.record(identity="a2", url=kit.url + "2"), kit.record("request", asked, identity="q2", url=kit.url + "2")]
    other = [kit.record("request", b"GET /x", identity="q3", WARC_Concurrent_To="<urn:uuid:nobody>")]
    taken = take([*before, *behind, *other])
    assert [c.exchanges[0].request for c in taken.captures] == [asked, asked]
    assert len(taken.captures[0].imported.headers) == 2


def test_redirects_become_hops_of_what_they_lead_to(kit: Any, take: Any) -> None:
    first, second, third = (f"http://reed.example/{n}" for n in ("old", "newer", "newest"))
    hop = kit.http(b"moved", "301 Moved", f"Location: {second}")
    taken = take(
        [
            kit.record(block=hop, url=first, identity="1"),
            kit.record(block=kit.http(b"", "302 Found", "Location: /newest#top"), url=second, identity="2"),
            kit.record(block=kit.http(b"\x89PNG", media_type="image/png"), url="http://reed.example/a.png", identity="3"),
            kit.record(url=third, identity="4", date="2024-05-01T08:00:30Z"),
            kit.record(block=kit.http(b"", "301 Moved", "Location: /nowhere"), url="http://reed.example/lone", identity="5"),
        ]
    )
    [capture] = taken.captures
    assert (capture.url, capture.final_url) == (first, third)
    assert [e.status for e in capture.exchanges] == [301, 302, 200]
    assert capture.exchanges[0].head + capture.exchanges[0].entity == hop
    assert taken.passed == {"images": 1, "redirects to what is not in the file": 1}


def test_what_is_no_page_is_counted_and_not_told_one_by_one(kit: Any, take: Any) -> None:
    def part(media_type: str, path: str, status: str = "200 OK") -> bytes:
        made: bytes = kit.record(
            block=kit.http(b"x", status, media_type=media_type), url=f"http://reed.example/{path}", identity=path
        )
        return made

    taken = take(
        [
            kit.record(),
            part("image/png", "a"),
            part("image/webp", "b"),
            part("text/css", "c"),
            part("application/javascript", "d"),
            part("text/plain", "robots.txt"),
            part("text/html", "lost.png", "404 Not Found"),
            kit.record("resource", b"log", url="urn:reed:log", Content_Type="text/plain"),
            kit.record("metadata", b"via: x", identity="m"),
            kit.record("revisit", kit.http(b"", "304 Not Modified"), identity="304"),
        ]
    )
    assert (len(taken.captures), taken.errors) == (1, [])
    assert taken.passed == {
        "images": 2, "style sheets": 1, "scripts": 1, "others that are no pages": 2, "records of no web address": 1,
        "answers that nothing had changed (304)": 1,
    }  # fmt: skip


def test_a_page_that_is_gone_comes_with_its_time(kit: Any, take: Any) -> None:
    [capture] = take([kit.record(block=kit.http(b"gone", "410 Gone"))]).captures
    assert (capture.status, capture.at) == (410, datetime(2024, 5, 1, 8, tzinfo=UTC))


def test_chunks_stay_in_the_block_and_are_no_part_of_the_page(kit: Any, take: Any) -> None:
    framed = b"%x\r\n%s\r\n0\r\n\r\n" % (len(kit.page), kit.page)
    block = kit.http(framed, "200 OK", "Transfer-Encoding: chunked")
    undone = kit.http(kit.page, "200 OK", "Transfer-Encoding: chunked")  # the header kept, the coding undone
    taken = take([kit.record(block=block, WARC_Payload_Digest=kit.sha1(framed)), kit.record(block=undone, identity="2")])
    assert taken.errors == []
    assert [(c.entity, c.exchanges[0].framed) for c in taken.captures] == [(kit.page, framed), (kit.page, None)]


def test_a_resource_is_a_copy_without_http(kit: Any, take: Any) -> None:
    [capture] = take([kit.record("resource", kit.page, Content_Type="text/html; charset=utf-8")]).captures
    assert (capture.exchanges, capture.supplied, capture.media_type) == ((), kit.page, "text/html")
    assert (capture.basis, capture.imported.fidelity) == (Basis.IMPORTED, Fidelity.UNKNOWN)


def test_truncated_copies_say_so(kit: Any, take: Any) -> None:
    taken = take([kit.record(WARC_Truncated="disconnect"), kit.record(identity="2", WARC_Truncated="a power cut")])
    assert [c.truncated for c in taken.captures] == [Truncated.DISCONNECT, Truncated.UNSPECIFIED]


def test_a_revisit_is_found_in_the_same_file_and_across_files(kit: Any, take: Any) -> None:
    digest = kit.sha1(kit.page)
    head = kit.http(b"", "200 OK", "Date: later")
    more = {"WARC_Payload_Digest": digest, "WARC_Profile": "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"}
    revisit = kit.record("revisit", head, identity="r", date="2024-06-01T08:00:00Z", **more)
    elsewhere = kit.record("revisit", b"", identity="e", url="http://reed.example/print", date="2024-06-02T08:00:00Z", **more)
    original = kit.record(WARC_Payload_Digest=digest)
    for files in ([revisit, original, elsewhere],), ([revisit, elsewhere], [original]), ([original], [elsewhere, revisit]):
        taken = take(*files)
        assert taken.errors == []
        by_id = {c.imported.record_id: c for c in taken.captures}
        assert by_id["urn:uuid:r"].exchanges[0].head == head
        assert by_id["urn:uuid:r"].imported.kind == "revisit"
        # one without a header of its own has that of its first copy
        assert by_id["urn:uuid:e"].exchanges[0].head + kit.page == kit.http()
        assert {c.entity for c in taken.captures} == {kit.page}
        assert by_id["urn:uuid:e"].at == datetime(2024, 6, 2, 8, tzinfo=UTC)


def test_a_revisit_is_found_by_what_it_refers_to(kit: Any, take: Any) -> None:
    one, two = b"<p>the first words", b"<p>the second words"
    taken = take(
        [
            kit.record(block=kit.http(one), identity="1"),
            kit.record(block=kit.http(two), identity="2", date="2024-05-02T08:00:00Z"),
            kit.record("revisit", b"", identity="3", date="2024-06-01T08:00:00Z", WARC_Refers_To="<urn:uuid:2>"),
            kit.record(
                "revisit", b"", identity="4", url="http://m.reed.example/", date="2024-06-02T08:00:00Z",
                WARC_Refers_To_Target_URI=kit.url, WARC_Refers_To_Date="2024-05-01T08:00:00Z",
            ),
        ]
    )  # fmt: skip
    assert [c.entity for c in taken.captures] == [one, two, two, one]


def test_a_revisit_is_found_in_the_archive(kit: Any, take: Any) -> None:
    [first] = take([kit.record()]).captures
    wrong = replace(first, exchanges=(replace(first.exchanges[0], entity=b"<p>something else"),))
    revisit = [kit.record("revisit", kit.http(b""), identity="r", WARC_Payload_Digest=kit.sha1(kit.page))]
    [capture] = take(revisit, held=[wrong, first]).captures
    assert capture.entity == kit.page
    [error] = take(revisit, held=[wrong]).errors
    assert "first copy" in str(error) and error.facts["member"] == "urn:uuid:r"


def test_a_revisit_as_wget_writes_it(kit: Any, take: Any) -> None:
    more = {"WARC_Refers_To": "<urn:uuid:1>", "WARC_Truncated": "length", "WARC_Payload_Digest": kit.sha1(kit.page)}
    revisit = kit.record("revisit", kit.http(b""), identity="2", url=f"<{kit.url}>", WARC_Block_Digest=kit.sha1(b""), **more)
    first, again = take([kit.record(url=f"<{kit.url}>"), revisit]).captures
    assert (again.url, again.entity, again.truncated) == (kit.url, first.entity, None)


def test_a_payload_that_is_not_the_revisited_one_is_no_page_but_kept(kit: Any, take: Any) -> None:
    revisit = kit.record(
        "revisit", kit.http(b""), identity="2", WARC_Refers_To="<urn:uuid:1>", WARC_Payload_Digest=kit.sha1(b"x")
    )
    taken = take([kit.record(), revisit])
    [error] = taken.errors
    assert "digest" in str(error) and error.capture is not None and error.capture.exchanges[0].entity == kit.page


def test_revisits_of_images_are_no_errors(kit: Any, take: Any) -> None:
    picture = {"url": "http://reed.example/a", "WARC_Payload_Digest": kit.sha1(b"\x89PNG")}
    taken = take(
        [
            kit.record(block=kit.http(b"\x89PNG", media_type="image/png"), identity="1", **picture),
            kit.record("revisit", b"", identity="2", **picture),
            kit.record("revisit", kit.http(b"", media_type="image/png"), url="http://reed.example/b", identity="3"),
        ]
    )
    assert (taken.captures, taken.errors) == ([], [])
    assert taken.passed == {"images": 2, "revisits of what is no page": 1}


def test_one_key_for_one_foreign_record(kit: Any, take: Any) -> None:
    one = take([kit.record()]).captures[0].origin_key
    assert take(b"".join([kit.record(version="1.1")])).captures[0].origin_key == one
    assert take([kit.record(identity="2")]).captures[0].origin_key != one
    assert take([kit.record(block=kit.http(b"<p>other words"))]).captures[0].origin_key != one
    assert (
        take([kit.arc_info(), kit.arc()]).captures[0].origin_key
        != take([kit.arc_info(), kit.arc(date="20040601080000")]).captures[0].origin_key
    )


@pytest.mark.parametrize("header", ["WARC_Block_Digest", "WARC_Payload_Digest"])
def test_a_wrong_digest_is_no_page_but_kept(kit: Any, take: Any, header: str) -> None:
    taken = take(
        [kit.record(**{header: kit.sha1(b"what it was once")}), kit.record(identity="2", **{header: "crc9:none of ours"})]
    )
    [error] = taken.errors
    assert isinstance(error, Unreadable) and "digest" in str(error)
    assert error.capture is not None and error.capture.entity == kit.page
    assert [c.imported.record_id for c in taken.captures] == ["urn:uuid:2"]


@pytest.mark.parametrize(
    ("date", "said"), [("yesterday", "no date"), ("2024-13-01T00:00:00Z", "no date"), ("2031-01-01T00:00:00Z", "future")]
)
def test_a_date_that_cannot_be_is_an_outcome(kit: Any, take: Any, date: str, said: str) -> None:
    taken = take([kit.record(date=date), kit.record(identity="2")])
    assert said in str(taken.errors[0]) and len(taken.errors) == len(taken.captures) == 1


def test_a_record_over_the_limit_is_an_outcome_and_the_next_is_taken(kit: Any, take: Any) -> None:
    large = kit.record(block=kit.http(b"<p>" + b"\0" * 3_000_000), identity="large")
    for files in ([large, kit.record()], large + kit.record()):
        taken = take(files, max_bytes=100_000)
        assert isinstance(taken.errors[0], TooLarge) and len(taken.errors) == len(taken.captures) == 1


def test_the_file_that_holds_no_page_is_one_outcome(kit: Any, take: Any) -> None:
    taken = take([kit.record(block=kit.http(b"\x89PNG", media_type="image/png"))])
    [error] = taken.errors
    assert "holds no page among its 1 records; passed over: 1 image" in str(error)


def test_what_another_archive_noted_of_its_own_doing_is_never_taken_for_ours(kit: Any, take: Any) -> None:
    noted = {
        "feed": {"published": 1.5, "title": "gates \ud800", "deep": json.loads("[" * 20 + "]" * 20)},
        "saved": {"url": 5},
        "image": {"record": "abc-1", "version": 1, "url": kit.url},
        "robots_override": "they agreed",
    }
    facts = kit.record(
        "metadata",
        json.dumps({"context": noted, "payload_digest": digest_of(kit.page)}).encode(),
        identity="f",
        url="urn:pressmark:capture:1",
    )
    [capture] = take([kit.record(), facts]).captures
    assert set(capture.context) == {"feed", "elsewhere"}
    assert (capture.context["feed"]["published"], capture.context["feed"]["title"]) == ("1.5", "gates ")
    assert capture.context["elsewhere"] == {k: noted[k] for k in ("saved", "image", "robots_override")}
    assert canonical_json(capture.context)


@pytest.mark.parametrize("block", [b"[" * 100_000, b'{"context": [1]}', b'{"context": {"feed": "x"}}', b"nothing"])
def test_facts_of_another_archive_that_make_no_sense_cost_the_page_nothing(kit: Any, take: Any, block: bytes) -> None:
    [capture] = take([kit.record(), kit.record("metadata", block, identity="f", url="urn:pressmark:capture:1")]).captures
    assert capture.entity == kit.page and "feed" not in capture.context


def test_a_header_field_that_begins_on_the_next_line_is_that_field(kit: Any, take: Any) -> None:
    folded = kit.record().replace(b"WARC-Target-URI: ", b"WARC-Target-URI:\r\n  ", 1)
    assert [c.url for c in take(folded).captures] == [kit.url]


def test_a_record_dated_before_the_web_has_no_date(kit: Any, take: Any) -> None:
    taken = take([kit.record(date="0001-01-01T00:00:00Z"), kit.record(date="1969-12-31T23:59:59Z", identity="2")])
    assert taken.captures == [] and all("before the web" in str(error) for error in taken.errors) and len(taken.errors) == 2


def test_a_password_in_an_address_stays_in_the_foreign_header(kit: Any, take: Any) -> None:
    given = kit.url.replace("://", "://ada:word@")
    [capture] = take([kit.record(url=given)]).captures
    assert (capture.url, capture.final_url, capture.exchanges[0].url) == (kit.url,) * 3
    assert capture.imported is not None and given in capture.imported.headers[0]
    [old] = take(kit.arc_info() + kit.arc(given), names=["old.arc"]).captures
    assert old.url == kit.url and "word" not in old.origin_key


def test_what_is_noted_beside_a_page_counts_only_where_it_is_of_its_bytes(kit: Any, take: Any) -> None:
    """A file cannot take the place of a capture that is not in it."""
    noted = {"origin_key": "fetch:7", "context": {"feed": {"title": "gates"}}, "signals": ["robots: noarchive"]}

    def beside(**more: str) -> Any:
        block = json.dumps(noted | more).encode()
        return take([kit.record(), kit.record("metadata", block, identity="f", url="urn:pressmark:capture:1")]).captures[0]

    own, other = digest_of(kit.page), digest_of(b"another page")
    believed = beside(payload_digest=own)
    assert (believed.origin_key, believed.signals) == ("fetch:7", ("robots: noarchive",)) and "feed" in believed.context
    assert beside(payload_digest=own, origin_key=f"file:{own}||").origin_key == f"file:{own}||"
    for foreign in (beside(), beside(payload_digest=other), beside(payload_digest=own, origin_key=f"file:{other}||")):
        assert foreign.origin_key.startswith("import:urn:uuid:1|")
        assert (foreign.context, foreign.signals, foreign.entity) == ({}, (), kit.page)


def test_a_supplied_copy_is_one_only_by_facts_of_its_bytes(kit: Any, take: Any) -> None:
    def given(digest: str) -> Any:
        copy = kit.record("resource", kit.page, url="urn:pressmark:supplied:1", Content_Type="text/html")
        facts = json.dumps({"payload_digest": digest, "url": kit.url}).encode()
        return take([copy, kit.record("metadata", facts, identity="f", url="urn:pressmark:capture:1")])

    assert [c.url for c in given(digest_of(kit.page)).captures] == [kit.url]
    assert given(digest_of(b"another page")).captures == []
