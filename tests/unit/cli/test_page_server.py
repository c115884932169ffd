"""A page that was captured, in a real browser: nothing of it runs, and nobody is asked for anything."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser

from tearsheet.cli.page_server import serving
from tearsheet.pull.replay import Page

HOSTILE = """<!doctype html><html><head><title>still</title>
<meta http-equiv="refresh" content="0; url={away}/refresh">
<script>document.title = "ran"; fetch("{away}/fetch"); location = "{away}/location"</script>
<script src="{away}/script.js"></script><link rel="stylesheet" href="{away}/style.css">
<link rel="preload" as="image" href="{away}/preload"><link rel="icon" href="{away}/icon"><base href="{away}/base/">
<style>@import "{away}/import.css"; p {{ color: rgb(1, 2, 3); background: url({away}/background) }}</style></head>
<body onload="document.title = 'loaded'"><p>A quay.</p><img src="{away}/picture" onerror="document.title = 'failed'">
<iframe src="{away}/frame"></iframe><object data="{away}/object"></object><video src="{away}/video" autoplay></video>
<form action="{away}/form" id="f"><input autofocus onfocus="document.forms[0].submit()"></form></body></html>"""


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A server elsewhere on this machine, and the paths it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", paths
        server.shutdown()


@pytest.mark.parametrize("headers", [True, False])
def test_a_hostile_page_neither_runs_nor_loads(
    asked: tuple[str, list[str]], browser: Browser, headers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the headers it does all of it: so the page is hostile indeed."""
    away, paths = asked
    if not headers:
        monkeypatch.setattr("tearsheet.cli.page_server.HEADERS", {})
    page = Page(body=HOSTILE.format(away=away).encode(), content_type="text/html; charset=utf-8")
    with serving(page) as served:
        tab = browser.new_page()
        tab.goto(served.url, wait_until="commit")
        assert served.wait(10)
        tab.wait_for_timeout(2000)
        if headers:
            assert tab.url == served.url
            assert tab.title() == "still"
            assert tab.locator("p").evaluate("p => getComputedStyle(p).color") == "rgb(1, 2, 3)"
        tab.close()
    assert bool(paths) is not headers, paths
