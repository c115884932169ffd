"""``tearsheet pull``: a topic's articles as a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tearsheet.cli.release import pull_release
from tearsheet.cli.terminal import Console
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption, JsonOption
from tearsheet.config import load_settings
from tearsheet.pull.archive import Archive
from tearsheet.pull.cursor import pull_new
from tearsheet.pull.export import Written, check_target, write
from tearsheet.pull.reduction import Count
from tearsheet.pull.selection import Selection, Uses
from tearsheet.storage import Store, open_store

Form = Literal["parquet", "csv", "jsonl", "xlsx"]


def pull(
    topic: Annotated[str, typer.Argument(help="Which topic.")],
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", help="File to write; its suffix says how: .parquet, .csv, .jsonl, .xlsx. Or a folder."
        ),
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
    new: Annotated[
        bool,
        typer.Option("--new", help="Go on where the last --new into this file or folder ended; read what changed."),
    ] = False,
    form: Annotated[Form, typer.Option("--format", help="Of the files of a folder, one a month.")] = "parquet",
    store: Annotated[str | None, typer.Option(help="s3://bucket/prefix, in place of the configured store.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write a topic's articles to a file, oldest night first: each article once, as it was captured last.

    Lists and structs are JSON in .csv and .xlsx, where texts that a spreadsheet would run as formulas are neutralised.
    With --new what was read stays beside the file, and the next --new reads only what the topic has changed in since.
    """
    if release:
        pull_release(topic, release, out, store, config, as_json=as_json)
        return
    if not (new and out.is_dir()):
        check_target(out)
    settings = load_settings(config).store
    with open_store(settings.model_copy(update={"url": store}) if store else settings) as opened:
        whole = _narrowed(Archive(opened).topic(topic), since, until, text=text)
        whole = _reduced(whole, all_versions=all_versions, one_per_cluster=one_per_cluster)
        selection = whole.rights(rights)
        told = _continued(opened, topic, selection, out, form) if new else _whole(topic, selection, out)
        told.unshared = 0 if rights == "all" else whole.over(told.rows).count() - told.count
    typer.echo(told.as_json(topic, rights) if as_json else told.as_line())


def _reduced(selection: Selection, *, all_versions: bool, one_per_cluster: bool) -> Selection:
    selection = selection.all_versions() if all_versions else selection
    return selection.one_per_cluster() if one_per_cluster else selection


@dataclass(kw_only=True)
class _Told:
    """What a pull is said to have come to."""

    out: Path
    count: Count
    nights: int
    written: list[Written]
    rows: Callable[[], pl.LazyFrame] | None = None
    changes: dict[str, int | None] = field(default_factory=dict)
    unshared: int = 0

    def as_json(self, topic: str, rights: str) -> str:
        told = {"topic": topic, "out": str(self.out), "rows": int(self.count), "nights": self.nights}
        told |= {"files": len(self.written), "bytes": self._sum("bytes"), "rights": rights, "left_out": self.unshared}
        told |= {"earlier_versions": self.count.earlier, "copies": self.count.copies}
        told |= {"neutralised": self._sum("neutralised"), "cut": self._sum("cut")}
        return json.dumps(told | self.changes, ensure_ascii=False)

    def as_line(self) -> str:
        parts = [f"{self.nights} night{'' if self.nights == 1 else 's'}"]
        parts += [f"{self._sum('bytes')} bytes"] if self.written else ["nothing to write"]
        parts += [f"{len(self.written)} files"] if len(self.written) > 1 else []
        parts += [f"{count} formulas neutralised"] if (count := self._sum("neutralised")) else []
        parts += [f"{count} cells cut, which Excel could not hold whole"] if (count := self._sum("cut")) else []
        kept = f"; {self.unshared} rows left out, which may not be shared" if self.unshared else ""
        return f"{self.out}: {self.count!r}; {', '.join(parts)}{kept}{self._since()}"

    def _sum(self, what: str) -> int:
        return sum(getattr(file, what) for file in self.written)

    def _since(self) -> str:
        if self.changes.get("since_version") is None:
            return ""
        changes = ", ".join(f"{self.changes[name]} {name}" for name in ("new", "replaced", "gone"))
        return f"; since the last pull {changes}"


def _narrowed(selection: Selection, since: str | None, until: str | None, *, text: bool) -> Selection:
    selection = selection.since(since) if since else selection
    selection = selection.until(until) if until else selection
    return selection.with_text() if text else selection


def _whole(topic: str, selection: Selection, out: Path) -> _Told:
    count = selection.count()
    nights: set[str] = set()
    with _bar(topic) as shown:
        written = write(_noted(selection.tables(), nights, lambda rows: shown(rows, count)), selection.schema, out)
    return _Told(out=out, count=count, nights=len(nights), written=[written])


def _continued(store: Store, topic: str, selection: Selection, out: Path, form: Form) -> _Told:
    with _bar(topic) as shown:
        pulled = pull_new(store, topic, selection, out, f".{form}", shown)
    changes = {"version": pulled.parts.version, "since_version": pulled.since, "read": pulled.parts.read}
    changes |= {"new": pulled.new, "replaced": pulled.replaced, "gone": pulled.gone}
    count = pulled.selection.count()
    return _Told(
        out=out, count=count, nights=pulled.nights, written=pulled.written, rows=pulled.parts.rows, changes=changes
    )


def _noted(tables: Iterator[pa.Table], nights: set[str], shown: Callable[[int], None]) -> Iterator[pa.Table]:
    """The tables as they are; their nights are noted, and how many rows there were so far is shown."""
    rows = 0
    for table in tables:
        nights.update(pc.unique(table["night"]).to_pylist())
        yield table
        rows += table.num_rows
        shown(rows)


@contextmanager
def _bar(topic: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; its function takes how many rows are done, of how many."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task(topic, total=None)
        yield lambda done, total: progress.update(bar, completed=done, total=total)
