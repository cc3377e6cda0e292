"""The note that lies in every archive, for whoever finds it without this software."""

README = """This folder is a Pressmark archive ({archive}): news articles as their servers sent them,
what was read out of them, and a ledger of everything the archive decided or observed.

Everything of value is in warc/. These are ordinary WARC 1.1 files (ISO 28500), each record a
gzip member of its own; any tool that reads WARC reads them.

  request, response, revisit   what was asked and sent over the wire
  resource                     what a person supplied (a file, a text)
  metadata  urn:pressmark:capture:ID     facts about a capture, JSON
  conversion urn:pressmark:article:ID    the article as read from a capture, JSON
  metadata  urn:pressmark:ledger:CHAIN:N the ledger, entry N of a chain, JSON

A ledger entry names under "previous" the SHA-256 of the whole JSON text of the entry before it
in its chain ("sha256:" and hex), the first one that of the text
"pressmark ledger genesis CHAIN". Entries name captures and articles by WARC record id and by
the SHA-256 of their block. A chain is one published piece, or the archive itself.

pressmark.db is an index (SQLite) that can be thrown away: `pressmark rebuild` makes it anew.
"""
