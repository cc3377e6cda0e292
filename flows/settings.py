"""Settings of the flows and the doors: the environment first, then ``pressmark.toml``.

``PRESSMARK_HOST_GAP=2`` in the environment and ``host_gap = 2`` in the file are the same
setting. Nothing below the flows reads settings: what they need comes as arguments.
"""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from model.changes import FIELDS, KINDS
from model.clean import clean_text
from model.errors import BadCall

FILE = "pressmark.toml"
PREFIX = "PRESSMARK_"
TABLES = "schedule"
"""The key of the file that is no setting: ``flows.timetable`` reads it."""
LARGEST = 1000**3

_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>|k|m|g)b?", re.IGNORECASE)
_DATABASES = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
_SECRET = frozenset({"proxy", "on_change_webhook", "database_url", "store_url"})  # may hold a password
_UNITS = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3}


def _size(value: object) -> object:
    if isinstance(value, str):
        found = _SIZE.fullmatch(value.strip())
        if found is None:
            raise ValueError("give bytes as a number, or such as 20 MB")
        value = float(found["number"]) * _UNITS[found["unit"].lower()]
    if isinstance(value, (int, float)) and value > LARGEST:
        raise ValueError("at most 1 GB can be taken")
    return int(value) if isinstance(value, float) else value


def _floor(value: object) -> object:
    if isinstance(value, str):
        found = _SIZE.fullmatch(value.strip())
        if found is None:
            raise ValueError("give bytes as a number, or such as 2 GB")
        value = float(found["number"]) * _UNITS[found["unit"].lower()]
    return int(value) if isinstance(value, float) else value


def _networks(value: object) -> object:
    if isinstance(value, str):
        value = value.replace(",", " ").split()
    if not isinstance(value, (list, tuple)):
        raise ValueError("give networks such as 127.0.0.0/8, parted by commas")
    return tuple(str(ip_network(str(item), strict=False)) for item in value)


def _proxy(value: object) -> object:
    parts = urlsplit(value.strip()) if isinstance(value, str) else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("give a proxy such as http://proxy.example:3128")
    if parts.port == 0:  # asking for the port also tells one that is no number
        raise ValueError("a proxy's port is between 1 and 65535")
    return value


def _database(value: object) -> object:
    if isinstance(value, str) and value and value.partition("://")[0] not in _DATABASES:
        raise ValueError("give an address such as postgresql://USER@HOST/DATABASE, or leave it out for SQLite in the folder")
    return value or None


def _store(value: object) -> object:
    if isinstance(value, str) and value and not value.startswith("s3://"):
        raise ValueError("give a bucket as s3://BUCKET/PREFIX, or leave it out for the folder alone")
    return value or None


def _words(known: Sequence[str]) -> Callable[[object], object]:
    """Takes some of the ``known`` words, parted by commas or in a list."""

    def parsed(value: object) -> object:
        said = value.replace(",", " ").split() if isinstance(value, str) else value
        if not isinstance(said, (list, tuple)) or not all(word in known for word in said):
            raise ValueError(f"give some of {', '.join(known)}, parted by commas")
        return tuple(said)

    return parsed


def _command(value: object) -> object:
    try:
        if isinstance(value, str) and shlex.split(value):
            return value
    except ValueError:  # a quotation that does not end
        pass
    raise ValueError("give a command line such as notify --desk, its quotation marks closed")


def _webhook(value: object) -> object:
    parts = urlsplit(value.strip()) if isinstance(value, str) else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.port == 0:
        raise ValueError("give an address such as https://desk.example/hook, without a user name")
    return value


