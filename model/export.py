"""What an export can be: its formats, which versions go out, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from model.errors import BadCall


class Format(StrEnum):
    """What an export can be."""

    WARC = "warc"
    WACZ = "wacz"
    OCFL = "ocfl"
    BAGIT = "bagit"
    NINJS = "ninjs"
    JSONLD = "jsonld"
    JSONL = "jsonl"
    CSV = "csv"


class Which(StrEnum):
    """Which versions of a record go out."""

    ALL = "all"
    LATEST = "latest"  # by capture time, or the one in force at the moment asked for


INCOMPLETE = ".incomplete"
"""What stands behind the name of an export that lacks what the archive should have."""

_LISTS = frozenset({Format.NINJS, Format.JSONLD, Format.JSONL, Format.CSV})


@dataclass(frozen=True, slots=True)
class Lost:
    """A row that the archive's database has lost, so that a record (``version`` is ``None``) or one version of it stayed out
    of an export."""

    record: str
    version: int | None
    what: str


@dataclass(frozen=True, slots=True)
class Exported:
    """An export as it ended. ``records`` and ``versions`` went out, ``left_out`` counts by reason what did not;
    ``files`` and ``bytes`` were written, ``sha256`` is that of a single file (of a bag, of its tag manifest), hex;
    ``state_at`` is when the archive had last changed (UTC text). Where rows were ``lost`` the file or folder has
    another name than was asked for, that one with ``INCOMPLETE`` behind it: ``renamed`` says so."""

    format: Format
    records: int
    versions: int
    captures: int
    files: int
    bytes: int
    sha256: str | None
    left_out: Mapping[str, int]
    state_at: str
    renamed: bool = False
    lost: Sequence[Lost] = ()


def format_named(said: str | None) -> Format:
    """The format of a name. Raises ``BadCall``, telling which there are."""
    names = ", ".join(f.value for f in Format)
    if not said:
        raise BadCall(f"say as what to export: a format, one of {names}")
    try:
        return Format(said.strip().lower())
    except ValueError:
        raise BadCall(f"there is no format {said[:40]!r} to export; there are {names}") from None


def versions_named(said: str | None, format: Format) -> Which:
    """``all`` or ``latest``; where nobody says which, the latest of lists of pieces and all of what is to be kept.
    Raises ``BadCall``."""
    if said is None:
        return Which.LATEST if format in _LISTS else Which.ALL
    try:
        return Which(said.strip().lower())
    except ValueError:
        raise BadCall(f"versions to export are all or latest, not {said[:40]!r}") from None
