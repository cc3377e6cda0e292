"""What of an archive file was not taken, in one line instead of one for each record."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from sources.warc.message import is_web_address, message_of
from sources.warc.records import Record

_NAMES = {
    "image": "images",
    "font": "fonts",
    "video": "videos",
    "audio": "sounds",
    "text/css": "style sheets",
    "application/pdf": "PDF documents",
    "application/json": "data files",
    "text/xml": "XML files",
    "application/xml": "XML files",
}
_ONE = re.compile(
    r"\A(image|font|video|sound|style sheet|PDF document|data file|XML file|script|other|record|redirect|revisit|answer|page)s\b"
)


@dataclass(slots=True)
class Passed:
    """Counts of one file: ``records`` read, revisits ``waiting`` for the other files, and those passed over
    by what they are.
    """

    records: int = 0
    waiting: int = 0
    others: Counter[str] = field(default_factory=Counter)

    def count(self, what: str) -> None:
        """One more that was passed over."""
        self.others[what] += 1

    def count_type(self, record: Record) -> None:
        """One more that is no page, by its media type."""
        if not is_web_address(record.url):
            self.count("records of no web address")
            return
        message = message_of(record.block)
        stated = message.media_type if message else (record.get("content-type") or "").partition(";")[0].strip().lower()
        name = _NAMES.get(stated) or _NAMES.get(stated.partition("/")[0])
        if name is None:
            name = "scripts" if "javascript" in stated or "ecmascript" in stated else "others that are no pages"
        self.count(name)

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to tell."""
        return not self.others

    def __str__(self) -> str:
        said = ", ".join(
            f"{n} {what if n > 1 else _one(what)}"
            for what, n in sorted(self.others.items(), key=lambda item: (-item[1], item[0]))
        )
        return f"passed over: {said}" if said else "nothing was passed over"


def _one(what: str) -> str:
    """The name of one of them: ``others that are no pages`` is ``other that is no page``."""
    return _ONE.sub(r"\1", what).replace("that are no pages", "that is no page")
