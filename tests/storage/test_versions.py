"""Objects that are replaced: only by whoever has read what stands there, and by one of several that have."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tearsheet.config.models import StoreSettings
from tearsheet.errors import ObjectChanged, ObjectMissing
from tearsheet.storage import Store
from tearsheet.storage.embedded import EmbeddedStore

KEY = "runs/press/2026-01-12/lease.json"


@pytest.mark.parametrize("conditional", [True, False])
def test_only_the_version_that_was_read_is_replaced(embedded: EmbeddedStore, store: Store, conditional: bool) -> None:
    writer = Store(store.url(), settings=StoreSettings(conditional_writes=conditional), access=embedded.access)
    first = writer.put_if(KEY, b"one", None)
    with pytest.raises(ObjectChanged, match=rf"{KEY}: another writer has changed this object"):
        writer.put_if(KEY, b"also one", None)
    second = writer.put_if(KEY, b"two", first)
    with pytest.raises(ObjectChanged):
        writer.put_if(KEY, b"three", first)
    assert (store.version(KEY).body, store.version(KEY).etag) == (b"two", second)
    store.delete([KEY])
    with pytest.raises(ObjectChanged):
        writer.put_if(KEY, b"three", second)
    assert not store.exists(KEY)


def test_of_racing_writers_exactly_one_replaces(store: Store) -> None:
    standing = store.put_if(KEY, b"first", None)

    def write(number: int) -> bytes | None:
        body = b"writer %d" % number
        try:
            store.put_if(KEY, body, standing)
        except ObjectChanged:
            return None
        return body

    with ThreadPoolExecutor(5) as pool:
        won = [body for body in pool.map(write, range(5)) if body]
    assert won == [store.get(KEY)]


def test_a_request_repeated_after_a_lost_answer_is_no_change(store: Store, faults: Any) -> None:
    standing = store.put_if(KEY, b"one", None)
    sent = faults.requests("PutObject")
    faults.lose_an_answer("PutObject")
    assert store.put_if(KEY, b"two", standing) == store.version(KEY).etag
    assert len(sent) == 2
    assert store.get(KEY) == b"two"


def test_age_is_by_the_stores_clock(store: Store) -> None:
    store.put(KEY, b"")
    assert 0 <= store.version(KEY).age <= 2
    time.sleep(3.0)
    assert 2 <= store.version(KEY).age <= 5


def test_a_missing_object_has_no_version(store: Store) -> None:
    with pytest.raises(ObjectMissing):
        store.version(KEY)
