"""A store that fails: what is asked again, what is an error and which mend it names; and no damage becomes data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import SimpleNamespace

import polars as pl
import pytest
from tests.storage.failing_store import ANSWERS, FAULTS, FailingStore, Fault, failing_store
from tests.unit.conftest import _document as make_document

from tearsheet.config.models import StoreSettings
from tearsheet.errors import ObjectExists, StorageError
from tearsheet.storage import Store, bodies
from tearsheet.storage import store as store_module
from tearsheet.storage.embedded import EmbeddedStore
from tearsheet.tables import documents
from tearsheet.tables.schema import to_arrow

NIGHT = "2026-01-05"
BODY = bytes(range(256)) * 400
ONCE_IS_MENDED = {
    "InternalError",
    "SlowDown",
    "reset before",
    "reset after",
    "truncated",
    "corrupted",
    "silence",
    "slow",
}
"""Faults of which one is got over by asking again."""
MENDS = {
    "InternalError": "run it again",
    "NotImplemented": r"store\.checksums: false",
    "SlowDown": "try again later",
    "QuotaExceeded": "the bucket is full",
    "XMinioStorageFull": "the bucket is full",
    "AccessDenied": "grant this key the rights",
    "InvalidAccessKeyId": "check AWS_ACCESS_KEY_ID",
    "RequestTimeTooSkewed": "set this machine's clock",
    "ExpiredToken": "renew AWS_SESSION_TOKEN",
    "ConditionalRequestConflict": "run it again",
    "PreconditionFailed": "run it again",
    "reset before": "check that the store runs",
    "reset after": "check that the store runs",
    "silence": "check that the store runs",
    "truncated": "what arrived is not what was written",
    "corrupted": "what arrived is not what was written",
}
"""What an error tells to do, for each fault that does not end."""
ASKED = 5
"""How often any request is sent at most; a body is read four times."""


@pytest.fixture(scope="module")
def proxy(embedded: EmbeddedStore) -> Iterator[FailingStore]:
    """One proxy for all tests: boto3 parses its model of S3 anew for each endpoint."""
    with failing_store(embedded.access) as failing:
        yield failing


Failing = Callable[[Fault], tuple[FailingStore, Store]]


@pytest.fixture
def failing(proxy: FailingStore, store: Store, monkeypatch: pytest.MonkeyPatch) -> Failing:
    """``failing(fault)``: the store of the test, with something in it, as it is seen through a fault."""
    monkeypatch.setattr(bodies, "PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr(store_module, "_CONFLICT_PAUSES", (0.0, 0.0))
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda seconds: None))  # between two requests
    store.put("held", BODY)

    def through(fault: Fault) -> tuple[FailingStore, Store]:
        proxy.fail(fault)
        return proxy, Store(store.url(), settings=StoreSettings(timeout=0.3), access=proxy.access)

    return through


METHODS: dict[str, Callable[[Store], object]] = {
    "get": lambda store: store.get("held") == BODY or pytest.fail("another body"),
    "get_range": lambda store: len(store.get_range("held", 100, 1000)) == 1000 or pytest.fail("another length"),
    "put": lambda store: store.put("fresh", BODY),
    "put_new": lambda store: store.put_new("once", BODY),
    "list": lambda store: "held" in [info.key for info in store.list()] or pytest.fail("not listed"),
    "exists": lambda store: store.exists("held") or pytest.fail("not there"),
    "delete": lambda store: store.delete(["other"]),
}
READS = {"get", "get_range"}


def _cases(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """Faults and methods: bodies of ours come to reads alone, and ranges have no checksum but the record's within."""
    every = [(kind, method) for kind in sorted(kinds) for method in METHODS]
    return [
        (kind, method)
        for kind, method in every
        if not (kind in {"truncated", "corrupted"} and method not in READS)
        and (kind, method) != ("corrupted", "get_range")
    ]


@pytest.mark.parametrize(("kind", "method"), _cases(ONCE_IS_MENDED))
def test_what_fails_once_is_asked_again(failing: Failing, store: Store, kind: str, method: str) -> None:
    proxy, through = failing(Fault(kind, times=1, seconds=0.1))
    METHODS[method](through)
    assert proxy.injected == {kind: 1}
    if method in {"put", "put_new"}:
        assert store.get({"put": "fresh", "put_new": "once"}[method]) == BODY


@pytest.mark.parametrize(("kind", "method"), _cases(MENDS))
def test_what_does_not_end_is_one_error_with_url_and_mend(failing: Failing, kind: str, method: str) -> None:
    by_head = method == "exists" or (method, kind) == ("put_new", "PreconditionFailed")
    mend = "." if by_head and kind in ANSWERS else MENDS[kind]  # an answer to HEAD has no code but its status
    proxy, through = failing(Fault(kind))
    with pytest.raises(StorageError, match=rf"^{through.url()}.*; .*{mend}"):
        METHODS[method](through)
    assert 1 <= len(proxy.requests) <= ASKED


