"""Files that only a bucket has, and that it loses: told, put right from a copy and brought back, or gone on without."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import obstore
import pytest
from obstore.store import S3Store

from storage.stores import Store
from tests.storage.stores.test_commands import _page, pressmark

__all__ = ["pressmark"]

Call = Callable[..., tuple[int, str, str]]


class Bucket:
    """What lies in the bucket, behind the software's back."""

    def __init__(self, service: Any) -> None:
        self._store: Store = service.store()
        said = {name.lower(): value for name, value in service.environ.items()}
        options: Any = {"config": said, "client_options": {"allow_http": True}}
        self._client = S3Store(service.bucket, prefix="kept/papers", **options)

    def names(self) -> list[str]:
        return self._store.names("warc")

    def get(self, name: str) -> bytes:
        return b"".join(self._store.stream(f"warc/{name}"))

    def change(self, name: str, data: bytes | None) -> None:
        if data is None:
            obstore.delete(self._client, f"warc/{name}")
        else:
            self._store.put_bytes(f"warc/{name}", data)


@pytest.fixture
def bucket(service: Any) -> Bucket:
    return Bucket(service)


@pytest.fixture
def call(request: pytest.FixtureRequest, tmp_path: Path) -> Call:
    """Calls an archive of three pieces in three files, none of which is here."""
    made: Call = request.getfixturevalue("pressmark")

    def run(*argv: str, **environ: str) -> tuple[int, str, str]:
        code, out, err = made(*argv, **{"PRESSMARK_STORE_KEEP_LOCAL": "false", **environ})
        assert "Traceback" not in err and "defect" not in err, (argv, err)
        return code, out, err

    for name in ("north", "south", "west"):
        assert run("ingest", _page(tmp_path, name))[0] == 0
    assert list((tmp_path / "archive" / "warc").iterdir()) == []
    return run


def _gone(_: bytes) -> None:
    return None


def _cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def _flipped(data: bytes) -> bytes:
    at = len(data) * 3 // 4
    return data[:at] + bytes([data[at] ^ 8]) + data[at + 1 :]


@pytest.mark.parametrize("lose", [_gone, _cut, _flipped])
def test_what_the_bucket_lost_is_put_right_there(
    call: Call, bucket: Bucket, tmp_path: Path, lose: Callable[[bytes], bytes | None]
) -> None:
    vault = str(tmp_path / "vault")
    assert call("replicate", vault, "--name", "vault")[0] == 0
    _, south, *_ = bucket.names()
    sound = bucket.get(south)
    bucket.change(south, lose(sound))
    code, out, _ = call("verify")
    assert code == 1 and south in out and "pressmark repair" in " ".join(out.split())
    code, out, err = call("export", "--format", "warc", "--output", str(tmp_path / "all.warc.gz"))
    assert code == 1 and south in err and "run `pressmark repair`" in err and err.count("\n") == 1
    assert call("ingest", _page(tmp_path, "east"))[0] == 0
    code, out, err = call("repair", "--from", vault)
    assert (code, err) == (0, "") and f"put right from the copy at {vault}" in out
    assert bucket.get(south) == sound
    assert list((tmp_path / "archive" / "warc").iterdir()) == []
    assert call("verify")[0] == 0
    assert call("repair")[0] == 0


def test_what_nobody_has_is_told_until_it_is_gone_on_without(call: Call, bucket: Bucket, tmp_path: Path) -> None:
    _, south, *_ = bucket.names()
    bucket.change(south, None)
    code, _, err = call("repair")
    assert code == 1 and south in err
    code, out, err = call("ingest", _page(tmp_path, "east"))
    assert code == 1 and "new " in out and "not in the store yet" in err and south in err and err.count("\n") == 1
    assert call("list")[1].count("reopens") == 4
    (tmp_path / "archive" / "pressmark.db").rename(tmp_path / "away.db")
    code, _, err = call("rebuild", "--accept-loss")
    assert code == 1 and err != ""
    assert call("ingest", _page(tmp_path, "east"))[0] == 0
    code, out, _ = call("ingest", _page(tmp_path, "south"), "--json")
    assert code == 0, out
    assert call("list")[1].count("reopens") == 4


def test_a_file_is_taken_away_only_where_the_bucket_gives_it_back(call: Call, bucket: Bucket, tmp_path: Path) -> None:
    assert call("ingest", _page(tmp_path, "east"), PRESSMARK_STORE_KEEP_LOCAL="true")[0] == 0
    (here,) = (tmp_path / "archive" / "warc").iterdir()
    sound = here.read_bytes()
    for wrong in (None, _flipped(sound)):
        here.write_bytes(sound)
        bucket.change(here.name, wrong)
        assert call("ingest", _page(tmp_path, "east"))[0] == 0
        assert bucket.get(here.name) == sound and not here.exists()
    assert call("verify")[0] == 0
