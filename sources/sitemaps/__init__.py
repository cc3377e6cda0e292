"""Sitemaps (sitemaps.org 0.9), their indexes, Google's news extension, and lists of addresses in plain text."""

from sources.sitemaps.read import read_sitemap, read_url_list

__all__ = ["read_sitemap", "read_url_list"]
