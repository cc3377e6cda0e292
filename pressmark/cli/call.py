"""What one call of the command line works with: its streams, environment, folder and clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from model.errors import BadCall
from pressmark.cli.safe import safe_line

if TYPE_CHECKING:
    from flows.settings import Settings
    from storage import Archive, Person, Store

SHAPES = 1
"""Version of the JSON shapes in docs/shapes.md; rises when a key changes its meaning or goes."""


@dataclass(frozen=True)
class Call:
    """The surroundings of one call. ``program`` is how the person called us."""

    out: TextIO
    err: TextIO
    environ: Mapping[str, str]
    cwd: Path
    now: Callable[[], datetime]
    program: str = "pressmark"

    @cached_property
    def settings(self) -> Settings:
        """Environment, then ``pressmark.toml``; raises ``BadCall`` for a wrong value."""
        from flows.settings import load

        return load(self.environ, self.cwd)

    @cached_property
    def store(self) -> Store | None:
        """The bucket that the settings name for the archive's files, if any. Raises ``BadCall`` for a wrong address."""
        from flows.store import store_from

        return store_from(self.settings, self.environ)

    def place(self, archive: str | None) -> str:
        """Where the archive is: the option, the settings, or ``./archive``. Raises ``BadCall`` for an address."""
        place = archive or self.settings.archive
        if "://" in place:
            raise BadCall(
                f"an archive is a folder, not an address such as {place}: PRESSMARK_STORE_URL names a bucket for its files"
            )
        # the person's own spelling, as long as it means the folder that the call is made in
        return place if self.cwd == Path.cwd() else str(self.cwd / place)

    def tell(self, line: str) -> None:
        """Writes one line to standard error, whatever stands in it."""
        self.err.write(safe_line(line) + "\n")

    def open(self, archive: str | None) -> Archive:
        """The archive for reading; raises ``NotFound`` where there is none."""
        from storage import Archive

        said = self.settings
        where = self.place(archive)
        opened = Archive.open(where, database_url=said.database_url, store=self.store, keep_local=said.store_keep_local)
        if opened.behind is not None and opened.behind.line is not None:
            self.tell(opened.behind.line)
        return opened

    def open_to_write(self, archive: str | None) -> Archive:
        """The archive for writing; raises ``NotFound`` where there is none."""
        from storage import Archive

        said = self.settings
        return Archive.open(
            self.place(archive),
            write=True,
            institution=said.institution or "",
            operator=said.operator or "",
            database_url=said.database_url,
            tell=self.tell,
            store=self.store,
            keep_local=said.store_keep_local,
        )

    def operator(self) -> Person | None:
        """Who acts, as the settings name them; ``None`` where they name nobody."""
        from storage import Person

        return Person(self.settings.operator) if self.settings.operator else None

    def person(self, by: str | None) -> str:
        """Who does what a person does. Raises ``BadCall`` where nobody is named."""
        name = by if by is not None else self.settings.operator
        if not name or not name.strip():
            raise BadCall("nobody is named: set PRESSMARK_OPERATOR, or give --by NAME")
        return name
