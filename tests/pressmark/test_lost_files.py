"""A WARC file that is gone or was cut, as a person is told of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def _told(out: str) -> str:
    return " ".join(out.split())


def test_a_file_that_is_gone_is_told_in_one_line_and_comes_back(kept: Any, tmp_path: Path) -> None:
    copy = str(tmp_path / "copy")
    assert kept("replicate", copy).code == 0
    name, size = kept.house.segment.name, kept.house.segment.stat().st_size
    kept.house.segment.unlink()
    told = kept("verify", "--processes", "1")
    assert told.code == 1 and "1 thing is wrong" in _told(told.out)
    assert f"warc/{name}: the file is missing, and with it " in _told(told.out) and "pressmark repair" in told.out
    shape = json.loads(kept("verify", "--json").out)
    (finding,) = shape["findings"]
    gone = finding["gone"]
    assert (gone["segment"], gone["start"], gone["bytes"]) == (name, 0, size)
    assert gone["entries"] == shape["entries"] and gone["captures"] == shape["captures"] == gone["articles"] == 2
    assert kept("verify", "--sample", "100%").code == kept("verify", "--older-than", "0m").code == 1
    assert kept("repair", "--from", copy).code == 0
    assert kept("verify").code == 0


def test_the_end_of_a_file_that_was_cut_is_told_in_one_line(kept: Any) -> None:
    segment = kept.house.segment
    size = segment.stat().st_size
    segment.write_bytes(segment.read_bytes()[: size // 2])
    for argv in (["verify"], ["verify", "--sample", "100%"], ["verify", "--older-than", "0m"]):
        told = kept(*argv)
        assert told.code == 1 and "1 thing is wrong" in _told(told.out), argv
        assert f"warc/{segment.name}: the file ends at byte {size // 2:,} of {size:,}: " in _told(told.out)
