"""What made a reading: our version, a digest over our rules and code, and the libraries' versions.

Two readings with the same release of the same capture are the same, byte for byte.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_LIBRARIES = ("beautifulsoup4", "brotli", "lxml", "trafilatura")
_KINDS = frozenset({".py", ".toml", ".json", ".txt"})


@cache
def release() -> dict[str, str]:
    """Sorted by key: ``extractors`` (our version), ``rules`` (a digest over every file of code
    and word data of this room, names included), and the version of each library that reads.
    """
    found = {name: version(name) for name in _LIBRARIES}
    try:
        found["extractors"] = version("pressmark")
    except PackageNotFoundError:  # run from a checkout that was never installed
        found["extractors"] = "unknown"
    found["rules"] = "sha256:" + _digest(Path(__file__).parent)
    return dict(sorted(found.items()))


def _digest(room: Path) -> str:
    machine = hashlib.sha256()
    files = {path.relative_to(room).as_posix(): path for path in room.rglob("*") if path.suffix in _KINDS}
    for name in sorted(files):
        data = files[name].read_bytes()
        machine.update(f"{name}\0{len(data)}\0".encode())
        machine.update(data)
    return machine.hexdigest()
