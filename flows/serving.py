"""The process that serves the flows of one archive: ``python -m flows.serving PLAN``, the plan given as JSON (``Plan``).

Ctrl-C ends it without a word, also in the seconds in which Prefect is being loaded.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress

from flows.plan import Plan

if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        from flows.deployments import serve

        serve(Plan.from_json(json.loads(sys.argv[1])))
