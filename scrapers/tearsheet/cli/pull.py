"""``tearsheet pull``: a topic's articles as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tearsheet.cli.release import pull_release
from tearsheet.cli.terminal import Console
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption, JsonOption
from tearsheet.config import load_settings
from tearsheet.pull.archive import Archive
from tearsheet.pull.export import Written, check_target, write
from tearsheet.pull.reduction import Count
from tearsheet.pull.selection import Selection, Uses
from tearsheet.storage import open_store


def pull(
    topic: Annotated[str, typer.Argument(help="Which topic.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="File to write; its suffix says how: .parquet, .csv, .jsonl or .xlsx.")
    ],
    since: Annotated[str | None, typer.Option(help="First night, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option(help="Last night, YYYY-MM-DD.")] = None,
    rights: Annotated[
        Uses, typer.Option(help="shareable: without what the rights policy keeps from being passed on.")
    ] = "all",
    all_versions: Annotated[
        bool, typer.Option("--all-versions", help="Every row of an article, not only the one fetched last.")
    ] = False,
    one_per_cluster: Annotated[
        bool, typer.Option("--one-per-cluster", help="One row a story: its first copy.")
    ] = False,
    text: Annotated[bool, typer.Option("--text/--no-text", help="With the articles' text.")] = False,
    release: Annotated[
        str | None, typer.Option(help="Instead: this release as it is, with all its files; --out is a new folder.")
    ] = None,
    store: Annotated[str | None, typer.Option(help="s3://bucket/prefix, in place of the configured store.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write a topic's articles to a file, oldest night first: each article once, as it was captured last.

    Lists and structs are JSON in .csv and .xlsx, where texts that a spreadsheet would run as formulas are neutralised.
    """
    if release:
        pull_release(topic, release, out, store, config, as_json=as_json)
        return
    check_target(out)
    settings = load_settings(config).store
    with open_store(settings.model_copy(update={"url": store}) if store else settings) as opened:
        whole = _narrowed(Archive(opened).topic(topic), since, until, text=text)
        whole = whole.all_versions() if all_versions else whole
        whole = whole.one_per_cluster() if one_per_cluster else whole
        selection = whole.rights(rights)
        count = selection.count()
        unshared = 0 if rights == "all" else whole.count() - count
        nights: set[str] = set()
        written = write(_shown(selection.tables(), topic, count, nights), selection.schema, out)
    if as_json:
        told = {"topic": topic, "out": str(out), "rows": written.rows, "nights": len(nights), "bytes": written.bytes}
        told |= {"rights": rights, "left_out": unshared, "earlier_versions": count.earlier, "copies": count.copies}
        told |= {"neutralised": written.neutralised, "cut": written.cut}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        typer.echo(_told(written, count, len(nights), unshared))


def _narrowed(selection: Selection, since: str | None, until: str | None, *, text: bool) -> Selection:
    selection = selection.since(since) if since else selection
    selection = selection.until(until) if until else selection
    return selection.with_text() if text else selection


def _told(written: Written, count: Count, nights: int, unshared: int) -> str:
    defused = f", {written.neutralised} formulas neutralised" if written.neutralised else ""
    cut = f", {written.cut} cells cut, which Excel could not hold whole" if written.cut else ""
    kept = f"; {unshared} rows left out, which may not be shared" if unshared else ""
    return f"{written.path}: {count!r}; {nights} nights, {written.bytes} bytes{defused}{cut}{kept}"


def _shown(tables: Iterator[pa.Table], topic: str, total: int, nights: set[str]) -> Iterator[pa.Table]:
    """The tables as they are, with a bar on a terminal; their nights are noted."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task(topic, total=total)
        for table in tables:
            nights.update(pc.unique(table["night"]).to_pylist())
            yield table
            progress.advance(bar, table.num_rows)
