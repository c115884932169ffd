"""``tearsheet explain``: what became of a URL, night by night: outcome, text, what was cut and why, rights, record."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from tearsheet.cli.article import blocks, facts
from tearsheet.cli.render import outcome_text, print_json
from tearsheet.cli.terminal import Console
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
    left_out: Annotated[
        bool, typer.Option("--left-out", help="Also show each block that the extractor left out.")
    ] = False,
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
        console.print(article_panel(row, left_out=left_out))


def outcomes_of(store: Store, configuration: Configuration, identity: str) -> Iterator[tuple[str, str, Outcome]]:
    """Every night's outcome of a document: (collection, night, outcome)."""
    for collection in configuration.collections:
        for night in store.prefixes(f"runs/{collection}/"):
            for outcome in load_outcomes(store, collection, night):
                if outcome.document_id == identity:
                    yield collection, night, outcome


def article_panel(document: Document, *, left_out: bool = False) -> Panel:
    """A document as it stands, what was cut from it, and its proof."""
    parts: list[RenderableType] = [facts(document), Text()]
    if document.text:
        parts += [*blocks(document, left_out=left_out), Text()]
    proof = (
        f"record  {document.warc_file} @ {document.warc_offset}+{document.warc_length}\n"
        f"digest  {document.payload_digest}\nby      {document.extractor}"
    )
    parts.append(Text(proof, style="dim"))
    title = Text.assemble(f"{document.night} {document.collection} ", outcome_text(document.outcome))
    return Panel(Group(*parts), title=title, title_align="left", width=min(110, Console().width))
