"""A bucket of an S3 service that keeps files of an archive.

An object is whole or not there, and cannot be appended to: what grew is put anew, and the old one stays in
force until the new one is complete. Uploads go in parts of 8 MiB, two at once, each with its SHA-256 for the
service to check; so memory stays flat. What an upload that was broken off left behind is for the bucket's own
rules to remove (AbortIncompleteMultipartUpload).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from model.errors import BadCall, Damaged, StorageUnavailable

if TYPE_CHECKING:
    from obstore.store import S3Config, S3Store

PART = 8 << 20
_AT_ONCE = 2
# what the service is asked with; more of them are read from the process's own environment
_OURS = (
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3", "AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "AWS_SKIP_SIGNATURE",
)  # fmt: skip
# without one of these, credentials would be asked of an address inside the network
_WHO = (
    "AWS_ACCESS_KEY_ID", "AWS_SKIP_SIGNATURE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_METADATA_ENDPOINT",
)  # fmt: skip
_STATUS = re.compile(r"status code: (\d{3} [A-Za-z ]+)")
_CODE = re.compile(r"<Code>(\w+)</Code>")


class Bucket:
    """A place of ``storage.stores`` that is ``s3://BUCKET/PREFIX``.

    ``environ`` names endpoint, region and credentials in the usual variables (``AWS_ACCESS_KEY_ID``,
    ``AWS_SECRET_ACCESS_KEY``, ``AWS_ENDPOINT_URL``, ``AWS_REGION``); none of them is kept or told.
    ``patience`` is how many seconds one request is tried for. Raises ``BadCall`` where nobody says who asks.
    """

    kind = "s3"

    def __init__(self, bucket: str, prefix: str, environ: Mapping[str, str], patience: float) -> None:
        self.address = f"s3://{bucket}/{prefix}".rstrip("/")
        self.title = self.address.removeprefix("s3://")
        self._bucket = bucket
        self._prefix = prefix
        self._environ = environ
        self._patience = timedelta(seconds=patience)
        if not any(environ.get(name) for name in _WHO):
            raise BadCall(f"{self.address} needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment")

    def size(self, name: str) -> int | None:
        import obstore

        try:
            with self._asked():
                return int(obstore.head(self._client, name)["size"])
        except Damaged:
            return None

    def names(self, under: str) -> list[str]:
        import obstore

        with self._asked():
            found = [str(o["path"]).removeprefix(f"{under}/") for some in obstore.list(self._client, under) for o in some]
        return sorted(found)

    def is_empty(self) -> bool:
        import obstore

        with self._asked():
            return not any(obstore.list(self._client, chunk_size=1))

    def read(self, name: str, offset: int, length: int) -> bytes:
        import obstore

        try:
            with self._asked(name):
                return bytes(obstore.get_range(self._client, name, start=offset, length=length)) if length else b""
        except StorageUnavailable:
            size = self.size(name)
            if size is None or size > offset:
                raise
            return b""  # asked for what lies behind its end, services refuse

    def stream(self, name: str) -> Iterator[bytes]:
        """By range, so that a part that does not come is asked for again alone."""
        size, offset = self.size(name), 0
        if size is None:
            raise Damaged(f"{name} is not in {self.address}", place=name)
        while offset < size:
            piece = self.read(name, offset, min(PART, size - offset))
            if not piece:
                return
            yield piece
            offset += len(piece)

    def put(self, name: str, source: Path, length: int) -> None:
        import obstore

        with self._asked():
            obstore.put(
                self._client,
                name,
                _pieces(source, length),
                use_multipart=length > PART,
                chunk_size=PART,
                max_concurrency=_AT_ONCE,
            )

    def extend(self, name: str, source: Path, start: int, length: int) -> None:
        self.put(name, source, length)

    def put_bytes(self, name: str, data: bytes) -> None:
        import obstore

        with self._asked():
            obstore.put(self._client, name, data, use_multipart=False)

    @cached_property
    def _client(self) -> S3Store:
        from obstore.exceptions import BaseError
        from obstore.store import S3Store

        said: dict[str, str] = {name.lower(): value for name in _OURS if (value := self._environ.get(name))}
        endpoint = said.get("aws_endpoint_url_s3") or said.get("aws_endpoint_url") or ""
        try:
            return S3Store(
                self._bucket,
                prefix=self._prefix or None,
                config=cast("S3Config", {"checksum_algorithm": "SHA256", **said}),
                client_options={"allow_http": endpoint.startswith("http://"), "timeout": timedelta(seconds=60)},
                retry_config={
                    "max_retries": 12,
                    "retry_timeout": self._patience,
                    "backoff": {"init_backoff": timedelta(milliseconds=50), "max_backoff": timedelta(seconds=5), "base": 2},
                },
            )
        except (BaseError, ValueError) as error:
            raise BadCall(f"{self.address} cannot be used: check the AWS_ variables ({_first_line(error)})") from error

    @contextmanager
    def _asked(self, name: str = "what is asked for") -> Iterator[None]:
        from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

        try:
            yield
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise self._no_bucket() from error
            raise Damaged(f"{name} is not in {self.address}") from error
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise StorageUnavailable(f"{self.address} lets nobody in with these AWS_ credentials: check them") from error
        except (BaseError, OSError) as error:
            if "NoSuchBucket" in str(error):
                raise self._no_bucket() from error
            raise StorageUnavailable(f"{self.address} does not answer as it should ({_reason(error)})") from error

    def _no_bucket(self) -> StorageUnavailable:
        return StorageUnavailable(f"there is no bucket {self._bucket}: make it, or name another one")


def _pieces(source: Path, length: int) -> Iterator[bytes]:
    with source.open("rb") as file:
        while length and (piece := file.read(min(PART, length))):
            length -= len(piece)
            yield piece


def _reason(error: Exception) -> str:
    """What a service said, short; its whole answer may hold keys and host names."""
    told = str(error)
    found = [match[1] for match in (_STATUS.search(told), _CODE.search(told)) if match]
    return ", ".join(" ".join(x.split()) for x in found) or "no answer"


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:100]
