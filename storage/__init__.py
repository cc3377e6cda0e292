"""Keeping: WARC segments, the ledger, projections, search, fixity. The face is ``Archive``."""

from storage.archive import Archive, migrate, rebuild
from storage.deposit import Deposit, ImageWanted, InForce, Person, Release, Reread, Verdict

__all__ = ["Archive", "Deposit", "ImageWanted", "InForce", "Person", "Release", "Reread", "Verdict", "migrate", "rebuild"]
