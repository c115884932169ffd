"""``tearsheet explain``: what became of a URL, night by night: outcome, text, what was cut and why, rights, record."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tearsheet.cli.render import outcome_text, print_json
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption, JsonOption, workplace
from tearsheet.config.models import Configuration
from tearsheet.errors import ConfigError
from tearsheet.harvest.outcomes import load_outcomes
from tearsheet.model import Document, Outcome
from tearsheet.storage import Store
from tearsheet.tables import documents
from tearsheet.tables.schema import from_row
from tearsheet.urls import canonical, document_id


def explain(
    url: Annotated[str, typer.Argument(help="The article's address; tracking parameters do not matter.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show what became of a URL and why."""
    identity = document_id(url)
    with workplace(config) as place:
        rows = [from_row(row) for row in documents.find(place.store, identity).to_dicts()]
        held = {(row.collection, row.night) for row in rows}
        others = [o for o in outcomes_of(place.store, place.configuration, identity) if (o[0], o[1]) not in held]
    if not rows and not others:
        raise ConfigError(
            f"{url} was never a candidate (looked for {canonical(url)}, document {identity}); "
            "`tearsheet check --online` shows what its source's channels name"
        )
    if as_json:
        print_json(
            {
                "document_id": identity,
                "documents": [dataclasses.asdict(row) for row in rows],
                "outcomes": [
                    {"collection": c, "night": n, "outcome": o.outcome, "detail": o.detail} for c, n, o in others
                ],
            }
        )
        return
    console = Console()
    for collection, night, outcome in others:
        console.print(
            Text.assemble(
                (f"{night} {collection}  ", "bold"), outcome_text(outcome.outcome), f"  {outcome.detail or ''}"
            )
        )
    for row in rows:
        console.print(article_panel(row))


def outcomes_of(store: Store, configuration: Configuration, identity: str) -> Iterator[tuple[str, str, Outcome]]:
    """Every night's outcome of a document: (collection, night, outcome)."""
    for collection in configuration.collections:
        for night in store.prefixes(f"runs/{collection}/"):
            for outcome in load_outcomes(store, collection, night):
                if outcome.document_id == identity:
                    yield collection, night, outcome


def article_panel(document: Document) -> Panel:
    """A document as it stands, what was cut from it, and its proof."""
    parts: list[RenderableType] = [_facts(document), Text()]
    if document.text:
        parts += [*_text_and_cuts(document), Text()]
    proof = (
        f"record  {document.warc_file} @ {document.warc_offset}+{document.warc_length}\n"
        f"digest  {document.payload_digest}\nby      {document.extractor}"
    )
    parts.append(Text(proof, style="dim"))
    title = Text.assemble(f"{document.night} {document.collection} ", outcome_text(document.outcome))
    return Panel(Group(*parts), title=title, title_align="left", width=min(110, Console().width))


def _facts(document: Document) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    evidence = f" ({', '.join(document.access_evidence)})" if document.access_evidence else ""
    origin = f" (from {document.published_from})" if document.published_from else ""
    rights = ", ".join(f"{signal.signal}={signal.value} ({signal.origin})" for signal in document.rights)
    facts = {
        "title": document.title,
        "standfirst": document.standfirst,
        "authors": ", ".join(document.authors),
        "agency": document.agency,
        "published": document.published_at and f"{document.published_at}{origin}",
        "modified": document.modified_at,
        "language": document.language,
        "section": document.section,
        "access": document.access + evidence,
        "rights": rights or "no signal",
        "url": document.url,
        "named by": "\n".join(document.channels),
    }
    for name, value in facts.items():
        if value:
            table.add_row(Text(name, style="bold"), Text(str(value)))
    return table


def _text_and_cuts(document: Document) -> Iterator[Text]:
    """The kept text, then each block that was cut, with reason and rule."""
    for line in (document.text or "").split("\n"):
        yield Text(line)
    if document.removed:
        yield Text("\ncut from this page:", style="bold")
    for block in document.removed:
        reason = (f"{block.position:>4}  {block.reason} ", "red")
        yield Text.assemble(reason, (f"[{block.rule}] ", "dim"), (block.text, "strike dim"))
