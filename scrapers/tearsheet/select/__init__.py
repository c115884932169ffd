"""Select: which articles a topic's query matches, and the words that prove it."""

from tearsheet.select.query import FIELDS, Query, parse

__all__ = ["FIELDS", "Query", "parse"]
