"""What all tests share: a real S3 server, a store of one's own on it, and the folder of recorded pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from ctypes.util import find_library
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, sync_playwright

from tearsheet.config.models import StoreSettings
from tearsheet.storage import Store
from tearsheet.storage.embedded import EmbeddedStore, embedded_store


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    """One embedded server for all tests of this run, also for the workers of pytest-xdist."""
    base = tmp_path_factory.getbasetemp()
    with embedded_store(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What readers cache of search indexes goes here, in no test into a home folder."""
    folder = tmp_path_factory.mktemp("cache")
    os.environ["TEARSHEET_CACHE"] = str(folder)
    return folder


@pytest.fixture
def store(embedded: EmbeddedStore) -> Iterator[Store]:
    """A store of its own for one test: an empty prefix on the embedded server."""
    url = f"{embedded.url}/test-{uuid4().hex[:12]}"
    with Store(url, settings=StoreSettings(), access=embedded.access) as own:
        yield own


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, for one module: while it is there, the thread has an event loop that others may not have."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium on the path: apt-get install chromium")
    if find_library("atomic") is None:
        pytest.skip("what drives chromium needs libatomic.so.1: apt-get install libatomic1")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def pages_dir() -> Path:
    """The folder of recorded pages that is not in the repository."""
    folder = os.environ.get("PAGES_DIR")
    if not folder:
        pytest.skip("PAGES_DIR is not set: the tests over recorded pages need that folder")
    return Path(folder)
