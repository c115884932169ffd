"""A release for others: a link to each of its files, which ends by itself, and needs no key."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tearsheet.errors import ConfigError
from tearsheet.pull import releases
from tearsheet.pull.releases import PREFIX, Release
from tearsheet.storage import Store
from tearsheet.storage.links import LONGEST, links, temporary


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One file: its path in the release, bytes, SHA-256, and the URL by which it is read."""

    path: str
    bytes: int
    sha256: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The links to a release's files. ``temporary``: they end with the credentials, maybe before ``until``."""

    release: Release
    until: datetime
    temporary: bool
    links: tuple[Link, ...]

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        about = self.release.about
        told = {"release": self.release.id, "topic": about.topic, "title": about.title, "temporary": self.temporary}
        return told | {"until": self.until.isoformat(), "files": [asdict(link) for link in self.links]}


def share(store: Store, name: str, days: int) -> Share:
    """Links to a release, or to the latest one of a topic, for so many days.

    Raises:
        ConfigError: more days than links can last; no such release, or a topic that has none.
        WithdrawnError: the release was taken down.
    """
    lasting = timedelta(days=days)
    if not timedelta(0) < lasting <= LONGEST:
        raise ConfigError(f"--days {days}: links last from 1 to {LONGEST.days} days; share it again later")
    release = _named(store, name)
    urls = links(store, (release.key(each.path) for each in release.files), lasting)
    made = zip(release.files, urls, strict=True)
    return Share(
        release=release,
        until=(datetime.now(UTC) + lasting).replace(microsecond=0),
        temporary=temporary(store),
        links=tuple(Link(path=each.path, bytes=each.bytes, sha256=each.sha256, url=url) for each, url in made),
    )


def _named(store: Store, name: str) -> Release:
    if found := releases.latest(store, name):
        return found
    if name in store.prefixes(PREFIX) and releases.releases(store, name):
        raise ConfigError(f"every release of {name} was withdrawn; `tearsheet release {name}` makes another")
    try:
        return releases.insist(store, releases.find(store, name))
    except ConfigError as error:
        raise ConfigError(f"{name} is neither a release nor a topic that has one: {error}") from error
