"""``tearsheet night`` and ``tearsheet harvest``: run a collection's night without Airflow, by the same functions."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tearsheet.cli.bars import shown
from tearsheet.cli.render import print_dry_run, print_json, print_report
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption, JsonOption, workplace
from tearsheet.config import load
from tearsheet.config.models import Collection, Configuration
from tearsheet.errors import ConfigError
from tearsheet.harvest import night_of
from tearsheet.lease import hold
from tearsheet.model import parse_night
from tearsheet.night import harvest_night
from tearsheet.night import night as run_night
from tearsheet.rehearsal import rehearse

CollectionOption = Annotated[
    str | None, typer.Option("--collection", "-c", help="Which collection; may be left out where there is only one.")
]
NightOption = Annotated[
    str | None,
    typer.Option("--night", "-n", help="The night, YYYY-MM-DD; left out: today in the collection's time zone."),
]
SourceOption = Annotated[
    list[str] | None, typer.Option("--source", "-s", help="Only this source; may be given several times.")
]


def night(
    collection: CollectionOption = None,
    night: NightOption = None,
    source: SourceOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what the sources would give; write nothing.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Harvest a collection's night, then bring the topics that read it up to date."""
    if dry_run:
        _dry_run(config, collection, night, source, as_json=as_json)
        return
    with workplace(config) as place:
        chosen, day, sources = _choose(place.configuration, collection, night, source)
        with shown(f"{chosen.id} {day}", quiet=as_json) as progress:
            result, report = run_night(
                place.store, place.configuration, chosen.id, day, sources=sources, progress=progress
            )
    if as_json:
        print_json(dataclasses.asdict(result))
    else:
        print_report(report, result.topics)
    report.insist(sources)


def harvest(
    collection: CollectionOption = None,
    night: NightOption = None,
    source: SourceOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Harvest a collection's night into the documents table and leave the topics alone."""
    with workplace(config) as place:
        chosen, day, sources = _choose(place.configuration, collection, night, source)
        seconds = place.configuration.settings.store.lease_seconds
        with (
            hold(place.store, chosen.id, day, seconds) as lease,
            shown(f"{chosen.id} {day}", quiet=as_json) as progress,
        ):
            done = harvest_night(
                place.store, place.configuration, chosen.id, day, sources=sources, progress=progress, lease=lease
            )
    if as_json:
        print_json(dataclasses.asdict(done.report))
    else:
        print_report(done.report)
    done.report.insist(sources)


def _dry_run(
    config: Path, collection: str | None, night: str | None, source: list[str] | None, *, as_json: bool
) -> None:
    configuration = load(config)
    chosen, day, sources = _choose(configuration, collection, night, source)
    with shown(f"dry run {chosen.id} {day}", quiet=as_json) as progress:
        done = rehearse(configuration, chosen.id, day, sources=sources, progress=progress)
    if as_json:
        print_json(dataclasses.asdict(done.report))
    else:
        print_dry_run(done.report, done.rows, sources)


def _choose(
    configuration: Configuration, collection: str | None, night: str | None, sources: list[str] | None
) -> tuple[Collection, str, frozenset[str]]:
    """The collection, night and sources meant; a source alone names its collection."""
    wanted = frozenset(sources or [])
    if collection is None:
        holding = [c.id for c in configuration.collections.values() if wanted <= {source.id for source in c.sources}]
        if len(holding) != 1:
            raise ConfigError(f"--collection is needed: it could be any of {', '.join(holding) or 'none'}")
        collection = holding[0]
    chosen = configuration.collection(collection)
    return chosen, parse_night(night) if night else night_of(chosen, datetime.now(UTC)), chosen.only(wanted)
