"""A release's page in a real browser: contents, checks, loading, citing; and the notice of one that was withdrawn."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page
from tests.web.conftest import Site, served
from tests.web.paper import NIGHTS, Outside, fill, look, outside  # noqa: F401 - fixtures
from tests.web.test_overview import serious

from tearsheet.config.models import StoreSettings
from tearsheet.pull import releases
from tearsheet.pull.releases import Release
from tearsheet.release import Asked, publish, withdraw
from tearsheet.storage import Store
from tearsheet.storage.embedded import EmbeddedStore
from tearsheet.tombstones import Tombstones, key
from tearsheet.web.app import create_app
from tearsheet.web.views.releases import recipes

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("web")]
Look = Callable[..., Page]


@dataclass(frozen=True)
class Issues:
    """A catalogue with two releases, the second with what the first has not."""

    site: Site
    first: Release
    second: Release

    def url(self, release: Release) -> str:
        """The address of a release's page."""
        return f"{self.site.url}/releases/{release.topic}/{release.id}"


@pytest.fixture(scope="module")
def issues(
    embedded: EmbeddedStore,
    tmp_path_factory: pytest.TempPathFactory,
    outside: Outside,  # noqa: F811
) -> Iterator[Issues]:
    """The releases, served."""
    url = f"{embedded.url}/released-{uuid4().hex[:12]}"
    with Store(url, settings=StoreSettings(), access=embedded.access) as store:
        archive = fill(store, tmp_path_factory.mktemp("released"), outside.url)
        first = publish(
            store, Asked(topic="harbour", until=date.fromisoformat(NIGHTS[0])), "The <i>Archive</i>"
        ).release
        second = publish(store, Asked(topic="harbour"), "The <i>Archive</i>").release
        with served(create_app(archive)) as address:
            yield Issues(Site(address, archive), first, second)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_release_tells_what_is_in_it_and_what_changed(issues: Issues, look: Look, scheme: str) -> None:  # noqa: F811
    page = look(issues.url(issues.second), color_scheme=scheme)

    figures = dict(
        zip(page.locator(".figures dt").all_inner_texts(), page.locator(".figures dd").all_inner_texts(), strict=True)
    )
    assert (figures["rows"], figures["outlets"]) == ("6", "5")
    assert page.locator("section[aria-labelledby=files] tbody tr").count() == len(issues.second.files)
    changed = page.locator("section[aria-labelledby=changed]")
    assert "5 articles added, 0 removed, 1 worded otherwise" in changed.inner_text()
    assert "1 rows were left out" in changed.inner_text()
    assert "noarchive 1" in changed.inner_text()
    assert "The <i>Archive</i> (20" in page.locator(".cite").inner_text()
    assert serious(page) == []
    changed.get_by_role("link").click()
    assert page.locator("h1").inner_text() == f"Release {issues.first.id}"
    assert "newer release" in page.locator(".note").inner_text()


def test_its_topic_lists_it(issues: Issues, look: Look) -> None:  # noqa: F811
    page = look(f"{issues.site.url}/topics/harbour")

    listed = page.locator(".releases li")
    assert [text.split()[0] for text in listed.all_inner_texts()] == [issues.second.id, issues.first.id]
    listed.first.get_by_role("link").click()
    assert page.url == issues.url(issues.second)


def test_every_file_is_verified_without_scripts_and_damage_is_named(issues: Issues, look: Look) -> None:  # noqa: F811
    page = look(issues.url(issues.second), java_script_enabled=False, viewport={"width": 390, "height": 844})
    page.get_by_role("button", name="Verify").click()
    told = page.locator("[role=status]").inner_text()
    assert told.startswith(f"verified: all {len(issues.second.files)} files")

    store, file = issues.site.archive.store, issues.first.data[0]
    whole = store.get(issues.first.key(file.path))
    store.put(issues.first.key(file.path), whole[:-1] + bytes([whole[-1] ^ 1]))
    page = look(issues.url(issues.first))
    page.get_by_role("button", name="Verify").click()
    told = page.locator("[role=status]").inner_text()
    assert f"damaged: 1 of {len(issues.first.files)} files" in told
    assert issues.first.key(file.path) in told
    store.put(issues.first.key(file.path), whole)


def test_the_recipes_load_it(issues: Issues, tmp_path: Path) -> None:
    releases.download(issues.site.archive.store, issues.second, tmp_path / issues.second.id)
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        for recipe in recipes(issues.second.id):
            if recipe.tried:
                names: dict[str, object] = {}
                with contextlib.redirect_stdout(io.StringIO()):
                    exec(recipe.code, names)
                assert len(names["articles"]) == issues.second.counts.rows  # type: ignore[arg-type]
    finally:
        os.chdir(before)


def test_a_release_that_was_withdrawn_shows_its_notice_and_successor(issues: Issues, look: Look) -> None:  # noqa: F811
    store, down = issues.site.archive.store, Tombstones(documents=frozenset({f"{3:020x}"}))
    store.put(key("2026-02-02-y"), f'{{"documents": ["{3:020x}"], "sources": []}}'.encode())
    withdraw(store, down, "2026-02-02-y", "asked by <b>the outlet</b>")

    page = look(issues.url(issues.second))
    notice = page.locator(".wrong")
    assert "asked by <b>the outlet</b>" in notice.inner_text()
    assert page.locator("section[aria-labelledby=files]").count() == 0
    assert serious(page) == []
    notice.get_by_role("link").click()
    assert issues.second.id in page.locator("section[aria-labelledby=changed]").inner_text()
    assert page.locator(".figures dd").first.inner_text() == "5"


def test_a_release_that_nobody_made_is_not_found(issues: Issues) -> None:
    assert httpx.get(f"{issues.site.url}/releases/harbour/2026-01-01-abc", trust_env=False).status_code == 404
