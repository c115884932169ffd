"""One sheet of an Excel workbook, written row by row in constant memory.

- A cell holds at most 32,767 characters (UTF-16 code units), a sheet 1,048,576 rows, the first of them the header.
- Texts are written as texts: no cell is a formula, a link or a number by what it looks like. One that would become a
  formula when somebody edits it is marked with Excel's apostrophe (``quotePrefix``), and holds its text unchanged.
- Times are Excel's dates, in UTC; those before 1900, which it has not, are ISO 8601.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, BinaryIO

import polars as pl
import xlsxwriter

from tearsheet.errors import ConfigError

CELL = 32_767
ROWS = 1_048_576
_FIRST_YEAR = 1900
_WIDEST = 65_534
"""Bytes of UTF-16 that a cell holds."""

Changed = tuple[int, int]
"""How many cells were marked, and how many were cut."""


class Sheet:
    """The sheet ``articles`` of a workbook; ``formula`` is a pattern of how a text begins that would be run."""

    def __init__(self, book: Any, header: Sequence[str], formula: str) -> None:
        self._page = book.add_worksheet("articles")
        self._page.freeze_panes(1, 0)
        self._page.write_row(0, 0, header)
        self._marked = book.add_format({"quote_prefix": True})
        self._dated = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._formula = re.compile(formula)
        self._next = 1

    def append(self, rows: pl.DataFrame) -> Changed:
        """Write the next rows.

        Raises:
            ConfigError: the sheet cannot hold them.
        """
        if self._next + rows.height > ROWS:
            raise ConfigError(
                f"an Excel sheet holds {ROWS - 1:,} rows, and there are more; pull to .parquet or .csv, narrow the "
                "nights with --since and --until, or pull into a folder with --new, which gives a file a month"
            )
        marked = cut = 0
        for row in rows.iter_rows():
            for column, value in enumerate(row):
                changed = self._write(column, value)
                marked, cut = marked + changed[0], cut + changed[1]
            self._next += 1
        return marked, cut

    def _write(self, column: int, value: Any) -> Changed:
        if isinstance(value, datetime) and value.year >= _FIRST_YEAR:
            self._page.write_datetime(self._next, column, value.replace(tzinfo=None), self._dated)
        elif isinstance(value, bool):
            self._page.write_boolean(self._next, column, value)
        elif isinstance(value, int | float):
            self._page.write_number(self._next, column, value)
        elif value is not None:
            return self._write_text(column, value.isoformat() if isinstance(value, datetime) else value)
        return 0, 0

    def _write_text(self, column: int, text: str) -> Changed:
        kept, is_run = fitted(text), self._formula.match(text) is not None
        self._page.write_string(self._next, column, kept, self._marked if is_run else None)
        return int(is_run), int(kept != text)


@contextmanager
def sheet(file: BinaryIO, header: Sequence[str], *, formula: str) -> Iterator[Sheet]:
    """A workbook of one sheet in ``file``; it is complete when the block ends."""
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        yield Sheet(book, header, formula)


def fitted(text: str) -> str:
    """A text, cut to what a cell holds; no character is halved."""
    if len(text) * 2 <= CELL:
        return text
    return text.encode("utf-16-le")[:_WIDEST].decode("utf-16-le", "ignore")
