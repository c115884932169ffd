"""Search: a topic's articles by the query language of topics, ranked, over an index that stands in the bucket.

    search/<topic>/index.json                    the manifest: which builds each month has, and what of
    search/<topic>/<month>/<build>.tar           tantivy's files: words and where they stand
    search/<topic>/<month>/<build>.parquet       what a list of hits shows of each article, and where its fields stand
    search/<topic>/<month>/<build>.jsonl.zst     the fields a query looks in, one article a Zstandard frame

A build is of a month's rows, or of some nights of it, and written once; where these change it is dropped for another.
``refresh`` finds by itself what is missing, by the files of the articles table, from which all of it is derived.

Readers keep what they have read in ``cache`` and look into the months of all topics asked for as into one index. Which
articles a query finds is what ``tearsheet.select`` says, exactly: ``terms`` cuts texts into the words that the query
language knows, ``bounds`` finds by the index all that can match, and what words cannot tell is read and matched.
"""

from __future__ import annotations

from tearsheet.search.find import Found, Hit, Versions, filters, keys, matches, search
from tearsheet.search.refresh import Refreshed, indexed, left, lost, refresh, stale, sweep
from tearsheet.search.snippets import Snippet

__all__ = [
    "Found",
    "Hit",
    "Refreshed",
    "Snippet",
    "Versions",
    "filters",
    "indexed",
    "keys",
    "left",
    "lost",
    "matches",
    "refresh",
    "search",
    "stale",
    "sweep",
]
