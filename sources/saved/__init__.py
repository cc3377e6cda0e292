"""Pages that people saved: what the file itself says of where it comes from and when.

A statement of the file, no more: kept as it stands, and used where no person says otherwise.
"""

from sources.saved.statement import Saved, statement_of

__all__ = ["Saved", "statement_of"]
