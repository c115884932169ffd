"""What readers keep: private, checked, shared between processes, and gone when nothing needs it."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.search.conftest import Publish, publish

from tearsheet import search
from tearsheet.errors import StorageError
from tearsheet.model import Document
from tearsheet.search import cache, manifest
from tearsheet.storage import Store

Make = Callable[..., Document]
ASK = (
    "from tearsheet.config.models import StoreSettings; from tearsheet.storage import open_store; import os;"
    "from tearsheet import search;"
    "store = open_store(StoreSettings(url=os.environ['TEARSHEET_STORE']));"
    "print(search.search(store, 'quay').total, len(search.search(store, 'quay NOT \"gas price\"~2').hits))"
)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own, empty."""
    monkeypatch.setenv("TEARSHEET_CACHE", str(tmp_path))
    return tmp_path / "search"


def files(folder: Path) -> set[Path]:
    """All but tantivy's locks, which are empty."""
    return {path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".tantivy")}


def test_a_second_search_fetches_nothing_and_all_is_private(
    store: Store, published: Publish, make_document: Make, own: Path
) -> None:
    published("ports", make_document(1, text="The quay."))
    search.search(store, "quay")
    kept = files(own)
    assert kept
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in own.rglob("*") if path.is_dir()} == {0o700}
    index = [info.key for info in store.list("search/") if info.key.endswith((".tar", ".parquet"))]
    store.delete(index)
    assert search.search(store, "quay").total == 1
    assert files(own) == kept


def test_what_is_not_what_the_manifest_says_is_refused(
    store: Store, published: Publish, make_document: Make, own: Path
) -> None:
    published("ports", make_document(1, text="The quay."))
    (key,) = (info.key for info in store.list("search/") if info.key.endswith(".parquet"))
    store.put(key, b"other")
    with pytest.raises(StorageError, match=r"not what search/ports/index\.json says"):
        search.search(store, "quay")


@pytest.mark.parametrize("name", ["../../../elsewhere", "{cache}/elsewhere", "topics/elsewhere"])
def test_an_index_writes_into_its_own_folder_whatever_it_names(
    store: Store, published: Publish, make_document: Make, own: Path, name: str
) -> None:
    published("ports", make_document(1, text="The quay."))
    (key,) = (info.key for info in store.list("search/") if info.key.endswith(".tar"))
    body = io.BytesIO(store.get(key))
    before = hashlib.sha256(body.getvalue()).hexdigest()
    with tarfile.open(fileobj=body, mode="a") as tar:
        tar.addfile(tarfile.TarInfo(name.format(cache=own.parent)))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, str(own.parent)
        tar.addfile(link)
    store.put(key, body.getvalue())
    named = store.get(manifest.manifest_key("ports"))
    store.put(
        manifest.manifest_key("ports"),
        named.replace(before.encode(), hashlib.sha256(body.getvalue()).hexdigest().encode()),
    )
    assert search.search(store, "quay").total == 1
    assert {path.parent.parent.name for path in own.parent.rglob("elsewhere")} <= {"ports", "together"}
    assert not [path for path in own.rglob("*") if path.is_symlink()]


def test_old_builds_go_an_hour_after_their_last_use(
    store: Store, published: Publish, make_document: Make, own: Path
) -> None:
    published("ports", make_document(1, text="The quay."))
    published("ships", make_document(2, text="The secret quay."))
    search.search(store, "quay")
    held, _ = manifest.load(store, "ports")
    assert held is not None
    old = held.months["2026-01"][0].id
    publish(store, "ports", [make_document(1, text="The crane.")], mark=2)
    search.refresh(store, "ports")
    search.search(store, "quay", topics=["ports"])
    assert list(own.rglob(old))
    past = time.time() - cache.SPARED_SECONDS - 1
    for path in own.rglob("*"):
        os.utime(path, (past, past))
    search.search(store, "quay", topics=["ports"])
    assert not list(own.rglob(old))
    assert {path.parent.name for path in own.rglob("*.parquet")} - {"ports", "together"}
    assert search.search(store, "secret").total == 1


def test_processes_that_share_an_empty_cache_find_the_same(
    store: Store, published: Publish, make_document: Make, own: Path
) -> None:
    for month in range(1, 5):
        published("ports", make_document(month, f"2026-{month:02}-05", text="The quay, and the price of gas."))
    asked = [
        subprocess.Popen(
            [sys.executable, "-c", ASK], env=os.environ | store.environment(), stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    assert [process.communicate()[0].split() for process in asked] == [["4", "0"]] * 3
    assert not list(own.rglob(".draft-*"))


def test_a_build_that_is_replaced_meanwhile_is_asked_for_anew(
    store: Store, published: Publish, make_document: Make, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published("ports", make_document(1, text="The quay."))
    load, replaced = manifest.load, []

    def load_late(given: Store, topic: str) -> tuple[manifest.Manifest | None, str | None]:
        """The manifest as it was; then it, and its builds, are replaced."""
        held = load(given, topic)
        if not replaced:
            replaced.append(topic)
            publish(store, "ports", [make_document(1, text="The quay and the crane.")], mark=2)
            search.refresh(store, "ports")
        return held

    monkeypatch.setattr(manifest, "load", load_late)
    assert search.search(store, "crane").total == 1
