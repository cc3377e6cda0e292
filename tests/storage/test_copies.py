"""Likely copies among other records: found by index, told from the texts, their origin a guess with its ground."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.article import Dateline
from model.likeness import likeness, shingles, sketch
from model.record import Scope

pytestmark = pytest.mark.both_engines

WORDS = [
    f"{a}{b}" for a in ("har", "mil", "quay", "fer", "lamp", "tide", "weir") for b in ("bour", "ler", "ry", "el", "ton", "low")
]


def _text(seed: int, count: int = 160) -> list[str]:
    rng = random.Random(seed)
    return [" ".join(rng.choice(WORDS) + str(rng.randrange(40)) for _ in range(20)) for _ in range(count // 20)]


def test_copies_are_named_with_what_differs_and_others_are_not(desk: Any, make_article: Any) -> None:
    words = _text(1)
    first = desk.take(
        desk.fetched("http://one.example/a", b"1", 0), make_article("Mill shuts", *words, date_published="2026-01-02")
    )
    copy = make_article("Wheel stops", "An intro of our own, of some words.", *words[:-1], date_published="2026-01-03")
    second = desk.take(desk.fetched("http://two.example/b", b"2", 1), copy)
    desk.take(desk.fetched("http://three.example/c", b"3", 2), make_article("Mill shuts", *_text(2)))
    told = desk.archive.likely_copies(second.record)
    assert [(c.record, c.version, c.declared) for c in told.copies] == [(first.record, 1, False)]
    assert told.copies[0].shared >= 85
    assert {f.field for f in told.copies[0].change.fields} >= {"headline", "body"}
    assert (told.origin.basis, told.origin.record) == ("earliest", first.record)
    assert [c.record for c in desk.archive.likely_copies(first.record).copies] == [second.record]


def test_a_credited_wire_is_the_origin(desk: Any, make_article: Any) -> None:
    words = _text(3)
    dateline = Dateline("PORT HALLOW (NPA)", "Port Hallow", None, "NPA")
    one = desk.take(desk.fetched("http://one.example/a", b"1", 0), make_article("A", *words, dateline=dateline))
    desk.take(desk.fetched("http://two.example/b", b"2", 1), make_article("B", *words))
    origin = desk.archive.likely_copies(one.record).origin
    assert (origin.basis, origin.name, origin.record) == ("credited", "NPA", None)


def test_what_a_canonical_address_on_another_domain_declares_is_told_both_ways(desk: Any, make_article: Any) -> None:
    url = "http://one.example/a"
    first = desk.take(desk.fetched(url, b"1", 5), make_article("A", "a short text"))
    second = desk.take(desk.fetched("http://two.example/b", b"2", 1), make_article("A", "a short text", canonical_url=url))
    told = desk.archive.likely_copies(second.record)
    assert [(c.record, c.declared) for c in told.copies] == [(first.record, True)]
    assert (told.origin.basis, told.origin.record, told.origin.url) == ("declared", first.record, url)
    assert [(c.record, c.declared) for c in desk.archive.likely_copies(first.record).copies] == [(second.record, True)]


def test_restricted_records_are_no_copies_of_anything(desk: Any, make_article: Any) -> None:
    one = desk.take(desk.fetched("http://one.example/a", b"1", 0), make_article("A", *_text(4)))
    two = desk.take(desk.fetched("http://two.example/b", b"2", 1), make_article("B", *_text(4)))
    desk.archive.by("Ada").restrict(two.record, Scope.CONTENT, reason="rights")
    assert desk.archive.likely_copies(one.record).copies == ()
    assert desk.archive.likely_copies(two.record).copies == ()


def test_half_a_text_in_common_tells_of_no_origin(desk: Any, make_article: Any) -> None:
    same = _text(6, 120)
    one = desk.take(desk.fetched("http://one.example/a", b"1", 0), make_article("A", *same, *_text(7, 60)))
    desk.take(desk.fetched("http://one.example/b", b"2", 1), make_article("B", *same, *_text(8, 60)))
    told = desk.archive.likely_copies(one.record)
    assert [40 <= c.shared < 70 for c in told.copies] == [True] and told.origin is None


def test_a_piece_of_its_own_has_no_copies_and_no_origin(desk: Any, make_article: Any) -> None:
    one = desk.take(desk.fetched("http://one.example/a", b"1", 0), make_article("A", *_text(5)))
    told = desk.archive.likely_copies(one.record)
    assert (told.copies, told.origin) == ((), None)


def test_scripts_without_spaces_are_compared_as_well(desk: Any, make_article: Any) -> None:
    text = "外交部发言人在例行记者会上表示，双方将就渔业协定继续磋商，并呼吁各方保持克制，避免局势进一步升级。"
    one = desk.take(desk.fetched("http://one.example/a", b"1", 0), make_article("渔业协定", text))
    two = desk.take(desk.fetched("http://two.example/b", b"2", 1), make_article("磋商继续", "本报讯。" + text))
    assert [c.record for c in desk.archive.likely_copies(one.record).copies] == [two.record]


@given(st.integers(0, 10_000), st.sampled_from([0.8, 0.9]))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_the_estimate_is_near_what_the_texts_share(seed: int, part: float) -> None:
    words = " ".join(_text(seed, 400)).split()
    some = words[: int(len(words) * part)]
    one, other = sketch(" ".join(words)), sketch(" ".join(some))
    assert one is not None and other is not None
    assert abs(likeness(one.signature, other.signature) - part) < 0.3
    assert any(a == b for a, b in zip(one.bands, other.bands, strict=True))


@pytest.mark.parametrize("text", ["", "a few words only", " ".join(map(str, range(22)))])
def test_a_text_too_short_to_tell_has_no_signature(text: str) -> None:
    assert sketch(text) is None
    assert len(shingles(text)) < 20
