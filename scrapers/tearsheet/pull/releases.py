"""Releases as their readers see them: immutable copies of a topic's rows, ``releases/<topic>/<id>/``.

- An ``id`` is the day of the release and the first digits of its content's hash: the same rows have the same id.
- ``release.json`` is written last: where it is missing there is no release, only what one that was killed has left.
- ``SHA256SUMS`` has the digest of every other file, as ``sha256sum -c`` reads it.
- The ``release.json`` of a release that was taken down is a notice: when, by which take-down, and its successor.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from pydantic import TypeAdapter, ValidationError

from tearsheet.errors import ConfigError, ObjectMissing, RecordError, StorageError, WithdrawnError
from tearsheet.storage import Store

PREFIX = "releases/"
MANIFEST, SUMS, DATA = "release.json", "SHA256SUMS", "data/"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a release is of: the topic as it was configured, which of its rows, and who answers for it."""

    topic: str
    title: str
    description: str | None = None
    query: str
    languages: tuple[str, ...] = ()
    collections: tuple[str, ...]
    since: date | None = None
    until: date | None = None
    all_versions: bool = False
    publisher: str


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a release: its path in the folder, bytes, SHA-256."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The rows: how many, of how many documents and stories, and how they spread. ``und``: no language was told."""

    rows: int
    documents: int
    stories: int
    sources: dict[str, int]
    languages: dict[str, int]
    months: dict[str, int]
    first_night: str
    last_night: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Rows that may not be shared: how many, and by signal; a row with two signals counts under both."""

    rows: int = 0
    signals: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is different from the release ``since``, in documents; ``changes.parquet`` names them."""

    since: str
    added: int
    removed: int
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """The notice in place of a release that was taken down; ``successor`` is the same without what was taken down."""

    withdrawn_at: datetime
    takedown: str
    reason: str
    successor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release, or the notice in its place. ``read_at``: when its rows were read from the table."""

    id: str
    about: About
    released_at: datetime
    read_at: datetime
    content_sha256: str
    table_version: int
    schema_version: int
    configuration: str
    configurations: tuple[str, ...]
    extractors: tuple[str, ...]
    tool: str
    counts: Counts
    left_out: LeftOut
    changes: Changes | None = None
    replaces: str | None = None
    files: tuple[File, ...]
    withdrawn: Withdrawal | None = None

    @property
    def topic(self) -> str:
        """The topic's id."""
        return self.about.topic

    @property
    def folder(self) -> str:
        """Where its files stand."""
        return f"{PREFIX}{self.topic}/{self.id}/"

    @property
    def data(self) -> tuple[File, ...]:
        """The files that hold its rows, a month each."""
        return tuple(each for each in self.files if each.path.startswith(DATA))

    @property
    def bytes(self) -> int:
        """The size of all its files."""
        return sum(each.bytes for each in self.files)

    def key(self, path: str) -> str:
        """The key of one of its files."""
        return self.folder + path


_RELEASE = TypeAdapter(Release)


def dump(release: Release) -> bytes:
    """A release as ``release.json`` has it."""
    return _RELEASE.dump_json(release, indent=1)


def load(store: Store, topic: str, name: str) -> Release:
    """A release by its topic and id.

    Raises:
        ObjectMissing: there is none.
        RecordError: its ``release.json`` is none.
    """
    key = f"{PREFIX}{topic}/{name}/{MANIFEST}"
    try:
        return _RELEASE.validate_json(store.get(key))
    except ValidationError as error:
        raise RecordError(f"{store.url(key)} is no release ({error}); bring it back from a backup") from error


def releases(store: Store, topic: str | None = None) -> list[Release]:
    """All releases, or those of a topic, withdrawn ones as well; what was read last comes last."""
    manifests = [PurePosixPath(info.key) for info in store.list(f"{PREFIX}{topic}/" if topic else PREFIX)]
    found = [load(store, *path.parts[1:3]) for path in manifests if len(path.parts) == 4 and path.name == MANIFEST]
    return sorted(found, key=lambda release: (release.read_at, release.released_at))


