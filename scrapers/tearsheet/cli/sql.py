"""``tearsheet sql``: a question to the tables as they stand."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
import typer
from rich.table import Table
from rich.text import Text

from tearsheet.cli.archive import StoreOption, reading
from tearsheet.cli.terminal import Console, visible
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption
from tearsheet.errors import ConfigError
from tearsheet.pull.export import FORMATS, check_target, write
from tearsheet.pull.sql import asked

Format = Literal["table", "csv", "json", "jsonl", "parquet"]
MOST_SHOWN = 500


def sql(
    query: Annotated[str, typer.Argument(help="A SELECT over the tables articles and documents.")],
    topic: Annotated[str | None, typer.Option(help="Only this topic's articles; those of others are not read.")] = None,
    form: Annotated[Format, typer.Option("--format", "-f", help="How the answer is printed.")] = "table",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write instead; its suffix says how, as for pull.")
    ] = None,
    store: StoreOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Ask the tables in SQL, in the dialect of polars.

    Both tables are whole: articles has a row a topic and capture, so a page that was captured again stands there again,
    and copies do, too. COUNT(DISTINCT document_id) counts each article once. What each column means:
    docs/data-format.md.
    """
    if out:
        check_target(out)
    elif form == "parquet" and sys.stdout.isatty():
        raise ConfigError("Parquet is not for a terminal; name a file: --out answer.parquet")
    with reading(config, store) as place:
        found = asked(place.store, query, topic)
    if out:
        written = write([found.to_arrow()], found.to_arrow().schema, out)
        typer.echo(f"{out}: {written.rows} rows, {written.bytes} bytes")
    elif form == "table":
        _print_table(found)
    elif form == "json":
        lines = _as_file(found, "jsonl").decode().rstrip("\n").replace("\n", ",\n")
        _print(f"[{lines}]\n".encode())
    else:
        _print(_as_file(found, form))


def _as_file(found: pl.DataFrame, form: str) -> bytes:
    """What a file of that suffix would hold."""
    body, table = io.BytesIO(), found.to_arrow()
    with FORMATS[f".{form}"](body, table.schema) as append:
        append(table)
    return body.getvalue()


def _print(body: bytes) -> None:
    """As it is; on a terminal so that nothing in it acts on the terminal."""
    typer.echo(visible(body.decode()) if sys.stdout.isatty() else body, nl=False)


def _print_table(found: pl.DataFrame) -> None:
    console = Console()
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for name, dtype in found.schema.items():
        table.add_column(Text(name), justify="right" if dtype.is_numeric() else "left", overflow="fold")
    for row in found.head(MOST_SHOWN).iter_rows():
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    console.print(table)
    if found.height > MOST_SHOWN:
        Console(stderr=True).print(
            f"{MOST_SHOWN} of {found.height} rows are shown; --format csv gives all", style="yellow"
        )
