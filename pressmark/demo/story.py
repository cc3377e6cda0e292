"""What ``pressmark demo`` does and says, from nothing to two versions."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from flows.pipeline import Pipeline
from flows.settings import Settings
from model.change import compare
from model.errors import BadCall
from model.record import Outcome
from pressmark.cli.cards import article_card, outcome_line, version_card
from pressmark.cli.differences import differences, render_differences
from pressmark.cli.listings import render_verification
from pressmark.cli.terminal import console_for, in_colour
from pressmark.cli.timeline import render_history
from pressmark.cli.why import render_why
from pressmark.demo.paper import BUDGET, FERRY, OPINION, PHOTOS, Paper
from storage import Archive

if TYPE_CHECKING:
    from pressmark.cli.call import Call


def play(call: Call, where: str | None, *, keep: bool) -> int:
    """Plays the demo and returns its exit code. ``keep`` leaves the newspaper open until Ctrl-C."""
    if where and Archive.exists(where):
        raise BadCall(f"there is an archive at {where} already: name a new place for the demo's")
    place = where or str(Path(tempfile.mkdtemp(prefix="pressmark-demo-")) / "archive")
    with Paper() as paper:
        with Archive.create(place) as archive:
            well = _Story(call, paper, archive, place).tell()
        if keep:
            _stay_open(call, paper)
    return 0 if well else 1


class _Story:
    def __init__(self, call: Call, paper: Paper, archive: Archive, place: str) -> None:
        self._call, self._paper, self._archive, self._place = call, paper, archive, place
        self._console: Console = console_for(call.out, call.environ)
        settings = Settings(host_gap=0.05, allow_addresses=("127.0.0.0/8",))
        self._pipeline = Pipeline.from_settings(archive, settings, processes=1)

    def tell(self) -> bool:
        """Plays it through; true where everything came out as the story says."""
        show = self._console.print
        self._say(f"The Saltmarsh Courier, a made-up newspaper, is open at {self._paper.base}.", gap=False)
        self._say(f"An archive is made in {self._place}", gap=False)
        self._say("and takes in what the paper's feed lists:", gap=False)
        self._take_in()
        self._say("Two of them more closely, an opinion piece and a photo story:")
        for path in (OPINION, PHOTOS):
            show()
            show(article_card(self._archive.show(self._record(path)).article))
        self._say("The paper corrects its budget story, swaps an advert, withdraws a wire story. We look again.")
        time.sleep(1.1)  # replay tools tell captures of one address apart by the second
        self._paper.print_second_edition()
        told = self._take_in()
        budget = self._record(BUDGET)
        self._say("The budget story through time, and what its correction changed:")
        show(render_history(self._archive.history(budget)))
        show()
        old, new = self._archive.show(budget, 1), self._archive.show(budget, 2)
        found = differences(old, new, compare(old.article, new.article))
        show(render_differences(found, colour=in_colour(self._console)))
        self._say("The wire story is gone from the paper, not from the archive:")
        show(version_card(self._archive.show(self._record(FERRY))))
        self._say("Where each of these values was found:")
        show(render_why(self._archive.show(self._record(FERRY)).article))
        self._say("Last, every record is read again and checked against the ledger:")
        verified = self._archive.verify()
        show(render_verification(verified))
        self._say("Now try it yourself:")
        self._suggest(budget)
        return verified.ok and all(told[o] for o in (Outcome.CHANGED, Outcome.UNCHANGED, Outcome.GONE))

    def _take_in(self) -> Counter[Outcome]:
        told: Counter[Outcome] = Counter()
        for result in self._pipeline.ingest(self._paper.feed()):
            told[result.outcome] += 1
            self._console.print(outcome_line(result), soft_wrap=True)
        return told

    def _record(self, path: str) -> str:
        return self._archive.find(self._paper.base + path)

    def _say(self, line: str, *, gap: bool = True) -> None:
        if gap:
            self._console.print()
        self._console.print(Text(line, style="bold cyan"))

    def _suggest(self, budget: str) -> None:
        name = program()
        short = budget.partition("-")[2][:4]
        self._console.print(Text(f"  export PRESSMARK_ARCHIVE={self._place}"))
        for line in ("list", f"show {short} --why", f"diff {short}", "search harbor", "changes", "events", "verify"):
            self._console.print(Text(f"  {name} {line}"))


def program() -> str:
    """How the person may call us again: by name where the shell finds it, else by path."""
    called = sys.argv[0]
    found = shutil.which("pressmark")
    if found and Path(called).exists() and Path(found).samefile(called):
        return "pressmark"
    return called if Path(called).name == "pressmark" else "pressmark"


def _stay_open(call: Call, paper: Paper) -> None:
    call.tell(f"the newspaper stays open at {paper.base}: ingest from it with --allow-address 127.0.0.0/8; Ctrl-C closes it")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        call.tell("closed")
