"""An archive as its readers see it: its topics and sources, and selections of their rows.

Titles and queries come from ``config/current.json`` in the store, as the last publication left it there. What a newer
version has added to that file is passed over.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl
from pydantic import BaseModel, ValidationError

from tearsheet import search
from tearsheet.config import load_settings
from tearsheet.config.models import RightsPolicy, StoreSettings
from tearsheet.errors import ConfigError, ObjectMissing
from tearsheet.pull import releases
from tearsheet.pull.releases import Release
from tearsheet.pull.selection import Selection
from tearsheet.search import Found, Versions
from tearsheet.storage import Store, open_store
from tearsheet.tables import articles, documents

CONFIGURATION = "config/current.json"


class _Topic(BaseModel):
    title: str
    description: str | None = None
    query: str
    languages: list[str]
    collections: list[str]
    since: date | None = None
    until: date | None = None


class _Source(BaseModel):
    id: str
    name: str
    homepage: str
    country: str
    language: str
    enabled: bool


class _Collection(BaseModel):
    sources: list[_Source]


class _Settings(BaseModel):
    rights: RightsPolicy = RightsPolicy()


class _Configuration(BaseModel):
    topics: dict[str, _Topic]
    collections: dict[str, _Collection]
    settings: _Settings = _Settings()


class Archive:
    """What stands in one store. Each reading sees the store as it is at that moment."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __repr__(self) -> str:
        return f"Archive({self._store.url()!r})"

    @property
    def store(self) -> Store:
        """The store it stands in."""
        return self._store

    def topics(self) -> pl.DataFrame:
        """One row a topic: topic, title, description, query, languages, collections, since, until.

        Raises:
            ConfigError: nothing was ever published in this store.
        """
        rows = [{"topic": name, **dict(topic)} for name, topic in sorted(self._configuration().topics.items())]
        return pl.DataFrame(
            rows,
            schema={
                "topic": pl.String,
                "title": pl.String,
                "description": pl.String,
                "query": pl.String,
                "languages": pl.List(pl.String),
                "collections": pl.List(pl.String),
                "since": pl.Date,
                "until": pl.Date,
            },
        )

    def sources(self) -> pl.DataFrame:
        """One row a source: source, name, homepage, country, language, enabled, collection; joins with rows' source.

        Raises:
            ConfigError: nothing was ever published in this store.
        """
        rows = [
            {"source": source.id, **dict(source), "collection": name}
            for name, collection in sorted(self._configuration().collections.items())
            for source in collection.sources
        ]
        texts = ("source", "name", "homepage", "country", "language")
        return pl.DataFrame(
            rows, schema=dict.fromkeys(texts, pl.String) | {"enabled": pl.Boolean, "collection": pl.String}
        )

    def topic(self, name: str) -> Selection:
        """The articles of a topic, each once, as it was captured last; ``all_versions`` gives every row.

        A topic is one that is configured, or one that has rows from earlier.

        Raises:
            ConfigError: there is no such topic; the message names those there are.
            StorageError: the store cannot be read.
        """
        if name not in (configured := self._configuration().topics):
            known = sorted({*configured, *articles.topics(self._store)})
            if name not in known:
                raise ConfigError(f"{self._store.url()} has no topic {name!r}; it has: {', '.join(known) or 'none'}")
        return Selection.of(self._store, articles.TABLE, self.policy, name).where(pl.col("topic") == name).latest()

    def search(
        self,
        query: str,
        *,
        topic: str | Sequence[str] = (),
        since: str | date | None = None,
        until: str | date | None = None,
        source: str | Sequence[str] = (),
        language: str | Sequence[str] = (),
        versions: Versions = "latest",
        limit: int = 20,
        offset: int = 0,
    ) -> Found:
        """The articles of topics that a query finds, best first, with passages to show; each article once.

        Args:
            query: in the language of topics.
            topic: in which topics; in all when left out.
            since: first night.
            until: last night, included.
            source: of these sources only.
            language: in these languages only (ISO 639).
            versions: ``all`` gives each capture that matches, not only the last.
            limit: how many, from the one at ``offset``.
            offset: how many stand before.

        Raises:
            QueryError: the query cannot be parsed.
            ConfigError: there is no such topic, or it has no index.
            StorageError: the store cannot be read.
        """
        return search.search(
            self._store,
            query,
            topics=_many(topic),
            where=search.filters(since=since, until=until, sources=_many(source), languages=_many(language)),
            versions=versions,
            limit=limit,
            offset=offset,
        )

    def documents(self) -> Selection:
        """Every row of every night, drops as well; ``.outcome("article")`` leaves the articles."""
        return Selection.of(self._store, documents.TABLE, self.policy)

    def releases(self, topic: str | None = None) -> list[Release]:
        """The releases of a topic, or of all: withdrawn ones as well, what was read last at the end.

        Raises:
            RecordError: a ``release.json`` cannot be read.
        """
        return releases.releases(self._store, topic)

    def release(self, name: str) -> Release:
        """A release by its id, withdrawn or not.

        Raises:
            ConfigError: there is none; the message names those there are.
        """
        return releases.find(self._store, name)

    def policy(self) -> RightsPolicy:
        """What rights signals come to here, by the configuration that was published last.

        Raises:
            ConfigError: nothing was ever published in this store.
        """
        return self._configuration().settings.rights

    def _configuration(self) -> _Configuration:
        url = self._store.url(CONFIGURATION)
        try:
            return _Configuration.model_validate_json(self._store.get(CONFIGURATION), extra="ignore")
        except ObjectMissing as error:
            raise ConfigError(
                f"{url} is missing: no night was published there yet, or the store's URL is wrong"
            ) from error
        except ValidationError as error:
            raise ConfigError(f"{url} is no configuration that this version can read; upgrade it ({error})") from error


def _many(values: str | Sequence[str]) -> Sequence[str]:
    return (values,) if isinstance(values, str) else values


def opened(url: str | None, options: Mapping[str, bool]) -> Archive:
    """What ``tearsheet.open`` gives.

    Raises:
        ConfigError: the URL or an option is wrong.
        StorageError: no credentials, or the embedded store is not installed.
    """
    settings = load_settings(Path(os.environ.get("TEARSHEET_CONFIG", "config"))).store.model_dump()
    try:
        return Archive(
            open_store(StoreSettings.model_validate(settings | dict(options) | ({"url": url} if url else {})))
        )
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigError(
            f"tearsheet.open: {told}; the options are: {', '.join(StoreSettings.model_fields)}"
        ) from error
