"""What the analyst's commands start from: an archive that needs no configuration, and one document's rows in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from tearsheet import tombstones
from tearsheet.config import load_settings
from tearsheet.errors import ConfigError, WithheldError
from tearsheet.model import Document, parse_night
from tearsheet.pull.archive import Archive
from tearsheet.pull.versions import captures, identity
from tearsheet.storage import Store, open_store

StoreOption = Annotated[
    str | None, typer.Option("--store", help="s3://bucket/prefix, in place of the configured store.")
]
ArticleArgument = Annotated[
    str, typer.Argument(metavar="URL", help="The article's address, or its document_id; tracking does not matter.")
]
NightOption = Annotated[str | None, typer.Option("--night", help="As captured in this night; else the latest.")]


@dataclass(frozen=True, slots=True)
class Reading:
    """An opened store, and the archive in it."""

    store: Store
    archive: Archive


@dataclass(frozen=True, slots=True)
class Chosen:
    """A document's rows in the order in which they were fetched, and the one that was asked for."""

    row: Document
    rows: Sequence[Document]

    @property
    def others(self) -> list[Document]:
        """The rows that were not asked for."""
        return [row for row in self.rows if row is not self.row]


@contextmanager
def reading(config: Path, store: str | None) -> Iterator[Reading]:
    """Open the configured store, or the one that was named, for the length of the block."""
    settings = load_settings(config).store
    with open_store(settings.model_copy(update={"url": store}) if store else settings) as opened:
        yield Reading(opened, Archive(opened))


def rows_of(place: Reading, given: str) -> list[Document]:
    """Every row of an address or document_id, in the order in which they were fetched.

    Raises:
        WithheldError: it was taken down.
        ConfigError: there is none.
    """
    document_id = identity(given)
    if rows := captures(place.archive, document_id):
        return rows
    if document_id in tombstones.load(place.store).documents:
        raise WithheldError(f"{given} was taken down; its receipt stands in {place.store.url(tombstones.PREFIX)}")
    raise ConfigError(
        f"{place.store.url()} has no page of {given} (document {document_id}); it was never captured, or its address "
        "is another one; `tearsheet explain` says what became of it"
    )


def chosen(place: Reading, given: str, night: str | None) -> Chosen:
    """The row that was fetched last, of a night where one is named; and the others.

    Raises:
        WithheldError: it was taken down.
        ConfigError: there is none, or none of the night; the message names the nights there are.
    """
    rows = rows_of(place, given)
    wanted = [row for row in rows if row.night == parse_night(night)] if night else rows
    if not wanted:
        nights = ", ".join(sorted({row.night for row in rows}))
        raise ConfigError(f"{given} was not captured in the night of {night}; it was in: {nights}")
    return Chosen(wanted[-1], rows)


def told_of(row: Document) -> str:
    """A row's night, collection and outcome in one line."""
    return f"{row.night} {row.collection} {row.outcome}"
