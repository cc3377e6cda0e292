"""Where renderables go: consoles for a terminal, a pipe or a file, and progress on stderr."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO, cast

from rich.console import Console
from rich.status import Status
from rich.text import Text

from pressmark.cli.safe import safe, safe_line

if TYPE_CHECKING:
    from pressmark.cli.call import Call

PIPE_WIDTH = 100
_WIDEST = 110
# narrower, rich leaves whole values out without a word
_NARROWEST = 40
_FILLING = re.compile(r" +(?=\n)")


def console_for(stream: TextIO, environ: Mapping[str, str]) -> Console:
    """A console over a stream: colours only on a terminal, ``NO_COLOR`` and ``COLUMNS`` honoured."""
    file = stream if stream.isatty() else cast(TextIO, _Trimmed(stream))
    console = Console(file=file, _environ=environ, highlight=False, markup=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in environ:
        console.width = PIPE_WIDTH
    console.width = max(_NARROWEST, min(console.width, _WIDEST))
    return console


class _Trimmed:
    """A stream whose lines lose the spaces that rich fills them up with."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(_FILLING.sub("", text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def in_colour(console: Console) -> bool:
    """True where colour alone may tell two things apart."""
    return console.is_terminal and not console.no_color and console.color_system is not None


def words(text: str, style: str = "") -> Text:
    """Outside text, made safe, as a renderable."""
    return Text(safe(text), style=style)


def words_in_line(text: str, style: str = "") -> Text:
    """The same, on one line: for names and reasons."""
    return Text(safe_line(text), style=style)


class Progress:
    """A count on stderr while something lasts; shows nothing where that is no terminal."""

    def __init__(self, doing: str, status: Status | None) -> None:
        self._doing = doing
        self._status = status

    def advance(self, done: int, total: int | None = None) -> None:
        """``total`` is ``None`` where nobody knows it."""
        if self._status is not None:
            self._status.update(f"{self._doing} {done:,}" + (f" of {total:,}" if total else ""))

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Takes the count off the screen while something is printed beside it."""
        if self._status is None:
            yield
            return
        self._status.stop()
        yield
        self._status.start()


@contextmanager
def progress(call: Call, doing: str) -> Iterator[Progress]:
    """Shows ``doing`` and how far it has come."""
    console = console_for(call.err, call.environ)
    if not console.is_terminal:
        yield Progress(doing, None)
        return
    with console.status(doing) as status:
        yield Progress(doing, status)
