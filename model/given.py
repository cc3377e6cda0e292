"""What persons and programs give as text: it has to be text that can be kept."""

from __future__ import annotations

from collections.abc import Mapping

from model.errors import BadCall


def check_text(what: str, *given: object) -> None:
    """Lets texts through, also those inside of JSON values. Raises ``BadCall`` for a lone surrogate (RFC 3629): a byte that
    was no UTF-8, or half a character, which no file and no database can hold. ``what`` says what they are.
    """
    waiting = list(given)
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            _check(what, value)
        elif isinstance(value, Mapping):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, (list, tuple)):
            waiting += value


def _check(what: str, text: str) -> None:
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError as error:
        half = f"U+{ord(text[error.start]):04X}, character {error.start + 1}"
        raise BadCall(f"{what} cannot be kept: it has half a character in it ({half}); give it as valid text") from None
