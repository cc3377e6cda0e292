"""The command line called in this process with streams, an environment and a clock of its own."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest

from model.article import Affiliation, Article, Author, Block, BlockKind, Correction, Dateline, Evidence, How, Image, Rejected
from model.change import Change
from model.record import History, ReadingInfo, State, Strand, VersionView
from pressmark.cli import Call, run
from tests.storage.house import House

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Ran:
    """What one call left behind."""

    code: int
    out: str
    err: str

    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


class Pressmark(Protocol):
    """``pressmark("list", "--json", environ={...})``."""

    def __call__(self, *argv: str, environ: Mapping[str, str] | None = None, app: Any = None) -> Ran: ...


def call_in(folder: Path) -> Pressmark:
    def pressmark(*argv: str, environ: Mapping[str, str] | None = None, app: Any = None) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        call = Call(out, err, environ or {}, folder, lambda: datetime.now(UTC))
        return Ran(run(argv, call, app), out.getvalue(), err.getvalue())

    return pressmark


@pytest.fixture
def pressmark(tmp_path: Path) -> Pressmark:
    """Calls the command line in an empty folder."""
    return call_in(tmp_path)


@dataclass(frozen=True)
class Played:
    """The demo, played once: what it printed, its archive, and its records by a word of their headlines."""

    ran: Ran
    archive: str
    records: Mapping[str, str]
    folder: Path

    def __call__(self, *argv: str) -> Ran:
        return call_in(self.folder)(*argv, "--archive", self.archive)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("demo")
    archive = str(folder / "archive")
    pressmark = call_in(folder)
    ran = pressmark("demo", "--archive", archive)
    listed = pressmark("list", "--json", "--archive", archive).lines()
    words = {"budget", "lamp", "ferry", "tide"}
    records = {word: line["record"] for line in listed for word in words if word in line["headline"].lower()}
    return Played(ran, archive, records, folder)


@pytest.fixture
def article() -> Article:
    """An article that says something under every heading of a card."""
    return Article(
        headline="Old mill to close",
        standfirst="The last wheel on the Ashbrook stops in spring.",
        authors=(
            Author(
                "Wilma Tarn",
                affiliations=(
                    Affiliation("Ashbrook Gazette", "reporter", "Nether Ash"),
                    Affiliation("River Trust", "vice president", past=True, since="1999", until="2014"),
                ),
                bio="Wilma Tarn writes about water.",
            ),
        ),
        dateline=Dateline("NETHER ASH, Dec. 18 (Vale Wire)", "Nether Ash", "XXXX-12-18", "Vale Wire"),
        date_published="2018-12-18T22:30:00-05:00",
        publisher="Ashbrook Gazette",
        section="Local",
        body=(Block(BlockKind.PARAGRAPH, "The mill will close."), Block(BlockKind.PARAGRAPH, "Nobody is surprised.")),
        images=(Image("https://gazette.example/mill.jpg", "The mill.", None, "Photo: Per Lund/VW", ("Per Lund",), ("VW",)),),
        corrections=(Correction("Correction: the mill has one wheel, not two."),),
        evidence={
            "/headline": Evidence(
                "headline.json_ld",
                How.DECLARED,
                "json-ld[0]/headline",
                "Old mill to close",
                (Rejected("headline.title", How.MARKED, "css:title", "Old mill to close | Gazette", "lower precedence"),),
            ),
            "/authors/0/affiliations/0": Evidence(
                "affiliations.bio", How.INFERRED, "text:10-60", "Wilma Tarn reports for the Ashbrook Gazette"
            ),
        },
    )


WORDS = "The ferry sails again after a winter in dock, and the harbour master could not be more pleased about it. " * 4
PAGE = f"<html lang='en'><head><title>{{0}}</title></head><body><article><h1>{{0}}</h1><p>{WORDS}</p></article></body></html>"


@dataclass(frozen=True)
class Kept:
    """An archive with two pieces in it, on one of the engines, and the command line over it."""

    house: House
    call: Callable[..., Any]

    @property
    def where(self) -> Path:
        return self.house.where

    def __call__(self, *argv: str) -> Any:
        environ = {"PRESSMARK_ARCHIVE": str(self.where), "PRESSMARK_OPERATOR": "Ada"}
        return self.call(*argv, environ=environ | ({"PRESSMARK_DATABASE_URL": self.house.url} if self.house.url else {}))

    def at(self, where: Path) -> Kept:
        """The command line over another folder, with the same database where that is on a server."""
        return replace(self, house=replace(self.house, where=where))

    def page(self, name: str) -> str:
        path = self.where.parent / f"{name}.html"
        path.write_text(PAGE.format(f"{name} sails again"), "utf-8")
        return str(path)

    def files(self) -> dict[str, bytes]:
        """What lies in the folder, but for what SQLite puts beside its file while it is open."""
        passing = ("-wal", "-shm")
        return {str(p): p.read_bytes() for p in self.where.rglob("*") if p.is_file() and not p.name.endswith(passing)}

    def refuses(self, calls: Sequence[Sequence[str]], said: str, code: int = 1) -> None:
        """Each call says this in its one line, and changes nothing."""
        before = self.files()
        for argv in calls:
            told = self(*argv)
            assert told.code == code, (argv, told)
            assert said in told.err and told.err.count("\n") == 1 and "Traceback" not in told.err, (argv, told.err)
            assert told.out == ""
            assert self.files() == before, argv


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, pressmark: Any) -> Kept:
    url = request.getfixturevalue("emptied_server") if request.param == "postgresql" else None
    made = Kept(House(tmp_path / "archive", url), pressmark)
    assert made("ingest", made.page("Ferry"), made.page("Tug")).code == 0
    return made


MakeState = Callable[..., State]


@pytest.fixture
def make_state() -> MakeState:
    """``make_state(1, first_seen=...)``: a publisher's state with the facts that a test names."""

    def make(version: int, **facts: Any) -> State:
        first = facts.get("first_seen", f"2026-11-2{version}T08:00:00.000000Z")
        known: dict[str, Any] = {
            "version": version,
            "strand": Strand.PUBLISHER,
            "basis": "fetched",
            "capture": f"capture-{version}",
            "first_seen": first,
            "last_seen": first,
            "not_seen_before": None,
            "checks": 0,
            "gap": 0,
            "reverts_to": None,
            "withdrawn_at": None,
            "restored_at": None,
            "change": None,
            "received_at": first or "2026-11-20T08:00:00.000000Z",
            "headline": "Old mill to close",
        }
        return State(**(known | facts))

    return make


