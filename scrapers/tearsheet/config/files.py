"""The three kinds of files as they are written, and how a collection's file becomes what the stages are handed."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from tearsheet.config.models import (
    Collection,
    CollectionDeclaration,
    Limits,
    Settings,
    Source,
    SourceDeclaration,
    Strict,
    TopicDeclaration,
)


def _without_defaults_of_limits(schema: dict[str, Any]) -> None:
    """In a source's schema a limit has no default of its own: it is the collection's."""
    for name in Limits.model_fields:
        schema["properties"][name].pop("default", None)


class SourceEntry(Limits, SourceDeclaration):
    """One outlet; any limit that stands beside its keys overrides the collection's ``defaults``."""

    model_config = ConfigDict(json_schema_extra=_without_defaults_of_limits)


class CollectionFile(CollectionDeclaration):
    """A collection: sources that share a schedule. The file's name is its id."""

    defaults: Limits = Field(Limits(), description="limits of all its sources")
    sources: tuple[SourceEntry, ...] = Field(min_length=1, description="the outlets")

    def resolved(self, id_: str) -> Collection:
        """The collection with the limits that hold for each source."""
        return Collection(
            **{name: getattr(self, name) for name in CollectionDeclaration.model_fields},
            id=id_,
            limits=self.defaults,
            sources=tuple(self._source(entry) for entry in self.sources),
        )

    def _source(self, entry: SourceEntry) -> Source:
        overridden = {name: getattr(entry, name) for name in Limits.model_fields if name in entry.model_fields_set}
        return Source(
            **{name: getattr(entry, name) for name in SourceDeclaration.model_fields},
            limits=self.defaults.model_copy(update=overridden),
        )


FILES: dict[str, type[Strict]] = {"settings": Settings, "collection": CollectionFile, "topic": TopicDeclaration}
"""The kinds of files by the names of their schemas."""
