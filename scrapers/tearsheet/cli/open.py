"""``tearsheet open``: a page as it was captured, in the browser."""

from __future__ import annotations

import webbrowser
from typing import Annotated

import typer

from tearsheet.cli.archive import ArticleArgument, NightOption, StoreOption, chosen, reading, told_of
from tearsheet.cli.page_server import serving
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption
from tearsheet.errors import ConfigError
from tearsheet.pull.replay import captured


def open(  # noqa: A001 - the command's name
    url: ArticleArgument,
    night: NightOption = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open it, or only print the address to open.")
    ] = True,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long to wait for the browser to ask for it.")] = 60.0,
    store: StoreOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show a page as it was captured, in the browser, from an address of this machine that serves it once.

    Its HTML is unchanged, and sandboxed: no script runs, nothing is loaded from anywhere, so it looks bare. A page
    whose site asks for no copies to be shown (noarchive), or that was taken down, is not shown.
    """
    with reading(config, store) as place:
        found = chosen(place, url, night)
        page = captured(place.store, found.row)
    typer.echo(f"{told_of(found.row)}, fetched {found.row.fetched_at:%Y-%m-%d %H:%M} UTC", err=True)
    for other in found.others:
        typer.echo(f"also {told_of(other)}: --night {other.night}", err=True)
    with serving(page) as served:
        typer.echo(served.url)
        if browser and not webbrowser.open(served.url):
            typer.echo("no browser could be started; open the address yourself", err=True)
        if not served.wait(seconds):
            raise ConfigError(
                f"nobody asked for {served.url} within {seconds:g} seconds; --seconds sets how long it waits"
            )
