"""Objects: what is written is read back, what is written once is written once, and errors say what to mend."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tearsheet.config.models import StoreSettings
from tearsheet.errors import ConfigError, ObjectExists, ObjectMissing, StorageError
from tearsheet.storage import Access, Store
from tearsheet.storage import store as store_module
from tearsheet.storage.embedded import EmbeddedStore

WRITERS = 5


def test_what_is_put_is_got_and_replaced(store: Store) -> None:
    store.put("state/a.json", b"one")
    store.put("state/a.json", b"two")
    assert store.get("state/a.json") == b"two"
    assert store.exists("state/a.json")
    assert not store.exists("state/b.json")


def test_a_missing_object_is_named_and_survives_pickling(store: Store) -> None:
    with pytest.raises(ObjectMissing, match=f"{store.url('state/none')}: no such object") as caught:
        store.get("state/none")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    with pytest.raises(ObjectMissing):
        store.get_range("state/none", 0, 1)


def test_a_range_is_cut_where_the_object_ends(store: Store) -> None:
    store.put("raw/a", bytes(range(100)))
    assert store.get_range("raw/a", 10, 5) == bytes(range(10, 15))
    assert store.get_range("raw/a", 95, 50) == bytes(range(95, 100))
    assert store.get_range("raw/a", 95, 0) == b""
    with pytest.raises(StorageError, match=r"InvalidRange.*rebuild the index"):
        store.get_range("raw/a", 100, 1)


def test_a_file_is_streamed(store: Store, tmp_path: Path) -> None:
    body = os.urandom(9_000_000)
    (tmp_path / "big").write_bytes(body)
    store.put_new("raw/big", tmp_path / "big")
    assert store.get("raw/big") == body
    store.put("raw/copy", tmp_path / "big")
    assert store.get("raw/copy") == body


def test_only_a_large_body_waits_for_the_store(store: Store, faults: Any) -> None:
    waited, named = faults.headers("PutObject", "Expect"), faults.headers("PutObject", "User-Agent")
    for key, length in (("none", 0), ("small", 999_999), ("large", 1_000_000)):
        store.put(f"state/{key}", bytes(length))
        assert len(store.get(f"state/{key}")) == length
    assert waited == [None, None, "100-continue"]
    assert all(name and name.startswith("tearsheet ") for name in named)


@pytest.mark.parametrize("conditional", [True, False])
def test_an_object_is_written_once(embedded: EmbeddedStore, store: Store, conditional: bool) -> None:
    writer = Store(store.url(), settings=StoreSettings(conditional_writes=conditional), access=embedded.access)
    writer.put_new("runs/plan.json", b"mine")
    writer.put_new("runs/plan.json", b"mine")
    with pytest.raises(ObjectExists, match=r"runs/plan\.json: another object stands here"):
        writer.put_new("runs/plan.json", b"theirs")
    store.put("runs/report.json", b"mine")
    with pytest.raises(ObjectExists):
        writer.put_new("runs/report.json", b"mine, but nobody vouches for what stands there")
    assert store.get("runs/plan.json") == b"mine"


def test_of_racing_writers_exactly_one_wins(store: Store) -> None:
    def write(turn: int, writer: int) -> bytes | None:
        body = f"{turn} {writer}".encode()
        try:
            store.put_new(f"raw/{turn}", body)
        except ObjectExists:
            return None
        return body

    with ThreadPoolExecutor(WRITERS) as pool:
        for turn in range(3):
            won = [body for body in pool.map(write, [turn] * WRITERS, range(WRITERS)) if body]
            assert won == [store.get(f"raw/{turn}")]


def test_a_request_repeated_after_a_lost_answer_is_no_conflict(store: Store, faults: Any) -> None:
    sent = faults.requests("PutObject")
    faults.lose_an_answer("PutObject")
    store.put_new("raw/a", b"body")
    assert len(sent) == 2
    assert store.get("raw/a") == b"body"


def test_a_conflict_with_a_request_in_flight_is_tried_again(store: Store, faults: Any) -> None:
    faults.answer("PutObject", 409, "ConditionalRequestConflict", times=2)
    store.put_new("raw/a", b"body")
    assert store.get("raw/a") == b"body"


def test_a_conflict_that_does_not_end_is_an_error(store: Store, faults: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_CONFLICT_PAUSES", (0.0, 0.0))
    faults.answer("PutObject", 409, "ConditionalRequestConflict")
    with pytest.raises(StorageError, match="ConditionalRequestConflict"):
        store.put_new("raw/a", b"body")
    assert not store.exists("raw/a")


def test_a_list_begins_after_a_key(store: Store) -> None:
    for number in range(12):
        store.put(f"log/{number:03}.json", b"")
    assert [info.key for info in store.list("log/", after="log/010")] == ["log/010.json", "log/011.json"]
    assert [info.key for info in store.list("log/", after="log/010.json")] == ["log/011.json"]


def test_lists_are_in_code_points_over_all_pages(store: Store, faults: Any) -> None:
    keys = ["raw/a-b", "raw/a.b", "raw/a/b", "raw/a/é", "raw/a0", "raw/b", "state/a"]
    for key in keys:
        store.put(key, key.encode())
    faults.short_pages(2)
    found = list(store.list())
    assert [info.key for info in found] == sorted(keys)
    assert [info.key for info in store.list("raw/a/")] == ["raw/a/b", "raw/a/é"]
    assert [info.key for info in store.list("raw/a")] == sorted(key for key in keys if key.startswith("raw/a"))
    for key in ("n/01", "n/02", "n/03", "n/04"):
        store.put(key, b"")
    assert [info.key for info in store.list("n/", after="n/02")] == ["n/03", "n/04"]
    assert [info.key for info in store.list("n/", after="n/00")] == ["n/01", "n/02", "n/03", "n/04"]
    assert [info.size for info in found] == [len(info.key.encode()) for info in found]
    assert all(abs(datetime.now(UTC) - info.modified) < timedelta(minutes=1) for info in found)


def test_prefixes_are_the_folders_directly_below(store: Store, faults: Any) -> None:
    for key in ("raw/b/2026-01-01/x", "raw/b/2026-01-02/x", "raw/a/2026-01-01/x", "raw/c", "rawest/a/x"):
        store.put(key, b"")
    faults.short_pages(1)
    assert store.prefixes() == ["raw", "rawest"]
    assert store.prefixes("raw") == store.prefixes("raw/") == ["a", "b"]
    assert store.prefixes("raw/b") == ["2026-01-01", "2026-01-02"]
    assert store.prefixes("none") == []


def test_deleted_objects_are_gone_and_missing_ones_are_no_error(store: Store) -> None:
    for key in ("a", "b", "c"):
        store.put(key, b"")
    store.delete(["a", "b", "none"])
    store.delete([])
    assert [info.key for info in store.list()] == ["c"]


def test_more_keys_than_one_request_takes_are_deleted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_DELETE_BATCH", 2)
    for key in "abcde":
        store.put(key, b"")
    store.delete("abcde")
    assert list(store.list()) == []


def test_a_store_sees_nothing_beside_its_prefix(embedded: EmbeddedStore, store: Store) -> None:
    beside = Store(f"{store.url()}-beside", settings=StoreSettings(), access=embedded.access)
    beside.put("a", b"")
    assert list(store.list()) == []
    assert store.url("a") == f"{store.url()}/a"
    assert [info.key for info in beside.list()] == ["a"]


@pytest.mark.parametrize(
    "key", ["", "/a", "a/", "a//b", ".", "..", "a/../b", "a/./b", "a\\b", "a\nb", "a\x00", "é" * 460]
)
def test_what_is_no_key_is_refused(store: Store, key: str) -> None:
    for call in (store.get, store.exists, lambda key: store.put(key, b""), lambda key: store.delete([key])):
        with pytest.raises(StorageError, match="is no key"):
            call(key)


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=5), max_size=4).map("/".join))
def test_an_accepted_key_stays_below_the_prefix(key: str) -> None:
    store = store_module.Store.__new__(store_module.Store)
    store._root = "prefix/"
    try:
        whole = store._key(key)
    except StorageError:
        return
    assert os.path.normpath(whole) == whole
    assert whole.startswith("prefix/")


@pytest.mark.parametrize("url", ["", "s3://", "http://bucket/a", "s3:/bucket", "s3://B_/a", "/tmp/store", "bucket"])
def test_what_is_no_store_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match=r"TEARSHEET_STORE.* is s3://bucket"):
        Store(url, settings=StoreSettings())


def test_a_child_process_opens_the_same_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put("a", b"from the parent")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of another key")
    script = (
        "import os; from tearsheet.storage import open_store; from tearsheet.config.models import StoreSettings\n"
        "print(open_store(StoreSettings(url=os.environ['TEARSHEET_STORE'])).get('a').decode())"
    )
    child = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | store.environment(), capture_output=True, text=True, check=True
    )
    assert child.stdout.strip() == "from the parent"


def test_no_credentials_is_told(embedded: EmbeddedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", embedded.access.endpoint)
    bare = Store(embedded.url, settings=StoreSettings())
    for call in (lambda: bare.get("a"), bare.table_options):
        with pytest.raises(StorageError, match=r"s3://tearsheet.*set AWS_ACCESS_KEY_ID"):
            call()
    monkeypatch.setenv("AWS_PROFILE", "none")
    with pytest.raises(StorageError, match="AWS_PROFILE"):
        Store(embedded.url, settings=StoreSettings())


@pytest.mark.parametrize(
    ("access_key", "secret_key", "mend"),
    [(None, "wrong", "check AWS_SECRET_ACCESS_KEY"), ("nobody", "wrong", "check AWS_ACCESS_KEY_ID")],
)
def test_a_wrong_key_is_told(embedded: EmbeddedStore, access_key: str | None, secret_key: str, mend: str) -> None:
    real = embedded.access
    access = Access(real.endpoint, access_key or real.access_key, secret_key)
    assert secret_key not in repr(access)
    with pytest.raises(StorageError, match=mend):
        Store(embedded.url, settings=StoreSettings(), access=access).put("a", b"")


def test_an_endpoint_that_is_no_url_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "localhost:9000")
    with pytest.raises(StorageError, match=r"localhost:9000.*correct AWS_ENDPOINT_URL_S3"):
        Store("s3://bucket", settings=StoreSettings())


@pytest.mark.parametrize(("checksums", "sent"), [(True, 1), (False, 0)])
def test_checksums_are_sent_unless_the_settings_say_no(
    embedded: EmbeddedStore, store: Store, checksums: bool, sent: int
) -> None:
    writer = Store(store.url(), settings=StoreSettings(checksums=checksums), access=embedded.access)
    seen: list[str] = []
    writer.client.meta.events.register(
        "before-send.s3.PutObject",
        lambda request, **_: seen.extend(name for name in request.headers if name.startswith("x-amz-checksum")),
    )
    writer.put("a", b"body")
    assert len(seen) == sent


def test_a_missing_bucket_is_told(embedded: EmbeddedStore) -> None:
    elsewhere = Store("s3://no-such-bucket", settings=StoreSettings(), access=embedded.access)
    with pytest.raises(StorageError, match=r"NoSuchBucket.*create the bucket"):
        list(elsewhere.list())


def test_a_dead_endpoint_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    nowhere = Store("s3://bucket", settings=StoreSettings(), access=Access("http://127.0.0.1:9", "key", "secret"))
    with pytest.raises(StorageError, match=r"s3://bucket/a: .*check that the store runs"):
        nowhere.get("a")
    assert len(pauses) == 4


def test_a_failure_that_passes_is_no_error(store: Store, faults: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    faults.answer("PutObject", 503, "SlowDown", times=3)
    store.put("a", b"body")
    assert store.get("a") == b"body"
    faults.answer("GetObject", 503, "SlowDown")
    with pytest.raises(StorageError, match="SlowDown"):
        store.get("a")
