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


def test_a_database_older_than_its_files_is_told_and_the_check_that_is_kept_settles_it(kept: Any) -> None:
    backup, before = kept.house.keep(), kept.house.segment.stat().st_size
    assert kept("ingest", kept.page("Dinghy")).code == 0
    kept.house.put_back(backup)
    size = kept.house.segment.stat().st_size - before
    told = kept("verify")
    assert told.code == 1 and "1 thing is wrong" in _told(told.out)
    assert f"warc/{kept.house.segment.name}:{before}: behind what the database knows of: " in _told(told.out)
    assert f"{size:,} bytes; " in told.out and "run `pressmark verify` again" in _told(told.out)
    again = kept("verify", "--json")
    assert again.code == 0 and json.loads(again.out)["behind"] == {"files": 0, "bytes": 0, "records": 0}
    assert "Dinghy" in kept("list").out


def test_half_a_record_behind_is_a_line_and_no_failure(kept: Any) -> None:
    data = kept.house.segment.read_bytes()
    kept.house.segment.write_bytes(data + data[:100])
    told = kept("verify")
    assert told.code == 0 and "100 bytes in 1 WARC file the database does not know, no whole WARC record" in _told(told.out)
