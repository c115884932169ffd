"""What the demo ends with: the run report, the first rows of a topic, one article with what was cut from it."""

from __future__ import annotations

import polars as pl
from rich.console import Console
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table

import tearsheet
from tearsheet import harvest, topic
from tearsheet.cli.explain import article_panel
from tearsheet.cli.render import report_panel
from tearsheet.demo.outlets import outlets
from tearsheet.demo.server import Press
from tearsheet.storage import Store
from tearsheet.tables import documents
from tearsheet.tables.schema import from_row
from tearsheet.urls import document_id

TOPIC = "demo-unrest"
SHOWN = 12
READING = f"""import tearsheet

archive = tearsheet.open()
rows = archive.topic("{TOPIC}").one_per_cluster().to_polars()"""


def show(console: Console, store: Store, press: Press, night: str) -> None:
    """All three, of the nights that ``store`` holds up to ``night``."""
    report = harvest.load_report(store, "demo", night)
    if report:
        names = ("demo-unrest", "demo-energy")
        _heading(console, "The run report of the last night")
        console.print(report_panel(report, {name: topic.counts(store, name, "demo", night) for name in names}))
    _heading(console, f"The topic {TOPIC}, as an analyst reads it")
    console.print(Syntax(READING, "python", background_color="default"))
    console.print(_rows())
    _heading(console, "One article, and what was cut from its page")
    first = documents.find(store, document_id(_seed(press)), collection="demo").sort("night").row(0, named=True)
    console.print(article_panel(from_row(first)))


def _heading(console: Console, text: str) -> None:
    console.print()
    console.print(Rule(f"[bold]{text}[/]", align="left"))


def _rows() -> Table:
    """The topic's stories in all languages, the first copy of each."""
    selection = tearsheet.open().topic(TOPIC)
    copies = selection.to_polars().group_by("cluster_id").agg(pl.col("source").n_unique().alias("outlets"))
    rows = selection.one_per_cluster().to_polars().join(copies, on="cluster_id", how="left", maintain_order="left")
    shown = rows.head(SHOWN).select("night", "source", "language", "words", "outlets", "title")
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0), expand=True)
    for name, column in shown.drop("title").cast(pl.String).to_dict(as_series=False).items():
        right = name in ("words", "outlets")
        width = max(map(len, [name, *column]))
        table.add_column(name, no_wrap=True, width=width, justify="right" if right else "left")
    table.add_column("title", no_wrap=True, ratio=1)
    for row in shown.rows():
        table.add_row(*map(str, row))
    table.caption = f"{shown.height} of {rows.height} stories; outlets: how many of them printed it"
    return table


def _seed(press: Press) -> str:
    """The page with the longest blurb and the byline in the middle of its text."""
    outlet, article = next((o, a) for o in outlets() for a in o.articles if a.kind == "seed")
    return press.url(outlet.id, article.path)
