"""``bagit`` and ``ocfl``: packages that a repository takes, proved by their own rules."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import bagit
import pytest

from model.errors import BadCall, Damaged
from model.export import Format
from storage.export.jsonld import name_of
from storage.export.ocfl import place_of


def test_a_bag_is_one_by_its_own_library_and_holds_both_forms(shelf: Any) -> None:
    done = shelf.export(Format.BAGIT, "bag")
    bag = bagit.Bag(str(shelf.out / "bag"))
    bag.validate()
    assert bag.version_info == (1, 0) and bag.info["Source-Organization"] == "Saltmarsh Library"
    assert sorted(bag.payload_files()) == ["data/captures.warc.gz", "data/records.jsonl"]
    shelf.export(Format.WARC, "same.warc.gz")
    assert (shelf.out / "bag/data/captures.warc.gz").read_bytes() == (shelf.out / "same.warc.gz").read_bytes()
    assert len((shelf.out / "bag/data/records.jsonl").read_text().splitlines()) == done.versions == 4
    files = [p for p in (shelf.out / "bag").rglob("*") if p.is_file()]
    assert (done.files, done.bytes) == (len(files), sum(p.stat().st_size for p in files))
    assert done.sha256 == hashlib.sha256((shelf.out / "bag/tagmanifest-sha256.txt").read_bytes()).hexdigest()


def test_a_bag_notices_a_flipped_bit(shelf: Any) -> None:
    shelf.export(Format.BAGIT, "bag")
    path = shelf.out / "bag/data/captures.warc.gz"
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(shelf.out / "bag")).validate()


def check_object(at: Path) -> dict[str, Any]:
    """What OCFL 1.1 asks of an object, read off the standard: all of its files are told, and are what is told."""
    assert (at / "0=ocfl_object_1.1").read_bytes() == b"ocfl_object_1.1\n"
    inventory: dict[str, Any] = json.loads((at / "inventory.json").read_bytes())
    heads = [f"v{n}" for n in range(1, len(inventory["versions"]) + 1)]
    assert list(inventory["versions"]) == heads and inventory["head"] == heads[-1]
    for folder in (at, *(at / head for head in heads)):
        data = (folder / "inventory.json").read_bytes()
        assert (folder / "inventory.json.sha512").read_text() == f"{hashlib.sha512(data).hexdigest()} inventory.json\n"
    assert (at / "inventory.json").read_bytes() == (at / heads[-1] / "inventory.json").read_bytes()
    told = {path: digest for digest, paths in inventory["manifest"].items() for path in paths}
    held = {str(p.relative_to(at)) for p in at.rglob("*") if p.is_file() and "content" in p.parts}
    assert held == told.keys()
    assert all(hashlib.sha512((at / path).read_bytes()).hexdigest() == digest for path, digest in told.items())
    used = {digest for version in inventory["versions"].values() for digest in version["state"]}
    assert used == set(inventory["manifest"])
    others = {p.name for p in at.iterdir()} - {"0=ocfl_object_1.1", "inventory.json", "inventory.json.sha512", *heads}
    assert others == set()
    return inventory


def _objects(root: Path) -> dict[str, dict[str, Any]]:
    found = [check_object(p.parent) for p in root.rglob("0=ocfl_object_1.1")]
    return {x["id"]: x for x in found}


def _files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


@pytest.mark.both_engines
def test_an_object_a_record_and_a_version_a_version(shelf: Any, database_url: str | None) -> None:
    done = shelf.export(Format.OCFL, "root")
    root = shelf.out / "root"
    objects = _objects(root)
    assert {name_of(shelf.records[word]): n for word, n in (("quay", 2), ("ferry", 1), ("copy", 1))} == {
        identity: len(x["versions"]) for identity, x in objects.items()
    }
    assert all((root / place_of(identity) / "inventory.json").is_file() for identity in objects)
    quay = root / place_of(name_of(shelf.records["quay"]))
    lines = [json.loads((quay / f"v{n}/content/version.json").read_bytes()) for n in (1, 2)]
    assert [x["article"]["headline"] for x in lines] == ["Quay closed", "=Quay reopens"] and "evidence" in lines[1]["article"]
    held = _files(root)
    assert (done.files, done.bytes, done.captures) == (len(held), sum(map(len, held.values())), 4)
    assert shelf.left() == ["root"]


def test_a_second_run_adds_what_is_new_and_touches_nothing_else(shelf: Any, desk: Any, make_article: Any) -> None:
    shelf.export(Format.OCFL, "root")
    root = shelf.out / "root"
    before = _files(root)
    assert shelf.export(Format.OCFL, "root").files == 0 and _files(root) == before
    url = "http://paper.example/news/ferry"
    desk.take(desk.fetched(url, b"<p>no ferry</p>" * 40, 20), make_article("Ferries stay", "No ferry sails today."))
    shelf.export(Format.OCFL, "root")
    after, at = _files(root), str(place_of(name_of(shelf.records["ferry"])))
    changed = {path for path in after if before.get(path) != after[path]}
    renewed = {f"{at}/inventory.json", f"{at}/inventory.json.sha512"}
    assert before.keys() <= after.keys() and changed & before.keys() == renewed
    assert all(path.startswith(f"{at}/v2/") for path in changed - renewed)
    assert len(_objects(root)[name_of(shelf.records["ferry"])]["versions"]) == 2 and shelf.left() == ["root"]


def test_a_run_that_was_killed_between_a_version_and_its_inventory_is_gone_on_with(
    shelf: Any, desk: Any, make_article: Any
) -> None:
    shelf.export(Format.OCFL, "root")
    root = shelf.out / "root"
    at = root / place_of(name_of(shelf.records["ferry"]))
    old = {name: (at / name).read_bytes() for name in ("inventory.json", "inventory.json.sha512")}
    url = "http://paper.example/news/ferry"
    desk.take(desk.fetched(url, b"<p>no ferry</p>" * 40, 20), make_article("Ferries stay", "No ferry sails today."))
    shelf.export(Format.OCFL, "root")
    (at / "inventory.json").write_bytes(old["inventory.json"])
    (at / "inventory.json.sha512").write_bytes(old["inventory.json.sha512"])
    assert shelf.export(Format.OCFL, "root").files == 0
    assert len(_objects(root)[name_of(shelf.records["ferry"])]["versions"]) == 2


def test_a_damaged_object_is_told_and_nothing_added_to_it(shelf: Any) -> None:
    shelf.export(Format.OCFL, "root")
    at = shelf.out / "root" / place_of(name_of(shelf.records["ferry"]))
    (at / "v1/inventory.json").write_bytes(b"{}")
    with pytest.raises(Damaged, match="is damaged: nothing was added"):
        shelf.export(Format.OCFL, "root")


def test_a_folder_that_is_no_root_is_left_alone(shelf: Any) -> None:
    (shelf.out / "root").mkdir()
    (shelf.out / "root/mine.txt").write_text("mine")
    with pytest.raises(BadCall, match="no OCFL root"):
        shelf.export(Format.OCFL, "root")
    assert _files(shelf.out / "root") == {"mine.txt": b"mine"}


@pytest.mark.skipif(importlib.util.find_spec("ocfl") is None, reason="ocfl-py is not installed; it is no part of the tests' set")
def test_the_library_of_ocfl_finds_the_root_sound(shelf: Any) -> None:
    shelf.export(Format.OCFL, "root")
    script = shutil.which("ocfl-root.py", path=str(Path(sys.executable).parent))
    assert script is not None
    done = subprocess.run([sys.executable, script, "validate", "--root", str(shelf.out / "root")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
