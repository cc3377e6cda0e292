"""Keeping: WARC segments, the ledger, projections, search, fixity. The face is ``Archive``."""

from storage.archive import Archive
from storage.deposit import Deposit, ImageWanted, InForce, Person, Release, Reread, Unsettled, Verdict
from storage.export import Selection
from storage.folder import replace_durably
from storage.migrations import migrate
from storage.repair import repair
from storage.search import check_query
from storage.settling import rebuild
from storage.stores import Store, store_of

__all__ = [
    "Archive",
    "Deposit",
    "ImageWanted",
    "InForce",
    "Person",
    "Release",
    "Reread",
    "Selection",
    "Store",
    "Unsettled",
    "Verdict",
    "check_query",
    "migrate",
    "rebuild",
    "repair",
    "replace_durably",
    "store_of",
]
