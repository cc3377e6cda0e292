"""A version that goes out as plain values: the line of ``jsonl``, and what other formats add to theirs."""

from __future__ import annotations

from typing import Any

from storage.export.chosen import Issue, Piece

SCHEMA = "urn:pressmark:schema:export:1"
_CAPTURE = (
    "id", "basis", "url", "final_url", "at", "received_at", "status", "media_type", "truncated", "signals",
    "payload_digest", "length",
)  # fmt: skip


def line_of(archive: str, piece: Piece, issue: Issue, *, evidence: bool) -> dict[str, Any]:
    """One version: where it stands, when it was in force, what was captured, the article. No name of a file or person
    that gave it."""
    article = issue.read.article.to_json()
    if not evidence:
        del article["evidence"]
    return {
        "$schema": SCHEMA,
        "archive": archive,
        "record": piece.record,
        "version": issue.number,
        "reading": issue.reading,
        "latest": issue.latest,
        "url": piece.url,
        "aliases": list(piece.aliases),
        "withdrawn": piece.withdrawn,
        "state": _state(issue),
        "capture": _capture(issue),
        "stated": [x.pointer for x in issue.read.stated],
        "article": article,
    }


def _state(issue: Issue) -> dict[str, Any]:
    before = issue.runs[0].before if issue.runs else None
    gone = [{"withdrawn_at": x.withdrawn_at, "restored_at": x.restored_at} for run in issue.runs for x in run.withdrawals]
    return {
        "strand": issue.strand,
        "first_seen": issue.first_seen,
        "last_seen": issue.last_seen,
        "not_seen_before": before.what.observed_at if before else None,
        "withdrawals": gone,
    }


def _capture(issue: Issue) -> dict[str, Any]:
    made = issue.facts["imported"]
    told = {name: issue.facts[name] for name in _CAPTURE}
    return told | {"maker": made["archive"] if made else None, "fidelity": made["fidelity"] if made else None}
