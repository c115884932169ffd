"""``record`` and ``check --pages``: golden pages are fetched, held against what they say now, and mended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.unit.documents.conftest import page
from tests.unit.outlets import Outlet, Page, outlet
from typer.testing import CliRunner, Result

from tearsheet.cli.check import check
from tearsheet.cli.record import record
from tearsheet.errors import ConfigError, ExpectationError, FetchError
from tearsheet.golden import FIELDS, GoldenPage, golden_pages

OFFER = "<div class='offer'><p>The pilots of the port sing every Friday for all who have read as far as this.</p></div>"
BODY = page("Quay to be widened").decode().replace("</article>", f"{OFFER}</article>")
SOURCES = """\
sources:
  - {id: port, name: P, homepage: "http://127.0.0.1/", country: KZ, language: kk%s}
"""


@pytest.fixture
def site() -> Iterator[Outlet]:
    headers = {"Content-Type": "text/html; charset=utf-8", "X-Robots-Tag": "noarchive", "Set-Cookie": "who=you"}
    pages: dict[str, Page | str] = {
        "/robots.txt": "User-agent: *\nDisallow: /private\n",
        "/news/1": Page(BODY, headers=headers),
        "/old": Page("", 302, {"Location": "/news/1"}),
        "/feed": Page("<rss/>", headers={"Content-Type": "application/rss+xml"}),
    }
    with outlet(pages) as served:
        yield served


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "config" / "collections").mkdir(parents=True)
    declare(tmp_path / "config", "")
    return tmp_path / "config"


def declare(config: Path, rules: str) -> None:
    """The one source, with these rules."""
    (config / "collections" / "press.yaml").write_text(SOURCES % rules, "utf-8")


def call(command: Any, *arguments: str | Path) -> Result:
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "200"})


def test_a_first_recording_shows_what_was_read(site: Outlet, config: Path) -> None:
    shown = call(record, f"{site.url}/news/1", "--into", config.parent / "pages" / "a", "--config", config).stdout
    assert "  title\n    +Quay to be widened\n  standfirst\n  authors\n" in shown
    assert "    -" not in shown


def recorded(site: Outlet, config: Path, *arguments: str) -> GoldenPage:
    """The page of the outlet as ``en-quay``."""
    folder = config.parent / "pages" / "en-quay"
    result = call(record, f"{site.url}/news/1", "--into", folder, "--config", config, *arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    return GoldenPage(folder)


def test_a_page_is_kept_as_it_was_served_with_what_is_read_from_it(site: Outlet, config: Path) -> None:
    kept = recorded(site, config)
    assert (kept.folder / "page.html").read_text("utf-8") == BODY
    meta = json.loads((kept.folder / "meta.json").read_bytes())
    assert meta["url"] == f"{site.url}/news/1"
    assert meta["headers"] == {"Content-Type": "text/html; charset=utf-8", "X-Robots-Tag": "noarchive"}
    assert tuple(kept.expected()) == FIELDS
    assert kept.expected()["title"] == "Quay to be widened"
    assert kept.expected()["rights"][0]["signal"] == "noarchive"
    assert kept.differences(kept.found()) == []


def test_it_is_fetched_with_the_manners_of_the_harvest(site: Outlet, config: Path) -> None:
    recorded(site, config)
    assert site.paths == ["/robots.txt", "/news/1"]
    assert {agent.partition("/")[0] for _, agent, _ in site.asked} == {"Tearsheet"}
    first, second = (at for _, _, at in site.asked)
    assert second - first >= 0.9
    forbidden = call(record, f"{site.url}/private/1", "--into", config.parent / "p", "--config", config)
    assert isinstance(forbidden.exception, FetchError)
    assert "robots.txt forbids it" in str(forbidden.exception)
    assert not (config.parent / "p").exists()


@pytest.mark.parametrize(
    ("url", "told", "error"),
    [
        ("{}/feed", "it is application/rss+xml; HTML is wanted", FetchError),
        ("{}/none", "HTTP 404", FetchError),
        ("https://press.example/a", "fetch.contact is not set", ConfigError),
    ],
)
def test_what_gives_no_page_is_told(site: Outlet, config: Path, url: str, told: str, error: type[Exception]) -> None:
    result = call(record, url.format(site.url), "--into", config.parent / "p", "--config", config)
    assert isinstance(result.exception, error)
    assert told in str(result.exception)
    assert not (config.parent / "p").exists()


def test_a_redirected_page_is_kept_under_the_address_that_answered(site: Outlet, config: Path) -> None:
    folder = config.parent / "pages" / "moved"
    call(record, f"{site.url}/old", "--into", folder, "--config", config)
    assert GoldenPage(folder).meta().url == f"{site.url}/news/1"


def test_nothing_is_overwritten_by_a_recording(site: Outlet, config: Path) -> None:
    kept = recorded(site, config)
    again = call(record, f"{site.url}/news/1", "--into", kept.folder, "--config", config)
    assert isinstance(again.exception, ConfigError)
    assert "holds a page already" in str(again.exception)


def test_an_operator_checks_the_rules_of_a_source_by_its_pages(site: Outlet, config: Path) -> None:
    kept = recorded(site, config, "--source", "port")
    arguments = ("--config", config, "--pages", kept.folder.parent)
    assert call(check, *arguments).exit_code == 0
    declare(config, ", rules: [{cut: [.offer]}]")
    failed = call(check, *arguments)
    assert isinstance(failed.exception, ExpectationError)
    assert "1 of 1 golden pages" in str(failed.exception)
    assert "    -The pilots of the port sing" in failed.stdout
    assert "The pilots" in str(kept.expected()["text"]), "a check writes nothing"
    (told,) = json.loads(call(check, *arguments, "--json").stdout)["pages"]
    assert [difference["field"] for difference in told["differences"]] == ["text", "removed"]
    updated = call(record, "--update", "en-quay", *arguments)
    assert "    +" in updated.stdout
    assert call(check, *arguments).exit_code == 0
    assert {
        "reason": "rule",
        "text": "The pilots of the port sing every Friday for all who have read as far as this.",
    } in (kept.expected()["removed"])


def test_a_known_failure_keeps_what_is_right_and_is_told_once_it_is_none(site: Outlet, config: Path) -> None:
    kept = recorded(site, config)
    meta = json.loads((kept.folder / "meta.json").read_bytes())
    (kept.folder / "meta.json").write_text(json.dumps(meta | {"known_failures": {"title": "why"}}), "utf-8")
    right = kept.expected() | {"title": "Quay to be widened by spring"}
    (kept.folder / "expected.json").write_text(json.dumps(right), "utf-8")
    pages = ("--config", config, "--pages", kept.folder.parent)
    assert call(check, *pages).exit_code == 0
    call(record, "--update", *pages)
    assert kept.expected()["title"] == "Quay to be widened by spring"
    (kept.folder / "expected.json").write_text(json.dumps(right | {"title": "Quay to be widened"}), "utf-8")
    result = call(check, *pages)
    assert isinstance(result.exception, ExpectationError)
    assert "title: is right now; take it out of known_failures" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "name one address"),
        (("http://127.0.0.1/a",), "--into is missing"),
        (
            ("--update", "--pages", "nowhere"),
            "nowhere holds no golden page; `tearsheet record URL --into nowhere/NAME`",
        ),
        (("--update", "no-such-page"), "holds no golden page no-such-page; it holds ar-rtl, "),
        (("http://127.0.0.1/a", "--into", "p", "--source", "prot"), "no source is called 'prot'; known are: port"),
    ],
)
def test_wrong_usage_is_told(config: Path, arguments: tuple[str, ...], told: str) -> None:
    result = call(record, *arguments, "--config", config)
    assert isinstance(result.exception, ConfigError)
    assert told in str(result.exception)


def test_a_folder_that_is_broken_is_told(site: Outlet, config: Path) -> None:
    kept = recorded(site, config)
    (kept.folder / "expected.json").write_text("[", "utf-8")
    with pytest.raises(ConfigError, match=r"expected\.json is no JSON object"):
        kept.expected()
    (kept.folder / "meta.json").write_text("{}", "utf-8")
    with pytest.raises(ConfigError, match=r"meta\.json does not say"):
        kept.meta()
    assert [each.name for each in golden_pages(kept.folder.parent)] == ["en-quay"]
