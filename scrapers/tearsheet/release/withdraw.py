"""A withdrawal: what holds something that was taken down becomes a notice, with a successor that does not hold it.

In this order, each step as often as it takes: the successor, made of the release's own rows; the notice in the place of
``release.json``; then the data files. Descriptions and digests stay: they hold no row, and a citation still finds them.
What a release that was killed has left goes as a whole. Old versions are deleted by the take-down.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tearsheet import tombstones
from tearsheet.pull import releases
from tearsheet.pull.releases import DATA, MANIFEST, PREFIX, Release, Withdrawal
from tearsheet.release import held
from tearsheet.release.draft import draft
from tearsheet.release.publish import Origin, issue
from tearsheet.release.rows import without
from tearsheet.storage import Store
from tearsheet.tombstones import Tombstones


def withdraw(store: Store, down: Tombstones, takedown: str, reason: str) -> None:
    """Withdraw every release that holds a row of what is taken down.

    Raises:
        StorageError: a file cannot be read, so that no successor can be made of it.
    """
    standing = {release.folder: release for release in releases.releases(store) if not release.withdrawn}
    folders = [f"{PREFIX}{folder}/" for folder in held.concerned(store, down)]
    for folder, release in standing.items():  # in their order, so that successors keep it
        if folder in folders:
            _notice(store, release, takedown, reason)
    for folder in folders:
        keys = [info.key for info in store.list(folder)]
        finished = f"{folder}{MANIFEST}" in keys
        store.delete([key for key in keys if key.startswith(f"{folder}{DATA}") or not finished])


def _notice(store: Store, release: Release, takedown: str, reason: str) -> None:
    notice = Withdrawal(
        withdrawn_at=datetime.now(UTC), takedown=takedown, reason=reason, successor=_successor(store, release)
    )
    store.put(release.key(MANIFEST), releases.dump(replace(release, withdrawn=notice)))


def _successor(store: Store, release: Release) -> str | None:
    """The id of the release of the same rows without all that was ever taken down; None where none is left."""
    down = tombstones.load(store)
    with TemporaryDirectory(prefix="tearsheet-release-") as folder:
        drafted = draft(release.about, without(held.tables(store, release), down), Path(folder))
        if drafted is None:
            return None
        origin = Origin(
            read_at=release.read_at,
            table_version=release.table_version,
            configuration=release.configuration,
            left_out=release.left_out,
            replaces=release.id,
        )
        return issue(store, drafted, origin, release, down).release.id
