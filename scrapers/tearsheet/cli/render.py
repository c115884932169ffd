"""Run reports, articles and ledgers as tables on a terminal; JSON for machines is one object on standard output."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Column, Table
from rich.text import Text

from tearsheet.cli.terminal import Console, as_json

if TYPE_CHECKING:  # commands of the bare install print JSON, too, and have no harvest
    from tearsheet.harvest import RunReport
    from tearsheet.harvest.verdict import SourceVerdict

STYLES = {"article": "green", "drop": "yellow", "skipped": "dim", "failed": "red", "pending": "cyan"}
"""The colour of each family of outcomes."""


def print_json(value: Any) -> None:
    """One object on standard output; times in ISO 8601."""
    print(as_json(value))  # noqa: T201 - the output itself


def print_report(report: RunReport, topics: Mapping[str, Mapping[str, int]] | None = None) -> None:
    """The morning's page: outcomes, sources, topics."""
    console = Console()
    console.print(report_panel(report, topics or {}))


def report_panel(report: RunReport, topics: Mapping[str, Mapping[str, int]]) -> Panel:
    """The run report as one panel."""
    head = Text.assemble(
        (f"{report.candidates}", "bold"), " candidates, ", (f"{report.documents}", "bold"), " documents, ",
        (f"{report.outcomes.get('article', 0)}", "bold green"), " articles",
    )  # fmt: skip
    parts: list[RenderableType] = [head, Text(), _outcomes(report.outcomes), Text(), _sources(report.sources)]
    parts += [Text.assemble((f"{each.source}: ", "bold"), ("; ".join(each.reasons), "red")) for each in report.failed]
    if topics:
        parts += [Text(), _topics(topics)]
    if report.unfinished:
        parts.append(Text(f"not finished: {', '.join(report.unfinished)}", style="red"))
    return Panel(Group(*parts), title=f"{report.collection} · {report.night}", title_align="left", expand=False)


def outcome_text(outcome: str) -> Text:
    """An outcome in its family's colour."""
    return Text(outcome, style=STYLES.get(outcome.partition(".")[0], ""))


def print_dry_run(report: RunReport, rows: Iterable[Mapping[str, Any]], sources: frozenset[str]) -> None:
    """What the sources would give: channels that answered, outcomes, and the articles with their first words."""
    console = Console()
    for source in report.sources:
        if sources and source.source not in sources:
            continue
        console.print(
            Panel(
                Group(_channels(source), Text(), _outcomes(source.outcomes)),
                title=source.source,
                title_align="left",
                expand=False,
            )
        )
    table = Table("published", "title", "words", "access", "cut", title="what would be kept", title_justify="left")
    for row in rows:
        if row["outcome"] == "article":
            published = row["published_at"].date().isoformat() if row["published_at"] else "—"
            table.add_row(
                published, Text(row["title"] or ""), str(row["words"]), row["access"], str(len(row["removed"]))
            )
    console.print(table)
    console.print("Nothing was written.", style="dim")


def _outcomes(outcomes: Mapping[str, int]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for outcome, count in sorted(
        outcomes.items(), key=lambda item: (list(STYLES).index(item[0].partition(".")[0]), -item[1])
    ):
        table.add_row(Text(str(count), justify="right"), outcome_text(outcome))
    return table


def _sources(sources: Iterable[SourceVerdict]) -> Table:
    table = Table(
        Column("source", no_wrap=True),
        "articles",
        "candidates",
        "pages",
        "requests",
        "KB",
        "verdict",
        box=None,
        header_style="bold",
        padding=(0, 2, 0, 0),
    )
    for source in sources:
        verdict = Text(source.verdict, style="green" if source.verdict == "ok" else "red")
        figures = (source.articles, source.candidates, source.pages, source.requests, source.bytes // 1000)
        table.add_row(source.source, *(Text(str(figure), justify="right") for figure in figures), verdict)
    return table


def _topics(topics: Mapping[str, Mapping[str, int]]) -> Table:
    table = Table("topic", "articles", "stories", box=None, header_style="bold", padding=(0, 2, 0, 0))
    for topic, held in topics.items():
        table.add_row(topic, str(held["articles"]), str(held["clusters"]))
    return table


def _channels(source: SourceVerdict) -> Table:
    table = Table("channel", "kind", "status", "URLs", "", box=None, header_style="bold", padding=(0, 2, 0, 0))
    for channel in source.channels:
        table.add_row(
            Text(channel.url),
            channel.kind,
            str(channel.status or "—"),
            str(channel.named),
            Text(channel.error or "", style="red"),
        )
    return table
