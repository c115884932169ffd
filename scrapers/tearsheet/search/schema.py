"""What the index holds of an article: its fields as words for tantivy, a row for lists of hits, its texts to read."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import tantivy

from tearsheet.select.query import COLUMNS
from tearsheet.select.syntax import WHOLE

LAYOUT = 1
"""Raised when a build comes to hold something else of the same rows."""
_ENGINE: str = tantivy.__version__  # type: ignore[attr-defined] # its stub does not export it
FORMAT = f"{LAYOUT}, tantivy {_ENGINE.rpartition(' ')[2]}"
"""What a build must have been made by to be read."""

KEY, LONG = "key", "long"
BOOSTS: Mapping[str, float] = {"title": 3.0, "standfirst": 2.0, "source": 0.0, "lang": 0.0}
"""What a word weighs that stands in a field; 1 elsewhere."""

IDENTITY = ("collection", "night", "document_id")
"""What an article is told by within a topic."""
SHOWN = (
    *IDENTITY, "version_id", "topic", "source", "language", "url", "title", "published_at", "fetched_at",
    "cluster_id", "copy",
)  # fmt: skip
"""The columns of the articles table that a list of hits has."""
TEXTS = tuple(COLUMNS.values())
"""The columns that queries look in."""
NEEDED = tuple(dict.fromkeys([*SHOWN, *TEXTS]))
PLACES = {KEY: pl.Int64, "offset": pl.Int64, "length": pl.Int64}
"""What a row of a build has besides: the article's key in the index, and its frame's place in the texts."""


def schema() -> tantivy.Schema:
    """The fields of tantivy's documents."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field(KEY, fast=True)
    builder.add_boolean_field(LONG, indexed=True)
    for name in COLUMNS:
        if name in WHOLE:
            builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
        else:
            builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    return builder.build()
