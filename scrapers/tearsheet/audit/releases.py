"""Releases: every file is what was released, and nothing is left of those that were killed or withdrawn."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator

from tearsheet.audit.finding import Finding, found
from tearsheet.audit.inventory import Inventory
from tearsheet.errors import RecordError
from tearsheet.pull.releases import DATA, MANIFEST, PREFIX, Release, damaged, load
from tearsheet.storage import Store


def whole(store: Store, inventory: Inventory) -> Iterator[Finding]:
    """Files of releases that are gone or others than were released; each is read."""
    for folder in _folders(inventory):
        if f"{folder}{MANIFEST}" not in inventory.keys:
            continue
        release = _loaded(store, folder)
        if isinstance(release, str):
            yield found("release.damaged", f"{folder}{MANIFEST}", release)
        elif not release.withdrawn:
            for key, what in damaged(store, release):
                yield found("release.damaged" if key in inventory.keys else "release.missing", key, what)


def left(store: Store, inventory: Inventory) -> Iterator[Finding]:
    """Files of releases without a manifest, and rows of withdrawn ones."""
    for folder, keys in _folders(inventory).items():
        if f"{folder}{MANIFEST}" not in keys:
            for key in keys:
                yield found("release.left", key, f"there is no {MANIFEST}: its release did not run to its end", key)
            continue
        release = _loaded(store, folder)
        if isinstance(release, Release) and release.withdrawn:
            for key in keys:
                if key.startswith(f"{folder}{DATA}"):
                    yield found("release.left", key, f"withdrawn by the take-down {release.withdrawn.takedown}", key)


def _folders(inventory: Inventory) -> dict[str, list[str]]:
    """The keys of each release, finished or not."""
    folders: defaultdict[str, list[str]] = defaultdict(list)
    for key in sorted(inventory.keys):
        parts = key.split("/")
        if key.startswith(PREFIX) and len(parts) > 3:
            folders["/".join(parts[:3]) + "/"].append(key)
    return folders


def _loaded(store: Store, folder: str) -> Release | str:
    """The release, or why it cannot be read."""
    _, topic, name, _ = folder.split("/")
    body, digest = store.get_with_digest(f"{folder}{MANIFEST}")
    if digest not in {None, hashlib.sha256(body).hexdigest()}:
        return "its bytes are not those that were written"
    try:
        return load(store, topic, name)
    except RecordError as error:
        return str(error)
