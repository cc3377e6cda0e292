"""The store that the settings name, where an archive's segments are kept besides its folder."""

from __future__ import annotations

from collections.abc import Mapping

from flows.settings import Settings
from model.errors import BadCall
from storage import Store, store_of


def store_from(settings: Settings, environ: Mapping[str, str]) -> Store | None:
    """The store, ``None`` where there is none but the folder. Credentials come from the ``AWS_…`` variables of
    ``environ`` and are kept nowhere. Raises ``BadCall`` for an address that is none.
    """
    if not settings.store_url:
        return None
    if not settings.store_url.startswith("s3://"):
        raise BadCall("PRESSMARK_STORE_URL is no address of a bucket: give s3://BUCKET/PREFIX, or unset it for the folder alone")
    return store_of(settings.store_url, environ, settings.store_patience)
