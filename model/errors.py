"""Every error Pressmark raises on purpose, named by what the caller does next.

    PressmarkError
    ├── RetryLater            the same call may work later
    │   ├── Unreachable       the host did not answer (name, connection, TLS, time)
    │   ├── Busy              the host asked us to wait (429, 503) or a lock is held
    │   └── StorageUnavailable  database locked or away, disk full, read-only
    ├── Skip                  this one item cannot be taken; go on with the others
    │   ├── Refused           robots.txt, the address guard or a rule forbids it
    │   ├── Unreadable        the source is empty, not a document, or too damaged
    │   └── TooLarge          over a limit; what was read before it may be kept
    └── Stop                  going on would be wrong; a person has to act
        ├── BadCall           the call itself is wrong (an option, a date, a path)
        ├── NotFound          no such archive, record, version or capture
        ├── Restricted        a person restricted what is asked for; it is kept
        ├── Ambiguous         a prefix that several records share
        ├── NewerFormat       written by a newer Pressmark than this one
        └── Damaged           the archive contradicts itself; run ``pressmark verify``

Each carries one line a person understands (``str(error)``) and the facts behind it
(``error.facts``). Foreign exceptions are translated once, where they arise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model.capture import Capture


class PressmarkError(Exception):
    """Base of all of them. ``message`` is one line: what happened and what to do.

    ``facts`` holds the particulars (url, path, status, limit ...) as plain JSON values.
    ``capture`` is what had been received before it went wrong (the hops before a redirect
    was refused, the answer that said 429), where there is something to keep.
    """

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(" ".join(message.split()))
        self.facts: Mapping[str, object] = facts
        self.capture: Capture | None = None


class RetryLater(PressmarkError):
    """The same call may work later, unchanged."""


class Unreachable(RetryLater):
    """The host did not answer: no such name, refused, reset, TLS failure or time-out."""


class Busy(RetryLater):
    """Somebody asked us to wait. ``facts['retry_after']`` is seconds where it was said."""


class StorageUnavailable(RetryLater):
    """The database is locked or away, the disk is full or cannot be written."""


class Skip(PressmarkError):
    """This one item cannot be taken; the others go on."""


class Refused(Skip):
    """Forbidden by robots.txt, the address guard or another rule of ours."""


class Unreadable(Skip):
    """Empty, not a document, or too damaged to read."""


class TooLarge(Skip):
    """Over a limit; ``facts['limit']`` says which, in bytes or nodes."""


class Stop(PressmarkError):
    """Going on would be wrong; a person has to act."""


class BadCall(Stop):
    """The call itself is wrong: an option, a date without offset, a path."""


class NotFound(Stop):
    """No such archive, record, version, reading or capture."""


class Restricted(Stop):
    """A person restricted what is asked for; ``facts`` say since when, until when, by whom and why."""


class Ambiguous(Stop):
    """Several records share this prefix; ``facts['candidates']`` lists some."""


class NewerFormat(Stop):
    """Written by a newer Pressmark; nothing was read or changed."""


class Damaged(Stop):
    """The archive contradicts itself at ``facts['place']``. ``facts['lost']`` is true where the database lacks a row that must
    be there; the WARC files have what it said."""


class DamagedText(Damaged):
    """Text in the database is no text any more."""
