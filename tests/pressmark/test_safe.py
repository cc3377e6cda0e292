"""Nothing a page, a server, a file name or a person says drives the terminal; other scripts stay as they are."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from flows.forecast import Load
from model.article import Article
from model.change import compare
from model.changes import ChangeLine
from model.errors import BadCall
from model.record import Alias, Outcome, RecordLine, Result, SearchHit
from model.verification import Finding, Verification
from pressmark.cli import Call
from pressmark.cli.cards import article_card, held_card, outcome_line, result_card, version_card
from pressmark.cli.differences import differences, render_differences
from pressmark.cli.ingest import Teller
from pressmark.cli.listings import render_change_line, render_hit, render_record_line, render_stats, render_verification
from pressmark.cli.reading import render_body
from pressmark.cli.safe import json_text, safe, safe_line
from pressmark.cli.schedule import say_loads
from pressmark.cli.timeline import render_history
from pressmark.cli.why import render_why

HOSTILE = "\x1b]0;owned\x07\x1b[31m\u009b31m\u202e\u2066\u200f\r\x00\x7f\u2028"
HARMFUL = frozenset(c for c in map(chr, range(0x2070)) if safe(c) != c and c not in "\u2028\u2029")
Printed = Callable[..., str]


def poisoned(value: Any) -> Any:
    """The same value with every text in it, however deep, made hostile."""
    match value:
        case Enum():
            return value
        case str():
            return f"Ann{HOSTILE} Doe"
        case tuple():
            return tuple(map(poisoned, value))
        case Mapping():
            return {key: poisoned(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(value, **{f.name: poisoned(getattr(value, f.name)) for f in dataclasses.fields(value)})
    return value


def harmful(text: str) -> list[str]:
    return sorted({f"U+{ord(c):04X}" for c in text if c in HARMFUL})


def test_every_control_is_harmful_but_line_feed_and_tab() -> None:
    assert {"\x00", "\x07", "\r", "\x1b", "\x7f", "\u009b", "\u202a", "\u202e", "\u2066", "\u2069", "\u200e", "\u200f"} <= HARMFUL
    assert not HARMFUL & set("\n\t aé\u00a0\u00ad\u200b\u200c\u200d–")


def test_what_was_there_is_shown() -> None:
    assert safe("a\x1b[31m\u009bb\u202ec\tz\ny") == "a␛[31m\N{REPLACEMENT CHARACTER}b⟨U+202E⟩c\tz\ny"
    assert safe_line("one\ntwo\tthree") == "one\N{REPLACEMENT CHARACTER}two\N{REPLACEMENT CHARACTER}three"


@pytest.mark.parametrize("text", ["قال المجلس إن الميناء سيفتح", "הנמל ייפתח מחדש ביום שני", "بندر دوباره باز می\u200cشود"])
def test_scripts_from_right_to_left_stay_as_they_are(text: str) -> None:
    assert safe(text) == safe_line(text) == text
    assert safe(f"\u200f{text}\u200e") == text


def test_no_text_of_an_article_or_a_record_drives_the_terminal(
    article: Article, printed: Printed, make_view: Any, make_state: Any, make_history: Any
) -> None:
    bad: Article = poisoned(article)
    change = compare(article, bad)
    aliases = (Alias(f"https://a.example/{HOSTILE}", "stated", "2026-11-20T08:00:00.000000Z"),)
    line = RecordLine(
        "c4p9xk-1", HOSTILE, HOSTILE, (HOSTILE,), HOSTILE, HOSTILE, 1, 1, None, None, "2026-11-20T08:00:00.000000Z", False
    )
    result = Result(
        f"n{HOSTILE}.html", Outcome.FAILED, reason=f"no{HOSTILE}", url=HOSTILE, capture="1", record="c4p9xk-1", change=change
    )
    view, state = make_view(bad, aliases=aliases), make_state(1, headline=HOSTILE, change=change)
    history = dataclasses.replace(
        make_history(state, aliases=aliases), url=HOSTILE, relations=({"relation": HOSTILE, "to": HOSTILE},)
    )
    found = differences(make_view(article), make_view(bad, 2), change)
    changed = ChangeLine("c4p9xk-1", HOSTILE, HOSTILE, 1, None, "2026-11-20T08:00:00.000000Z", None, "changed", change)
    verified = Verification(1, 1, 1, 1, 1, (Finding(HOSTILE, HOSTILE, HOSTILE),))
    shown: Iterator[Any] = iter((
        article_card(bad), version_card(view), result_card(result, bad), render_body(bad), render_why(bad), outcome_line(result),
        held_card(result), render_history(history), render_differences(found, colour=False),
        render_differences(found, colour=True, whole=True), render_verification(verified),
        render_stats({HOSTILE: HOSTILE, "publishers": {HOSTILE: 1}}), *render_record_line(line),
        *render_hit(SearchHit(line, 1, HOSTILE, HOSTILE)), *render_change_line(changed),
    ))  # fmt: skip
    for part in shown:
        told = printed(part)
        assert told.strip() and harmful(told) == [], part


def test_what_goes_to_standard_error_is_one_harmless_line(tmp_path: Path, pressmark: Any) -> None:
    from pressmark.cli.edge import refuse

    out, err = io.StringIO(), io.StringIO()
    call = Call(out, err, {}, tmp_path, lambda: datetime.now(UTC))
    assert refuse([], call, BadCall(f"no{HOSTILE}such")) == 2
    teller = Teller(call, None, True)  # type: ignore[arg-type]  # nothing is looked up for what failed
    teller.tell(Result(f"two\nlines{HOSTILE}", Outcome.FAILED, reason=f"why{HOSTILE}"))
    assert err.getvalue().count("\n") == 2 and harmful(err.getvalue()) == []
    assert json.loads(out.getvalue())["source"] == f"two\nlines{HOSTILE}" and harmful(out.getvalue()) == []
    for argv in (["list" + HOSTILE[1:4]], ["show", "\x1b[31m\u202ex"], ["ingest", "\x1b[31m\u202e\u009b.html"]):
        told = pressmark(*argv)
        assert told.code == 2 and told.err.count("\n") == 1 and harmful(told.err) == []


def test_names_of_files_and_hosts_are_harmless(tmp_path: Path, pressmark: Any) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    page = "<html><body><article><h1>Tide</h1><p>" + "The harbour opens again on Monday. " * 9 + "</p></article></body></html>"
    (folder / "esc\x1b]0;owned\x07\n\u202egnp.html").write_text(page, "utf-8")
    (folder / "empty\u009b\u202e.html").write_bytes(b"")
    archive = str(tmp_path / "archive")
    first = pressmark("ingest", str(folder), "--archive", archive)
    told = [first, pressmark("ingest", str(folder), "--archive", archive), pressmark("show", "tide", "--archive", archive)]
    told += [pressmark(c, "--archive", archive) for c in ("list", "events", "stats")]
    told.append(pressmark("extract", *map(str, folder.iterdir())))
    assert [harmful(ran.out + ran.err) for ran in told] == [[]] * len(told)
    assert [line[:6] for line in first.out.splitlines() if "html" in line] == ["failed", "new   "]
    hosts = say_loads([Load(f"a{HOSTILE}.example", 1, 1.0, 1.0, 1.0)], timedelta(hours=1))
    assert harmful(safe_line(hosts[0])) == []


def test_json_says_what_was_there_without_any_control_in_it() -> None:
    for ascii_only in (False, True):
        text = json_text({"x": f"é😀{HOSTILE}\udcff"}, ascii_only=ascii_only)
        assert json.loads(text) == {"x": f"é😀{HOSTILE}\N{REPLACEMENT CHARACTER}"} and harmful(text) == []
        assert text.isascii() is ascii_only
