"""``tearsheet audit``: whether the archive holds what it says, and the repair of what is derived."""

from __future__ import annotations

import dataclasses
from collections import Counter
from functools import partial
from typing import Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from tearsheet.audit import KINDS, Asked, Report
from tearsheet.audit import audit as run_audit
from tearsheet.audit import repair as run_repair
from tearsheet.cli.bars import counted
from tearsheet.cli.render import print_json
from tearsheet.cli.terminal import Console
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption, JsonOption, Workplace, workplace
from tearsheet.documents.pool import Pool
from tearsheet.lease import refuse_running
from tearsheet.model import parse_night

SHOWN = 20
"""Findings of a kind that are printed; ``--json`` has all."""


def audit(
    collection: Annotated[
        str | None, typer.Option("--collection", "-c", help="Only this collection's nights; all when left out.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="First night, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option(help="Last night, YYYY-MM-DD.")] = None,
    sample: Annotated[
        float, typer.Option(min=0, max=1, help="Share of each night's pages to extract again, at least one.")
    ] = 0.01,
    full: Annotated[bool, typer.Option("--full", help="Extract every page again.")] = False,
    repair: Annotated[bool, typer.Option("--repair", help="Rebuild what is derived, then audit again.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Check that the archive holds what it says.

    WARCs, indexes, rows, outcomes, reports, states and topics are held against each other; ends with exit code 10 if
    anything is found. Pages themselves (raw/*.warc.gz) are never written. No repair is begun
    while a night runs.
    """
    asked = Asked(
        collection=collection,
        since=parse_night(since) if since else None,
        until=parse_night(until) if until else None,
        sample=1.0 if full else sample,
    )
    with workplace(config) as place:
        if collection:
            place.configuration.collection(collection)
        limits = place.configuration.settings.extract
        with Pool(limits.workers, memory_bytes=limits.memory_bytes) as pool:
            report = _audit(place, pool, asked, quiet=as_json)
            told, done = {"found": dataclasses.asdict(report)}, list[str]()
            if repair and report.findings:
                refuse_running(place.store)
                tell = partial(Console(stderr=True, quiet=as_json).print, markup=False, highlight=False)
                done = run_repair(place.store, place.configuration, pool, report.findings, tell)
                report = _audit(place, pool, asked, quiet=as_json)
                told["left"] = dataclasses.asdict(report)
    if as_json:
        print_json(told | {"repaired": done})
    report.insist()


def _audit(place: Workplace, pool: Pool, asked: Asked, *, quiet: bool) -> Report:
    with counted("audit", quiet=quiet) as steps:
        report = run_audit(place.store, place.configuration, pool, asked, steps)
    if not quiet:
        print_audit(report)
    return report


def print_audit(report: Report) -> None:
    """What was looked at, how many findings of each kind there are, and where."""
    console = Console()
    counts = Counter(finding.kind for finding in report.findings)
    if counts:
        table = Table("kind", Column("findings", justify="right"), "meaning", "mend", box=None, header_style="bold")
        for kind in filter(counts.__contains__, KINDS):
            table.add_row(Text(kind, style="red"), str(counts[kind]), KINDS[kind].meaning, KINDS[kind].mend)
        console.print(table)
    for kind in filter(counts.__contains__, KINDS):
        for finding in [each for each in report.findings if each.kind == kind][:SHOWN]:
            told = Text.assemble((kind, "red"), "  ", (finding.place, "bold"), "\n  ", finding.what)
            if finding.mend != KINDS[kind].mend:
                told.append(f"; {finding.mend}")
            console.print(told, soft_wrap=True)
        if counts[kind] > SHOWN:
            console.print(f"  and {counts[kind] - SHOWN} more; --json has all", style="dim")
    console.print(
        f"{report.verdict}: {report.nights} nights, {report.segments} "
        f"WARCs, {report.records} records, {report.documents} documents; {report.extracted} extracted again, "
        f"{report.not_comparable} not comparable; {report.seconds:.1f} s",
        highlight=False,
    )
