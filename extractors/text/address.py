"""What the address of a plain text says that the text does not: publisher, section, day."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import unquote, urlsplit

from model.article import Evidence, How
from model.edtf import is_edtf

_DAY = re.compile(
    r"/(?P<year>(?:19|20)\d{2})[/-](?P<month>\d{1,2})[/-](?P<day>\d{1,2})(?=[/_.-]|$)|[/-](?P<y2>20\d{2})-(?P<m2>\d{2})-(?P<d2>\d{2})(?=[/.]|$)"
)
_NOT_SECTIONS = re.compile(
    r"\d|^(?:article|articles|news|story|stories|content|index|amp|archive|en|de|fr|es|post|posts|blog|web|www|id|node|artikel)$",
    re.I,
)
_SHORTEST_NAME = 3  # letters: "a" or "in" in a host is a word of any text
_PUBLIC = frozenset(["co", "com", "org", "net", "gov", "ac", "edu", "or", "ne", "go", "gob", "gov", "gouv", "nom"])


def day(url: str | None) -> tuple[str, str] | None:
    """The day in a URL's path as EDTF, and the words of the path that say it."""
    found = _DAY.search(urlsplit(url).path) if url else None
    if found is None:
        return None
    parts = found["year"] or found["y2"], found["month"] or found["m2"], found["day"] or found["d2"]
    value = f"{parts[0]}-{int(parts[1]):02}-{int(parts[2]):02}"
    return (value, found[0]) if is_edtf(value) else None


def section(url: str | None, evidence: dict[str, Evidence]) -> str | None:
    """The step of the path before the day, where the address is built that way."""
    path = urlsplit(url or "").path
    found = _DAY.search(path)
    if found is None:
        return None
    before = path[: found.start()].strip("/")
    steps = [s for s in before.split("/") if s]
    if not steps or _NOT_SECTIONS.search(steps[-1]) or not 2 <= len(steps[-1]) <= 40:
        return None
    evidence["/section"] = Evidence("section.address", How.INFERRED, f"url:/{before}", steps[-1])
    return re.sub(r"[_-]+", " ", unquote(steps[-1]))


def publisher(url: str | None, text: str, evidence: dict[str, Evidence]) -> str | None:
    """The site's name as the text itself spells it; empty where the text never names its site."""
    host = urlsplit(url).hostname if url else None
    if not host:
        return None
    labels = [part for part in host.split(".")[:-1] if part not in _PUBLIC and part != "www"]
    if not labels:
        return None
    name = labels[-1]
    if len(name) < _SHORTEST_NAME:
        return None
    spelled = Counter(w for w in re.findall(r"[^\W_]+(?:\.[a-z]{2,3})?", text) if w.casefold() == name and w != name)
    if not spelled:
        return None
    value: str = min(spelled, key=lambda w: (-spelled[w], w))
    evidence["/publisher"] = Evidence("publisher.address", How.INFERRED, f"url:{host}", name)
    return value
