"""The catalogue of the demo's nights, served on loopback, and a real browser that may ask nobody else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, Request

from tearsheet.config import load
from tearsheet.config.models import Configuration, StoreSettings
from tearsheet.demo.outlets import NIGHTS
from tearsheet.demo.server import serve as print_press
from tearsheet.night import night
from tearsheet.pull import Archive
from tearsheet.storage import Store
from tearsheet.storage.embedded import EmbeddedStore
from tearsheet.web.app import create_app

CONFIG = Path(__file__).parents[2] / "config"


@dataclass(frozen=True)
class Site:
    """A served catalogue: its address, and the archive it shows."""

    url: str
    archive: Archive


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address at which an application is served for the length of the block."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    while not server.started:
        assert running.is_alive()
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    running.join()


@pytest.fixture(scope="session")
def archive(embedded: EmbeddedStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """The demo's nights, harvested without Airflow: articles, drops, copies, changed pages, a source that fails."""
    url = f"{embedded.url}/web-{uuid4().hex[:12]}"
    with Store(url, settings=StoreSettings(), access=embedded.access) as store, print_press(port=0) as press:
        configuration = _hasty(load(press.config(tmp_path_factory.mktemp("web") / "config", CONFIG)))
        for day in NIGHTS:
            press.night = day
            night(store, configuration, "demo", day)
        yield Archive(store)


def _hasty(shipped: Configuration) -> Configuration:
    """The demo's collection and topics, in less of a hurry to be polite."""
    demo = shipped.collections["demo"]
    sources = tuple(s.model_copy(update={"limits": s.limits.model_copy(update={"delay": 0.0})}) for s in demo.sources)
    fetch = shipped.settings.fetch.model_copy(update={"retries": 1})
    return shipped.model_copy(
        update={
            "collections": {"demo": demo.model_copy(update={"sources": sources})},
            "topics": {name: topic for name, topic in shipped.topics.items() if "demo" in topic.collections},
            "settings": shipped.settings.model_copy(update={"fetch": fetch}),
        }
    )


@pytest.fixture(scope="session")
def site(archive: Archive) -> Iterator[Site]:
    """The catalogue of the demo's nights."""
    with served(create_app(archive)) as url:
        yield Site(url, archive)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """``visit(url, **context)`` opens a page; in the end nothing but loopback was asked, and no script failed."""
    contexts, asked, complaints = [], [], []

    def open_page(url: str, **options: object) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [request.url for request in asked if not _is_ours(request)] == []
    assert complaints == []


def _is_ours(request: Request) -> bool:
    parts = urlsplit(request.url)
    return parts.hostname == "127.0.0.1" or parts.scheme == "data"
