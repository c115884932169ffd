"""The probe: a good store passes and keeps nothing of it, and each lack is told by its own check, with the mend."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from tearsheet.config.models import StoreSettings
from tearsheet.storage import Access, Store
from tearsheet.storage.embedded import EmbeddedStore
from tearsheet.storage.probe import Check, probe


def failed(store: Store) -> dict[str, Check]:
    return {check.name: check for check in probe(store) if not check.ok}


def test_a_good_store_passes_and_nothing_stays(store: Store) -> None:
    checks = probe(store)
    assert [check.name for check in checks if not check.ok] == []
    assert len(checks) == 10
    assert all(check.detail and not check.mend for check in checks)
    assert list(store.list()) == []


def test_a_store_without_conditional_writes(store: Store, faults: Any, embedded: EmbeddedStore) -> None:
    faults.ignore("PutObject", "If-None-Match")
    found = failed(store)
    assert list(found) == ["conditional write"]
    assert "replaced the first" in found["conditional write"].detail
    assert "one writer" in (found["conditional write"].mend or "")
    assert list(store.list()) == []
    known = Store(store.url(), settings=StoreSettings(conditional_writes=False), access=embedded.access)
    assert failed(known) == {}


def test_a_store_that_takes_wrong_checksums(store: Store, faults: Any) -> None:
    faults.ignore("PutObject", "Content-MD5")
    assert list(failed(store)) == ["checksum"]
    assert list(store.list()) == []


def test_a_store_that_ignores_ranges(store: Store, faults: Any) -> None:
    faults.ignore("GetObject", "Range")
    assert list(failed(store)) == ["range read"]


def test_a_clock_that_is_wrong(store: Store, faults: Any) -> None:
    wrong = format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)
    faults.answer("HeadBucket", 200, "", Date=wrong)
    found = failed(store)
    assert list(found) == ["clock"]
    assert re.search(r"\+(299|300) s", found["clock"].detail)


def test_missing_rights_are_summed_up(store: Store, faults: Any) -> None:
    faults.answer("PutObject", 403, "AccessDenied")
    faults.answer("ListObjectsV2", 403, "AccessDenied")
    found = failed(store)
    assert found["rights"].detail == "refused: write, list, conditional write, checksum, delete"
    assert "docs/operate" in (found["rights"].mend or "")
    assert "range read" in found


def test_an_object_that_may_not_be_deleted_is_named(store: Store, faults: Any) -> None:
    faults.answer("DeleteObjects", 403, "AccessDenied")
    assert list(failed(store)) == ["delete", "rights"]


def test_checksum_trailers_that_are_rejected_have_their_own_mend(store: Store, faults: Any) -> None:
    faults.answer("PutObject", 501, "NotImplemented")
    assert "store.checksums: false" in (failed(store)["write"].mend or "")


def test_nothing_is_tried_without_a_bucket(embedded: EmbeddedStore) -> None:
    checks = probe(Store("s3://no-such-bucket", settings=StoreSettings(), access=embedded.access))
    assert [(check.name, check.ok) for check in checks] == [("reachable", True), ("bucket", False)]
    assert "create the bucket" in (checks[1].mend or "")


def test_nothing_is_tried_where_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    checks = probe(Store("s3://bucket", settings=StoreSettings(), access=Access("http://127.0.0.1:9", "key", "secret")))
    assert [(check.name, check.ok) for check in checks] == [("reachable", False)]
    assert "AWS_ENDPOINT_URL_S3" in (checks[0].mend or "")
