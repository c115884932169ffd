"""Which of the selected rows are counted: of each document its latest row, of each cluster one.

``latest`` comes first, whichever was called first: a cluster then stands for the latest rows of its copies.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

KEY = ("collection", "night", "document_id")
ORDER = ("night", "published_at", "document_id", "collection")
_LATER = ("fetched_at", "night", "collection")
_CLUSTERED = ("cluster_id", "copy")
_ONE = {"rows": "row", "articles": "article", "stories": "story", "documents": "document"}


class Count(int):
    """A number of rows. Shown by itself, as in a notebook, it says what was counted and what that left out."""

    noun: str
    earlier: int
    """Rows left out because the same document has a later one in the selection."""
    copies: int
    """Rows left out because another row stands for their cluster."""

    def __new__(cls, rows: int, noun: str = "rows", earlier: int = 0, copies: int = 0) -> Count:
        """So many rows of ``noun``."""
        count = super().__new__(cls, rows)
        count.noun, count.earlier, count.copies = noun, earlier, copies
        return count

    def __str__(self) -> str:
        return int.__repr__(self)

    def __repr__(self) -> str:
        left = " and ".join(
            filter(None, (_told(self.earlier, "earlier version"), _told(self.copies, "copy", "copies")))
        )
        noun, *rest = self.noun.split(",")
        noun = _ONE[noun] if self == 1 else noun
        return f"{int(self):,} {','.join([noun, *rest])}{f'; {left} left out' if left else ''}"


def _told(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}" if number else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduction:
    """What is left of the rows of a selection."""

    latest: bool = False
    one_per_cluster: bool = False

    def __bool__(self) -> bool:
        return self.latest or self.one_per_cluster

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns by which it chooses."""
        return (*dict.fromkeys((*KEY, *_LATER, *ORDER)), *(_CLUSTERED if self.one_per_cluster else ()))

    def of(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The rows that are left, with all their columns; read in one go."""
        return self._one_of_each(self._newest(rows))

    def count(self, keys: pl.DataFrame, noun: str) -> Count:
        """How many rows are left of these, which have ``columns``."""
        newest = self._newest(keys.lazy()).collect()
        left = self._one_of_each(newest.lazy()).collect()
        return Count(left.height, noun, keys.height - newest.height, newest.height - left.height)

    def _newest(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        if not self.latest:
            return rows
        return rows.sort(_LATER).unique("document_id", keep="last", maintain_order=True)

    def _one_of_each(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Of each cluster its first copy, or, where that is not among the rows, the earliest that is."""
        if not self.one_per_cluster:
            return rows
        ranked = rows.sort(pl.col("copy") != "first", *ORDER, nulls_last=True)
        return ranked.unique("cluster_id", keep="first", maintain_order=True)
