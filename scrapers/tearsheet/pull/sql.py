"""SQL over a selection: polars' own dialect, run where the analyst is; only the columns a query names are read."""

from __future__ import annotations

import polars as pl
from polars.exceptions import InvalidOperationError, PolarsError

from tearsheet.errors import ConfigError

TABLE = "articles"


def answered(query: str, rows: pl.LazyFrame) -> pl.DataFrame:
    """What a query gives of ``rows``, its only table, ``articles``.

    It is first tried on no rows, which needs no store: what fails there is wrong in itself.

    Raises:
        ConfigError: it cannot be parsed, names what is not there, or does with a column what cannot be done.
    """
    schema = rows.collect_schema()
    try:
        _run(query, pl.LazyFrame(schema=schema))
    except PolarsError as error:
        raise _wrong(error, schema) from error
    try:
        return _run(query, rows)
    except InvalidOperationError as error:  # such as a cast that some value does not bear
        raise _wrong(error, schema) from error


def _run(query: str, rows: pl.LazyFrame) -> pl.DataFrame:
    with pl.SQLContext({TABLE: rows}) as context:
        return context.execute(query, eager=True)


def _wrong(error: PolarsError, schema: pl.Schema) -> ConfigError:
    told = " ".join(str(error).partition("\n")[0].split())
    return ConfigError(f"SQL: {told}; the one table is {TABLE}, its columns: {', '.join(schema.names())}")
