"""``tearsheet backtest``: another query of a topic, tried over the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
from rich.table import Table
from rich.text import Text

from tearsheet.backtest import CHANGES, Comparison, Precision, compare, precisions, read_labels, write_sample
from tearsheet.cli.archive import StoreOption, reading
from tearsheet.cli.render import print_json
from tearsheet.cli.terminal import Console
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption, JsonOption
from tearsheet.config.models import Topic
from tearsheet.errors import ConfigError
from tearsheet.model import parse_night
from tearsheet.pull.archive import Archive
from tearsheet.select.query import parse

STYLES = {"gained": "green", "lost": "red", "kept": ""}


def backtest(
    topic: Annotated[str, typer.Argument(help="Which topic; its query is the one last published.")],
    query: Annotated[str, typer.Option("--query", "-q", help="The query to try in its place.")],
    since: Annotated[str | None, typer.Option(help="First night, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option(help="Last night, YYYY-MM-DD.")] = None,
    examples: Annotated[int, typer.Option(min=0, help="How many articles of each kind to show.")] = 5,
    sample: Annotated[
        int | None, typer.Option(min=3, help="How many articles to write for labelling; needs --out.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File for --sample, labels.csv.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed draws other examples and another sample.")] = 0,
    labelled: Annotated[
        Path | None, typer.Option(help="The sample with yes or no in its column relevant: prints the precision.")
    ] = None,
    store: StoreOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Try another query of a topic over every article of the archive: what it would gain, lose and keep.

    Each article counts once, as it was captured last, in the topic's collections, languages and nights. Nothing is
    written to the store.
    """
    if (sample is None) != (out is None) or (labelled and sample):
        raise ConfigError("--sample N goes with --out labels.csv; --labelled labels.csv, later, goes alone")
    with reading(config, store) as place:
        asked = topic_of(place.archive, topic)
        if labelled:
            labels = read_labels(labelled, asked.id, parse(asked.query), parse(query))
            _print_precisions(precisions(labels), sum(label.relevant is None for label in labels), as_json=as_json)
            return
        with Console(stderr=True).status("reading …") as line:
            found = compare(
                place.archive,
                asked,
                query,
                since=_day(since),
                until=_day(until),
                most=max(examples, sample or 0),
                seed=seed,
                on_month=lambda month: line.update(f"reading {month} …"),
            )
    if as_json:
        print_json(_told(found, examples))
    else:
        _print(found, examples)
    if sample and out:
        typer.echo(f"{out}: {write_sample(found, sample, out).rows} articles to label", err=as_json)


def topic_of(archive: Archive, name: str) -> Topic:
    """A topic as it was last published.

    Raises:
        ConfigError: there is no such topic; the message names those there are.
    """
    topics = archive.topics()
    for row in topics.filter(pl.col("topic") == name).rename({"topic": "id"}).to_dicts():
        return Topic(**row)
    raise ConfigError(f"no topic is called {name!r}; known are: {', '.join(topics['topic']) or 'none'}")


def _day(night: str | None) -> date | None:
    return date.fromisoformat(parse_night(night)) if night else None


def _told(found: Comparison, examples: int) -> dict[str, Any]:
    return {
        "topic": found.topic,
        "present": {"query": found.present.text, "hash": found.present.hash},
        "proposed": {"query": found.proposed.text, "hash": found.proposed.hash},
        "articles": found.articles,
        "counts": {change: found.count(change) for change in CHANGES},
        "sources": {
            source: {change: found.counts.get((source, change), 0) for change in CHANGES} for source in found.sources
        },
        "examples": {change: [asdict(each) for each in found.drawn[change][:examples]] for change in CHANGES},
    }


def _print(found: Comparison, examples: int) -> None:
    console = Console(highlight=False)
    table = Table("source", box=None, header_style="bold", padding=(0, 2, 0, 0))
    for change in CHANGES:
        table.add_column(Text(change, STYLES[change]), justify="right")
    for source in found.sources:
        table.add_row(Text(source), *(str(found.counts.get((source, change), 0)) for change in CHANGES))
    table.add_row(Text("all", "bold"), *(str(found.count(change)) for change in CHANGES))
    console.print(table)
    console.print(f"of {found.articles} articles, latest versions")
    for change in CHANGES:
        for each in found.drawn[change][:examples]:
            head = Text.assemble((f"\n{change} ", STYLES[change]), f"{each.night} {each.source} ", (each.title, "bold"))
            for line in (head, Text(f"  {each.url}", "dim"), Text(f"  {each.found}")):
                console.print(line, soft_wrap=not console.is_terminal)


def _print_precisions(found: Mapping[str, Precision | None], unlabelled: int, *, as_json: bool) -> None:
    if as_json:
        print_json({query: each and asdict(each) for query, each in found.items()} | {"unlabelled": unlabelled})
        return
    for query, each in found.items():
        told = "selects nothing in this sample"
        if each:
            told = f"precision {each.share:.3f} (95 % from {each.low:.3f} to {each.high:.3f}), "
            told += f"from {each.labels} labels for {each.articles} articles"
        typer.echo(f"{query:<9}{told}")
    if unlabelled:
        typer.echo(f"{unlabelled} rows are not labelled and were left out", err=True)
