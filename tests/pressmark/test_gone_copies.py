"""A copy whose disk is not mounted: nothing is written where it was, and repairs go on with others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


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
