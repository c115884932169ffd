"""``search/<topic>/index.json``: which builds each month of a topic has, and what they were made from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tearsheet.errors import ObjectMissing
from tearsheet.search.build import SUFFIXES
from tearsheet.search.schema import FORMAT
from tearsheet.storage import Store

PREFIX = "search"
_NAME = "index.json"


class Body(BaseModel):
    """One object of a build: its SHA-256 in hex, its size in bytes."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    bytes: int


class Build(BaseModel):
    """One build, made of the rows of some of the table's ``files``; ``content`` is a hash of what they say."""

    model_config = ConfigDict(frozen=True)

    id: str
    files: tuple[str, ...]
    content: str
    rows: int
    bodies: Mapping[str, Body]


class Manifest(BaseModel):
    """The builds of a topic by month: together they hold the month's rows, each once."""

    model_config = ConfigDict(frozen=True)

    format: str = FORMAT
    months: Mapping[str, tuple[Build, ...]] = Field(default_factory=dict)

    def without(self, months: Collection[str]) -> Manifest:
        """The manifest without some months."""
        return Manifest(months={month: builds for month, builds in self.months.items() if month not in months})

    def builds(self) -> Iterator[tuple[str, Build]]:
        """Every build with its month."""
        return ((month, build) for month, builds in self.months.items() for build in builds)

    def keys(self, topic: str) -> set[str]:
        """The keys of all that the manifest names."""
        return {build_key(topic, month, build.id, suffix) for month, build in self.builds() for suffix in SUFFIXES}


def manifest_key(topic: str) -> str:
    """Where a topic's manifest stands."""
    return f"{PREFIX}/{topic}/{_NAME}"


def build_key(topic: str, month: str, build: str, suffix: str) -> str:
    """Where a body of a build stands."""
    return f"{PREFIX}/{topic}/{month}/{build}{suffix}"


def load(store: Store, topic: str) -> tuple[Manifest | None, str | None]:
    """A topic's manifest and its ETag; no manifest where there is none, or none that this version can read."""
    try:
        read = store.version(manifest_key(topic))
    except ObjectMissing:
        return None, None
    try:
        held = Manifest.model_validate_json(read.body)
    except ValidationError:
        return None, read.etag
    return (held if held.format == FORMAT else None), read.etag


def save(store: Store, topic: str, manifest: Manifest, etag: str | None) -> None:
    """Replace the manifest that ``etag`` names.

    Raises:
        ObjectChanged: another writer has replaced it meanwhile.
    """
    store.put_if(manifest_key(topic), manifest.model_dump_json(indent=1).encode(), etag)
