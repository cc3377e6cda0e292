"""Two folders of one archive that each went on by itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage import Archive


def files_of(where: Path) -> dict[str, bytes]:
    """The files of a folder by their names in it."""
    return {p.relative_to(where).as_posix(): p.read_bytes() for p in where.rglob("*") if p.is_file()}


def bring(files: dict[str, bytes], where: Path) -> None:
    """Files of a folder with WARC files into another archive's, those that it has left alone."""
    for name, data in files.items():
        path = where / "warc" / name
        if not path.exists():
            path.write_bytes(data)


@dataclass(frozen=True)
class Forked:
    """Two folders of one archive, one record in both; the other's files are brought into the first by ``merge``."""

    house: Any
    twin: Path
    record: str
    clock: Any

    def other(self) -> Archive:
        """A full file is not gone on with: each of them begins one of its own."""
        return Archive.open(self.twin, write=True, now=self.clock, segment_limit=1)

    def one(self) -> Archive:
        opened: Archive = self.house.open(write=True, now=self.clock, segment_limit=1)
        return opened

    def merge(self) -> list[str]:
        """The names of the files that were brought."""
        theirs = files_of(self.twin / "warc")
        new = sorted(theirs.keys() - files_of(self.house.where / "warc").keys())
        bring(theirs, self.house.where)
        return new
