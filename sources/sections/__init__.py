"""Section pages: which of a page's links look like articles, and which feeds it points at."""

from sources.sections.alternates import Alternate, feed_links
from sources.sections.read import read_section
from sources.sections.tree import MOST_CHARACTERS

__all__ = ["MOST_CHARACTERS", "Alternate", "feed_links", "read_section"]