def test_every_fault_is_told_of() -> None:
    assert {*FAULTS} == {*MENDS, "slow", "unconditional"}


def test_a_body_that_others_damaged_is_an_error_and_one_that_says_nothing_of_itself_is_read(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "PAUSES", ())
    store.client.put_object(Bucket=store.bucket, Key=store._key("foreign"), Body=b"body")
    assert store.get("foreign") == b"body"
    stated = {bodies.REPLACEABLE: "0" * 64}
    store.client.put_object(Bucket=store.bucket, Key=store._key("damaged"), Body=b"body", Metadata=stated)
    with pytest.raises(StorageError, match=rf"{store.url('damaged')}: what was read is not what was written"):
        store.get("damaged")


def test_a_412_though_nothing_stands_there_is_tried_again(failing: Failing, store: Store) -> None:
    _, through = failing(Fault("PreconditionFailed", method="PUT", times=1))
    through.put_new("once", BODY)
    assert store.get("once") == BODY


def test_a_lost_answer_to_a_write_is_no_conflict_and_another_writer_is(failing: Failing, store: Store) -> None:
    _, through = failing(Fault("reset after", method="PUT", times=1))
    through.put_new("once", BODY)
    with pytest.raises(ObjectExists):
        through.put_new("once", b"another")
    assert store.get("once") == BODY


@pytest.fixture
def night(store: Store) -> pl.DataFrame:
    """A published night of texts that Parquet stores as they are."""
    texts = (" ".join(f"{number}word{word * number}" for word in range(300)) for number in range(20))
    rows = to_arrow(make_document(number, NIGHT, text=text) for number, text in enumerate(texts))
    documents.publish(store, "press", NIGHT, rows)
    return documents.rows(store, "press", NIGHT)


TABLE_ONCE = ("InternalError", "SlowDown", "NotImplemented", "reset before", "reset after", "silence", "slow")


@pytest.mark.parametrize("kind", TABLE_ONCE)
def test_a_table_gets_over_what_fails_once(failing: Failing, store: Store, night: pl.DataFrame, kind: str) -> None:
    for method in ("GET", "PUT"):
        proxy, through = failing(Fault(kind, method=method, key="/tables/documents/", times=1, seconds=0.1))
        fresh = [make_document(number, "2026-01-06", url=f"https://gazette.example/{method}") for number in range(3)]
        documents.publish(through, "press", "2026-01-06", to_arrow(fresh))
        assert documents.rows(through, "press", NIGHT).equals(night)
        assert documents.rows(store, "press", "2026-01-06").height == 3
        assert proxy.injected == {kind: 1}


@pytest.mark.parametrize("kind", ["AccessDenied", "ExpiredToken", "RequestTimeTooSkewed", "QuotaExceeded"])
def test_a_refused_table_names_the_mend(failing: Failing, store: Store, night: pl.DataFrame, kind: str) -> None:
    _, through = failing(Fault(kind, method="PUT", key=r"/_delta_log/.*json"))
    with pytest.raises(StorageError, match=rf"{store.url('tables/documents')}: .*{kind}.*; {MENDS[kind]}"):
        documents.publish(through, "press", "2026-01-06", to_arrow([make_document(1, "2026-01-06")]))
    assert documents.rows(store, "press", "2026-01-06").height == 0
    assert documents.rows(store, "press", NIGHT).equals(night)


def test_a_commit_whose_answer_is_lost_is_made_once(failing: Failing, store: Store, night: pl.DataFrame) -> None:
    _, through = failing(Fault("reset after", method="PUT", key=r"/_delta_log/\d+\.json", times=1))
    documents.publish(through, "press", "2026-01-06", to_arrow([make_document(1, "2026-01-06")]))
    assert documents.rows(store, "press", "2026-01-06").height == 1


@pytest.mark.parametrize("kind", ["truncated", "corrupted"])
def test_a_damaged_table_file_is_an_error_or_the_same_rows(failing: Failing, night: pl.DataFrame, kind: str) -> None:
    errors = 0
    for seed in range(20):
        proxy, through = failing(Fault(kind, key=r"\.parquet", times=1))
        proxy.roll(seed)
        try:
            assert documents.rows(through, "press", NIGHT).equals(night)
        except StorageError:
            errors += 1
        assert proxy.injected == {kind: 1}
    assert (errors > 5) is (kind == "corrupted"), "what breaks off is read again"
