"""The note that lies in every archive, for whoever finds it without this software."""

README = """This folder is a Pressmark archive ({archive}): news articles as their servers sent them,
what was read out of them, and a ledger of everything the archive decided or observed.

Everything of value is in warc/. These are ordinary WARC 1.1 files (ISO 28500), each record a
gzip member of its own; any tool that reads WARC reads them.

  warcinfo                     which software wrote what follows
  request, response, revisit   what was asked and sent over the wire; a revisit had the same payload
                               as the record it refers to
  resource   urn:pressmark:supplied:…     what a person supplied (a file, a text)
  metadata   urn:pressmark:capture:ID     facts about a capture, JSON: its basis (fetched, imported,
                                          supplied), addresses, times, and the records it is made of,
                                          each with the SHA-256 of its block
  conversion urn:pressmark:article:ID     the article as read from capture ID, JSON
  resource   urn:pressmark:note:RECORD    a person's note, JSON
  metadata   urn:pressmark:ledger:CHAIN:N the ledger, entry N of a chain, JSON

A ledger entry names under "previous" the SHA-256 of the whole JSON text of the entry before it
in its chain ("sha256:" and hex), the first one that of the text
"pressmark ledger genesis CHAIN". Entries name captures, articles and notes by WARC record id and
by the SHA-256 of their block. A chain is one published piece, or the archive itself. An entry of
kind "void", in the archive's own chain, lists entries that are not in force (a process had ended
before it could finish, or a copy of the archive had gone on by itself and was brought back, so that
a chain went on twice): leave those out, unless the entry that says so is left out itself.
Versions are numbered in the order in which the archive learnt of them; "observed_at" is when the
page looked so.

pressmark.db is an index (SQLite) that can be thrown away: `pressmark rebuild` makes it anew.
"""
