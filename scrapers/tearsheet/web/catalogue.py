"""What every page is made from: the archive, and what is kept of it in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from tearsheet.pull import Archive
from tearsheet.pull.releases import Release
from tearsheet.storage import Store
from tearsheet.web import places, snapshot
from tearsheet.web.fresh import Fresh
from tearsheet.web.nights import Night, Reports
from tearsheet.web.places import Places
from tearsheet.web.snapshot import Snapshot

SNAPSHOT_SECONDS = 3.0
"""How often the table's version is asked for, while there are readers."""
NIGHTS_SECONDS = 30.0
NIGHTS = 60
"""How many nights of each collection are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What the configuration that was published last says of topics and sources, by their ids."""

    topics: dict[str, dict[str, Any]]
    sources: dict[str, dict[str, Any]]

    @property
    def collections(self) -> tuple[str, ...]:
        """The collections that have sources."""
        return tuple(sorted({source["collection"] for source in self.sources.values()}))


class Catalogue:
    """An archive for the pages: each of its answers is from memory, except the first."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self._snapshot = Fresh[Snapshot](lambda before: snapshot.take(self.store, before), SNAPSHOT_SECONDS)
        self._places = Fresh[Places](lambda before: places.take(self.store, before), SNAPSHOT_SECONDS)
        self._named = Fresh[Named](lambda _: _names(archive), NIGHTS_SECONDS)
        self._reports = Reports(self.store)
        self._nights = Fresh[dict[str, tuple[Night, ...]]](
            lambda _: self._reports.last_nights(self.named.collections, NIGHTS), NIGHTS_SECONDS
        )
        self._releases = Fresh[list[Release]](lambda _: archive.releases(), NIGHTS_SECONDS)

    def read(self) -> None:
        """Read what pages are made from, so that nobody waits for it.

        Raises:
            ConfigError: nothing was ever published in this store.
            StorageError: it cannot be read.
        """
        _ = self.named, self.snapshot, self.nights, self.places, self._releases.get()

    def releases(self, topic: str) -> tuple[Release, ...]:
        """The releases of a topic, the newest first, withdrawn ones as well."""
        return tuple(release for release in reversed(self._releases.get()) if release.topic == topic)

    @property
    def store(self) -> Store:
        """The store that the archive stands in."""
        return self.archive.store

    @property
    def snapshot(self) -> Snapshot:
        """The topics' articles, of the table as it stood a few seconds ago."""
        return self._snapshot.get()

    @property
    def places(self) -> Places:
        """Where the rows of each document stand, of the table as it stood a few seconds ago."""
        return self._places.get()

    @property
    def named(self) -> Named:
        """Topics and sources as they are configured."""
        return self._named.get()

    @property
    def nights(self) -> dict[str, tuple[Night, ...]]:
        """The last nights of each collection, newest first."""
        return self._nights.get()

    def outlet(self, source: str) -> str:
        """The name of a source; its id where it is not configured any more."""
        said = self.named.sources.get(source)
        return str(said["name"]) if said else source


def catalogue_of(request: Request) -> Catalogue:
    """The catalogue of the application that was asked."""
    found: Catalogue = request.app.state.catalogue
    return found


def _names(archive: Archive) -> Named:
    return Named(
        topics={row["topic"]: row for row in archive.topics().to_dicts()},
        sources={row["source"]: row for row in archive.sources().to_dicts()},
    )
