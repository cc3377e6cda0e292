"""A call that takes in many pieces, of one of which the archive is damaged: the others are taken in, that one is told and its
copy waits until the archive is mended."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests.pressmark.conftest import PAGE

NAMES = ("barge", "wherry", "punt")
LOST = {
    "versions": "DELETE FROM versions WHERE record = '{0}'",
    "addresses": "DELETE FROM aliases WHERE record = '{0}'",
    "looks": "DELETE FROM observations WHERE record = '{0}'",
    "captures": "DELETE FROM captures WHERE record = '{0}'",
    "ledger": "DELETE FROM ledger WHERE chain = '{0}'",
    "an article": "UPDATE readings SET article = {1} WHERE record = '{0}'",
}
DIGESTS = {"PRESSMARK_KEEP_UNCHANGED": "digest"}


class Site:
    """Three pieces that change when ``edition`` does."""

    def __init__(self, open_: Callable[..., str]) -> None:
        self.edition = "sails"
        self.base = open_(self.answer)

    def answer(self, request: BaseHTTPRequestHandler) -> tuple[int, Mapping[str, str], bytes]:
        name = request.path.strip("/")
        if name not in NAMES:
            return 404, {}, b""
        return 200, {"Content-Type": "text/html"}, PAGE.format(f"{name} {self.edition} again").encode()

    @property
    def urls(self) -> list[str]:
        return [f"{self.base}/{name}" for name in NAMES]


@pytest.fixture
def site(answering: Callable[..., str]) -> Site:
    return Site(answering)


@pytest.fixture
def take(kept: Any, site: Site) -> Callable[..., Any]:
    environ = {"PRESSMARK_ARCHIVE": str(kept.where), "PRESSMARK_HOST_GAP": "0", "PRESSMARK_ALLOW_ADDRESSES": "127.0.0.0/8"}
    environ |= {"PRESSMARK_DATABASE_URL": kept.house.url} if kept.house.url else {}

    def ingest(*argv: str, **more: str) -> tuple[int, dict[str, Any], str]:
        ran = kept.call("ingest", *(argv or site.urls), "--json", environ=environ | more)
        assert "Traceback" not in ran.err and "defect" not in ran.err
        return ran.code, {line["source"].rpartition("/")[2]: line for line in ran.lines()}, ran.err

    return ingest


@pytest.mark.parametrize(
    ("lost", "how"),
    [
        *(pytest.param(lost, {}, id=what) for what, lost in LOST.items()),
        # its capture is asked for before anything is kept, where pages are compared by their digests
        pytest.param(LOST["captures"], DIGESTS, id="captures, digests"),
    ],
)
def test_one_damaged_piece_keeps_no_other_from_being_taken_in(
    kept: Any, site: Site, take: Callable[..., Any], lost: str, how: dict[str, str]
) -> None:
    code, first, _ = take()
    assert code == 0 and {x["outcome"] for x in first.values()} == {"new"}
    barge = first["barge"]["record"]
    kept.house.change(lost.format(barge, kept.house.blob(b"no article")))
    site.edition = "rests"
    code, told, err = take(**how)
    assert code == 1
    assert {name: x["outcome"] for name, x in told.items()} == {"barge": "failed", "wherry": "changed", "punt": "changed"}
    line = told["barge"]["reason"]
    assert "run `pressmark verify`, then `pressmark rebuild`; the copy is kept, and decided once that is mended" in line
    assert err == f"failed: {site.urls[0]}: {line}\n"

    code, told, err = take(kept.page("Tug"), **how)  # the copy that waits holds nobody up, and is told
    assert code == 0 and err.startswith("a copy that was kept waits to be decided: ") and err.count("\n") == 1

    assert kept("rebuild").code == 0
    assert kept("history", barge, "--json").lines()[0]["states"][-1]["version"] == 1
    code, told, err = take(site.urls[1], **how)
    assert (code, err, told["wherry"]["outcome"]) == (0, "", "unchanged")
    (said,) = kept("history", barge, "--json").lines()
    assert [state["version"] for state in said["states"]] == [1, 2]
    assert kept("verify").code == 0


def test_copies_of_a_damaged_piece_wait_together(kept: Any, site: Site, take: Callable[..., Any]) -> None:
    _, first, _ = take()
    barge = first["barge"]["record"]
    kept.house.run(f"DELETE FROM versions WHERE record = '{barge}'")
    for edition in ("rests", "leaks", "rests"):
        site.edition = edition
        assert take()[0] == 1
    code, _, err = take(kept.page("Tug"))
    assert code == 0 and err.startswith("3 copies that were kept wait to be decided: the database has lost version 1 of")
    assert kept("rebuild").code == 0 and take(kept.page("Tug"))[0] == 0
    (said,) = kept("history", barge, "--json").lines()
    assert [state["headline"].split()[1] for state in said["states"]] == ["sails", "rests", "leaks", "rests"]
    assert json.loads(kept("verify", "--json").out)["findings"] == []
