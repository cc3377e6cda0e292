"""Places outside the archive's folder that keep its files: another folder, or a bucket of an S3 service.

A place holds what an archive's folder holds, under the same names: the descriptor, ``README.txt`` and
``warc/NAME``. So a copy is an archive; ``rebuild`` makes its database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from model.errors import BadCall
from storage.stores.bucket import Bucket
from storage.stores.folder import CopyFolder


class Store(Protocol):
    """Files by name. Every method raises ``StorageUnavailable`` where the place cannot be used.

    ``kind`` is ``folder`` or ``s3``, ``title`` what it may be called where machines and paths have no
    business (empty where there is nothing), ``address`` where it is, without credentials.
    """

    kind: str
    title: str
    address: str

    def size(self, name: str) -> int | None:
        """Bytes of a file, ``None`` where it is not there."""

    def names(self, under: str) -> list[str]:
        """Files below ``under``, sorted, named from there."""

    def is_empty(self) -> bool:
        """Whether nothing at all is there."""

    def read(self, name: str, offset: int, length: int) -> bytes:
        """Bytes of a file, fewer where it ends. Raises ``Damaged`` where it is not there."""

    def stream(self, name: str) -> Iterator[bytes]:
        """All of a file in pieces, asked of the place itself. Raises ``Damaged`` where it is not there."""

    def put(self, name: str, source: Path, length: int) -> None:
        """The first ``length`` bytes of a file, whole or not at all; what was there is replaced."""

    def extend(self, name: str, source: Path, start: int, length: int) -> None:
        """A file that holds the first ``start`` bytes of ``source`` gets those up to ``length``."""

    def put_bytes(self, name: str, data: bytes) -> None:
        """A small file, whole or not at all."""


PATIENCE = 30.0


def store_of(address: str, environ: Mapping[str, str], patience: float = PATIENCE) -> Store:
    """The place at a path or ``s3://BUCKET/PREFIX``; ``environ`` has the ``AWS_…`` variables, ``patience`` is how many
    seconds a request to a bucket is tried for. Nothing is asked yet.

    Raises ``BadCall`` for another kind of address, and for a bucket without credentials.
    """
    scheme, found, rest = address.partition("://")
    if not found:
        return CopyFolder(Path(address))
    if scheme == "s3":
        bucket, _, prefix = rest.partition("/")
        if bucket and "@" not in bucket and not set("?#") & set(rest):
            return Bucket(bucket, prefix.strip("/"), environ, patience)
        raise BadCall("give a bucket as s3://BUCKET/PREFIX; keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    raise BadCall(f"{scheme[:20]}:// is no place for files of an archive: give a folder or s3://BUCKET/PREFIX")
