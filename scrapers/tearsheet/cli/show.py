"""``tearsheet show``: an article as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from tearsheet.cli.archive import ArticleArgument, Chosen, NightOption, StoreOption, chosen, reading, told_of
from tearsheet.cli.article import blocks, facts
from tearsheet.cli.render import print_json
from tearsheet.cli.terminal import Console
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption, JsonOption
from tearsheet.model import ARTICLE, Document
from tearsheet.pull.topics import Selected, selected
from tearsheet.pull.versions import versions_of

COPIES = {"first": "first copy", "near": "near copy", "identical": "same text", "version": "captured again"}


def show(
    url: ArticleArgument,
    night: NightOption = None,
    cut: Annotated[bool, typer.Option("--cut", help="Also what was cut, where it stood, struck out.")] = False,
    store: StoreOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show an article as people read it: headline, byline, dates, text, and the topics and stories it stands in.

    One capture, the latest or that of a night; the others are named. What became of an address in every night, and
    why, `tearsheet explain` says.
    """
    with reading(config, store) as place:
        found = chosen(place, url, night)
        topics = selected(place.store, found.row)
    if as_json:
        others = [{"night": row.night, "collection": row.collection, "outcome": row.outcome} for row in found.others]
        told = {"document": asdict(found.row), "topics": [asdict(each) for each in topics], "others": others}
        print_json(told | {"versions": len(versions_of(found.rows))})
        return
    console = Console(highlight=False)
    for part in (*_article(found.row, cut=cut), Text(), *_about(found, topics)):
        console.print(part, soft_wrap=not console.is_terminal)


def _article(row: Document, *, cut: bool) -> Iterator[RenderableType]:
    """Headline to last paragraph, a blank line between; what is known of a page that is no article."""
    if row.outcome != ARTICLE:
        yield Text(f"no article: {row.outcome}", style="yellow")
        yield facts(row)
        return
    yield Text(row.title or "(no headline)", style="bold")
    yield Text(_byline(row), style="dim")
    if row.standfirst:
        yield Text()
        yield Text(row.standfirst, style="italic")
    for block in blocks(row, left_out=True) if cut else map(Text, (row.text or "").split("\n")):
        yield Text()
        yield block


def _byline(row: Document) -> str:
    """Who, for whom, when."""
    published = "undated"
    if row.published_at:
        published = (
            f"{row.published_at:%Y-%m-%d %H:%M} UTC" if row.published_has_time else f"{row.published_at:%Y-%m-%d}"
        )
    modified = f"modified {row.modified_at:%Y-%m-%d %H:%M} UTC" if row.modified_at else None
    return " · ".join(filter(None, (", ".join(row.authors), row.agency, row.source, published, modified)))


def _about(found: Chosen, topics: Sequence[Selected]) -> Iterator[Text]:
    """Where it stands: address, topics and stories, access, captures."""
    row = found.row
    yield _line("url", row.url)
    for topic in topics:
        words = ", ".join(dict.fromkeys(match.words for match in topic.evidence))
        outlets = (
            f"{topic.documents} articles of {', '.join(topic.sources)}" if topic.documents > 1 else "no other copy"
        )
        yield _line("topic", f"{topic.topic} for “{words}”; {COPIES[topic.copy]}, {outlets} (story {topic.cluster_id})")
    if not topics:
        yield _line("topic", "none")
    rights = ", ".join(f"{signal.signal}={signal.value}" for signal in row.rights)
    yield _line("access", f"{row.access}; {rights or 'no rights signal'}; {len(row.removed)} blocks cut")
    yield _line("capture", f"{told_of(row)}, document {row.document_id}")
    count = len(versions_of(found.rows))
    for other in found.others:
        yield _line("also", told_of(other))
    if count > 1:
        yield _line("", f"{count} versions; `tearsheet diff {row.url}` shows what changed")


def _line(name: str, told: str) -> Text:
    return Text.assemble((f"{name:<9}", "bold"), (told, "dim"))