class Settings(BaseModel):
    """Everything that can be set. ``host_gap`` is seconds between two requests to one host,
    ``max_bytes`` the largest entity taken (1 GB at most), ``allow_addresses`` networks that the address guard
    lets through although they are not global, ``images`` whether image files of articles are kept,
    ``keep_unchanged`` what is kept of a page that reads as it did before: ``all``, or the ``digest`` of its bytes,
    ``lease_seconds`` how long a process that asks hosts may stand still before others take it for dead (the same for all
    processes of an archive), ``disk_floor`` the bytes that must be free for a round of the schedule to fetch anything,
    ``http2`` whether HTTP/2 is offered, ``proxy`` what all requests go through (it resolves names, too),
    ``store_keep_local`` whether WARC files that the store has stay in the folder as well, ``store_patience`` the seconds
    for which one request to the store is tried again, ``changes_feed`` the Atom feed that rounds keep up to date,
    ``on_change_*`` who is told of a change and of which ones (see ``flows.on_change``).
    Empty texts stand for "not said".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    archive: str = Field(default="./archive", min_length=1)
    database_url: Annotated[str | None, BeforeValidator(_database)] = None
    store_url: Annotated[str | None, BeforeValidator(_store)] = None
    user_agent: str | None = None
    contact: str = ""
    operator: str | None = None
    institution: str | None = None
    host_gap: float = Field(default=5.0, ge=0, le=86400, allow_inf_nan=False)
    lease_seconds: float = Field(default=60.0, ge=1, le=3600, allow_inf_nan=False)
    max_bytes: Annotated[int, BeforeValidator(_size)] = Field(default=20 * 1000**2, gt=0)
    allow_addresses: Annotated[tuple[str, ...], BeforeValidator(_networks)] = ()
    images: bool = False
    keep_unchanged: Literal["all", "digest"] = "all"
    http2: bool = False
    disk_floor: Annotated[int, BeforeValidator(_floor)] = Field(default=2 * 1000**3, ge=0)
    proxy: Annotated[str | None, BeforeValidator(_proxy)] = None
    store_keep_local: bool = True
    store_patience: float = Field(default=30.0, gt=0, le=3600, allow_inf_nan=False)
    changes_feed: str | None = Field(default=None, min_length=1)
    on_change_command: Annotated[str | None, BeforeValidator(_command)] = None
    on_change_webhook: Annotated[str | None, BeforeValidator(_webhook)] = None
    on_change_kinds: Annotated[tuple[str, ...], BeforeValidator(_words(KINDS))] = ("changed", "gone", "restored")
    on_change_fields: Annotated[tuple[str, ...], BeforeValidator(_words(FIELDS))] = ()
    on_change_substantive: bool = False


def load(environ: Mapping[str, str], cwd: Path) -> Settings:
    """The settings in force in a folder.

    An empty variable counts as not set. Raises ``BadCall`` for a value of the wrong kind, a
    file that is no TOML, and a key of the file that is no setting, naming the nearest right one.
    """
    from_file = {key: value for key, value in read_file(cwd).items() if key != TABLES}
    known = Settings.model_fields
    for key in from_file:
        if key not in known:
            near = get_close_matches(key.lower().replace("-", "_"), known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"settings are {', '.join(known)}"
            raise BadCall(f"{FILE}: there is no setting {key!r}; {hint}", key=key)
    from_environ = {name: value for name in known if (value := environ.get(PREFIX + name.upper(), ""))}
    for name, value in from_environ.items():
        # a folder may have any name; the others are kept and sent
        if name != "archive" and clean_text(value) != value:
            raise BadCall(f"{PREFIX}{name.upper()} is not valid UTF-8: say it in UTF-8", setting=name)
    try:
        return _placed(Settings(**{**from_file, **from_environ}), cwd)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        said = PREFIX + name.upper() if name in from_environ else f"{FILE}: {name}"
        why = str(first["msg"]).removeprefix("Value error, ")
        is_what = "cannot be used" if name in _SECRET else f"is {from_environ.get(name, first['input'])!r}"
        raise BadCall(f"{said} {is_what}: {why[:1].lower()}{why[1:]}", setting=name) from error


def _placed(settings: Settings, cwd: Path) -> Settings:
    """Settings whose files and programs are found from every folder: rounds of a schedule run in another one."""
    update: dict[str, str] = {}
    if settings.changes_feed is not None:
        update["changes_feed"] = str(cwd / settings.changes_feed)
    if settings.on_change_command is not None:
        program, *words = shlex.split(settings.on_change_command)
        if "/" in program:
            update["on_change_command"] = shlex.join([str(cwd / program), *words])
    return settings.model_copy(update=update) if update else settings


def exported(settings: Settings) -> dict[str, str]:
    """The settings as an environment that ``load`` reads back, for a process that runs in another folder."""
    said = settings.model_dump(exclude_unset=True)
    return {
        PREFIX + name.upper(): ",".join(value) if isinstance(value, tuple) else str(value)
        for name, value in said.items()
        if value is not None
    }


def read_file(cwd: Path) -> dict[str, Any]:
    """What ``pressmark.toml`` in a folder says, nothing where there is none. Raises ``BadCall`` for no TOML."""
    path = cwd / FILE
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadCall(f"{FILE} is not readable TOML: {error}") from error
    except OSError as error:
        raise BadCall(f"{FILE} cannot be read: {error.strerror or error}") from error
