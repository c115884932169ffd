"""Old versions of objects: found and deleted for good where the bucket keeps them, and nothing where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tearsheet.config.models import StoreSettings
from tearsheet.storage import Store
from tearsheet.storage.embedded import EmbeddedStore
from tearsheet.storage.versions import delete_versions, get_version, old_versions


@pytest.fixture
def versioned(embedded: EmbeddedStore, store: Store) -> Iterator[Store]:
    """A store in a bucket that keeps versions."""
    bucket = f"versions-{uuid4().hex[:8]}"
    store.client.create_bucket(Bucket=bucket)
    store.client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    with Store(f"s3://{bucket}/a/b", settings=StoreSettings(), access=embedded.access) as own:
        yield own


def test_a_bucket_without_versions_has_none(store: Store) -> None:
    store.put("a", b"1")
    store.put("a", b"2")
    store.delete(["a"])
    assert old_versions(store) == []
    assert delete_versions(store, lambda key: True) == []


def test_versions_and_markers_are_listed_below_the_prefix_alone(versioned: Store, embedded: EmbeddedStore) -> None:
    with Store(f"s3://{versioned.bucket}/other", settings=StoreSettings(), access=embedded.access) as other:
        for body in (b"1", b"2"):
            versioned.put("x/a", body)
            other.put("x/a", body)
    versioned.put("x/b", b"3")
    versioned.delete(["x/b"])
    found = old_versions(versioned, "x/")
    assert [(each.key, each.marker) for each in found] == [("x/a", False), ("x/b", False), ("x/b", True)]
    assert [get_version(versioned, each) for each in found if not each.marker] == [b"1", b"3"]


def test_what_is_wanted_goes_for_good_and_the_present_object_stays(versioned: Store) -> None:
    for key in ("a", "b", "c"):
        versioned.put(key, b"old")
        versioned.put(key, b"new")
    versioned.delete(["c"])
    assert delete_versions(versioned, lambda key: key != "b") == ["a", "c", "c", "c"]
    assert [(each.key, get_version(versioned, each)) for each in old_versions(versioned)] == [("b", b"old")]
    assert [(info.key, versioned.get(info.key)) for info in versioned.list()] == [("a", b"new"), ("b", b"new")]
