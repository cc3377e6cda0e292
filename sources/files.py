"""Captures that a person supplies: files, folders, lists and standard input.

``kind_of`` says what a source on the command line is; ``folder_files`` and
``list_entries`` take the plural ones apart; ``read_file``, ``read_stream`` and ``supplied``
make captures. Nothing is read out of the bytes but their kind; times of files are never
believed, and of a path only the bare name is kept.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO
from unicodedata import category
from urllib.parse import urlsplit

from model.capture import Basis, Capture, digest_of
from model.clean import clean_text
from model.edtf import utc_text
from model.errors import BadCall, TooLarge, Unreadable
from model.identity import without_credentials
from sources.media_type import media_type_of
from sources.saved import statement_of
from sources.warc.containers import SUFFIXES as ARCHIVE_FILES

MAX_BYTES = 20_000_000
ARTICLE_SUFFIXES = frozenset({".html", ".htm", ".xhtml", ".txt", ".mhtml", ".mht", ".webarchive"})
# what browsers append to a page's name for the folder of its parts, each in the language of its menus
COMPANIONS = ("_files", ".files", "-Dateien", "_fichiers", "_archivos", "_file", "_bestanden", "_arquivos", "-filer", "_pliki")

_FIRST_PAGE = datetime(1991, 8, 6, tzinfo=UTC)
_CLOCKS_DIFFER = timedelta(days=1)

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_HOST_LIKE = re.compile(r"(?:(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}|(?:\d{1,3}\.){3}\d{1,3}|localhost)(?::\d+)?(?:/|\Z)")


class Kind(StrEnum):
    """What one source of a call is."""

    URL = "url"
    FILE = "file"
    FOLDER = "folder"
    LIST = "list"
    STDIN = "stdin"


def kind_of(source: str) -> Kind:
    """What ``source`` is: an http(s) URL, a path, ``@`` and a path to a list, or ``-``.

    Raises ``BadCall`` for another scheme and for what does not exist.
    """
    if not source.strip():
        raise BadCall("an empty source: give an address, a file, a folder, @list or -")
    if source == "-":
        return Kind.STDIN
    if source.startswith("@"):
        if _kind_of_path(source[1:]) is not Kind.FILE:
            raise BadCall(f"no such list: {source[1:] or '@'}", source=source)
        return Kind.LIST
    scheme = _SCHEME.match(source)
    if scheme is not None and scheme[1].lower() in {"http", "https"}:
        return Kind.URL
    kind = _kind_of_path(source)
    if kind is not None:
        return kind
    if scheme is not None:
        raise BadCall(f"{scheme[1]} addresses are not read, only http and https, files, folders, @lists and -", source=source)
    if _HOST_LIKE.match(source) and Path(source).suffix.lower() not in ARTICLE_SUFFIXES:
        raise BadCall(f"no such file: {source}; if it is a web address, write https://{source} (or http://)", source=source)
    raise BadCall(f"no such file or folder: {source}", source=source)


def folder_files(folder: str | Path, *, archives: bool = True) -> tuple[Path, ...]:
    """The articles and (with ``archives``) archive files under a folder, by their suffixes, its folders
    included, in the order of their paths.

    Hidden files and folders are passed over, links that lead out of the folder, and the folders
    beside a page that hold its parts (``COMPANIONS``): frames and advertisements are no articles.
    Raises ``Unreadable`` where there is none, or where a folder cannot be read.
    """
    root = Path(folder)
    home = root.resolve()
    ends = (*sorted(ARTICLE_SUFFIXES), *(ARCHIVE_FILES if archives else ()))
    found = sorted(path for path in _walk(root) if _is_named(path, ends, home))
    if not found:
        suffixes = ", ".join(ends)
        raise Unreadable(f"no articles in {root.name or root}: no file ends in {suffixes}", path=str(root))
    return tuple(found)


def list_entries(source: str) -> tuple[str, ...]:
    """The sources that an ``@list`` names, one a line; empty lines and ``#`` comments left out.

    Relative paths are understood from the list's own folder. A comment begins a line or
    follows white space, because URLs have a ``#`` as well. Raises ``Unreadable`` where the
    list is not UTF-8 text or names nothing, ``BadCall`` where it names another list or
    standard input.
    """
    path = Path(source.removeprefix("@"))
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeError) as error:
        raise Unreadable(f"the list {path.name} cannot be read ({_reason(error)})", path=str(path)) from error
    entries = [re.sub(r"(?:^|\s+)#.*", "", line).strip() for line in lines]
    for number, entry in enumerate(entries, 1):
        if entry == "-" or entry.startswith("@"):
            raise BadCall(f"line {number} of {path.name}: a list names addresses and paths only, not {entry}", path=str(path))
    if not any(entries):
        raise Unreadable(f"the list {path.name} names nothing", path=str(path))
    return tuple(_from(path.parent, entry) for entry in entries if entry)


def read_file(
    path: str | Path,
    *,
    url: str | None = None,
    captured_at: datetime | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    max_bytes: int = MAX_BYTES,
) -> Capture:
    """The capture that a file holds; see ``supplied``. Raises ``Unreadable`` where it cannot be read, too."""
    where = Path(path)
    try:
        with where.open("rb") as stream:
            return read_stream(stream, filename=where.name, url=url, captured_at=captured_at, clock=clock, max_bytes=max_bytes)
    except OSError as error:
        raise Unreadable(f"{where.name} cannot be read ({_reason(error)})", path=str(where)) from error


def read_stream(
    stream: BinaryIO,
    *,
    filename: str | None = None,
    url: str | None = None,
    captured_at: datetime | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    max_bytes: int = MAX_BYTES,
) -> Capture:
    """The capture that a stream such as standard input holds, to its end; see ``supplied``."""
    body = stream.read(max_bytes + 1)
    return supplied(body, filename=filename, url=url, captured_at=captured_at, received_at=clock(), max_bytes=max_bytes)


def supplied(
    body: bytes,
    *,
    received_at: datetime,
    filename: str | None = None,
    url: str | None = None,
    captured_at: datetime | None = None,
    max_bytes: int = MAX_BYTES,
) -> Capture:
    """A capture of bytes that a person gives, with what that person says of them.

    ``url`` is where the copy is said to come from, ``captured_at`` when it was taken; both
    are the person's word. The origin key is made of the bytes' digest and these two. Where a
    person says nothing, what the file itself says counts (``sources.saved``), which is kept in
    ``context["saved"]`` in any case; a time of its own is passed over where it lies in the future.
    Raises ``Unreadable`` for no bytes, ``TooLarge`` for too many, ``BadCall`` for a URL
    that is not http(s) or holds a user name or password, and for a time without offset.
    """
    named = filename or "standard input"
    if url is not None and without_credentials(url) != url:
        raise BadCall("the address carries a user name or password; remove what stands before the @")
    if url is not None and not _is_web_address(url):
        raise BadCall(f"not a web address: {url!r}; it should start with https://", url=url)
    if captured_at is not None and captured_at.tzinfo is None:
        raise BadCall("the time of capture needs an offset, such as 2024-05-01T12:00:00+02:00")
    if not body.strip():
        raise Unreadable(f"{named} is empty", filename=filename)
    if len(body) > max_bytes:
        raise TooLarge(
            f"{named} is over {max_bytes:,} bytes; to take it all the same, raise PRESSMARK_MAX_BYTES", limit=max_bytes
        )
    at = captured_at.astimezone(UTC) if captured_at is not None else None
    key = f"file:{digest_of(body)}|{url or ''}|{utc_text(at) if at else ''}"
    saved = statement_of(body)
    if saved is not None:
        url = url or (saved.address if saved.address and _is_web_address(saved.address) else None)
        at = at or (saved.at if saved.at and _FIRST_PAGE <= saved.at <= received_at + _CLOCKS_DIFFER else None)
    return Capture(
        basis=Basis.SUPPLIED,
        origin_key=key,
        received_at=received_at,
        at=at,
        url=url,
        final_url=url,
        supplied=body,
        media_type=media_type_of(body),
        filename=_as_text(filename) if filename else None,
        context={"saved": saved.to_json()} if saved is not None else {},
    )


def _kind_of_path(text: str) -> Kind | None:
    path = Path(text)
    try:
        return Kind.FOLDER if path.is_dir() else Kind.FILE if path.exists() else None
    except OSError as error:  # a name too long, a folder above it that may not be entered
        raise BadCall(f"{path.name[:80]} cannot be looked at ({_reason(error)})", source=text) from error


def _walk(root: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        name = Path(str(error.filename)).name
        raise Unreadable(f"the folder {name} cannot be read ({_reason(error)})", path=str(error.filename)) from error

    for folder, folders, files in os.walk(root, onerror=refuse):
        pages = {name.rpartition(".")[0] for name in files}
        folders[:] = [name for name in folders if not name.startswith(".") and not _is_companion(name, pages)]
        yield from (Path(folder, name) for name in files if not name.startswith("."))


def _is_companion(folder: str, pages: set[str]) -> bool:
    return any(folder.endswith(end) and folder.removesuffix(end) in pages for end in COMPANIONS)


def _is_named(path: Path, ends: tuple[str, ...], home: Path) -> bool:
    return path.name.lower().endswith(ends) and path.is_file() and path.resolve().is_relative_to(home)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    encodable = clean_text(url) == url
    spelt = not any(c.isspace() or category(c) == "Cc" for c in url)
    return encodable and spelt and parts.scheme in {"http", "https"} and bool(parts.hostname)


def _as_text(name: str) -> str:
    """A file's name as text: bytes that are no UTF-8, which Python smuggles in as surrogates, are marked as such."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\x00", "")


def _from(folder: Path, entry: str) -> str:
    return entry if _SCHEME.match(entry) else str(folder / Path(entry))


def _reason(error: OSError | UnicodeError) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "not UTF-8 text"
