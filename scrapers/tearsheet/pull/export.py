"""Rows to a file: Parquet with the columns' meaning, CSV for spreadsheets, JSON Lines; whole or not at all.

- CSV and JSON Lines hold binary values in base64. CSV holds lists and structs as JSON.
- A spreadsheet takes a cell that starts with ``= + - @``, a tab or a carriage return for a formula: in CSV such texts
  get an apostrophe in front (OWASP, *CSV Injection*).
- Times are ISO 8601 in UTC.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import polars as pl
import polars.selectors as cs
import pyarrow as pa
import pyarrow.parquet as pq

from tearsheet.errors import ConfigError

TIME = "%Y-%m-%dT%H:%M:%S%.6fZ"
_FORMULA = r"^[=+\-@\t\r]"

Sink = Callable[[pa.Table], int]
"""Takes the next rows of a file; how many of their cells it neutralised."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written: its rows, its size in bytes, the cells that a spreadsheet would have run as formulas."""

    path: Path
    rows: int
    bytes: int
    neutralised: int = 0


def check_target(path: Path) -> Path:
    """The path, if a file can be written there.

    Raises:
        ConfigError: its suffix is not known, or its folder is not there.
    """
    if path.suffix not in FORMATS:
        raise ConfigError(f"{path}: the suffix {path.suffix!r} says no format; known are: {', '.join(FORMATS)}")
    if not path.parent.is_dir():
        raise ConfigError(f"{path}: the folder {path.parent} is not there; create it first")
    return path


def write(tables: Iterable[pa.Table], schema: pa.Schema, path: Path) -> Written:
    """Write tables of one schema, one after the other; a file of that name is replaced when all are written."""
    rows = neutralised = 0
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file, FORMATS[path.suffix](file, schema) as sink:
            for table in tables:
                neutralised += sink(table)
                rows += table.num_rows
        size = draft.stat().st_size
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return Written(path, rows, size, neutralised)


@contextmanager
def _parquet(file: BinaryIO, schema: pa.Schema) -> Iterator[Sink]:
    with pq.ParquetWriter(file, schema, compression="zstd", compression_level=3) as writer:

        def append(table: pa.Table) -> int:
            writer.write_table(table)
            return 0

        yield append


@contextmanager
def _csv(file: BinaryIO, schema: pa.Schema) -> Iterator[Sink]:
    def append(table: pa.Table, *, header: bool = False) -> int:
        rows = _frame(table).with_columns(_binary(), *_nested(schema))
        formulas = sum(int(column.str.contains(_FORMULA).sum()) for column in rows.select(cs.string()))
        rows.with_columns(_defused()).write_csv(file, include_header=header, datetime_format=TIME)
        return formulas

    append(schema.empty_table(), header=True)
    yield append


@contextmanager
def _jsonl(file: BinaryIO, schema: pa.Schema) -> Iterator[Sink]:
    def append(table: pa.Table) -> int:
        rows = _frame(table).with_columns(_binary(), cs.datetime().dt.strftime(TIME))
        rows.write_ndjson(file)
        return 0

    yield append


FORMATS = {".parquet": _parquet, ".csv": _csv, ".jsonl": _jsonl}


def _frame(table: pa.Table) -> pl.DataFrame:
    return pl.DataFrame(table)


def _binary() -> pl.Expr:
    return cs.binary().bin.encode("base64")


def _nested(schema: pa.Schema) -> Iterator[pl.Expr]:
    """Lists and structs as JSON. Only structs can be encoded: each is wrapped in one, which is then taken off."""
    for field in schema:
        if pa.types.is_nested(field.type):
            wrapped = pl.struct(field.name).struct.json_encode()
            yield wrapped.str.strip_prefix(f'{{"{field.name}":').str.strip_suffix("}").alias(field.name)


def _defused() -> pl.Expr:
    return cs.string().str.replace(_FORMULA, "'${0}")
