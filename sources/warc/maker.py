"""Who made an archive file, as its ``warcinfo`` record or ARC version block says."""

from __future__ import annotations

from dataclasses import dataclass

from sources.warc.records import Record, as_text

UNNAMED = "an unnamed archive"
_LONGEST = 200
# they keep what a browser was given: coding undone, headers as the browser lists them
_BROWSERS = ("archiveweb.page", "browsertrix", "webrecorder", "conifer")
_BY_HAND = ("archiveweb.page", "webrecorder platform", "webrecorder desktop", "conifer")


@dataclass(frozen=True, slots=True)
class Maker:
    """``name`` is for people. ``by_browser`` says that bytes are not as they came over the wire,
    ``by_hand`` that a person browsed, whose view of a page may be theirs alone.
    """

    name: str = UNNAMED
    by_browser: bool = False
    by_hand: bool = False


def maker_of(info: Record) -> Maker:
    """What a ``warcinfo`` record says. Host names and addresses in it are passed over."""
    lines = as_text(info.block).splitlines()
    if info.url.startswith("filedesc:"):
        words = lines[0].split(" ", 2) if lines else []
        return Maker(_short(words[2]) if len(words) == 3 and words[2].strip() else UNNAMED)
    said: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if value.strip():
            said.setdefault(name.strip().lower(), " ".join(value.split()))
    who = next((said[name] for name in ("publisher", "operator", "ispartof") if name in said), None)
    software = said.get("software")
    lowered = (software or "").lower()
    name = f"{who} ({software})" if who and software else who or software or UNNAMED
    return Maker(_short(name), any(n in lowered for n in _BROWSERS), any(n in lowered for n in _BY_HAND))


def _short(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:_LONGEST]
