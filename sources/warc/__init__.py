"""Archive files of other software: WARC 0.17 to 1.1, ARC 1 and 2, and WACZ, as imported captures.

``Archives`` reads the files of one call; ``container_of`` says whether a file is one of them.
"""

from sources.warc.containers import Container, container_of
from sources.warc.importing import Archives, Held
from sources.warc.originals import Wanted
from sources.warc.summary import Passed

__all__ = ["Archives", "Container", "Held", "Passed", "Wanted", "container_of"]
