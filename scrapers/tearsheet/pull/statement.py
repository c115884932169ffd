"""A question in SQL to both tables as they stand: every row of every night. Polars' dialect, run where the asker is."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from polars.exceptions import PolarsError

from tearsheet.errors import ConfigError
from tearsheet.storage import Store
from tearsheet.tables import articles, delta, documents


def asked(store: Store, query: str, topic: str | None = None) -> pl.DataFrame:
    """What a query gives of the tables ``documents`` and ``articles``, the latter of one topic where it is named.

    Only the columns, and where the query allows it only the rows, that it names are read.

    Raises:
        ConfigError: it cannot be parsed, or names what is not there; the message says what there is.
        StorageError: the store cannot be read.
    """
    tables = {table.name: delta.scan(store, table) for table in (articles.TABLE, documents.TABLE)}
    if topic is not None:
        tables["articles"] = tables["articles"].filter(topic=topic)
    schemas = {name: rows.collect_schema() for name, rows in tables.items()}
    try:
        _run(query, {name: pl.LazyFrame(schema=schema) for name, schema in schemas.items()})  # asks no store
    except PolarsError as error:
        raise ConfigError(_told(error, schemas)) from error
    with delta.storage_errors(store.url("tables")):
        return _run(query, tables)


def _run(query: str, tables: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    with pl.SQLContext(tables) as context:
        return context.execute(query, eager=True)


def _told(error: PolarsError, schemas: Mapping[str, pl.Schema]) -> str:
    """What is wrong, and what there is; articles have every column of documents."""
    said = " ".join(str(error).partition("\n")[0].split())
    own = [name for name in schemas["articles"].names() if name not in schemas["documents"]]
    return (
        f"SQL: {said}; the tables are documents, with the columns {', '.join(schemas['documents'].names())}; "
        f"and articles, which has {', '.join(own)} as well"
    )
