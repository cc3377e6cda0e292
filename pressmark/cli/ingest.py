"""``ingest``: takes sources in and tells, for each, what became of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from model.errors import BadCall
from pressmark.cli.call import Call
from pressmark.cli.mementos import parse_wish
from pressmark.cli.options import AllowAddressOption, ArchiveOption, JsonOption, check_standard_input, in_utf8
from pressmark.cli.references import parse_captured_at, parse_network, parse_url

if TYPE_CHECKING:
    from rich.console import Console

    from model.record import Outcome, Result
    from storage import Archive

CARDS = 10
"""How many cards are shown in one call; later sources get a line each."""

_NOT_TAKEN = frozenset({"failed", "refused"})


def ingest_command(
    ctx: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="A URL, a file, a folder, a WARC, ARC or WACZ, @list.txt (one source a line), or - for standard input.",
            show_default=False,
        ),
    ],
    url: Annotated[
        str | None, typer.Option("--url", help="What a supplied file or text is a copy of.", show_default=False, callback=in_utf8)
    ] = None,
    captured_at: Annotated[
        str | None,
        typer.Option(
            "--captured-at",
            metavar="TIME",
            help="When a supplied copy was made, with offset. Unknown without it.",
            show_default=False,
        ),
    ] = None,
    collection: Annotated[
        str | None,
        typer.Option("--collection", help="Put the records into this collection.", show_default=False, callback=in_utf8),
    ] = None,
    note: Annotated[
        str | None, typer.Option("--note", help="A note kept with the records.", show_default=False, callback=in_utf8)
    ] = None,
    images: Annotated[
        bool | None,
        typer.Option(
            "--images/--no-images", help="Keep the image files of articles, too. Default: PRESSMARK_IMAGES.", show_default=False
        ),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Ask for pages in full, not only whether the copies held still stand.")
    ] = False,
    memento: Annotated[
        str | None,
        typer.Option(
            "--memento",
            metavar="TIMEGATE",
            help="Take in what this web archive holds of the addresses (a TimeGate or TimeMap, RFC 7089).",
            show_default=False,
            callback=in_utf8,
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--from", metavar="TIME", help="With --memento: no copies from before.", show_default=False),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--to", metavar="TIME", help="With --memento: no copies from after.", show_default=False),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", help="With --memento: at most so many copies of an address. Default: 1000.", show_default=False, min=1
        ),
    ] = None,
    allow_address: AllowAddressOption = None,
    override_robots: Annotated[
        str | None,
        typer.Option(
            "--override-robots",
            metavar="REASON",
            help="Fetch despite robots.txt; the reason is kept.",
            show_default=False,
            callback=in_utf8,
        ),
    ] = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take articles in, from the web or from files.

    Makes the archive where there is none, and says so.

    Outcomes: new, changed, unchanged, gone, held (kept, but no article to version), refused, failed.
    Exits 1 if any was refused or failed.

    \b
    Example:
      pressmark ingest https://harbour-ledger.example/news/budget
      pressmark ingest saved-pages/ @more.txt --collection floods --note "from the lab's disk"
      pressmark ingest https://harbour-ledger.example/a --memento https://archive.example/all/ --to 2020-01-01
      pressmark ingest copy.txt --url https://harbour-ledger.example/a --captured-at 2018-12-18T06:00:00-05:00
    """
    call: Call = ctx.obj
    if url and len(sources) != 1:
        raise BadCall("--url says what one file is a copy of: give one source with it")
    if override_robots is not None and not override_robots.strip():
        raise BadCall("--override-robots needs the reason, which is kept with the capture")
    if "-" in sources:
        check_standard_input()
    address = parse_url(url) if url else None
    moment = parse_captured_at(captured_at, call.now()) if captured_at else None
    wish = parse_wish(memento, since, until, limit, sources)
    networks = [parse_network(a) for a in allow_address or ()]

    from flows.deciding import check_labels

    check_labels(collection, note)

    from flows.on_change import telling
    from flows.pipeline import Pipeline
    from pressmark.cli.terminal import progress

    started = time.monotonic()
    told: Counter[Outcome] = Counter()
    with (
        open_for_writing(call, archive, sources) as kept,
        telling(kept, call.settings, call.tell),
        progress(call, "taken in:") as shown,
    ):
        teller = Teller(call, kept, as_json)

        def tell(line: str) -> None:
            with shown.aside():
                call.tell(line)

        results = Pipeline.from_settings(kept, call.settings).ingest(
            sources,
            url=address,
            captured_at=moment,
            collection=collection,
            note=note,
            override_robots=override_robots,
            allow_addresses=networks,
            fresh=fresh,
            images=call.settings.images if images is None else images,
            memento=wish,
            tell=tell,
        )
        for result in results:
            told[result.outcome] += 1
            with shown.aside():
                teller.tell(result)
            shown.advance(told.total())
    if not as_json and told.total() != 1:
        call.out.write(say_totals(told, time.monotonic() - started) + "\n")
    return 1 if _NOT_TAKEN & told.keys() else 0


