"""Rows to a file: Parquet with the columns' meaning, CSV and XLSX for spreadsheets, JSON Lines; whole or not at all.

- CSV, JSON Lines and XLSX hold binary values in base64. CSV and XLSX hold lists and structs as JSON.
- A spreadsheet takes a cell that starts with ``= + - @``, a tab or a carriage return for a formula: in CSV such texts
  get an apostrophe in front (OWASP, *CSV Injection*), in XLSX the cell is marked as one that was typed with it.
- Times are UTC, in CSV and JSON Lines ISO 8601.
- What is longer than a cell of Excel can be is cut in XLSX; each cut is counted.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

import polars as pl
import polars.selectors as cs
import pyarrow as pa
import pyarrow.parquet as pq

from tearsheet.errors import ConfigError

TIME = "%Y-%m-%dT%H:%M:%S%.6fZ"
_FORMULA = r"^[=+\-@\t\r]"


class Changed(NamedTuple):
    """How many cells were neutralised, and how many were cut."""

    neutralised: int = 0
    cut: int = 0


Sink = Callable[[pa.Table], Changed]
"""Takes the next rows of a file."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written: its rows, its size in bytes, the cells that a spreadsheet would have run as formulas.

    ``cut``: cells whose text was too long for the format, and was cut.
    """

    path: Path
    rows: int
    bytes: int
    neutralised: int = 0
    cut: int = 0


def check_target(path: Path) -> Path:
    """The path, if a file can be written there.

    Raises:
        ConfigError: it is a folder, its suffix is not known, or its folder is not there.
    """
    if path.is_dir():
        raise ConfigError(f"{path} is a folder; pull into it with --new, or name a file")
    if path.suffix not in FORMATS:
        raise ConfigError(f"{path}: the suffix {path.suffix!r} says no format; known are: {', '.join(FORMATS)}")
    if not path.parent.is_dir():
        raise ConfigError(f"{path}: the folder {path.parent} is not there; create it first")
    return path


def write(tables: Iterable[pa.Table], schema: pa.Schema, path: Path) -> Written:
    """Write tables of one schema, one after the other; a file of that name is replaced when all are written.

    Raises:
        ConfigError: there are more rows than the format can hold.
    """
    rows = neutralised = cut = 0
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file, FORMATS[path.suffix](file, schema) as sink:
            for table in tables:
                changed = sink(table)
                neutralised, cut = neutralised + changed.neutralised, cut + changed.cut
                rows += table.num_rows
        size = draft.stat().st_size
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return Written(path, rows, size, neutralised, cut)


@contextmanager
def _parquet(file: BinaryIO, schema: pa.Schema) -> Iterator[Sink]:
    with pq.ParquetWriter(file, schema, compression="zstd", compression_level=3) as writer:

        def append(table: pa.Table) -> Changed:
            writer.write_table(table)
            return Changed()

        yield append


@contextmanager
def _csv(file: BinaryIO, schema: pa.Schema) -> Iterator[Sink]:
    def append(table: pa.Table, *, header: bool = False) -> Changed:
        rows = flat(table)
        formulas = sum(int(column.str.contains(_FORMULA).sum()) for column in rows.select(cs.string()))
        rows.with_columns(_defused()).write_csv(file, include_header=header, datetime_format=TIME)
        return Changed(neutralised=formulas)

    append(schema.empty_table(), header=True)
    yield append


@contextmanager
def _jsonl(file: BinaryIO, schema: pa.Schema) -> Iterator[Sink]:
    def append(table: pa.Table) -> Changed:
        rows = pl.DataFrame(table).with_columns(_binary(), cs.datetime().dt.strftime(TIME))
        rows.write_ndjson(file)
        return Changed()

    yield append


@contextmanager
def _xlsx(file: BinaryIO, schema: pa.Schema) -> Iterator[Sink]:
    from tearsheet.pull.sheet import sheet

    with sheet(file, schema.names, formula=_FORMULA) as page:
        yield lambda table: Changed(*page.append(flat(table)))


FORMATS = {".parquet": _parquet, ".csv": _csv, ".jsonl": _jsonl, ".xlsx": _xlsx}


def flat(table: pa.Table) -> pl.DataFrame:
    """The rows with binary values in base64, lists and structs as JSON."""
    return pl.DataFrame(table).with_columns(_binary(), *_nested(table.schema))


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
