"""Rows to Arrow and back; the schemas themselves are declared in ``columns``.

A table is a ``pyarrow.Table`` of exactly ``DOCUMENTS`` or ``ARTICLES``; a row is a ``Document``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from operator import attrgetter
from typing import Any

import polars as pl
import pyarrow as pa

from tearsheet.errors import InvariantError
from tearsheet.model import Document, Removed, Rights
from tearsheet.tables.columns import ARTICLES, DOCUMENTS

__all__ = ["ARTICLES", "DOCUMENTS", "conform", "from_row", "to_arrow"]

FIELDS = [field.name for field in fields(Document)]


def to_arrow(rows: Iterable[Document]) -> pa.Table:
    """Documents as a table of schema ``DOCUMENTS``, in their order.

    Raises:
        InvariantError: a value does not fit its column.
    """
    documents = list(rows)
    try:
        return pa.table([_array(documents, field) for field in DOCUMENTS], schema=DOCUMENTS)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise InvariantError(f"a document does not fit the columns of the documents table: {error}") from error


def from_row(row: Mapping[str, Any]) -> Document:
    """The document of a row as polars or Arrow give it (``DataFrame.to_dicts``); further columns are ignored."""
    values: dict[str, Any] = {name: tuple(row[name]) if isinstance(row[name], list) else row[name] for name in FIELDS}
    values["removed"] = tuple(Removed(**block) for block in row["removed"])
    values["rights"] = tuple(Rights(**signal) for signal in row["rights"])
    return Document(**values)


def conform(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """The same rows with exactly the schema's columns, in its order and with its nullability.

    Large and view variants of a type count as the type, so that what polars gives is taken.

    Raises:
        InvariantError: a column is missing, unknown, of another type, or null where it must not be.
    """
    given, wanted = pl.Schema(rows.schema), pl.Schema(schema)
    wrong = sorted(name for name in given.keys() | wanted.keys() if given.get(name) != wanted.get(name))
    if wrong:
        here, there = (schema.get(wrong[0], "no such column") for schema in (given, wanted))
        raise InvariantError(f"column {wrong[0]!r}: the rows have {here}, the table {there}")
    try:
        return rows.select(schema.names).cast(schema)
    except (pa.ArrowException, ValueError) as error:
        raise InvariantError(f"the rows do not fit their table: {error}") from error


def _array(documents: list[Document], field: pa.Field) -> pa.Array:
    values: Iterable[Any] = map(attrgetter(field.name), documents)
    if pa.types.is_list(field.type) and pa.types.is_struct(field.type.value_type):
        names = [part.name for part in field.type.value_type]
        values = ([{name: getattr(part, name) for name in names} for part in parts] for parts in values)
    array = pa.array(values, field.type, size=len(documents))
    if array.null_count and not field.nullable:
        raise ValueError(f"{field.name} is null in row {documents[array.is_null().index(True).as_py()].url}")
    return array
