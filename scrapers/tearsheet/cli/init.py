"""``tearsheet init``: a first configuration, and what to do with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tearsheet.cli.terminal import Console
from tearsheet.config import starter
from tearsheet.config.load import COLLECTIONS, SETTINGS, TOPICS


def init(
    folder: Annotated[Path, typer.Argument(help="Where the files are written; made if it is not there.")] = Path(
        "config"
    ),
) -> None:
    """Write a first configuration: settings, one collection, one topic. Nothing is overwritten."""
    console = Console(markup=False, highlight=False, soft_wrap=True)
    for path in starter(folder):
        console.print(f"wrote {path}")
    option = "" if folder == Path("config") else f" --config {folder}"
    console.print(
        "\nNext:\n"
        f"  1. put your contact into {folder / SETTINGS} and your sites into {folder / COLLECTIONS}/*.yaml\n"
        f"  2. say what you look for in {folder / TOPICS}/*.yaml\n"
        f"  3. tearsheet check{option}            what is wrong with the files\n"
        f"     tearsheet check{option} --online   what the sites answer\n"
        f"  4. tearsheet night{option} --dry-run  what a night would give; without --dry-run it is kept"
    )
