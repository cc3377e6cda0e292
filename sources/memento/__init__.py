"""Web archives that speak Memento (RFC 7089): what they hold of an address, as imported captures.

``Wish`` says where to look and which times are wanted, ``mementos`` gives the copies.
"""

from sources.memento.copies import Wish, mementos

__all__ = ["Wish", "mementos"]
