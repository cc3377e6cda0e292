"""Which places of an article a person may amend, and what may stand there.

A place is a JSON pointer (RFC 6901) into the article's JSON. Everything follows from the types
of ``model.article``; dates are EDTF, languages BCP 47, addresses http or https.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from model.article import Affiliation, Article, Author, Block, Correction, Dateline, Image
from model.clean import clean_text
from model.edtf import parse_edtf
from model.errors import BadCall

LONGEST = 1_000_000
"""Characters of JSON that one value may have."""

_DATES = {
    (Article, "date_published"),
    (Article, "date_modified"),
    (Dateline, "date"),
    (Affiliation, "since"),
    (Affiliation, "until"),
    (Correction, "date"),
}
_ADDRESSES = {(Article, "canonical_url"), (Image, "url"), (Block, "url")}
_CORRECTIONS = ("correction", "clarification", "editors_note", "retraction")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_NOT_STATED = {"evidence"}


def pointer_of(path: str) -> str:
    """A field as people type it, as a JSON pointer. Raises ``BadCall`` for one that an article has not."""
    pointer = "/" + path.strip().removeprefix("/").rstrip("/")
    _type_at(pointer)
    return pointer


def value_of(pointer: str, text: str) -> Any:
    """What a person typed for a field: text as it is, empty for "not there"; JSON for lists, objects, figures.

    Raises ``BadCall`` for what is no value of that field.
    """
    kind, optional = _bare(_type_at(pointer))
    if kind is str or _is_enum(kind):
        value: Any = text if text or not optional else None
    elif not text and optional:
        value = None
    else:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            raise BadCall(f"{said(pointer)} takes JSON, such as {_example(kind)}, not {text[:60]!r}") from None
    return checked(pointer, value)


def checked(pointer: str, value: Any) -> Any:
    """The value in its full shape. Raises ``BadCall``, saying what the field takes."""
    try:
        length = len(json.dumps(value, ensure_ascii=False))
    except RecursionError:
        raise BadCall(f"{said(pointer)}: nothing is stated that deep") from None
    if length > LONGEST:
        raise BadCall(f"{said(pointer)}: over {LONGEST:,} characters cannot be stated")
    owner, name = _owner(pointer)
    return _check(_type_at(pointer), value, said(pointer), owner, name)


def _hints(owner: type) -> dict[str, Any]:
    return {k: v for k, v in get_type_hints(owner).items() if k in {f.name for f in dataclasses.fields(owner)}}


def _bare(kind: Any) -> tuple[Any, bool]:
    """A type without its ``None``, and whether it may be ``None``."""
    if get_origin(kind) in {Union, UnionType}:
        rest = [k for k in get_args(kind) if k is not NoneType]
        return rest[0], len(rest) < len(get_args(kind))
    return kind, False


def _is_enum(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, StrEnum)


def _owner(pointer: str) -> tuple[type, str]:
    parent = pointer.rpartition("/")[0]
    kind = _bare(_type_at(parent))[0] if parent else Article
    return (kind if isinstance(kind, type) else Article), pointer.rpartition("/")[2]


def _type_at(pointer: str) -> Any:
    kind: Any = Article
    here = ""
    for part in pointer.split("/")[1:]:
        bare = _bare(kind)[0]
        if get_origin(bare) is tuple and len(part) <= 6 and part.isascii() and part.isdecimal():
            kind = get_args(bare)[0]
        elif dataclasses.is_dataclass(bare) and part in _hints(bare) and not (bare is Article and part in _NOT_STATED):  # type: ignore[arg-type]
            kind = _hints(bare)[part]  # type: ignore[arg-type]
        else:
            known = ", ".join(sorted(set(_hints(bare)) - _NOT_STATED)) if dataclasses.is_dataclass(bare) else "numbers from 0"  # type: ignore[arg-type]
            has = f"{said(here)} has" if here else "an article has"
            raise BadCall(f"there is no field {said(here + '/' + part)}: {has} {known}")
        here += "/" + part
    return kind


def _check(kind: Any, value: Any, where: str, owner: type, name: str) -> Any:
    bare, optional = _bare(kind)
    if value is None:
        if optional:
            return None
        raise BadCall(f"{where} cannot be empty")
    if get_origin(bare) is tuple:
        if not isinstance(value, list):
            raise BadCall(f"{where} takes a JSON list, such as {_example(bare)}")
        inner = get_args(bare)[0]
        return [_check(inner, v, f"{where}/{i}", owner, name) for i, v in enumerate(value)]
    if dataclasses.is_dataclass(bare) and isinstance(bare, type):
        return _check_object(bare, value, where)
    if _is_enum(bare):
        kinds = [k.value for k in bare]
        if value not in kinds:
            raise BadCall(f"{where} is one of {', '.join(kinds)}, not {str(value)[:60]!r}")
        return value
    if not isinstance(value, bare) or (bare is int and isinstance(value, bool)):
        raise BadCall(f"{where} takes {'text' if bare is str else 'true or false' if bare is bool else 'a number'}")
    for problem in _problems(owner, name, value, optional):
        raise BadCall(f"{where} {problem}")
    return value


def _check_object(kind: type, value: Any, where: str) -> dict[str, Any]:
    hints = _hints(kind)
    if not isinstance(value, Mapping):
        raise BadCall(f"{where} takes a JSON object, such as {_example(kind)}")
    unknown = sorted(set(value) - set(hints))
    if unknown:
        raise BadCall(f"{where} has no field {unknown[0][:60]!r}: it has {', '.join(hints)}")
    full: dict[str, Any] = {}
    for f in dataclasses.fields(kind):
        if f.name in value:
            full[f.name] = _check(hints[f.name], value[f.name], f"{where}/{f.name}", kind, f.name)
        elif f.default is dataclasses.MISSING:
            raise BadCall(f"{where} needs its {f.name}, such as {_example(kind)}")
        else:
            full[f.name] = list(f.default) if isinstance(f.default, tuple) else f.default
    return full


def _problems(owner: type, name: str, value: Any, optional: bool) -> Iterator[str]:
    if isinstance(value, str):
        if clean_text(value) != value:
            yield "holds NUL or half a character: leave it out"
        if not value.strip():
            yield "cannot be blank" + (": leave it empty to say that there is none" if optional else "")
    if (owner, name) in _DATES:
        try:
            parse_edtf(value)
        except ValueError:
            yield f"takes an EDTF date such as 2018-12, 2018-12-18 or 2018-12-18T06:00-05:00, not {value[:60]!r}"
    if (owner, name) in _ADDRESSES and not _is_address(value):
        yield f"takes a web address such as https://harbour-ledger.example/a, not {value[:60]!r}"
    if (owner, name) == (Article, "in_language") and not _LANGUAGE.fullmatch(value):
        yield f"takes a language tag such as en or zh-Hant, not {value[:60]!r}"
    if (owner, name) == (Correction, "kind") and value not in _CORRECTIONS:
        yield f"is one of {', '.join(_CORRECTIONS)}, not {value[:60]!r}"
    if (owner, name) == (Block, "level") and not 1 <= value <= 6:
        yield "is a number from 1 to 6"


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s", text)


def said(pointer: str) -> str:
    """A place as people type it: without the leading slash."""
    return pointer.removeprefix("/")


def _example(kind: Any) -> str:
    if get_origin(kind) is tuple:
        return f"[{_example(get_args(kind)[0])}]"
    if kind is Author:
        return '{"name": "Mara Quill", "role": "reporter"}'
    if kind is Block:
        return '{"kind": "paragraph", "text": "Words."}'
    if kind is Dateline:
        return '{"raw": "PORT HALLOW, Dec. 18", "date": "XXXX-12-18"}'
    if kind is bool:
        return "true"
    if kind is int:
        return "2"
    if dataclasses.is_dataclass(kind):
        first = dataclasses.fields(kind)[0].name
        return f'{{"{first}": "…"}}'
    return '"words"'
