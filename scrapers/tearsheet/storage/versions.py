"""Old versions of objects, where the bucket keeps them: listed, read, and deleted for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tearsheet.errors import StorageError
from tearsheet.storage.failures import error_code, translated
from tearsheet.storage.store import Store

_UNVERSIONED = frozenset({"NotImplemented", "MethodNotAllowed", "501", "405"})


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an object that is not the present one; a *marker* has no body: it stands for a deletion."""

    key: str
    id: str
    marker: bool


def old_versions(store: Store, prefix: str = "") -> list[Version]:
    """Every version below a prefix but the present objects'; none where the bucket keeps none.

    Markers come last: one that is deleted before the versions under it brings the newest of these back.

    Raises:
        StorageError: the store cannot be read.
    """
    from botocore.exceptions import ClientError

    try:
        return sorted(_listed(store, prefix), key=lambda version: (version.marker, version.key, version.id))
    except ClientError as error:
        if error_code(error) in _UNVERSIONED:  # a store without versions has no old ones
            return []
        with translated(store.url(prefix)):
            raise


def get_version(store: Store, version: Version) -> bytes:
    """The body of an old version."""
    with translated(store.url(version.key)):
        key = _root(store) + version.key
        return store.client.get_object(Bucket=store.bucket, Key=key, VersionId=version.id)["Body"].read()


def delete_versions(store: Store, wanted: Callable[[str], bool], prefix: str = "") -> list[str]:
    """Delete the old versions of all keys that are ``wanted``; the keys, one for each version that went.

    Raises:
        StorageError: the store kept one; ``s3:DeleteObjectVersion`` is the right that it needs.
    """
    gone = []
    for version in old_versions(store, prefix):
        if not wanted(version.key):
            continue
        try:
            with translated(store.url(version.key)):
                store.client.delete_object(Bucket=store.bucket, Key=_root(store) + version.key, VersionId=version.id)
        except StorageError as error:
            raise StorageError(f"{error}; old versions are deleted with s3:DeleteObjectVersion") from error
        gone.append(version.key)
    return gone


def _listed(store: Store, prefix: str) -> Iterator[Version]:
    root = _root(store)
    pages = store.client.get_paginator("list_object_versions").paginate(Bucket=store.bucket, Prefix=root + prefix)
    for page in pages:
        for entry in page.get("Versions", ()):
            if not entry["IsLatest"]:
                yield Version(entry["Key"][len(root) :], entry["VersionId"], marker=False)
        for marker in page.get("DeleteMarkers", ()):
            yield Version(marker["Key"][len(root) :], marker["VersionId"], marker=True)


def _root(store: Store) -> str:
    """What stands before each key in the bucket."""
    within = store.url().removeprefix(f"s3://{store.bucket}").removeprefix("/")
    return f"{within}/" if within else ""
