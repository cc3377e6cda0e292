"""The store that the settings name, where an archive's segments are kept besides its folder."""

from __future__ import annotations

from collections.abc import Mapping

from flows.settings import Settings
from storage import Store, store_of


def store_from(settings: Settings, environ: Mapping[str, str]) -> Store | None:
    """The store, ``None`` where there is none but the folder. Credentials come from the ``AWS_…`` variables of
    ``environ`` and are kept nowhere. Raises ``BadCall`` for an address that is none.
    """
    return store_of(settings.store_url, environ, settings.store_patience) if settings.store_url else None
