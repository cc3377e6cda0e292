"""OCFL 1.1 (ocfl.io): an object a record, an OCFL version a version of it, for a repository that keeps them.

A root that is there gets what it lacks: new objects, and new versions of old ones. What it has is never touched, also
where a version was read anew since. An object holds, at each version, ``version.json`` (the line of ``jsonl``, with its
evidence) and ``capture.warc.gz``; which version of the record it is, its message says. What is added is made beside the
root and renamed into it, a version's folder before the inventory that names it: a run that was killed is gone on with.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.errors import BadCall, Damaged
from storage.export.chosen import Issue, Piece
from storage.export.job import Export, Made
from storage.export.jsonld import name_of
from storage.export.output import beside, new_folder, part_of, writing
from storage.export.plain import line_of
from storage.export.warc import Members
from storage.segments import sync_folder

LAYOUT = "0003-hash-and-id-n-tuple-storage-layout"
_ROOT, _OBJECT = "0=ocfl_1.1", "0=ocfl_object_1.1"
_TYPE = "https://ocfl.io/1.1/spec/#inventory"
_CONFIG = {"extensionName": LAYOUT, "digestAlgorithm": "sha256", "tupleSize": 3, "numberOfTuples": 3}
_MESSAGE = re.compile(r"version (\d+) of ")
_FILES = ("version.json", "capture.warc.gz")
_INVENTORY = ("inventory.json", "inventory.json.sha512")
_STEP = 1 << 20


def write(job: Export, path: Path) -> Made:
    """The root, made or added to. Raises ``BadCall`` where something else is there, ``Damaged`` where an object is."""
    if not os.path.lexists(path):
        with new_folder(path) as root:
            run = _Run(job, root)
            run.begin()
            with beside(path) as stage:
                run.fill(stage)
        return run.made()
    check_root(path)
    run = _Run(job, path)
    with beside(path) as stage, writing(path):
        run.fill(stage)
    return run.made()


def check_root(path: Path) -> None:
    """Raises ``BadCall`` where a path is no OCFL root that can be added to."""
    config = path / "extensions" / LAYOUT / "config.json"
    try:
        ours = (path / _ROOT).is_file() and json.loads(config.read_bytes()) == _CONFIG
    except (OSError, ValueError):
        ours = False
    if not ours:
        raise BadCall(f"{path} is there already and is no OCFL root of an export: name another --output")


def place_of(identity: str) -> Path:
    """Where in a root an object lies, as the layout extension 0003 has it."""
    digest = hashlib.sha256(identity.encode()).hexdigest()
    name = re.sub(r"[^A-Za-z0-9_-]", lambda m: "".join(f"%{byte:02x}" for byte in m[0].encode()), identity)
    return Path(digest[:3], digest[3:6], digest[6:9], name if len(name) <= 100 else f"{name[:100]}-{digest}")


@dataclass
class _Run:
    """One run: what it writes, counted."""

    job: Export
    root: Path
    files: int = 0
    size: int = 0
    captures: int = 0

    def fill(self, stage: Path) -> None:
        """Everything that the root lacks, made in ``stage`` first."""
        for piece in self.job.pieces():
            identity = name_of(piece.record)
            at = self.root / place_of(identity)
            inventory = _inventory_of(at) if at.is_dir() else None
            have = _versions_in(inventory) if inventory else set()
            for issue in piece.issues:
                if issue.number in have:
                    continue
                inventory = self._add(stage, at, identity, inventory, piece, issue)

    def begin(self) -> None:
        """What makes a folder a root."""
        layout = {"extension": LAYOUT, "description": "The SHA-256 of an object's id in three parts of three, then the id"}
        self._small(self.root, _ROOT, b"ocfl_1.1\n")
        self._small(self.root, "ocfl_layout.json", json.dumps(layout, indent=1).encode())
        self._small(self.root, f"extensions/{LAYOUT}/config.json", json.dumps(_CONFIG, indent=1).encode())

    def made(self) -> Made:
        """The files that were added, and by how many bytes the root grew."""
        return Made(self.files, self.size, None, self.captures)

    def _add(
        self, stage: Path, at: Path, identity: str, before: dict[str, Any] | None, piece: Piece, issue: Issue
    ) -> dict[str, Any]:
        """One version more; the inventory that it leads to."""
        head = f"v{len(before['versions']) + 1}" if before else "v1"
        new = stage / "object"
        folder = new / head
        self._content(folder / "content", piece, issue)
        digests = {name: _sha512(folder / "content" / name) for name in _FILES}
        # each names its version, so no two are equal
        content = {digest: name for name, digest in digests.items()}
        manifest = {**(before["manifest"] if before else {}), **{d: [f"{head}/content/{n}"] for d, n in content.items()}}
        state = {digest: [name] for digest, name in content.items()}
        version = {
            "created": issue.facts["received_at"],
            "message": f"version {issue.number} of {piece.record}, captured {issue.facts['at'] or 'at an unknown time'}",
            "user": {"name": self.job.software, "address": f"urn:pressmark:{self.job.archive}"},
            "state": state,
        }
        inventory = {
            "id": identity,
            "type": _TYPE,
            "digestAlgorithm": "sha512",
            "head": head,
            "manifest": manifest,
            "versions": {**(before["versions"] if before else {}), head: version},
        }
        self._describe(folder, inventory)
        if before is None:
            self._small(new, _OBJECT, b"ocfl_object_1.1\n")
            self._describe(new, inventory)
            at.parent.mkdir(parents=True, exist_ok=True)
            new.rename(at)
            sync_folder(at.parent)
        else:
            folder.rename(at / head)
            new.rmdir()
            sync_folder(at)
            before_it = _size(at)
            _renew(at, at / head)
            self.size += _size(at) - before_it
        return inventory

    def _content(self, folder: Path, piece: Piece, issue: Issue) -> None:
        line = line_of(self.job.archive, piece, issue, evidence=True)
        self._small(folder, "version.json", json.dumps(line, ensure_ascii=False, indent=1).encode() + b"\n")
        with part_of(folder, "capture.warc.gz") as out:
            stream = Members(self.job, out)
            stream.begin(f"version {issue.number} of the record {piece.record}")
            for _ in stream.put_issue(piece.record, issue):
                pass
        self.files += 1
        self.size += out.size
        self.captures += stream.captures

    def _describe(self, folder: Path, inventory: dict[str, Any]) -> None:
        data = json.dumps(inventory, indent=1).encode()
        self._small(folder, "inventory.json", data)
        self._small(folder, "inventory.json.sha512", f"{hashlib.sha512(data).hexdigest()} inventory.json\n".encode())

    def _small(self, folder: Path, name: str, data: bytes) -> None:
        with part_of(folder, name) as out:
            out.write(data)
        self.files += 1
        self.size += len(data)


def _inventory_of(at: Path) -> dict[str, Any]:
    """What an object's last version says it holds; the root of the object is made to say the same. Raises ``Damaged``."""
    numbers = sorted(int(p.name[1:]) for p in at.glob("v*") if re.fullmatch(r"v\d+", p.name))
    last = at / f"v{numbers[-1] if numbers else 1}"
    try:
        data = (last / "inventory.json").read_bytes()
        stated = (last / "inventory.json.sha512").read_text("ascii").split()[0]
        if hashlib.sha512(data).hexdigest() != stated:
            raise ValueError
        inventory: dict[str, Any] = json.loads(data)
    except (FileNotFoundError, ValueError, IndexError):
        raise Damaged(f"the OCFL object {at.name} is damaged: nothing was added to it; restore it from a copy") from None
    if not all((at / name).is_file() and (at / name).read_bytes() == (last / name).read_bytes() for name in _INVENTORY):
        _renew(at, last)
    return inventory


def _renew(at: Path, last: Path) -> None:
    """An object's inventory becomes that of its last version."""
    for name in _INVENTORY:
        new = at / f".{name}.new"
        new.write_bytes((last / name).read_bytes())
        new.replace(at / name)
    sync_folder(at)


def _size(at: Path) -> int:
    """Of the inventory that stands at the head of an object."""
    return sum((at / name).stat().st_size for name in _INVENTORY)


def _versions_in(inventory: dict[str, Any]) -> set[int]:
    messages: Sequence[str] = [v.get("message", "") for v in inventory["versions"].values()]
    return {int(found[1]) for m in messages if (found := _MESSAGE.match(m))}


def _sha512(path: Path) -> str:
    digest = hashlib.sha512()
    with path.open("rb") as file:
        while data := file.read(_STEP):
            digest.update(data)
    return digest.hexdigest()
