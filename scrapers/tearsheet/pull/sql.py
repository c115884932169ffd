"""SQL over lazy tables: polars' own dialect, run where the analyst is; only the columns a query names are read."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from polars.exceptions import InvalidOperationError, PolarsError

from tearsheet.errors import ConfigError
from tearsheet.storage import Store
from tearsheet.tables import articles, delta, documents

TABLE = "articles"


def asked(store: Store, query: str, topic: str | None = None) -> pl.DataFrame:
    """What a query gives of the tables ``documents`` and ``articles`` as they stand, every row of every night.

    ``topic``: only this topic's articles.

    Raises:
        ConfigError: as ``answered``.
        StorageError: the store cannot be read.
    """
    tables = {table.name: delta.scan(store, table) for table in (articles.TABLE, documents.TABLE)}
    if topic is not None:
        tables[TABLE] = tables[TABLE].filter(topic=topic)
    with delta.storage_errors(store.url("tables")):
        return answered(query, tables)


def answered(query: str, tables: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    """What a query gives of tables by their names.

    It is first tried on no rows, which needs no store: what fails there is wrong in itself.

    Raises:
        ConfigError: it cannot be parsed, names what is not there, or does with a column what cannot be done.
    """
    schemas = {name: rows.collect_schema() for name, rows in tables.items()}
    try:
        _run(query, {name: pl.LazyFrame(schema=schema) for name, schema in schemas.items()})
    except PolarsError as error:
        raise _wrong(error, schemas) from error
    try:
        return _run(query, tables)
    except InvalidOperationError as error:  # such as a cast that some value does not bear
        raise _wrong(error, schemas) from error


def _run(query: str, tables: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    with pl.SQLContext(tables) as context:
        return context.execute(query, eager=True)


def _wrong(error: PolarsError, schemas: Mapping[str, pl.Schema]) -> ConfigError:
    told = " ".join(str(error).partition("\n")[0].split())
    there = "; ".join(f"{name}, its columns: {', '.join(schema.names())}" for name, schema in schemas.items())
    return ConfigError(f"SQL: {told}; {'the one table is' if len(schemas) == 1 else 'the tables are'} {there}")
