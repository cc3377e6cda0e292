"""Where captures come from. Every source hands over ``model.capture.Capture`` and nothing else.

- ``sources.http``: ``Fetcher`` and ``HttpSettings``, one URL to one capture, politely and safely;
- ``sources.files``: ``kind_of`` a source, and captures of files, folders, lists and standard input.

Knows neither extractors nor storage; clocks, ids, resolvers and limits come as arguments.
"""
