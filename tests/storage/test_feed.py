"""The Atom feed of what changed, held to what RFC 4287 asks of one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as Xml

from model.change import Change, ChangeKind, FieldChange
from model.changes import ChangeLine
from model.record import Announced, Announcement
from storage.feed import ATOM, atom

AT = "2026-01-01T09:00:00.000000Z"
NS = {"a": ATOM}


def line(kind: str = "changed", **told: Any) -> ChangeLine:
    change = Change((FieldChange("headline", ChangeKind.EDITED, 1, 2, 9),)) if kind == "changed" else None
    made: dict[str, Any] = {
        "record": "c4p9xk-1", "url": "https://paper.example/quay?a=1&b=2", "headline": "Quay <closed> & shut", "version": 2,
        "before": 1, "seen_at": AT, "not_seen_before": None, "kind": kind, "change": change,
    }  # fmt: skip
    return ChangeLine(**{**made, **told})


def feed(*lines: ChangeLine) -> Xml.Element:
    return Xml.fromstring(atom("c4p9xk", lines, kept_by="The Reed Bank Library", updated="2025-12-01T00:00:00.000000Z"))


def test_a_feed_has_what_every_feed_must_have() -> None:
    made = feed(line(), line("gone", seen_at="2026-01-02T09:00:00.000000Z"), line("restored", url=None))
    assert made.tag == f"{{{ATOM}}}feed"
    for part in (made, *made.findall("a:entry", NS)):
        for name in ("id", "title", "updated"):
            (found,) = part.findall(f"a:{name}", NS)
            assert found.text
        assert datetime.fromisoformat(part.findtext("a:updated", "", NS)).tzinfo == UTC
        assert part.findtext("a:id", "", NS).startswith("urn:pressmark:change")
    assert made.findtext("a:author/a:name", "", NS) == "The Reed Bank Library"
    assert made.findtext("a:updated", "", NS) == "2026-01-02T09:00:00.000000Z"
    ids = [e.findtext("a:id", "", NS) for e in made.findall("a:entry", NS)]
    assert len(set(ids)) == 3
    for entry in made.findall("a:entry", NS):
        link, content = entry.find("a:link", NS), entry.find("a:content", NS)
        assert (link is None) != (content is None)  # 4.1.2: without content, an alternate link
    assert feed().findtext("a:updated", "", NS) == "2025-12-01T00:00:00.000000Z"


def test_an_entry_says_what_changed_how_much_and_whether_it_was_announced() -> None:
    said = Announcement(Announced.HERE, 2, ("It had one wheel.",), ("wheel",))
    (entry,) = feed(line(announcement=said, not_seen_before="2026-01-01T08:00:00.000000Z")).findall("a:entry", NS)
    assert entry.findtext("a:title", "", NS) == "Quay <closed> & shut"
    link = entry.find("a:link", NS)
    assert link is not None and link.attrib == {"rel": "alternate", "href": "https://paper.example/quay?a=1&b=2"}
    summary = entry.findtext("a:summary", "", NS)
    for words in ("c4p9xk-1@2 changed: headline edited, +1 -2 words", "announced with it", "It had one wheel.", "08:00:00"):
        assert words in summary


def test_the_same_change_has_the_same_id_and_the_same_changes_the_same_bytes() -> None:
    other = line(headline="Read anew", announcement=Announcement(Announced.NOT))
    assert other.id == line().id != line(version=3).id
    assert line("gone").id != line("gone", seen_at="2026-03-01T00:00:00.000000Z").id
    assert atom("c4p9xk", [line()], kept_by="L", updated=AT) == atom("c4p9xk", [line()], kept_by="L", updated=AT)


def test_no_page_can_break_the_feed() -> None:
    hostile = "\x00\x1b[31m \ud800 \ufffe ]]></entry><script>"
    (entry,) = feed(line(headline=hostile, url=f"https://paper.example/{hostile}")).findall("a:entry", NS)
    assert "</entry><script>" in entry.findtext("a:title", "", NS)
    assert entry.findtext("a:title", "", NS).count("\ufffd") == 4
    (odd,) = feed(line(url="javascript:alert(1)")).findall("a:entry", NS)
    assert odd.find("a:link", NS) is None