class Teller:
    """Tells results as they come: JSON lines, or cards and then lines."""

    def __init__(self, call: Call, kept: Archive, as_json: bool) -> None:
        from pressmark.cli.terminal import console_for

        self._call, self._kept, self._as_json = call, kept, as_json
        self._console: Console = console_for(call.out, call.environ)
        self._cards = 0

    def tell(self, result: Result) -> None:
        """Prints one result; what was not taken also goes to stderr where stdout is for a program."""
        from pressmark.cli.cards import held_card, outcome_line, result_card
        from pressmark.cli.shapes import write_json

        if self._as_json:
            write_json(self._call.out, result)
            self._call.out.flush()
            if result.outcome in _NOT_TAKEN:
                self._call.tell(f"{result.outcome.value}: {result.source}: {result.reason}")
            return
        shown = self._cards < CARDS
        if result.outcome == "held" and shown:
            self._console.print(held_card(result))
        elif result.outcome in {"new", "changed"} and result.record and shown and result.record not in self._kept.restricted():
            self._console.print(outcome_line(result), soft_wrap=True)
            self._console.print(result_card(result, self._kept.show(result.record, result.version).article))
        else:
            self._console.print(outcome_line(result), soft_wrap=True)
            return
        self._console.print()
        self._cards += 1
        if self._cards == CARDS:
            self._call.tell("one line each from here on; pressmark show RECORD prints a card")


def open_for_writing(call: Call, archive: str | None, sources: Sequence[str]) -> Archive:
    """The archive, made and announced on stderr where there is none.

    Raises ``BadCall`` instead of making one where no source can be meant: a mistyped path
    should not leave an empty archive behind.
    """
    from storage import Archive

    where = call.place(archive)
    if Archive.exists(where):
        return call.open_to_write(archive)
    _check_one(sources)
    said = call.settings
    made = Archive.create(
        where,
        institution=said.institution or "",
        operator=said.operator or "",
        database_url=said.database_url,
        store=call.store,
        keep_local=said.store_keep_local,
    )
    call.tell(f"made a new archive, {made.id}, in {where}")
    return made


def _check_one(sources: Sequence[str]) -> None:
    from sources.files import kind_of

    for number, source in enumerate(sources):
        try:
            kind_of(source)
            return
        except BadCall:
            if number == len(sources) - 1:
                raise


def say_totals(told: Counter[Outcome], seconds: float) -> str:
    """``5 sources in 2.1 s: 3 new, 1 unchanged, 1 failed``."""
    from model.record import Outcome

    counts = ", ".join(f"{told[o]} {o.value}" for o in Outcome if told[o])
    total = told.total()
    return f"{total} {'source' if total == 1 else 'sources'} in {seconds:.1f} s: {counts or 'nothing to take in'}"