@pytest.fixture
def make_view(make_state: MakeState) -> Callable[..., VersionView]:
    """A version view of an article."""

    def make(article: Article, version: int = 1, release: str = "1", **facts: Any) -> VersionView:
        reader = ReadingInfo(
            version, 1, {"type": "software", "name": "pressmark", "version": "0.1.0"}, {"extractors": release}, "", ""
        )
        known: dict[str, Any] = {"capture": {}, "aliases": (), "latest": True, "withdrawn": False, "state": make_state(version)}
        known |= {"article": article, "read": article}
        return VersionView(record="c4p9xk-1", version=version, reading=1, reader=reader, **(known | facts))

    return make


@pytest.fixture
def make_history() -> Callable[..., History]:
    """A history of states."""

    def make(*states: State, **facts: Any) -> History:
        known: dict[str, Any] = {"aliases": (), "observations": (), "readings": (), "relations": (), "withdrawn": False}
        return History(record="c4p9xk-1", url="https://gazette.example/mill", states=states, **(known | facts))

    return make


@pytest.fixture
def printed() -> Callable[..., str]:
    """What a renderable looks like in a pipe."""
    from pressmark.cli.terminal import console_for

    def show(renderable: Any, **environ: str) -> str:
        out = io.StringIO()
        console_for(out, environ).print(renderable)
        return out.getvalue()

    return show


@pytest.fixture
def no_change() -> Change:
    return Change(())


@pytest.fixture(scope="module")
def module_pressmark(tmp_path_factory: pytest.TempPathFactory) -> Pressmark:
    """Calls the command line in one folder for all tests of a module."""
    return call_in(tmp_path_factory.mktemp("calls"))
