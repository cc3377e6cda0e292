"""An archive with a clock and a mint of the test's own, and what is taken into it by hand."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from model.article import Article, Image
from model.record import Scope
from storage import Archive, rebuild
from tests.storage.desk import START, Desk, article
from tests.storage.filled import QUAY, fill, tell
from tests.storage.forked import Forked
from tests.storage.house import House


@pytest.fixture
def clock() -> Callable[[], datetime]:
    ticks = itertools.count()
    return lambda: START + timedelta(days=30, seconds=next(ticks))


@pytest.fixture
def where(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_engines"):
        metafunc.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where the test's archives have their database: in their folder, or on a server that the wheel brings."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield None
        return
    yield request.getfixturevalue("emptied_server")


@pytest.fixture
def house(where: Path, database_url: str | None) -> House:
    return House(where, database_url)


@pytest.fixture
def archive(house: House, clock: Callable[[], datetime]) -> Iterator[Archive]:
    with house.create(now=clock) as made:
        yield made


@pytest.fixture
def desk(archive: Archive) -> Desk:
    return Desk(archive)


@pytest.fixture
def make_article() -> Callable[..., Article]:
    return article


@pytest.fixture
def filled(desk: Desk) -> Archive:
    """An archive with something of everything."""
    fill(desk)
    return desk.archive


@pytest.fixture
def closed(filled: Archive, house: House) -> House:
    """Where that archive is, once nobody has it open."""
    filled.close()
    return house


@pytest.fixture
def record(filled: Archive) -> str:
    """A record of that archive with four states and what persons said of it; nobody has the archive open."""
    found = str(filled.find(QUAY))
    hand = filled.by("Ada Bell")
    hand.note(found, "seen from the boat")
    hand.restrict(found, Scope.EXPORT, reason="asked for")
    filled.close()
    return found


@pytest.fixture
def forked(desk: Any, archive: Archive, house: Any, tmp_path: Path, make_article: Any, clock: Any) -> Forked:
    first = desk.take(desk.fetched(QUAY, b"a quay", 1), make_article("Quay", "words of the quay"))
    archive.close()
    shutil.copytree(house.where, tmp_path / "twin")
    rebuild(tmp_path / "twin")
    return Forked(house, tmp_path / "twin", first.record, clock)


@pytest.fixture
def parted(forked: Forked, make_desk: Any, make_article: Any) -> Forked:
    """The one has a version and a note more, the other another version."""
    with forked.one() as one, forked.other() as other:
        make_desk(one).take(make_desk(one).fetched(QUAY, b"one", 60), make_article("Quay", "words of the one"))
        one.by("Ada").note(forked.record, "seen by the one")
        make_desk(other).take(make_desk(other).fetched(QUAY, b"other", 61), make_article("Quay", "words of the other"))
    return forked


@pytest.fixture
def make_desk() -> type[Desk]:
    return Desk


@pytest.fixture
def fill_desk() -> Callable[[Desk], None]:
    return fill


@pytest.fixture
def telling() -> Callable[[Archive], dict[str, Any]]:
    return tell


@pytest.fixture
def pictured() -> Article:
    images = (
        Image(caption="The quay at dawn.", credit_line="Photo: Ilse Brandt/NPA", creators=("Ilse Brandt",), agencies=("NPA",)),
    )
    return article("Quay reopens", "The quay reopened on Monday after a year of work.", images=images)
