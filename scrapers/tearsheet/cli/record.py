"""``tearsheet record``: golden pages, fetched with the manners of the harvest; and what is expected of them, anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tearsheet.cli.golden import Rules, rules_of, said, tell
from tearsheet.cli.polite import Answer, NoAnswer, PoliteClient
from tearsheet.cli.survey import refuse_without_contact
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption, JsonOption
from tearsheet.config import load_settings
from tearsheet.errors import ConfigError, FetchError
from tearsheet.golden import Difference, GoldenPage, Meta, golden_pages, keep

PAGES = Path("tests/pages")
PAUSE = 1.0
"""Seconds between robots.txt and the page."""
HTML = ("text/html", "application/xhtml+xml")


def record(
    what: Annotated[
        list[str] | None, typer.Argument(help="The page's address. With --update: names of pages; all when left out.")
    ] = None,
    into: Annotated[Path | None, typer.Option(help="The page's folder; made if it is not there.")] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Write anew what is expected of pages, and show what differs.")
    ] = False,
    pages: Annotated[Path, typer.Option(help="With --update: the folder in which the pages stand.")] = PAGES,
    source: Annotated[
        str | None, typer.Option("--source", "-s", help="The source whose rules hold for the page; kept with it.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Keep a page with all that is read from it as a golden page, or say anew what is expected of such pages.

    A page is asked for once, with the manners of the harvest. Read expected.json afterwards, or the differences: what
    stands there must be what a reader of the page says is right. `tearsheet check --pages` then holds pages against it.
    """
    rules = rules_of(config)
    if update:
        differing = {page.name: _updated(page, rules) for page in golden_pages(pages, what or ())}
    else:
        page = _recorded(_address(what), into, source, rules, config)
        differing = {page.name: _updated(page, rules)}
    tell(differing, as_json=as_json)


def _address(what: Sequence[str] | None) -> str:
    if what is None or len(what) != 1:
        raise ConfigError("name one address: `tearsheet record URL --into FOLDER`; or `--update` and names of pages")
    return what[0]


def _updated(page: GoldenPage, rules: Rules) -> list[Difference]:
    """What differed before the page's expectations were written anew."""
    found = said(page, rules)
    differences = page.differences(found)
    page.update(found)
    return differences


def _recorded(url: str, into: Path | None, source: str | None, rules: Rules, config: Path) -> GoldenPage:
    """The page, fetched and kept."""
    if into is None:
        raise ConfigError(f"--into is missing: the folder in which the page is kept, such as {PAGES}/en-what-it-shows")
    rules(source)  # a source that is not there is told before anybody is asked
    answer = _fetched(url, config)
    meta = Meta(
        url=answer.url, fetched_at=datetime.now(UTC).replace(microsecond=0), headers=answer.headers, source=source
    )
    return keep(into, answer.body, meta)


def _fetched(url: str, config: Path) -> Answer:
    settings = load_settings(config).fetch
    refuse_without_contact([url], settings)
    try:
        answer = PoliteClient(settings, [url]).ask(url, delay=PAUSE)
    except NoAnswer as failure:
        raise FetchError(f"{url} gave no page: {failure}") from failure
    if not answer.media_type.lower().startswith(HTML):
        raise FetchError(f"{url} gave no page: it is {answer.media_type or 'of no declared type'}; HTML is wanted")
    return answer