def find(store: Store, name: str) -> Release:
    """A release by its id alone.

    Raises:
        ConfigError: there is none; the message names those there are.
    """
    for topic in store.prefixes(PREFIX):
        if name and "/" not in name and store.exists(f"{PREFIX}{topic}/{name}/{MANIFEST}"):
            return load(store, topic, name)
    known = ", ".join(each.id for each in releases(store)) or "none"
    raise ConfigError(f"{store.url(PREFIX)} has no release {name!r}; it has: {known}")


def latest(store: Store, topic: str) -> Release | None:
    """The release of a topic whose rows were read last, of those that were not withdrawn."""
    standing = [release for release in releases(store, topic) if not release.withdrawn]
    return standing[-1] if standing else None


def insist(store: Store, release: Release) -> Release:
    """The release, if it still stands.

    Raises:
        WithdrawnError: it was taken down; the message is the notice, and names what stands in its place now.
    """
    notice = release.withdrawn
    if notice is None:
        return release
    heir: Release | None = release
    while heir and heir.withdrawn:
        heir = load(store, release.topic, heir.withdrawn.successor) if heir.withdrawn.successor else None
    place = f"its successor is {heir.id}" if heir else "nothing is left of it"
    raise WithdrawnError(
        f"{store.url(release.folder)} was withdrawn at {notice.withdrawn_at:%Y-%m-%d %H:%M} UTC by the take-down "
        f"{notice.takedown} ({notice.reason}); {place}"
    )


def of_topic(store: Store, topic: str, name: str) -> Release:
    """A release of a topic that still stands.

    Raises:
        ConfigError: there is none of this id, or it is another topic's.
        WithdrawnError: it was taken down.
    """
    release = find(store, name)
    if release.topic != topic:
        raise ConfigError(f"{name} is a release of {release.topic}, not of {topic}")
    return insist(store, release)


def sums(files: Iterable[File]) -> bytes:
    """Digests as ``sha256sum -c`` reads them."""
    return "".join(f"{each.sha256}  {each.path}\n" for each in sorted(files, key=lambda each: each.path)).encode()


def damaged(store: Store, release: Release) -> Iterator[tuple[str, str]]:
    """The keys of files that are gone or are not those that were released, and what is wrong with each."""
    listed = dict[str, str]()
    for each in sorted(release.files, key=lambda each: each.path != SUMS):
        key = release.key(each.path)
        try:
            body, _ = store.get_with_digest(key)
        except ObjectMissing:
            yield key, "it is gone"
            continue
        if hashlib.sha256(body).hexdigest() != each.sha256:
            yield key, f"its SHA-256 is not {each.sha256}"
        elif each.path == SUMS:
            listed = dict(line.split("  ", 1)[::-1] for line in body.decode().splitlines())
        elif listed.get(each.path, each.sha256) != each.sha256:
            yield key, f"{SUMS} and {MANIFEST} differ"


def download(store: Store, release: Release, folder: Path) -> int:
    """Write a release's files into a folder, bit by bit as they were released, whole or not at all; how many bytes.

    Raises:
        ConfigError: the folder holds something already, or the one around it is not there.
        StorageError: a file is gone or damaged; the message names it.
    """
    if not folder.parent.is_dir() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
        raise ConfigError(f"{folder}: a release is written into a new or empty folder, in one that is there")
    with TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as drafts:
        draft = Path(drafts) / folder.name
        draft.mkdir()
        (draft / MANIFEST).write_bytes(store.get(release.key(MANIFEST)))
        for each in release.files:
            target = draft / each.path
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(_whole(store, release, each))
        draft.replace(folder)
    return release.bytes


def _whole(store: Store, release: Release, file: File) -> bytes:
    key = release.key(file.path)
    body = store.get(key)
    if hashlib.sha256(body).hexdigest() != file.sha256:
        raise StorageError(
            f"{store.url(key)} is not what was released: its SHA-256 is not {file.sha256}; "
            "restore it from the bucket's versions or a backup"
        )
    return body
