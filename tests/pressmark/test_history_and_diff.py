"""Time and words: histories and differences, from values that a test makes."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

from model.article import Affiliation, Article, Author, Block, BlockKind
from model.change import Change, ChangeKind, FieldChange, compare
from model.diff import Op, Run, diff_words
from model.record import Alias, Observation, Strand, Withdrawal
from pressmark.cli.differences import coalesce, differences, render_differences
from pressmark.cli.terminal import console_for, in_colour
from pressmark.cli.timeline import render_history

Printed = Callable[..., str]


def test_a_history_is_a_table_of_states(printed: Printed, make_history: Any, make_state: Any) -> None:
    change = Change((FieldChange("headline", ChangeKind.EDITED, 1, 1, 4),))
    history = make_history(
        make_state(1, last_seen="2026-11-21T20:00:00.000000Z", checks=3, gap=7200),
        make_state(
            2, headline="Old mill to stay", change=change, not_seen_before="2026-11-21T20:00:00.000000Z",
            withdrawals=(
                Withdrawal("2026-11-22T12:00:00.000000Z", "2026-11-22T20:00:00.000000Z"),
                Withdrawal("2026-11-24T08:00:00.000000Z", "2026-11-25T08:00:00.000000Z"),
            ),
        ),
        make_state(3, reverts_to=1, withdrawals=(Withdrawal("2026-11-28T08:00:00.000000Z", None),)),
        withdrawn=True,
    )  # fmt: skip
    lines = printed(render_history(history)).splitlines()
    assert set(lines.pop(3)) == {"─"}
    assert lines == [
        "c4p9xk-1  https://gazette.example/mill",
        "3 states seen at the publisher, withdrawn",
        "State   Seen                      Looks   What happened",
        "@1      2026-11-21 08:00:00Z          4   Old mill to close",
        "        to 2026-11-21 20:00:00Z           not looked at for up to 2 h",
        "@2      2026-11-22 08:00:00Z          1   Old mill to stay",
        "                                          headline edited, +1 -1 words",
        "                                          changed after 2026-11-21 20:00:00Z",
        "                                          withdrawn: found gone 2026-11-22 12:00:00Z",
        "                                          back again 2026-11-22 20:00:00Z",
        "                                          withdrawn: found gone 2026-11-24 08:00:00Z",
        "                                          back again 2026-11-25 08:00:00Z",
        "@3      2026-11-23 08:00:00Z          1   Old mill to close",
        "                                          the same again as @1",
        "                                          withdrawn: found gone 2026-11-28 08:00:00Z",
    ]


def test_copies_stand_beside_and_apart(printed: Printed, make_history: Any, make_state: Any) -> None:
    copy = make_state(2, strand=Strand.BESIDE, basis="supplied", first_seen=None, last_seen=None)
    told = printed(render_history(make_history(make_state(1), copy)))
    assert "1 state seen at the publisher, 1 copy beside\n" in told
    before, _, after = told.partition(
        "Copies beside: given by a person or another archive, never counted as the publisher's edits\n"
    )
    assert "@1 " in before and "@2 " not in before
    assert "@2      time not known" in after and "supplied, received 2026-11-20 08:00:00Z" in after


def test_other_addresses_absences_and_relations_come_last(printed: Printed, make_history: Any, make_state: Any) -> None:
    history = make_history(
        make_state(1),
        aliases=(
            Alias("https://gazette.example/mill", "requested", ""),
            Alias("https://m.example/1", "final", "2026-11-21T08:00:00Z"),
        ),
        observations=(Observation("absence", None, "2026-11-25T08:00:00Z", "2026-11-25T08:00:01Z", "c", 404),),
        relations=({"relation": "syndicated_from", "to": "c4p9xk-2"},),
    )
    assert printed(render_history(history)).splitlines()[-5:] == [
        "not found once, last 2026-11-25 08:00:00Z",
        "Also at",
        "  https://m.example/1  final, since 2026-11-21 08:00:00Z",
        "Related",
        "  syndicated_from c4p9xk-2",
    ]


@pytest.fixture
def two_versions(article: Article, make_view: Any) -> tuple[Any, Any]:
    later = dataclasses.replace(
        article,
        headline="Old mill to stay",
        date_modified="2018-12-19T08:00:00-05:00",
        body=(Block(BlockKind.PARAGRAPH, "The mill will stay, at 3.8 crowns."), article.body[1]),
    )
    earlier = dataclasses.replace(
        article, body=(Block(BlockKind.PARAGRAPH, "The mill will close, at 4.1 crowns."), article.body[1])
    )
    return make_view(earlier, 1), make_view(later, 2)


def test_a_diff_marks_words_where_there_is_no_colour(two_versions: tuple[Any, Any], printed: Printed) -> None:
    old, new = two_versions
    found = differences(old, new, compare(old.article, new.article))
    assert printed(render_differences(found, colour=False)).splitlines() == [
        "c4p9xk-1  @1 (2026-11-21 08:00:00Z) → @2 (2026-11-22 08:00:00Z)",
        "",
        "Headline  edited, +1 -1 words",
        "  Old mill to [-close-]{+stay+}",
        "",
        "Body  edited, +3 -3 words",
        "  The mill will [-close-]{+stay+}, at [-4.1-]{+3.8+} crowns.",
        "  … 1 paragraph the same …",
        "",
        "Date modified  added",
        "  {+19 December 2018, 08:00 -05:00 (13:00Z)+}",
    ]
    whole = printed(render_differences(found, colour=False, whole=True))
    assert "Nobody is surprised." in whole and "the same …" not in whole


def test_a_role_that_stands_with_a_post_too_is_shown_once(article: Article, printed: Printed, make_view: Any) -> None:
    by = [
        dataclasses.replace(article, authors=(Author("Wilma Tarn", role, (Affiliation("Ashbrook Gazette", role),)),))
        for role in ("staff writer", "senior editor")
    ]
    told = differences(make_view(by[0], 1), make_view(by[1], 2), compare(*by))
    shown = printed(render_differences(told, colour=False))
    assert "Authors  edited, +2 -2 words\n  Wilma Tarn; [-staff writer-]{+senior editor+}, Ashbrook Gazette\n" in shown
    (authors,) = told.to_json()["fields"]
    assert (authors["words_added"], authors["words_removed"], authors["words_before"]) == (2, 2, 6)
    assert "".join(run["text"] for run in authors["runs"] if run["op"] != "added") == "Wilma Tarn; staff writer, Ashbrook Gazette"


def test_a_diff_is_coloured_on_a_terminal(two_versions: tuple[Any, Any]) -> None:
    old, new = two_versions
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard", width=100)
    assert in_colour(console)
    console.print(render_differences(differences(old, new, compare(old.article, new.article)), colour=True))
    assert "\x1b[32mstay" in out.getvalue() and "{+" not in out.getvalue()


def test_no_color_brings_the_marks_back() -> None:
    assert not in_colour(Console(file=io.StringIO(), force_terminal=True, _environ={"NO_COLOR": "1", "TERM": "xterm-256color"}))
    assert not in_colour(console_for(io.StringIO(), {}))


def test_unlike_readings_are_told(two_versions: tuple[Any, Any], printed: Printed, article: Article, make_view: Any) -> None:
    old, _ = two_versions
    found = differences(old, make_view(article, 2, release="2"), compare(old.article, article))
    assert "part of the difference may be ours" in printed(render_differences(found, colour=False))
    assert found.to_json()["like_readings"] is False


def test_nothing_that_counts(article: Article, make_view: Any, printed: Printed, no_change: Change) -> None:
    found = differences(make_view(article, 1), make_view(article, 2), no_change)
    assert "nothing that counts differs" in printed(render_differences(found, colour=False))
    assert found.to_json()["same"] is True


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("for $4.1 million", "for $3.8 million"),
        ("a b c", "a x c"),
        ("one, two", "one; two"),
        ("", "new"),
        ("第一次会议", "第二次会议"),
    ],
)
def test_joined_runs_still_make_both_texts(before: str, after: str) -> None:
    runs = coalesce(diff_words(before, after))
    assert "".join(r.text for r in runs if r.op is not Op.ADDED) == before
    assert "".join(r.text for r in runs if r.op is not Op.REMOVED) == after


def test_a_number_is_replaced_whole() -> None:
    assert coalesce(diff_words("$4.1 m", "$3.8 m")) == [
        Run(Op.SAME, "$"), Run(Op.REMOVED, "4.1"), Run(Op.ADDED, "3.8"), Run(Op.SAME, " m"),
    ]  # fmt: skip
