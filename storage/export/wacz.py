"""WACZ 1.1.1 (webrecorder.net): the WARC of an export with an index and a list of its pages, for replay in a browser."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from model.clean import clean_text
from storage.export.cdxj import Sorter, index_line
from storage.export.chosen import Issue
from storage.export.job import Export, Made
from storage.export.output import Counted, beside, new_file
from storage.export.warc import Members

VERSION = "1.1.1"
_WARC = "data.warc.gz"


def write(job: Export, path: Path) -> Made:
    """The container: ``archive/``, ``indexes/index.cdx``, ``pages/pages.jsonl``, ``datapackage.json`` and its digest."""
    at = job.chosen.state_at()
    with new_file(path) as file, beside(path) as stage:
        index, pages = Sorter(stage, "index"), Sorter(stage, "pages")
        with zipfile.ZipFile(file, "w") as package:
            held: list[dict[str, Any]] = []
            with _part(package, held, f"archive/{_WARC}", at) as part:
                stream = Members(job, part)
                stream.begin()
                for piece in job.pieces():
                    for placed in stream.put(piece):
                        line = index_line(placed.member, _WARC, placed.offset, len(placed.data))
                        if line is not None:
                            index.add(line)
                    for issue in piece.issues:
                        page = _page(piece.record, issue)
                        if page is not None:
                            pages.add(page)
            with _part(package, held, "indexes/index.cdx", at) as part:
                for line in index.lines():
                    part.write(line.encode())
            with _part(package, held, "pages/pages.jsonl", at) as part:
                head = {"format": "json-pages-1.0", "id": "pages", "title": "Articles", "hasText": True}
                part.write(json.dumps(head).encode() + b"\n")
                for line in pages.lines():
                    part.write(line.encode())
            described = json.dumps(_description(job, held, at), indent=1).encode()
            _small(package, "datapackage.json", described, at)
            digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(described).hexdigest()}"}
            _small(package, "datapackage-digest.json", json.dumps(digest, indent=1).encode(), at)
        size = file.tell()
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Made(1, size, sha256, stream.captures)


@contextmanager
def _part(package: zipfile.ZipFile, held: list[dict[str, Any]], name: str, at: str) -> Iterator[Counted]:
    """One file of the container, stored as it is; what it came to is told in the end."""
    with package.open(_entry(name, at), "w", force_zip64=True) as file:
        counted = Counted(file)
        yield counted
    held.append({"name": name.rpartition("/")[2], "path": name, "hash": f"sha256:{counted.sha256}", "bytes": counted.size})


def _small(package: zipfile.ZipFile, name: str, data: bytes, at: str) -> None:
    package.writestr(_entry(name, at), data)


def _entry(name: str, at: str) -> zipfile.ZipInfo:
    stamp = (int(at[:4]), int(at[5:7]), int(at[8:10]), int(at[11:13]), int(at[14:16]), int(at[17:19]))
    entry = zipfile.ZipInfo(name, stamp)
    entry.compress_type = zipfile.ZIP_STORED
    entry.external_attr = 0o644 << 16
    return entry


def _page(record: str, issue: Issue) -> str | None:
    url, at = issue.facts["final_url"] or issue.facts["url"], issue.facts["at"]
    if not url or not at or not issue.facts["hops"]:
        return None  # nothing to replay: a supplied file, under no address of the web
    article = issue.read.article
    page = {"id": f"{record}@{issue.number}", "url": url, "ts": f"{at[:19]}Z", "title": article.headline or url}
    return json.dumps(page | {"text": clean_text(article.text)}, ensure_ascii=True)


def _description(job: Export, held: list[dict[str, Any]], at: str) -> dict[str, Any]:
    return {
        "profile": "data-package",
        "wacz_version": VERSION,
        "title": f"Articles: {job.about}",
        "description": f"Export of the Pressmark archive {job.archive}, as it was {at}",
        "created": f"{at[:19]}Z",
        "software": job.software,
        "resources": held,
    }
