"""The card of an article: what a person wants to see first, on one screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from model.article import Article, Author, Dateline, Image
from model.copies import Likely
from model.record import KeptImage, Outcome, Result, VersionView
from model.said import say_address, say_change
from pressmark.cli.image_files import file_lines, say_tally, unnamed
from pressmark.cli.phrases import affiliations, say_affiliation, say_author, say_body, say_image
from pressmark.cli.standing import standing_rows
from pressmark.cli.terminal import words, words_in_line
from pressmark.cli.times import say_date, say_moment

NO_COPIES = Likely()
_IMAGES_SHOWN = 8
_OUTCOME_STYLES = {
    Outcome.NEW: "bold green",
    Outcome.CHANGED: "bold yellow",
    Outcome.UNCHANGED: "bold cyan",
    Outcome.GONE: "bold magenta",
    Outcome.HELD: "bold blue",
    Outcome.REFUSED: "bold red",
    Outcome.FAILED: "bold red",
}


def outcome_line(result: Result) -> Text:
    """One source's outcome: record, source, reason as far as there are any; to be printed unfolded."""
    line = Text.assemble((f"{result.outcome.value:<9}", _OUTCOME_STYLES[result.outcome]), " ")
    if result.record:
        line.append(reference(result.record, result.version), "bold")
        line.append("  ")
    line.append_text(words_in_line(result.source, "dim" if result.record else ""))
    for told in (result.reason, say_tally(result.images)):
        if told:
            line.append("  ")
            line.append_text(words_in_line(told))
    return line


def held_card(result: Result) -> RenderableType:
    """What was kept without becoming a version: the reason first."""
    rows: list[tuple[str, RenderableType]] = []
    if result.url and result.url != result.source:
        rows.append(("Address", words(say_address(result.url))))
    if result.capture:
        rows.append(("Kept as", words(result.capture)))
    head = Text.assemble(
        (f"{result.outcome.value:<9}", _OUTCOME_STYLES[result.outcome]), " ", words_in_line(result.reason or "kept")
    )
    return Group(head, Padding(words_in_line(result.source, "dim"), (0, 0, 0, 10)), *([grid(rows)] if rows else []))


def article_card(article: Article) -> RenderableType:
    """An article alone, as ``extract`` shows it."""
    return Group(*article_lines(article), grid([*article_rows(article, full=True)]))


def result_card(result: Result, article: Article) -> RenderableType:
    """What stands under the outcome line of a version that came of a source."""
    changes = [("What changed", Text("\n".join(say_change(result.change))))] if result.change and result.change.fields else []
    return Group(*article_lines(article), grid([*changes, *article_rows(article)]))


def version_card(view: VersionView, labels: Sequence[Mapping[str, Any]] = (), likely: Likely = NO_COPIES) -> RenderableType:
    """A version as ``show`` presents it: what it is, then where it stands in time, then what persons said of the record."""
    head = Text.assemble((reference(view.record, view.version, view.reading), "bold"))
    if view.withdrawn:
        head.append(f"  withdrawn by its publisher, found gone {say_moment(view.state.withdrawn_at)}", "bold magenta")
    elif not view.latest:
        head.append("  not the latest version", "yellow")
    rows = [*article_rows(view.article, full=True, kept=view.images_kept), *standing_rows(view, likely), *label_rows(labels)]
    return Group(head, *article_lines(view.article), grid(rows))


def label_rows(labels: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Text]]:
    """The collections and notes of a record."""
    for label in labels:
        said = words(str(label["text"]))
        if label["kind"] == "note":
            by = f"  {label['agent']}, {say_moment(label['at'])}" if label["agent"] else f"  {say_moment(label['at'])}"
            said.append_text(words(by, "dim"))
        yield str(label["kind"]).capitalize(), said


def reference(record: str, version: int | None = None, reading: int | None = None) -> str:
    """``RECORD@N.R`` as far as given."""
    text = record if version is None else f"{record}@{version}"
    return text if reading is None else f"{text}.{reading}"


def article_lines(article: Article) -> Iterator[RenderableType]:
    """Headline and standfirst, as on a page."""
    headline = words(article.headline, "bold") if article.headline else Text("without a headline", style="dim italic")
    yield Padding(headline, (0, 0, 0, 2))
    if article.standfirst:
        yield Padding(words(article.standfirst, "italic"), (0, 0, 0, 2))


def article_rows(article: Article, *, full: bool = False, kept: Sequence[KeptImage] = ()) -> Iterator[tuple[str, RenderableType]]:
    """Label and value of everything the page says; what it does not say is left out.

    ``full`` adds what only a closer look asks for: bios, language, keywords, every image. ``kept``
    are image files, which are told with their images.
    """
    if article.authors:
        yield "By", _authors(article.authors, full)
    if article.dateline:
        yield "Dateline", _dateline(article.dateline)
    if article.date_published:
        yield "Published", words(say_date(article.date_published))
    if article.date_modified:
        yield "Modified", words(say_date(article.date_modified))
    if source := " · ".join(x for x in (article.publisher, article.section) if x):
        yield "In", words(source)
    if article.provider:
        yield "Wire", words(article.provider)
    if article.images:
        yield ("Image" if len(article.images) == 1 else "Images"), _images(article.images, None if full else _IMAGES_SHOWN, kept)
    if others := unnamed(article.images, kept):
        yield "Files", Text("\n").join([words(image.url).append_text(file_lines(image)) for image in others])
    for correction in article.corrections:
        label = correction.kind.replace("_", " ").capitalize()
        yield label, words(correction.text.removeprefix(f"{label}:").lstrip())
    yield "Text", Text(say_body(article))
    if full and article.in_language:
        yield "Language", words(article.in_language)
    if full and article.keywords:
        yield "Keywords", words(", ".join(article.keywords))


def _authors(authors: tuple[Author, ...], full: bool) -> RenderableType:
    lines: list[RenderableType] = []
    for author in authors:
        lines.append(words(say_author(author), "bold"))
        lines += [Padding(words(say_affiliation(post)), (0, 0, 0, 2)) for post in affiliations(author)]
        if full and author.bio:
            lines.append(Padding(words(author.bio, "italic"), (0, 0, 0, 2)))
    return Group(*lines)


def _dateline(dateline: Dateline) -> Text:
    meant = [x for x in (dateline.place, say_date(dateline.date) if dateline.date else None, dateline.agency) if x]
    return words(dateline.raw).append_text(words("\n" + " · ".join(meant) if meant else "", "dim"))


def _images(images: tuple[Image, ...], most: int | None, kept: Sequence[KeptImage]) -> RenderableType:
    files = {image.url: image for image in kept}
    told = [_image(image, files.get(image.url or "")) for image in images[:most]]
    if len(images) == 1:
        return told[0]
    table = Table.grid(padding=(0, 1, 0, 0))
    for number, image in enumerate(told, start=1):
        table.add_row(f"{number}.", image)
    if most is not None and len(images) > most:
        table.add_row("", Text(f"and {len(images) - most} more", style="dim"))
    return table


def _image(image: Image, file: KeptImage | None) -> Text:
    told = words(image.caption or image.alt or image.url or "without a caption")
    told.append_text(words("\n" + say_image(image), "dim"))
    return told.append_text(file_lines(file)) if file is not None else told


def grid(rows: Sequence[tuple[str, RenderableType]]) -> RenderableType:
    """Labels and values in two columns."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="cyan", no_wrap=True, min_width=9)
    table.add_column(overflow="fold")
    for label, value in rows:
        table.add_row(words(label), value)
    return Padding(table, (0, 0, 0, 2))
