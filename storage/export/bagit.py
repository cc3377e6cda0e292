"""BagIt 1.0 (RFC 8493): one transfer, proved file by file: the WARC of an export and its lines.

``data/captures.warc.gz`` is what ``warc`` writes, ``data/records.jsonl`` what ``jsonl`` does.
"""

from __future__ import annotations

import json
from pathlib import Path

from storage.export.job import Export, Made
from storage.export.output import Counted, new_folder, part_of
from storage.export.plain import line_of
from storage.export.warc import Members

_WARC, _LINES = "data/captures.warc.gz", "data/records.jsonl"


def write(job: Export, path: Path) -> Made:
    """The bag, a folder. The digest that is told is that of its tag manifest, which proves all the rest."""
    held: dict[str, Counted] = {}
    with new_folder(path) as bag:
        with part_of(bag, _WARC) as held[_WARC], part_of(bag, _LINES) as held[_LINES]:
            stream = Members(job, held[_WARC])
            stream.begin()
            for piece in job.pieces():
                for _ in stream.put(piece):
                    pass
                for issue in piece.issues:
                    line = line_of(job.archive, piece, issue, evidence=job.evidence)
                    held[_LINES].write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        payload = dict(held)
        tags = {
            "bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "bag-info.txt": _info(job, payload),
            "manifest-sha256.txt": _manifest(payload),
        }
        for name, text in tags.items():
            held[name] = _tag(bag, name, text)
        proof = _manifest({name: held[name] for name in tags})
        held["tagmanifest-sha256.txt"] = last = _tag(bag, "tagmanifest-sha256.txt", proof)
    return Made(len(held), sum(x.size for x in held.values()), last.sha256, stream.captures)


def _tag(bag: Path, name: str, text: str) -> Counted:
    with part_of(bag, name) as file:
        file.write(text.encode())
    return file


def _manifest(held: dict[str, Counted]) -> str:
    return "".join(f"{held[name].sha256}  {name}\n" for name in sorted(held))


def _info(job: Export, payload: dict[str, Counted]) -> str:
    at = job.chosen.state_at()
    said = {
        "Source-Organization": job.institution,
        "External-Description": f"Export of {job.about}, from the Pressmark archive {job.archive} as it was {at}",
        "External-Identifier": f"urn:pressmark:{job.archive}",
        "Bagging-Date": at[:10],
        "Bag-Software-Agent": job.software,
        "Payload-Oxum": f"{sum(x.size for x in payload.values())}.{len(payload)}",
    }
    return "".join(f"{name}: {' '.join(value.split())}\n" for name, value in said.items() if value)
