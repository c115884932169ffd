from __future__ import annotations

import types
import typing
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC
from typing import Any, get_args

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tearsheet.errors import InvariantError
from tearsheet.model import Document, Evidence, Removed, Rights
from tearsheet.tables.schema import ARTICLES, DOCUMENTS, conform, from_row, to_arrow

INT32 = st.integers(min_value=0, max_value=2**31 - 1)
INT64 = st.integers(min_value=0, max_value=2**63 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
INSTANTS = st.datetimes(timezones=st.just(UTC))
DOCUMENT = st.builds(
    Document,
    fetched_at=INSTANTS,
    indexed_at=INSTANTS,
    published_at=st.none() | INSTANTS,
    modified_at=st.none() | INSTANTS,
    words=INT32,
    warc_offset=INT64,
    warc_length=INT64,
    schema_version=INT32,
    authors=st.lists(TEXTS, max_size=3).map(tuple),
    near_hash=st.none() | st.binary(max_size=16),
    removed=st.lists(
        st.builds(Removed, text=TEXTS, reason=TEXTS, rule=TEXTS, position=INT32, score=st.floats(0, 1)), max_size=3
    ).map(tuple),
    rights=st.lists(st.builds(Rights), max_size=2).map(tuple),
)


@settings(deadline=None)  # the first example imports what pyarrow wants
@given(st.lists(DOCUMENT, max_size=4))
def test_documents_survive_arrow_whole(rows: list[Document]) -> None:
    table = to_arrow(rows)
    assert table.schema.equals(DOCUMENTS, check_metadata=True)
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    assert [from_row(row) for row in frame.to_dicts()] == rows


def test_the_columns_are_those_of_the_document() -> None:
    hints = typing.get_type_hints(Document)
    assert DOCUMENTS.names == [field.name for field in fields(Document)]
    for column in DOCUMENTS:
        optional = types.NoneType in get_args(hints[column.name])
        assert column.nullable == optional, column.name


def test_nested_columns_are_those_of_their_types() -> None:
    for name, kind in (("removed", Removed), ("rights", Rights), ("evidence", Evidence)):
        parts = ARTICLES.field(name).type.value_type
        assert [part.name for part in parts] == [field.name for field in fields(kind)]
        assert not any(part.nullable for part in parts)


def test_every_column_says_what_it_means() -> None:
    assert all((column.metadata or {}).get(b"comment") for column in ARTICLES)
    assert ARTICLES.names[: len(DOCUMENTS)] == DOCUMENTS.names


def test_no_type_that_delta_lacks() -> None:
    def leaves(kind: pa.DataType) -> list[pa.DataType]:
        return [leaf for n in range(kind.num_fields) for leaf in leaves(kind.field(n).type)] or [kind]

    for column in ARTICLES:
        for kind in leaves(column.type):
            assert not pa.types.is_unsigned_integer(kind), column.name
            assert not pa.types.is_timestamp(kind) or (kind.unit, kind.tz) == ("us", "UTC")


@pytest.mark.parametrize(
    "wrong",
    [{"night": None}, {"words": 2**40}, {"title": 5}, {"authors": None}, {"words": "many"}, {"fetched_at": None}],
)
def test_a_value_that_does_not_fit_is_refused(make_document: Callable[..., Document], wrong: dict[str, Any]) -> None:
    bad = replace(make_document(2), **wrong)
    with pytest.raises(InvariantError):
        to_arrow([make_document(1), bad])


def test_what_polars_made_of_a_table_conforms_again(make_document: Callable[..., Document]) -> None:
    table = to_arrow([make_document(1), make_document(2)])
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    again = conform(frame.select(sorted(frame.columns)).to_arrow(), DOCUMENTS)
    assert again.schema.equals(DOCUMENTS, check_metadata=True)
    assert again.to_pylist() == table.to_pylist()


def test_what_does_not_conform_is_named(make_document: Callable[..., Document]) -> None:
    table = to_arrow([make_document(1)])
    with pytest.raises(InvariantError, match="'url'"):
        conform(table.drop_columns(["url"]), DOCUMENTS)
    with pytest.raises(InvariantError, match="'mood'"):
        conform(table.append_column("mood", pa.array(["calm"])), DOCUMENTS)
    with pytest.raises(InvariantError, match="'words'"):
        conform(table.set_column(table.column_names.index("words"), "words", pa.array(["two"])), DOCUMENTS)
    with pytest.raises(InvariantError, match="night"):
        conform(table.set_column(table.column_names.index("night"), "night", pa.array([None], pa.string())), DOCUMENTS)
