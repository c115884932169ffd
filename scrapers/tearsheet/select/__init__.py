"""Select: which articles a topic's query matches, and the words that prove it."""

from tearsheet.select.query import COLUMNS, FIELDS, Query, parse

__all__ = ["COLUMNS", "FIELDS", "Query", "parse"]
