"""Delta tables and Parquet files in the store, by the options it gives; and no proxy between, whatever is set."""

from __future__ import annotations

import os
import socketserver
import threading
from collections.abc import Iterator

import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake

from tearsheet.config.models import StoreSettings
from tearsheet.storage import Access, Store
from tearsheet.storage.embedded import EmbeddedStore

ROWS = pl.DataFrame({"night": ["2026-01-01", "2026-01-02"], "words": [1, 2]})
PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


class Proxy(socketserver.ThreadingTCPServer):
    """A proxy that notes who comes and answers nobody."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self.visits = 0

    def verify_request(self, request: object, client_address: object) -> bool:
        self.visits += 1
        return False


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A proxy that the environment names, in every spelling, for every scheme, and without an exception."""
    with Proxy() as server:
        for name in PROXY_VARIABLES:
            value = "" if name == "no_proxy" else f"http://127.0.0.1:{server.server_address[1]}"
            monkeypatch.setenv(name, value)
            monkeypatch.setenv(name.upper(), value)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()


def test_a_table_is_written_and_read(store: Store) -> None:
    url, options = store.url("tables/documents"), store.table_options()
    write_deltalake(url, ROWS, storage_options=options, partition_by=["night"])
    write_deltalake(url, ROWS.head(1), storage_options=options, mode="overwrite", predicate="night = '2026-01-01'")
    assert DeltaTable(url, storage_options=options).version() == 1
    assert pl.scan_delta(url, storage_options=options).sort("night").collect().equals(ROWS)


def test_racing_commits_of_one_version_do_not_overwrite_each_other(store: Store) -> None:
    url, options = store.url("tables/documents"), store.table_options()
    write_deltalake(url, ROWS, storage_options=options)
    writers = [
        threading.Thread(
            target=write_deltalake, args=(url, ROWS), kwargs={"storage_options": options, "mode": "append"}
        )
        for _ in range(6)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert pl.scan_delta(url, storage_options=options).collect().height == 7 * ROWS.height


def test_storage_never_goes_through_a_proxy(embedded: EmbeddedStore, proxy: Proxy, store: Store) -> None:
    opened_under_proxy = Store(f"{store.url()}/p", settings=StoreSettings(), access=embedded.access)
    opened_under_proxy.put("a", b"body")
    assert opened_under_proxy.get("a") == b"body"
    url, options = opened_under_proxy.url("t"), opened_under_proxy.table_options()
    write_deltalake(url, ROWS, storage_options=options)
    assert pl.scan_delta(url, storage_options=options).collect().equals(ROWS)
    assert pl.read_parquet(f"{url}/*.parquet", storage_options=options).height == ROWS.height
    assert proxy.visits == 0


def test_the_proxy_of_these_tests_would_be_asked(embedded: EmbeddedStore, proxy: Proxy) -> None:
    options = Store(embedded.url, settings=StoreSettings(), access=embedded.access).table_options()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("NO_PROXY", "")
        patched.setenv("no_proxy", "")
        with pytest.raises(OSError, match="error sending request"):
            write_deltalake(f"{embedded.url}/none", ROWS, storage_options=options | {"max_retries": "0"})
    assert proxy.visits > 0


def test_no_proxy_keeps_what_it_had(embedded: EmbeddedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "intranet.example, .corp.example")
    monkeypatch.setenv("no_proxy", "other.example")
    store = Store(embedded.url, settings=StoreSettings(), access=embedded.access)
    assert os.environ["no_proxy"] == "other.example"
    store.table_options()
    store.table_options()
    assert os.environ["no_proxy"] == os.environ["NO_PROXY"]
    assert set(os.environ["NO_PROXY"].split(",")) == {"127.0.0.1", ".corp.example", "intranet.example", "other.example"}
    assert os.environ["NO_PROXY"].count("127.0.0.1") == 1


def test_options_without_an_endpoint_are_those_of_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3", raising=False)
    for name, value in (
        ("ACCESS_KEY_ID", "key"),
        ("SECRET_ACCESS_KEY", "secret"),
        ("SESSION_TOKEN", "token"),
        ("REGION", "eu-central-1"),
    ):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    assert Store("s3://bucket", settings=StoreSettings()).table_options() == {
        "aws_access_key_id": "key",
        "aws_secret_access_key": "secret",
        "aws_session_token": "token",
        "aws_region": "eu-central-1",
        "aws_conditional_put": "etag",
        "connect_timeout": "10.0s",
        "timeout": "60.0s",
    }


@pytest.mark.parametrize(("endpoint", "http"), [("https://s3.example:9000", False), ("http://s3.example:9000", True)])
def test_plain_http_is_allowed_only_for_an_endpoint_that_says_so(
    endpoint: str, http: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    options = Store("s3://bucket", settings=StoreSettings(), access=Access(endpoint, "key", "secret")).table_options()
    assert options["aws_endpoint_url"] == endpoint
    assert ("aws_allow_http" in options) is http
