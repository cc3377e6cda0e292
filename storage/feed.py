"""Changes as an Atom feed (RFC 4287): a pure function of its lines, so that the same changes are the same bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit
from xml.etree import ElementTree as Xml

from model.changes import ChangeLine
from model.said import say_announcement, say_change

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SAID = {"new": "first seen", "changed": "changed", "gone": "withdrawn by its publisher", "restored": "back again"}


def atom(archive: str, lines: Sequence[ChangeLine], *, kept_by: str, updated: str) -> bytes:
    """The feed of an archive's changes, in the order of ``lines``.

    ``kept_by`` is who keeps the archive; ``updated`` (UTC) stands where there is no line. Words of restricted
    content are not in ``lines``, and so not here.
    """
    Xml.register_namespace("", ATOM)
    feed = Xml.Element(f"{{{ATOM}}}feed")
    _add(feed, "id", f"urn:pressmark:changes:{archive}")
    _add(feed, "title", f"What changed, as archive {archive} saw it")
    _add(feed, "updated", max((line.seen_at or "" for line in lines), default=updated))
    _add(_add(feed, "author"), "name", kept_by)
    _add(feed, "generator", "Pressmark")
    for line in lines:
        _entry(_add(feed, "entry"), line)
    Xml.indent(feed, " ")
    return bytes(Xml.tostring(feed, encoding="utf-8", xml_declaration=True)) + b"\n"


def _entry(entry: Xml.Element, line: ChangeLine) -> None:
    said = _summary(line)
    _add(entry, "id", line.id)
    _add(entry, "title", line.headline or line.record)
    _add(entry, "updated", line.seen_at or "")
    _add(entry, "category", term=line.kind)
    _add(entry, "summary", said)
    if line.url and urlsplit(line.url).scheme in {"http", "https"}:
        _add(entry, "link", rel="alternate", href=line.url)
    else:
        _add(entry, "content", said)  # an entry has one or the other


def _summary(line: ChangeLine) -> str:
    parts = [f"{_SAID[line.kind]}: {'; '.join(say_change(line.change))}" if line.change else _SAID[line.kind]]
    if line.not_seen_before:
        parts.append(f"between {line.not_seen_before} and {line.seen_at}")
    if line.announcement is not None:
        parts.append(say_announcement(line.announcement))
    return f"{line.record}@{line.version} " + "; ".join(parts)


def _add(parent: Xml.Element, name: str, text: str | None = None, **attributes: str) -> Xml.Element:
    made = Xml.SubElement(parent, f"{{{ATOM}}}{name}", {k: _NOT_IN_XML.sub("\ufffd", v) for k, v in attributes.items()})
    made.text = None if text is None else _NOT_IN_XML.sub("\ufffd", text)
    return made
