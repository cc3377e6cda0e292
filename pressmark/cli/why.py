"""How we know: for each value the strategy, the way, the place, the words, and what lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from model.article import Article, Evidence, How
from model.statement import Stated
from pressmark.cli.standing import say_stated
from pressmark.cli.terminal import words
from pressmark.cli.times import say_date

_MEANING = {
    How.DECLARED: "the publisher's structured data",
    How.MARKED: "the publisher's mark-up",
    How.INFERRED: "from running text, the address or position",
    How.STATED: "by a person",
}
_STYLES = {How.DECLARED: "green", How.MARKED: "cyan", How.INFERRED: "yellow", How.STATED: "magenta"}
_LONGEST = 160


def render_why(article: Article, stated: Sequence[Stated] = ()) -> RenderableType:
    """Everything the article says, each with its evidence; of what persons stated also who, when and why."""
    head = Text.assemble(("How we know", "bold"))
    for how in How:
        if any(e.how is how for e in article.evidence.values()):
            head.append(f"\n  {how.value}", _STYLES[how])
            head.append(f"  {_MEANING[how]}", "dim")
    parts: list[RenderableType] = [head]
    plain, as_read = article.to_json(), _as_read(article, stated)
    for pointer, evidence in in_order(article):
        value = value_at(plain if evidence.how is How.STATED else as_read, pointer)
        parts += [Text(), *_entry(pointer, value, evidence)]
        said = [say_stated(x) for x in stated if x.placed and x.pointer == pointer]
        parts += [Padding(words(line, "magenta"), (0, 0, 0, 4)) for line in said]
    parts += [Text("\nStated, and not shown")] * any(not x.placed for x in stated)
    parts += [Padding(words(say_stated(x)), (0, 0, 0, 4)) for x in stated if not x.placed]
    if not article.evidence:
        parts.append(Text("  nothing was found on this page"))
    return Group(*parts)


def in_order(article: Article) -> Iterator[tuple[str, Evidence]]:
    """Evidence in the order of the article's fields, a whole before its parts."""
    names = list(article.to_json())

    def place(pointer: str) -> tuple[int, list[tuple[int, str]]]:
        parts = pointer.split("/")[1:] or [""]
        first = names.index(parts[0]) if parts[0] in names else len(names)
        return first, [(int(p) if p.isdigit() else 0, p) for p in parts[1:]]

    yield from sorted(article.evidence.items(), key=lambda item: place(item[0]))


def _as_read(article: Article, stated: Sequence[Stated]) -> Mapping[str, Any]:
    """The article's JSON without what persons stated: where the page is the witness, what it says is told."""
    plain = article.to_json()
    for one in stated:
        whole, _, part = one.pointer.rpartition("/")
        holder = value_at(plain, whole) if one.placed else None
        if isinstance(holder, list) and part.isdigit() and int(part) < len(holder):
            holder[int(part)] = one.read
        elif isinstance(holder, dict):
            holder[part.replace("~1", "/").replace("~0", "~")] = one.read
    return plain


def value_at(plain: Mapping[str, Any], pointer: str) -> Any:
    """The value a JSON pointer (RFC 6901) names; ``None`` where there is none."""
    value: Any = plain
    for part in pointer.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, Mapping):
            value = value.get(part)
        else:
            return None
    return value


def _entry(pointer: str, value: Any, evidence: Evidence) -> Iterator[RenderableType]:
    parts = [str(int(p) + 1) if p.isdigit() else p.replace("_", " ") for p in pointer.strip("/").split("/")]
    name = " ".join(parts).capitalize()
    title = Text.assemble((name, "bold"), "  ", words(_say(pointer, value)))
    yield title
    line = Text.assemble(
        (evidence.how.value, _STYLES[evidence.how]), "  ", words(evidence.strategy, "dim"), "  ", words(evidence.where, "dim")
    )
    yield Padding(line, (0, 0, 0, 4))
    yield Padding(words(f"“{_short(evidence.quote)}”"), (0, 0, 0, 4))
    for loser in evidence.rejected:
        lost = Text.assemble(("rejected  ", "red"), words(f"“{_short(loser.quote)}”"))
        lost.append_text(words(f"  {loser.reason}; {loser.how.value}, {loser.strategy}, {loser.where}", "dim"))
        yield Padding(lost, (0, 0, 0, 4))


def _say(pointer: str, value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return _short(say_date(value) if pointer in {"/date_published", "/date_modified"} else value)
        case list():
            return _short(", ".join(_name(item) for item in value)) if pointer != "/body" else f"{len(value)} blocks"
        case Mapping():
            return _short(_name(value))
    return str(value)


def _name(item: Any) -> str:
    if isinstance(item, Mapping):
        for key in ("name", "raw", "organization", "caption", "credit_line", "url", "text", "role"):
            if item.get(key):
                return str(item[key])
    return str(item)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"
