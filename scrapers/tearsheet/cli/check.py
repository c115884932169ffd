"""``tearsheet check``: what is wrong with a configuration, with what its sources answer, with golden pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import JustifyMethod
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from tearsheet.cli.terminal import Console
from tearsheet.cli.terminal import as_json as json_line
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption, JsonOption
from tearsheet.config import Problem, Reading, examine
from tearsheet.config.models import Collection, FetchSettings, Source, Topic
from tearsheet.config.validation import unknown
from tearsheet.errors import ConfigError, ExpectationError, QueryError
from tearsheet.select.query import parse

if TYPE_CHECKING:
    from tearsheet.cli.survey import Survey

AT_ONCE = 8
"""Sources asked at the same time; each site gets one request at a time whatever this is."""


def check(
    online: Annotated[
        bool, typer.Option("--online", help="Ask each source for its homepage, robots, feeds, sitemaps.")
    ] = False,
    pages: Annotated[
        Path | None, typer.Option(help="A folder of golden pages: hold each against what is expected of it.")
    ] = None,
    collection: Annotated[str | None, typer.Option("--collection", "-c", help="Only this collection.")] = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", "-s", help="Only this source; may be repeated.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Find what is wrong with the configuration: every problem with file, line and key, or else a summary."""
    reading = examine(config)
    if problems := [*reading.problems, *query_problems(reading)]:
        _refuse(problems, as_json=as_json)
    if pages:
        return _check_pages(pages, config, as_json=as_json)
    chosen = _chosen(reading.configuration.collections, collection, source)
    if not online:
        return _print_summary(reading, as_json=as_json)
    surveys = _survey_all(chosen, reading.configuration.settings.fetch, quiet=as_json)
    if as_json:
        _print_json({"sources": [asdict(each) for each in surveys]})
    else:
        Console().print(_survey_table(surveys))
    if failed := [f"{each.source}: {'; '.join(each.problems)}" for each in surveys if each.problems]:
        raise ExpectationError(
            f"{len(failed)} of {len(surveys)} sources would not give what they should:\n  " + "\n  ".join(failed)
        )
    return None


def query_problems(reading: Reading) -> Iterator[Problem]:
    """The queries that do not parse."""
    for id_, topic in reading.configuration.topics.items():
        try:
            parse(topic.query)
        except QueryError as error:
            file = reading.topics[id_]
            yield Problem(file=str(file.path), place=file.place(("query",)), key="query", message=str(error))


def _refuse(problems: Sequence[Problem], *, as_json: bool) -> None:
    if not as_json:
        raise ConfigError("\n".join(map(str, problems)))
    _print_json(
        {"problems": [asdict(problem) | {"place": problem.place and problem.place._asdict()} for problem in problems]}
    )
    raise typer.Exit(ConfigError.exit_code)


def _chosen(collections: dict[str, Collection], collection: str | None, wanted: list[str] | None) -> list[Source]:
    """The sources meant: all that are enabled, or those that are named."""
    if collection is not None and collection not in collections:
        raise ConfigError(f"--collection: {unknown(collection, sorted(collections), 'collections')}")
    read = [collections[collection]] if collection else collections.values()
    sources = {source.id: source for each in read for source in each.sources}
    for id_ in wanted or ():
        if id_ not in sources:
            raise ConfigError(f"--source: {unknown(id_, sorted(sources), 'sources')}")
    return [sources[id_] for id_ in wanted] if wanted else [source for source in sources.values() if source.enabled]


def _survey_all(sources: Sequence[Source], settings: FetchSettings, *, quiet: bool) -> list[Survey]:
    """One survey a source, in their order."""
    try:
        from tearsheet.cli.polite import PoliteClient
        from tearsheet.cli.survey import refuse_without_contact, survey
        from tearsheet.spiders.addresses import declared_urls
    except ModuleNotFoundError as error:
        raise ConfigError(f"--online needs {error.name}: pip install 'tearsheet[harvest]'") from error
    refuse_without_contact([source.homepage for source in sources], settings)
    client, surveys = PoliteClient(settings, declared_urls(sources)), {}
    executor = ThreadPoolExecutor(AT_ONCE)
    try:
        with Progress(console=Console(stderr=True), transient=True, disable=quiet) as progress:
            task = progress.add_task("asking", total=len(sources))
            for done in as_completed([executor.submit(survey, source, client) for source in sources]):
                surveys[done.result().source] = done.result()
                progress.advance(task)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
    return [surveys[source.id] for source in sources]


def _check_pages(folder: Path, config: Path, *, as_json: bool) -> None:
    try:
        from tearsheet.cli.golden import check_pages
    except ModuleNotFoundError as error:
        raise ConfigError(f"--pages needs {error.name}: pip install 'tearsheet[harvest]'") from error
    check_pages(folder, config, as_json=as_json)


def _print_summary(reading: Reading, *, as_json: bool) -> None:
    collections, topics = reading.configuration.collections, reading.configuration.topics
    rows = [_collection_row(each) for each in collections.values()]
    if as_json:
        return _print_json(
            {"problems": [], "collections": rows, "topics": [_topic_row(each) for each in topics.values()]}
        )
    console = Console()
    console.print(_table(rows))
    console.print()
    console.print(_table([_topic_row(each) for each in topics.values()]))
    console.print("\nNothing is wrong with these files; --online asks the sources themselves.", style="dim")
    return None


def _collection_row(collection: Collection) -> dict[str, Any]:
    sources = collection.sources
    return {
        "collection": collection.id,
        "sources": len(sources),
        "enabled": sum(source.enabled for source in sources),
        "countries": len({source.country for source in sources}),
        "languages": len({source.language for source in sources}),
        "verified": collection.verified,
        "schedule": f"{collection.schedule} {collection.timezone}" if collection.schedule else "by hand",
    }


def _topic_row(topic: Topic) -> dict[str, Any]:
    return {
        "topic": topic.id,
        "title": topic.title,
        "languages": list(topic.languages) or "all",
        "reads": list(topic.collections),
    }


def _survey_table(surveys: Iterable[Survey]) -> Table:
    return _table(
        {
            "source": each.source,
            "robots": each.robots,
            "homepage": each.channels[0].status or "—",
            **each.found,
            "URLs": sum(channel.named for channel in each.channels),
            "refused": each.refused,
            "verdict": "fails" if each.problems else "ok",
        }
        for each in surveys
    )


def _table(rows: Iterable[dict[str, Any]]) -> Table:
    """A table of equal dictionaries; numbers to the right, the last column takes what width is left."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for row in rows:
        if not table.columns:
            for name, value in row.items():
                justify: JustifyMethod = "right" if type(value) is int else "left"
                wraps = name == list(row)[-1]
                table.add_column(name, justify=justify, no_wrap=not wraps, overflow="fold", min_width=len(name))
        table.add_row(*(Text(_cell(value)) for value in row.values()))
    return table


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, list) else str(value)


def _print_json(value: dict[str, Any]) -> None:
    typer.echo(json_line(value))
