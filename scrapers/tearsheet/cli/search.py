"""``tearsheet search``: the articles that a query finds, best first, with the passages that match."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.padding import Padding
from rich.text import Text

from tearsheet.cli.render import print_json
from tearsheet.cli.terminal import Console
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption, JsonOption
from tearsheet.config import load_settings
from tearsheet.pull.archive import Archive
from tearsheet.search import Hit, Snippet
from tearsheet.storage import open_store

_MATCH = "bold yellow"


def search(
    query: Annotated[str, typer.Argument(help="What to look for, in the query language of topics.")],
    topic: Annotated[list[str] | None, typer.Option(help="In which topic; may be repeated. All when left out.")] = None,
    since: Annotated[str | None, typer.Option(help="First night, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option(help="Last night, YYYY-MM-DD.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Of this source only; may be repeated.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="In this language only; may be repeated.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many articles to show.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="How many of the best to leave out.")] = 0,
    store: Annotated[str | None, typer.Option(help="s3://bucket/prefix, in place of the configured store.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Search the articles of topics: ranked, each once, as it was captured last.

    The index is read from the store and kept in ~/.cache/tearsheet (TEARSHEET_CACHE moves it).
    """
    settings = load_settings(config).store
    with open_store(settings.model_copy(update={"url": store}) if store else settings) as opened:
        found = Archive(opened).search(
            query,
            topic=topic or (),
            since=since,
            until=until,
            source=source or (),
            language=language or (),
            limit=limit,
            offset=offset,
        )
    if as_json:
        print_json(dataclasses.asdict(found))
        return
    console = Console()
    for rank, hit in enumerate(found.hits, offset + 1):
        for line in _lines(rank, hit):
            console.print(line)
    shown = f", {offset + 1} to {offset + len(found.hits)} shown" if len(found.hits) < found.total else ""
    console.print(f"[bold]{found.total}[/] article{'s' * (found.total != 1)}{shown}")


def _lines(rank: int, hit: Hit) -> Iterator[Text | Padding]:
    by_field = {snippet.field: snippet for snippet in hit.snippets}
    title = _marked(by_field.pop("title", Snippet("title", hit.title or hit.url)))
    title.stylize("bold")
    yield Text.assemble((f"{rank}. ", "dim"), title)
    published = hit.published_at.date().isoformat() if hit.published_at else "undated"
    yield Padding(Text(f"{hit.source}  {published}  {hit.topic}  night {hit.night}", style="cyan"), (0, 0, 0, 3))
    yield Padding(Text(hit.url, style="dim"), (0, 0, 0, 3))
    for snippet in by_field.values():
        yield Padding(_marked(snippet), (0, 0, 0, 3))
    yield Text()


def _marked(snippet: Snippet) -> Text:
    text = Text(snippet.text)
    for offset, length in snippet.marks:
        text.stylize(_MATCH, offset, offset + length)
    return text
