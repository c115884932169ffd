"""``tearsheet status``: the last nights of each collection and where each source stands."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from tearsheet import state
from tearsheet.cli.render import print_json
from tearsheet.cli.terminal import Console
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption, JsonOption, workplace
from tearsheet.config.models import Collection
from tearsheet.harvest import RunReport, load_report
from tearsheet.storage import Store


def status(
    nights: Annotated[int, typer.Option(min=1, help="How many nights back.")] = 7,
    collection: Annotated[str | None, typer.Option("--collection", "-c", help="Only this one.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show the last nights and each source's state."""
    with workplace(config) as place:
        chosen = [c for c in place.configuration.collections.values() if collection in {None, c.id}]
        found = {c.id: last_reports(place.store, c.id, nights) for c in chosen}
        if as_json:
            print_json({name: [dataclasses.asdict(report) for report in reports] for name, reports in found.items()})
            return
        console = Console()
        for each in chosen:
            if not found[each.id]:
                console.print(f"[bold]{each.id}[/]: no night yet; run [bold]tearsheet night --collection {each.id}[/]")
                continue
            console.print(_nights(each.id, found[each.id]))
            console.print(_sources(place.store, each, found[each.id]))


def last_reports(store: Store, collection: str, count: int) -> list[RunReport]:
    """The reports of the last published nights, oldest first."""
    reports = (load_report(store, collection, night) for night in reversed(store.prefixes(f"runs/{collection}/")))
    return [report for report, _ in zip((r for r in reports if r), range(count), strict=False)][::-1]


def _nights(name: str, reports: list[RunReport]) -> Table:
    table = Table(
        "night",
        "candidates",
        "articles",
        "drops",
        "skipped",
        "failed",
        "pending",
        "sources failed",
        title=name,
        title_justify="left",
    )
    for report in reports:
        families = [
            sum(n for outcome, n in report.outcomes.items() if outcome.partition(".")[0] == family)
            for family in ("article", "drop", "skipped", "failed", "pending")
        ]
        wrong = ", ".join(source.source for source in report.failed) or "—"
        table.add_row(
            report.night,
            *(Text(str(n), justify="right") for n in (report.candidates, *families)),
            Text(wrong, style="red" if report.failed else "dim"),
        )
    return table


def _sources(store: Store, collection: Collection, reports: list[RunReport]) -> Table:
    """Articles a night, newest last, and what the state holds."""
    table = Table("source", "articles a night", "seen", "pending", "last verdict", title_justify="left")
    for source in collection.sources:
        known = state.load(store, source.id)
        verdicts = [v for report in reports for v in report.sources if v.source == source.id]
        last = verdicts[-1] if verdicts else None
        said = (
            Text("disabled: " + (source.reason or ""), style="dim")
            if not source.enabled
            else Text("never ran", style="dim")
        )
        if last:
            said = Text("ok", style="green") if last.verdict == "ok" else Text("; ".join(last.reasons), style="red")
        table.add_row(
            source.id, " ".join(str(v.articles) for v in verdicts), str(len(known.seen)), str(len(known.pending)), said
        )
    return table
