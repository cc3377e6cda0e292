"""The command line over a bucket: what its exit code and its one line acknowledge."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pressmark.cli import Call, run

WORDS = "The quay reopened on Monday after a year of work, and the harbour master was the first to cross it. " * 4


@pytest.fixture
def pressmark(service: Any, tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    """Calls the command line in a folder, the bucket in its environment."""

    def call(*argv: str, **environ: str) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        said = {
            **service.environ,
            "PRESSMARK_ARCHIVE": str(tmp_path / "archive"),
            "PRESSMARK_STORE_URL": service.address,
            "PRESSMARK_STORE_PATIENCE": "0.5",
            **environ,
        }
        code = run(argv, Call(out, err, said, tmp_path, lambda: datetime.now(UTC)))
        return code, out.getvalue(), err.getvalue()

    return call


def _page(folder: Path, name: str) -> str:
    head = f"<title>Quay {name}</title><meta property='og:type' content='article'>"
    body = f"<h1>Quay {name} reopens</h1><p class='byline'>By Jane Doe</p><p>{name} {WORDS}</p>"
    page = f"<html lang='en'><head>{head}</head><body><article>{body}</article></body></html>"
    (folder / f"{name}.html").write_text(page, "utf-8")
    return str(folder / f"{name}.html")


def test_ingest_ends_well_only_with_everything_in_the_store(pressmark: Any, service: Any, tmp_path: Path) -> None:
    assert pressmark("ingest", _page(tmp_path, "north"))[0] == 0
    (first,) = service.store().names("warc")
    service.between.before = lambda method, path: 503
    code, out, err = pressmark("ingest", _page(tmp_path, "south"))
    assert code == 1 and "new" in out
    assert err.count("\n") == 1 and "1 WARC file is not in the store yet" in err and "secret" not in err
    stats = json.loads(pressmark("stats", "--json")[1])
    assert stats["store"]["waiting_segments"] == 1 and stats["records"] == 2 and stats["store"]["place"] == service.address
    service.between.be_sound()
    assert pressmark("ingest", _page(tmp_path, "south"))[0] == 0
    assert len(service.store().names("warc")) >= 2 and first in service.store().names("warc")
    told = pressmark("stats")[1]
    assert "waiting_segments" in told and "copies" in told
    assert pressmark("verify")[0] == 0


def test_copies_are_made_counted_and_used(pressmark: Any, tmp_path: Path) -> None:
    pressmark("ingest", _page(tmp_path, "north"))
    code, out, _ = pressmark("replicate", "vault", "--name", "vault")
    assert code == 0 and out.startswith("copy vault: 1 WARC file, ")
    code, out, _ = pressmark("replicate", "--check", "--json")
    assert code == 0 and json.loads(out)["kind"] == "s3" and json.loads(out)["checked"] is True
    stats = json.loads(pressmark("stats", "--json")[1])
    assert {name: copy["kind"] for name, copy in stats["copies"].items()} == {"vault": "folder", json.loads(out)["copy"]: "s3"}
    copied = {path.name for path in (tmp_path / "vault" / "warc").iterdir()}
    segment = min(path for path in (tmp_path / "archive" / "warc").iterdir() if path.name in copied)
    sound = segment.read_bytes()
    segment.write_bytes(sound[:500] + b"?" + sound[501:])
    assert pressmark("verify")[0] == 1
    code, out, _ = pressmark("repair", "--from", "vault")
    assert code == 0 and f"put right from the copy at {tmp_path / 'vault'}" in out and segment.read_bytes() == sound
    assert pressmark("verify")[0] == 0
    segment.unlink()
    code, out, _ = pressmark("repair")
    assert code == 0 and "put right from the copy at s3://" in out and segment.read_bytes() == sound
    assert json.loads(pressmark("repair", "--json")[1])["mended"] == []
    told = " ".join(pressmark("events", "--kind", "recovery")[1].split())
    assert "of 1 WARC file put right from a copy in a folder" in told and "nothing left damaged" in told
    told = " ".join(pressmark("events", "--kind", "fixity")[1].split())
    assert "nothing found full, 5 WARC files, " in told and "1 piece" in told


def test_an_archive_is_rebuilt_from_the_bucket_alone(pressmark: Any, tmp_path: Path) -> None:
    pressmark("ingest", _page(tmp_path, "north"))
    listed = pressmark("list", "--json")[1]
    (tmp_path / "archive").rename(tmp_path / "lost")
    code, out, _ = pressmark("rebuild")
    assert code == 0 and out.startswith("rebuilt from the WARC files: segments 1")
    assert pressmark("list", "--json")[1] == listed
    assert pressmark("rebuild", "--archive", str(tmp_path / "nowhere"), PRESSMARK_STORE_URL="s3://nobody-made-it/x")[0] != 0
    assert not (tmp_path / "nowhere" / "pressmark-archive.json").exists()


def test_a_bucket_that_lies_is_one_line_and_nothing_there_counts(pressmark: Any, service: Any, tmp_path: Path) -> None:
    service.between.lie()
    code, out, err = pressmark("ingest", _page(tmp_path, "north"), PRESSMARK_STORE_KEEP_LOCAL="false")
    assert code == 1 and "new" in out
    made, told = err.splitlines()
    assert made.startswith("made a new archive") and "gives back other bytes" in told and "kept in the archive's folder" in told
    assert json.loads(pressmark("stats", "--json")[1])["store"]["segments"] == 0
    assert list((tmp_path / "archive" / "warc").iterdir())
    code, _, err = pressmark("replicate")
    assert code == 1 and "gives back other bytes" in err
    service.between.be_sound()
    assert pressmark("ingest", _page(tmp_path, "north"))[0] == 0
    assert pressmark("verify")[0] == 0
