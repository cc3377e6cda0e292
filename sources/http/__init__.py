"""Captures over HTTP: wire bytes kept, robots.txt obeyed, only public addresses asked.

``Fetcher`` takes one URL to one ``model.capture.Capture``. The guard and the resolver are
public for others that connect to addresses a stranger chose. ``post`` tells others of something.
"""

from sources.http.fetcher import Fetcher, system_resolver
from sources.http.guard import Guard, is_global, parse_url
from sources.http.lanes import Claims
from sources.http.post import post
from sources.http.settings import Conditional, HttpSettings
from sources.http.wire import Resolver

__all__ = [
    "Claims",
    "Conditional",
    "Fetcher",
    "Guard",
    "HttpSettings",
    "Resolver",
    "is_global",
    "parse_url",
    "post",
    "system_resolver",
]
