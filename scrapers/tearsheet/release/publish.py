"""A release on one screen: read the rows, draft the files, find them released already or write them, manifest last."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from tearsheet import tombstones
from tearsheet.errors import ConfigError, InvariantError, ObjectExists
from tearsheet.pull import releases
from tearsheet.pull.archive import CONFIGURATION, Archive
from tearsheet.pull.releases import MANIFEST, SUMS, File, LeftOut, Release
from tearsheet.release import changes, describe, held
from tearsheet.release.draft import Draft
from tearsheet.release.rows import Asked, about, read
from tearsheet.storage import Store
from tearsheet.tombstones import Tombstones

HEX = 12
"""Digits of the content's hash in a release's id."""
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a release says of where its rows are from, beside what they say themselves."""

    read_at: datetime
    table_version: int
    configuration: str
    left_out: LeftOut
    replaces: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A release, and whether it was written now or stood there already."""

    release: Release
    written: bool


def publish(store: Store, asked: Asked, publisher: str, tell: Tell = lambda step: None) -> Issued:
    """Release a topic's rows as they are now; the release that has the same rows already, if one does.

    Raises:
        ConfigError: there is no such topic, or nothing to release.
        InvariantError: something was taken down, or files were deleted, meanwhile.
        StorageError: the store fails; what was written is taken up by releasing again.
    """
    archive, down = Archive(store), tombstones.load(store)
    configuration = hashlib.sha256(store.get(CONFIGURATION)).hexdigest()
    with TemporaryDirectory(prefix="tearsheet-release-") as folder:
        tell("reading the rows")
        found = read(store, archive, about(archive, asked, publisher), archive.policy(), down, Path(folder))
        if found.draft is None:
            kept = f"; {found.left_out.rows} rows may not be shared" if found.left_out.rows else ""
            raise ConfigError(f"the topic {asked.topic} has nothing to release{kept}")
        origin = Origin(
            read_at=found.read_at,
            table_version=found.table_version,
            configuration=configuration,
            left_out=found.left_out,
        )
        return issue(store, found.draft, origin, releases.latest(store, asked.topic), down, tell)


def issue(
    store: Store, draft: Draft, origin: Origin, before: Release | None, down: Tombstones, tell: Tell = lambda step: None
) -> Issued:
    """Write a draft as a release, told from the one ``before``, unless the same content is released already."""
    standing = [each for each in releases.releases(store, draft.about.topic) if not each.withdrawn]
    for known in standing:
        if known.content_sha256 == draft.content:
            return Issued(release=known, written=False)
    release, files = _release(store, draft, origin, before)
    tell("writing the files")
    for each in files:
        _put(store, release, each, draft.folder)
    described = [_described(store, release, *each) for each in describe.files(release).items()]
    release = replace(release, files=(*files, *described))
    listing = _described(store, release, SUMS, releases.sums(release.files))
    release = replace(release, files=(*release.files, listing))
    _insist(store, release, down)
    try:
        store.put_new(release.key(MANIFEST), releases.dump(release))
    except ObjectExists:  # another run released the same rows at the same time
        return Issued(release=releases.load(store, release.topic, release.id), written=False)
    return Issued(release=release, written=True)


def _release(store: Store, draft: Draft, origin: Origin, before: Release | None) -> tuple[Release, tuple[File, ...]]:
    """The release as it is described: with the files of its rows and of what has changed."""
    now = datetime.now(UTC)
    files, changed = draft.files, None
    if before:
        changed, file = changes.compare(before.id, held.versions(store, before), draft.versions, draft.folder)
        files = (*files, file)
    release = Release(
        id=f"{now:%Y-%m-%d}-{draft.content[:HEX]}",
        about=draft.about,
        released_at=now,
        read_at=origin.read_at,
        content_sha256=draft.content,
        table_version=origin.table_version,
        schema_version=draft.schema_version,
        configuration=origin.configuration,
        configurations=draft.configurations,
        extractors=draft.extractors,
        tool=f"tearsheet {version('tearsheet')}",
        counts=draft.counts,
        left_out=origin.left_out,
        changes=changed,
        replaces=origin.replaces,
        files=files,
    )
    return release, files


def _put(store: Store, release: Release, file: File, folder: Path) -> None:
    """Write a file of rows.

    Raises:
        InvariantError: a killed run has left another, as where a release was made in between, so that changes differ.
    """
    try:
        store.put_new(release.key(file.path), folder / file.path)
    except ObjectExists as error:
        raise InvariantError(f"{error}; `tearsheet audit --repair` deletes what a killed release has left") from error


def _described(store: Store, release: Release, path: str, body: bytes) -> File:
    """Write a file that describes the release; where a killed run of the same rows wrote one, that one is true, too."""
    try:
        store.put_new(release.key(path), body)
    except ObjectExists:
        body = store.get(release.key(path))
    return File(path=path, bytes=len(body), sha256=hashlib.sha256(body).hexdigest())


def _insist(store: Store, release: Release, down: Tombstones) -> None:
    """Nothing was taken down or deleted while the release was written.

    Raises:
        InvariantError: else.
    """
    if tombstones.load(store) != down:
        raise InvariantError(f"something was taken down while {release.topic} was released; release it again")
    sizes = {info.key: info.size for info in store.list(release.folder)}
    if gone := [each.path for each in release.files if sizes.get(release.key(each.path)) != each.bytes]:
        raise InvariantError(
            f"{store.url(release.folder)}: {', '.join(gone)} went while {release.topic} was released; release it again"
        )
