"""The catalogue inside a real api-server: in Airflow's navigation, for those who are logged in and for nobody else."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser
from tests.dags.cluster import Cluster, cluster
from tests.web.paper import fill

from tearsheet.config.models import StoreSettings
from tearsheet.storage import Store
from tearsheet.storage.embedded import EmbeddedStore

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("airflow")]
ARTICLE = f"/tearsheet/articles/{1:020x}"
PAGES = ("/tearsheet/", "/tearsheet/sources", ARTICLE, f"{ARTICLE}/page")


@pytest.fixture(scope="module")
def api_server(embedded: EmbeddedStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """An api-server beside an archive, with one admin who has a password."""
    folder = tmp_path_factory.mktemp("plugin")
    url = f"{embedded.url}/plugin-{uuid4().hex[:12]}"
    with Store(url, settings=StoreSettings(), access=embedded.access) as store:
        fill(store, folder, outside="http://127.0.0.1:9")
        variables = {**store.environment(), "TEARSHEET_CONFIG": str(folder / "config")}
        with cluster(folder / "airflow", variables, ("api-server",), password="a harbour in spring") as running:
            yield running


def test_only_who_is_logged_in_reads_the_archive(api_server: Cluster) -> None:
    with httpx.Client(base_url=api_server.url, timeout=30, trust_env=False) as anybody:
        refused = {path: anybody.get(path).status_code for path in (*PAGES, "/tearsheet/static/style.css")}
        assert refused == dict.fromkeys(refused, 401)
        assert anybody.post(f"{ARTICLE}/verify").status_code == 401
        assert anybody.get("/tearsheet/", headers={"Authorization": "Bearer made-up"}).status_code in (401, 403)

        token = {"Authorization": f"Bearer {api_server.token()}"}
        answers = {path: anybody.get(path, headers=token) for path in PAGES}
        assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(PAGES, 200)
        assert "Harbours &lt;i&gt;of" in answers["/tearsheet/"].text
        assert 'href="/tearsheet/sources"' in answers["/tearsheet/"].text
        assert "frame-ancestors 'self'" in answers["/tearsheet/"].headers["content-security-policy"]
        assert answers[f"{ARTICLE}/page"].headers["content-security-policy"].startswith("sandbox; default-src 'none'")


def test_the_navigation_leads_to_the_archive_in_a_frame(api_server: Cluster, browser: Browser) -> None:
    views = [view for plugin in api_server.ask("GET", "plugins")["plugins"] for view in plugin["external_views"]]
    assert [(view["name"], view["href"], view["url_route"]) for view in views] == [
        ("Archive", "/tearsheet/", "archive")
    ]

    context = browser.new_context()
    context.add_cookies([{"name": "_token", "value": api_server.token(), "url": api_server.url}])
    page = context.new_page()
    page.goto(api_server.url)
    page.locator("a[href$='plugin/archive']").click()
    frame = page.frame_locator("iframe")
    assert frame.locator("h1").inner_text() == "Overview"
    frame.get_by_role("link", name="Sources").click()
    frame.get_by_role("link", name="The Harbour Gazette").click()
    frame.get_by_role("heading", name="What became of its pages").wait_for()
    context.close()


def test_without_the_extra_a_line_says_what_to_install(
    airflow: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from tearsheet.airflow import plugin

    assert [app["url_prefix"] for app in plugin.apps()] == ["/tearsheet"]
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with caplog.at_level(logging.WARNING, plugin.logger.name):
        assert plugin.links(plugin.apps()) == []
    assert [record.getMessage() for record in caplog.records] == [
        "no catalogue under /tearsheet: jinja2 is not installed; pip install 'tearsheet[web]'"
    ]
