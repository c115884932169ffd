"""``tearsheet share``: links to a release that end by themselves, for whoever has no keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tearsheet.cli.render import print_json
from tearsheet.cli.terminal import as_json as one_line
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption, JsonOption
from tearsheet.config import load_settings
from tearsheet.errors import ConfigError
from tearsheet.pull.shares import share as shared
from tearsheet.storage import open_store


def share(
    what: Annotated[str, typer.Argument(metavar="TOPIC|RELEASE", help="A release, or a topic: its latest one.")],
    days: Annotated[int, typer.Option(help="How long the links last, 7 days at most.")] = 7,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the list as JSON to this file, too.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Print a link to each file of a release, a line each: pandas and polars read such links, without keys.

    Whoever has a link can read the file until it ends; nothing but a new key takes it back. Links that are signed by
    temporary credentials (of a role) end with these, which may be hours from now.
    """
    if out and not out.parent.is_dir():
        raise ConfigError(f"{out}: the folder {out.parent} is not there; create it first")
    with open_store(load_settings(config).store) as store:
        made = shared(store, what, days)
    if out:
        out.write_text(f"{one_line(made.as_dict())}\n", "utf-8")
    if as_json:
        print_json(made.as_dict())
        return
    ends = f"the links end at {made.until:%Y-%m-%d %H:%M} UTC"
    sooner = ", or with the temporary credentials that signed them" if made.temporary else ""
    typer.echo(f"release {made.release.id} of {made.release.topic}; {ends}{sooner}", err=True)
    for link in made.links:
        typer.echo(link.url)
