"""``tearsheet topic``: bring topics up to date with every night that is new or changed."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from tearsheet.cli.render import print_json
from tearsheet.cli.terminal import Console
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption, JsonOption, workplace
from tearsheet.config.models import Configuration, Topic
from tearsheet.errors import ConfigError
from tearsheet.topic import update


def topic(
    topic: Annotated[list[str] | None, typer.Argument(help="Which topics; all when left out.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Select, dedupe and publish what is new or changed for topics."""
    console = Console(stderr=True)
    with workplace(config) as place:
        results = []
        for chosen in _choose(place.configuration, topic or []):
            with console.status(f"{chosen.id} …") as line:
                results.append(update(place.store, chosen, on_night=line.update))
    if as_json:
        print_json([dataclasses.asdict(result) for result in results])
        return
    for result in results:
        what = (
            f"{len(result.nights)} nights selected anew, {result.articles} articles" if result.nights else "up to date"
        )
        Console().print(f"[bold]{result.topic}[/]: {what}")


def _choose(configuration: Configuration, wanted: list[str]) -> list[Topic]:
    if unknown := set(wanted) - set(configuration.topics):
        raise ConfigError(
            f"no topic is called {', '.join(sorted(unknown))}; known are: {', '.join(sorted(configuration.topics))}"
        )
    return [configuration.topics[topic] for topic in wanted or sorted(configuration.topics)]
