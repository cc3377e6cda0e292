"""Feeds: RSS, Atom and JSON Feed, as the items they list."""

from sources.feeds.json_feed import read_json_feed
from sources.feeds.xml_feeds import read_xml_feed

__all__ = ["read_json_feed", "read_xml_feed"]
