"""A copy whose disk is not mounted: nothing is written where it was, and repairs go on with others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


def test_a_place_that_had_a_copy_and_has_nothing_is_not_written_to(kept: Any, tmp_path: Path) -> None:
    copy, away = tmp_path / "vault", tmp_path / "unmounted"
    assert kept("replicate", str(copy), "--name", "vault").code == 0
    copy.rename(away)
    for there in (False, True):  # no folder, and an empty mount point
        if there:
            copy.mkdir()
        before = kept.files()
        told = kept("replicate", str(copy))
        assert told.code == 1 and told.out == "" and told.err.count("\n") == 1
        assert f"the copy at {copy} (vault) is not there any more: is its disk mounted?" in told.err and "--name" in told.err
        assert {n: d for n, d in kept.files().items() if "/warc/" in n} == {n: d for n, d in before.items() if "/warc/" in n}
        assert not copy.exists() or not list(copy.iterdir())
    shape = json.loads(kept("replicate", str(copy), "--json").out)
    assert shape["error"]["type"] == "StorageUnavailable"
    copy.rmdir()
    away.rename(copy)  # mounted again
    assert "copy vault: " in kept("replicate", str(copy)).out
    assert list(json.loads(kept("stats", "--json").out)["copies"]) == ["vault"]


def test_a_name_says_that_a_new_copy_is_meant(kept: Any, tmp_path: Path) -> None:
    copy = tmp_path / "vault"
    assert kept("replicate", str(copy)).code == 0
    copy.rename(tmp_path / "broken")
    told = kept("replicate", str(copy))
    assert told.code == 1 and f"the copy at {copy} (copy-1) is not there any more" in told.err
    assert "copy copy-1: " in kept("replicate", str(copy), "--name", "copy-1").out
    assert list(json.loads(kept("stats", "--json").out)["copies"]) == ["copy-1"]
    assert kept("verify").code == 0


def test_of_several_copies_the_one_that_fits_is_named(kept: Any, tmp_path: Path) -> None:
    older, newer = tmp_path / "older", tmp_path / "newer"
    assert kept("replicate", str(older), "--name", "attic").code == 0
    assert kept("ingest", kept.page("Dinghy")).code == 0
    assert kept("replicate", str(newer), "--name", "cellar").code == 0
    older.rename(tmp_path / "away")
    assert f"the copy at {older} (attic) is not there any more" in kept("replicate", str(older)).err


def _damage(kept: Any) -> None:
    data = bytearray(kept.house.segment.read_bytes())
    for offset in (len(data) // 3, len(data) // 2):
        data[offset] ^= 1
    kept.house.segment.write_bytes(data)


def test_a_repair_says_which_copy_cannot_be_reached_and_goes_on_with_another(kept: Any, tmp_path: Path) -> None:
    first, second = tmp_path / "a-first", tmp_path / "b-second"
    for copy in (first, second):
        assert kept("replicate", str(copy)).code == 0
    first.rename(tmp_path / "away")
    assert kept("repair").err == ""  # nothing is damaged: nobody is asked
    _damage(kept)
    told = kept("repair", "--json")
    shape = json.loads(told.out)
    unreached = f"the copy at {first} cannot be reached: nothing is there (is its disk mounted?)"
    assert told.code == 0 and told.err == unreached + "\n"
    assert shape["ok"] and shape["unreached"] == [unreached] and shape["problems"] == []
    assert {one["copy"] for one in shape["mended"]} == {str(second)}
    assert kept("verify").code == 0


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("missing", [False, True])
def test_a_copy_that_lacks_a_file_is_passed_over_where_another_has_it(
    kept: Any, tmp_path: Path, named: bool, missing: bool
) -> None:
    first, second = tmp_path / "a-first", tmp_path / "b-second"
    for copy in (first, second):
        assert kept("replicate", str(copy)).code == 0
    segment = kept.house.segment
    (first / "warc" / segment.name).unlink()
    if missing:
        segment.unlink()
    else:
        _damage(kept)
    told = kept("repair", "--json", *(("--from", str(first), "--from", str(second)) if named else ()))
    shape = json.loads(told.out)
    assert (told.code, told.err) == (0, "")
    assert (shape["ok"], shape["unreached"], shape["problems"]) == (True, [], [])
    assert str(second) in {one["copy"] for one in shape["mended"]}
    assert kept("verify").code == 0


def test_a_repair_without_any_copy_that_can_be_reached_says_so(kept: Any, tmp_path: Path) -> None:
    copy, pages = tmp_path / "vault", tmp_path / "pages"
    assert kept("replicate", str(copy), "--name", "vault").code == 0
    copy.rename(pages)
    kept.house.segment.write_bytes(b"")  # pages are in no database
    told = kept("repair")
    assert told.code == 1 and "Traceback" not in told.err and "is not in the copy" not in told.err
    assert f"the copy at {copy} cannot be reached: nothing is there (is its disk mounted?)\n" in told.err
    assert "and no copy can be reached: bring one back, or give one with --from" in told.err
    pages.rename(copy)
    assert kept("repair").code == 0 and kept("verify").code == 0
