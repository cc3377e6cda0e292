"""A person's hand: what is amended, noted, gathered and restricted is the person's, stays, and comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from model.errors import BadCall, NotFound, Restricted
from model.record import Scope
from model.watch import Watch, WatchKind
from storage import Archive, Deposit, Person, Release, Verdict

pytestmark = pytest.mark.both_engines

URL = "http://paper.example/news/mill"
LATER = datetime(2026, 2, 1, tzinfo=UTC)
NEWER = Release({"pressmark": "test", "rules": "two"})


@pytest.fixture
def record(desk: Any, make_article: Any) -> str:
    return str(desk.take(desk.fetched(URL, b"mill", 1), make_article("Mill to close", "the wheel of the mill stops")).record)


def test_a_persons_value_is_in_every_view_and_the_first_reading_stays_true(archive: Archive, record: str) -> None:
    values = {"/headline": "Old mill to close", "/authors/0/name": "Wilma Tarn"}
    assert archive.by("Ada Bell").amend(record, None, values, reason="as in print") == (1, 2)
    view = archive.show(record)
    assert (view.reading, view.article.headline, view.article.authors[0].name) == (2, "Old mill to close", "Wilma Tarn")
    assert {(s.agent, s.reason, s.reading) for s in view.stated} == {("Ada Bell", "as in print", 2)}
    assert view.reader.agent["name"] == "pressmark"
    first = archive.show(record, 1, 1)
    assert (first.article.headline, first.stated) == ("Mill to close", ())
    line = next(archive.list())
    assert (line.headline, line.authors) == ("Old mill to close", ("Wilma Tarn",))
    assert archive.history(record).states[0].headline == "Old mill to close"
    assert [hit.line.record for hit in archive.search("author:tarn")] == [record]
    assert archive.search("author:quill") == []
    assert [hit.line.record for hit in archive.search('"old mill"')] == [record]


def test_a_persons_value_outranks_a_later_release_field_by_field(
    archive: Archive, desk: Any, record: str, make_article: Any
) -> None:
    archive.by("Ada").amend(record, 1, {"/headline": "Old mill to close"}, reason="as in print")
    desk.articles = {k: replace(a, headline="Mill shuts", section="Local") for k, a in desk.articles.items()}
    desk.take(desk.fetched(URL, b"mill 2", 2), make_article("Mill shuts for good", "the wheel stops in spring"), NEWER)
    view = archive.show(record, 1)
    assert (view.reading, view.article.headline, view.article.section) == (3, "Old mill to close", "Local")
    assert [(s.read, s.agrees) for s in view.stated] == [("Mill shuts", False)]
    assert archive.show(record, 1, 2).article.section is None
    # what the publisher changed is told from what releases read, never from what persons state
    changed = archive.history(record).states[1].change
    assert changed is not None and {f.field for f in changed.fields} == {"headline", "body"}
    assert archive.show(record, 2).article.headline == "Mill shuts for good"


def test_a_value_is_taken_back_by_a_reading_of_its_own(archive: Archive, record: str) -> None:
    hand = archive.by("Ada")
    hand.amend(record, 1, {"/headline": "Old mill"}, reason="as in print")
    assert hand.amend(record, 1, {}, ["/headline"], reason="it was the poster") == (1, 3)
    assert archive.show(record).article.headline == "Mill to close"
    assert archive.show(record, 1, 2).article.headline == "Old mill"
    with pytest.raises(BadCall, match="nobody stated headline"):
        hand.amend(record, 1, {}, ["/headline"], reason="again")


def test_restricted_content_is_amended_and_no_answer_tells_what_it_says(archive: Archive, record: str) -> None:
    hand = archive.by("Ada Bell")
    hand.restrict(record, Scope.CONTENT, reason="a minor is named")
    assert hand.amend(record, None, {"/headline": "Old mill to close"}, reason="as in print") == (1, 2)
    for pointer in ("/authors/0/affiliations/0/role", "/authors/4/role", "/dateline/place", "/images/0/caption"):
        with pytest.raises(BadCall, match="does not fit what is there, which is restricted") as error:
            hand.amend(record, 1, {pointer: "x"}, reason="why")
        assert not any(word in str(error.value) for word in ("Quill", "has 1", "has 0", "empty"))
    with pytest.raises(Restricted):
        archive.show(record)
    assert archive.show(record, restricted=True).article.headline == "Old mill to close"
    assert (next(archive.list()).headline, archive.search("old")) == (None, [])
    hand.lift(record, reason="the order was withdrawn")
    with pytest.raises(BadCall, match="authors has 1 here"):
        hand.amend(record, 1, {"/authors/4/role": "x"}, reason="why")


def test_amending_what_is_not_there_changes_nothing(archive: Archive, record: str) -> None:
    before = list(archive.events(limit=None))
    with pytest.raises(BadCall, match="authors has 1 here"):
        archive.by("Ada").amend(record, 1, {"/authors/4/role": "x"}, reason="why")
    with pytest.raises(NotFound):
        archive.by("Ada").amend(record, 7, {"/headline": "x"}, reason="why")
    with pytest.raises(BadCall, match="nobody is named"):
        archive.by("  ")
    assert list(archive.events(limit=None)) == before


def test_notes_and_collections_are_kept_once_and_say_who(archive: Archive, record: str) -> None:
    hand = archive.by("Ada")
    assert (hand.note(record, "cropped in print"), hand.note(record, "cropped in print")) == (True, False)
    assert hand.collect([record, record], "mills", reason="for the show") == [record]
    assert hand.collect([record], "mills") == []
    assert archive.collections() == {"mills": 1}
    assert hand.collect([record], "mills", member=False) == [record]
    assert archive.collections() == {}
    told = [(e.detail["entry"], e.agent["name"], e.reason) for e in archive.events(record, 3)]
    assert told == [("collection", "Ada", None), ("collection", "Ada", "for the show"), ("note", "Ada", None)]


def test_restricted_content_is_kept_and_verified_and_nowhere_shown(archive: Archive, record: str) -> None:
    archive.by("Ada").restrict(record, Scope.CONTENT, reason="a minor is named")
    with pytest.raises(Restricted, match=r"restricted \(by Ada, .*: a minor is named\).*--restricted REASON"):
        archive.show(record)
    line = next(archive.list())
    assert (line.restricted, line.headline, line.authors, line.url) == (True, None, (), URL)
    history = archive.history(record)
    assert history.states[0].headline is None and history.restrictions[0].reason == "a minor is named"
    assert archive.search("wheel") == []
    assert [c.headline for c in archive.changes(datetime(2000, 1, 1, tzinfo=UTC))] == [None]
    assert archive.restricted() == archive.restricted(Scope.EXPORT) == {record}
    assert archive.show(record, restricted=True).article.headline == "Mill to close"
    (hit,) = archive.search("wheel", restricted=True)
    for told in (hit.line, *archive.list(restricted=True), *archive.list(restricted=True, as_of=LATER)):
        assert (told.restricted, told.headline) == (True, "Mill to close")
    assert archive.verify().ok


def test_a_restriction_ends_when_it_says_or_when_it_is_lifted(archive: Archive, record: str, house: Any) -> None:
    hand = archive.by("Ada")
    hand.restrict(record, Scope.CONTENT, reason="embargo", until=datetime(2026, 3, 1, tzinfo=UTC))
    assert archive.restricted() == {record}
    with house.open(now=lambda: datetime(2026, 3, 2, tzinfo=UTC)) as later:
        assert later.show(record).article.headline == "Mill to close"
        assert later.restricted() == set()
    hand.restrict(record, Scope.EXPORT, reason="rights")
    assert hand.lift(record, Scope.CONTENT, reason="mistaken") == ["content"]
    assert archive.show(record).restrictions[0].scope is Scope.EXPORT
    assert (archive.restricted(), archive.restricted(Scope.EXPORT)) == (set(), {record})
    assert hand.lift(record, reason="cleared") == ["export"]
    with pytest.raises(BadCall, match="not restricted"):
        hand.lift(record, reason="again")


def test_everything_a_person_did_comes_back_from_the_warcs(
    filled: Archive, house: Any, clock: Any, telling: Callable[[Archive], dict[str, Any]]
) -> None:
    records = [line.record for line in filled.list()]
    hand = filled.by("Ada Bell")
    for record in records:
        hand.amend(record, None, {"/headline": f"Amended {record[-1]}", "/authors/0/role": "editor"}, reason="as in print")
        hand.note(record, f"a remark on {record}")
    hand.amend(records[0], None, {}, ["/authors/0/role"], reason="mistaken")
    hand.collect(records, "all of them", reason="for the show")
    hand.collect(records[:1], "all of them", member=False, reason="but one")
    hand.restrict(records[1], Scope.CONTENT, reason="a minor is named")
    hand.restrict(records[2], Scope.EXPORT, reason="rights")
    hand.restrict(records[3], Scope.CONTENT, reason="an embargo")
    hand.lift(records[3], reason="it is over")
    hand.looked([records[1]], "research")
    histories = {r: filled.history(r) for r in records}
    events = list(filled.events(limit=None))
    open_records = [line for line in filled.list() if not line.restricted]
    shown = {line.record: filled.show(line.record) for line in open_records}
    filled.close()
    house.lose()
    house.rebuild()
    with house.open(write=True, now=clock) as archive:
        assert {r: archive.history(r) for r in records} == histories
        assert list(archive.events(limit=None)) == events
        assert {r: archive.show(r) for r in shown} == shown
        with pytest.raises(Restricted):
            archive.show(records[1])
        assert archive.restricted(Scope.EXPORT) == {records[1], records[2]}
        assert archive.verify().ok
        assert archive.by("Ada Bell").note(records[0], f"a remark on {records[0]}") is False


def test_a_lost_statement_costs_itself_and_is_named(archive: Archive, record: str, house: Any) -> None:
    archive.by("Ada").amend(record, 1, {"/headline": "Old mill"}, reason="as in print")
    payload = next(e.detail["payload"]["id"] for e in archive.events(record, 1))
    archive.close()
    segment = next((house.where / "warc").iterdir())
    data = bytearray(segment.read_bytes())
    from storage.warc import Member, walk

    member = next(m for m in walk(segment) if isinstance(m, Member) and m.id == payload)
    data[member.offset + member.length // 2] ^= 0x10
    segment.write_bytes(bytes(data))
    house.lose()
    house.rebuild()
    with house.open() as again:
        assert again.show(record).article.headline == "Mill to close"
        assert any(payload in f.problem or payload in f.place for f in again.verify().findings)


def test_events_are_filtered_by_record_kind_and_time(filled: Archive) -> None:
    everything = list(filled.events(limit=None))
    assert {e.outcome for e in everything} >= {"success", "held"}
    kinds = {e.detail["entry"] for e in everything}
    for kind in kinds:
        assert [e.id for e in filled.events(limit=None, kind=kind)] == [e.id for e in everything if e.detail["entry"] == kind]
    for kind in {e.type for e in everything}:
        assert [e.id for e in filled.events(limit=None, kind=kind)] == [e.id for e in everything if e.type == kind]
    assert [e.reason for e in filled.events(kind="robots override")] == ["for the record"]
    middle = everything[len(everything) // 2].at
    assert [e.id for e in filled.events(limit=None, since=datetime.fromisoformat(middle))] == [
        e.id for e in everything if e.at >= middle
    ]
    assert len(list(filled.events(limit=3, kind="check"))) == 3


def test_what_was_held_of_a_record_is_among_its_events(archive: Archive, desk: Any, record: str) -> None:
    desk.held(desk.fetched(URL, b"<p>please log in</p>", 4), "behind a paywall")
    told = list(archive.events(record))
    assert [(e.detail["entry"], e.outcome, e.reason) for e in told] == [
        ("held", "held", "behind a paywall"),
        ("version", "success", None),
    ]


HALF = "half of \ud83d a smile"
GIVEN: dict[str, Callable[[Any, str], object]] = {
    "note": lambda hand, record: hand.note(record, HALF),
    "amended value": lambda hand, record: hand.amend(record, None, {"/headline": HALF}, reason="print"),
    "amended part of a value": lambda hand, record: hand.amend(record, None, {"/authors": [{"name": HALF}]}, reason="print"),
    "reason of an amendment": lambda hand, record: hand.amend(record, None, {"/headline": "x"}, reason=HALF),
    "collection": lambda hand, record: hand.collect([record], HALF),
    "reason of a collection": lambda hand, record: hand.collect([record], "mills", reason=HALF),
    "restriction": lambda hand, record: hand.restrict(record, Scope.CONTENT, reason=HALF),
    "lifting": lambda hand, record: hand.lift(record, reason=HALF),
    "looking": lambda hand, record: hand.looked([record], HALF),
    "giving out": lambda hand, record: hand.gave_out("jsonl", None, HALF),
}


@pytest.mark.parametrize("what", GIVEN)
def test_text_that_cannot_be_kept_is_a_wrong_call_and_nothing_is_done(archive: Archive, record: str, what: str) -> None:
    before = list(archive.events(limit=None))
    with pytest.raises(BadCall, match=r"half a character.*U\+D83D.*give it as valid text") as told:
        GIVEN[what](archive.by("Ada"), record)
    assert "\n" not in str(told.value)
    assert list(archive.events(limit=None)) == before
    assert archive.verify().ok


def test_what_is_given_with_a_source_can_be_kept(archive: Archive, desk: Any) -> None:
    for given in ({"collection": HALF}, {"note": HALF}, {"override_reason": HALF}, {"person": Person(HALF)}):
        with pytest.raises(BadCall, match="half a character"):
            Deposit(URL, desk.fetched(URL, b"mill", 1), Verdict.HELD, NEWER, **given)
    with pytest.raises(BadCall, match="a person's name"):
        archive.by(HALF)
    with pytest.raises(BadCall, match="name of a watch"):
        archive.watches.add(Watch("http://paper.example/feed", WatchKind.FEED, 900, HALF))


def test_events_say_which_fields_were_amended(archive: Archive, record: str) -> None:
    hand = archive.by("Ada")
    hand.amend(record, None, {"/headline": "Old mill to close", "/authors/0/name": "Wilma Tarn"}, reason="as in print")
    hand.amend(record, None, {}, ["/headline"], reason="mistaken")
    last, first = list(archive.events(record, kind="reading"))[:2]
    assert (first.detail["set"], first.detail["clear"], first.reason) == (["/authors/0/name", "/headline"], [], "as in print")
    assert (last.detail["set"], last.detail["clear"]) == ([], ["/headline"])
    assert "Wilma Tarn" not in str(first.detail)
    assert "set" not in next(archive.events(record, kind="version")).detail
