"""Keeping: WARC segments, the ledger, projections, search, fixity. The face is ``Archive``."""

from storage.archive import Archive, rebuild
from storage.deposit import Deposit, ImageWanted, Person, Release, Reread, Verdict

__all__ = ["Archive", "Deposit", "ImageWanted", "Person", "Release", "Reread", "Verdict", "rebuild"]
