"""A batch in which a piece is damaged: what is decided of the others is as it would have been without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from model.article import Article
from model.errors import Damaged
from model.record import Outcome, Result
from storage import Archive, Deposit, ImageWanted, Person, Release, Unsettled, Verdict
from storage.capture_records import is_facts
from tests.storage.damage import entry_where, members, spoil

pytestmark = pytest.mark.both_engines

HOST = "http://paper.example"
RELEASE = Release({"pressmark": "test"})


def test_all_but_the_damaged_are_decided(house: Any, make_desk: Any, make_article: Callable[..., Article]) -> None:
    desk = make_desk(None)

    def deposit(name: str, hours: float, said: str, **more: Any) -> Deposit:
        url = f"{HOST}/{name}"
        capture = desk.fetched(url, f"{name} {said}".encode(), hours)
        return Deposit(url, capture, Verdict.ARTICLE, RELEASE, make_article(f"{name} {said}", f"Words that say {said}."), **more)

    with house.create() as archive:
        first = archive.settle(archive.stage([deposit(name, 0, "first") for name in ("one", "two", "three")]))
    (one, two, three) = (x.record for x in first if isinstance(x, Result) and x.record)
    house.run(f"DELETE FROM observations WHERE record = '{two}'")
    labels: dict[str, Any] = {"note": "seen", "collection": "quays", "person": Person("Ada")}
    pdf = Deposit(f"{HOST}/paper", desk.fetched(f"{HOST}/paper", b"%PDF", 3), Verdict.HELD, RELEASE, reason="a PDF", code="pdf")
    batch = [
        deposit("new", 5, "first"),
        deposit("two", 5, "second", override_reason="asked", **labels),
        deposit("one", 5, "second", **labels),
        deposit("two", 6, "third"),
        pdf,
        deposit("three", 5, "second"),
        deposit("newer", 5, "first"),
    ]
    with house.open(write=True) as archive:
        staged = archive.stage(batch)
        told = archive.settle(staged)
        waiting = [x for x in told if isinstance(x, Unsettled)]
        outcomes = [x.outcome if isinstance(x, Result) else None for x in told]
        assert outcomes == [Outcome.NEW, None, Outcome.CHANGED, None, Outcome.HELD, Outcome.CHANGED, Outcome.NEW]
        assert [x.kept.id for x in archive.undecided()] == [x.capture for x in waiting]
        assert all("pressmark verify" in str(x.error) for x in waiting)
        assert archive.collections() == {"quays": 1}
        (finding, *_) = archive.verify().findings
        assert two in finding.place or two in finding.problem
    house.rebuild()
    with house.open(write=True) as archive:
        assert archive.verify().findings == ()
        again = {item.kept.id: item for item in archive.undecided()}
        assert list(again) == [x.capture for x in waiting]
        staged = [again[x.capture].staged(item) for x, item in zip(waiting, (batch[1], batch[3]), strict=True)]
        done = archive.settle(staged)
        assert [x.version for x in done if isinstance(x, Result)] == [2, 3]
        assert [len(archive.history(record).states) for record in (one, two, three)] == [2, 3, 2]
        assert archive.collections() == {"quays": 2}
        assert archive.verify().findings == () and list(archive.undecided()) == []


def test_an_image_file_of_a_damaged_piece_keeps_back_no_other(
    filled: Archive, house: Any, make_desk: Any, make_article: Callable[..., Article]
) -> None:
    desk = make_desk(filled)
    picture = f"{HOST}/quay.jpg"
    records = [
        desk.take(desk.fetched(f"{HOST}/{n}", b"page %d" % n, n), make_article(f"Piece {n}", "Words.")).record for n in (1, 2)
    ]
    owner = ImageWanted(records[0], 1, picture)
    desk.settle(Deposit(picture, desk.fetched(picture, b"picture", 3), Verdict.IMAGE, RELEASE, image=owner))
    held = filled.capture_facts(_image_of(filled, records[0]))
    digest = house.run(f"SELECT digest FROM captures WHERE id = '{held['id']}'")[0][0]
    other = desk.take(desk.fetched(f"{HOST}/3", b"page 3", 4), make_article("Piece 3", "Words.")).record
    house.run(f"DELETE FROM versions WHERE record = '{records[1]}'")
    kept = filled.keep_held([ImageWanted(record, 1, picture, (held["id"], digest)) for record in (records[1], other)])
    assert isinstance(kept[0], Damaged) and kept[1] is None
    assert filled.count_images(other, 1) == 1 and filled.count_images(records[1], 1) == 0
    late = ImageWanted(records[1], 1, f"{HOST}/late.jpg")
    deposit = Deposit(late.url, desk.fetched(late.url, b"late", 5), Verdict.IMAGE, RELEASE, image=late)
    (answer,) = filled.settle(filled.stage([deposit]))
    assert isinstance(answer, Unsettled) and [x.kept.id for x in filled.undecided()] == [answer.capture]


def _image_of(archive: Archive, record: str) -> str:
    (image,) = archive.show(record, 1).images_kept
    return image.capture


def test_an_image_file_of_a_version_that_is_lost_for_good_is_kept_by_itself(
    house: Any, make_desk: Any, make_article: Callable[..., Article]
) -> None:
    with house.create() as archive:
        desk = make_desk(archive)
        record = desk.take(desk.fetched(f"{HOST}/one", b"one", 1), make_article("One", "Words.")).record
        image = ImageWanted(record, 1, f"{HOST}/one.jpg")
        picture = Deposit(image.url, desk.fetched(image.url, b"picture", 2), Verdict.IMAGE, RELEASE, image=image)
        archive.stage([picture])  # and then the process was killed
    member, _ = entry_where(house.segment, lambda e: (e.chain, e.seq) == (record, 1))
    spoil(house.segment, member)
    house.lose()
    house.rebuild(accept_loss=True)
    with house.open(write=True) as archive:
        found = {x.capture.url: x for x in archive.undecided()}
        (answer,) = archive.settle([found[image.url].staged(picture)])
        assert isinstance(answer, Result) and answer.outcome is Outcome.HELD
        assert answer.reason == "an image file of a version that is lost"
        assert [x.capture.url for x in archive.undecided()] == [f"{HOST}/one"]


def test_a_piece_keeps_its_record_where_the_facts_of_its_first_copy_are_lost(
    house: Any, make_desk: Any, make_article: Callable[..., Article]
) -> None:
    url = f"{HOST}/one"
    with house.create() as archive:
        desk = make_desk(archive)
        record = desk.take(desk.fetched(url, b"first", 1), make_article("One", "First words.")).record
        desk.take(desk.fetched(url, b"second", 2), make_article("One more", "Second words."))
    spoil(house.segment, next(x for x in members(house.segment) if is_facts(x)))
    house.lose()
    house.rebuild(accept_loss=True)
    with house.open(write=True) as archive:
        assert archive.find(url) == record
        desk = make_desk(archive)
        taken = desk.take(desk.fetched(url, b"third", 3), make_article("One and all", "Third words."))
        assert (taken.record, taken.outcome, taken.version) == (record, Outcome.CHANGED, 3)
    house.rebuild()
    with house.open() as archive:
        assert archive.find(url) == record and len(list(archive.list())) == 1
