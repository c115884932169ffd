"""``tearsheet pull``: a topic's articles as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tearsheet.cli.release import pull_release
from tearsheet.cli.terminal import Console
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption, JsonOption
from tearsheet.config import load_settings
from tearsheet.pull.archive import Archive
from tearsheet.pull.export import check_target, write
from tearsheet.pull.selection import Uses
from tearsheet.storage import open_store


def pull(
    topic: Annotated[str, typer.Argument(help="Which topic.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="File to write; its suffix says how: .parquet, .csv or .jsonl.")
    ],
    since: Annotated[str | None, typer.Option(help="First night, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option(help="Last night, YYYY-MM-DD.")] = None,
    rights: Annotated[
        Uses, typer.Option(help="shareable: without what the rights policy keeps from being passed on.")
    ] = "all",
    text: Annotated[bool, typer.Option("--text/--no-text", help="With the articles' text.")] = False,
    release: Annotated[
        str | None, typer.Option(help="Instead: this release as it is, with all its files; --out is a new folder.")
    ] = None,
    store: Annotated[str | None, typer.Option(help="s3://bucket/prefix, in place of the configured store.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write a topic's articles to a file, oldest night first.

    Lists and structs are JSON in a .csv, where texts that a spreadsheet would run as formulas get an apostrophe
    in front.
    """
    if release:
        pull_release(topic, release, out, store, config, as_json=as_json)
        return
    check_target(out)
    settings = load_settings(config).store
    with open_store(settings.model_copy(update={"url": store}) if store else settings) as opened:
        selection = Archive(opened).topic(topic)
        selection = selection.since(since) if since else selection
        selection = selection.until(until) if until else selection
        selection = selection.with_text() if text else selection
        whole = selection
        selection = selection.rights(rights)
        nights = selection.nights()
        left_out = 0 if rights == "all" else whole.count() - int(nights["rows"].sum())
        written = write(_shown(selection.tables(), topic, int(nights["rows"].sum())), selection.schema, out)
    told = {"topic": topic, "out": str(out), "rows": written.rows, "nights": nights.height, "bytes": written.bytes}
    told |= {"rights": rights, "left_out": left_out, "neutralised": written.neutralised}
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        defused = f", {written.neutralised} formulas neutralised" if written.neutralised else ""
        kept = "" if rights == "all" else f"; {left_out} rows left out, which may not be shared"
        typer.echo(f"{out}: {written.rows} rows of {nights.height} nights, {written.bytes} bytes{defused}{kept}")


def _shown(tables: Iterator[pa.Table], topic: str, total: int) -> Iterator[pa.Table]:
    """The tables as they are, with a bar on a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task(topic, total=total)
        for table in tables:
            yield table
            progress.advance(bar, table.num_rows)
