"""``tearsheet explain``: what became of a URL, night by night: outcome, text, what was cut and why, rights, record."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Annotated

import typer
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tearsheet.clean.cleaner import LEFT_OUT
from tearsheet.cli.render import outcome_text, print_json
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption, JsonOption, workplace
from tearsheet.config.models import Configuration
from tearsheet.errors import ConfigError
from tearsheet.harvest.outcomes import load_outcomes
from tearsheet.model import Document, Outcome, Removed
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
    parts: list[RenderableType] = [_facts(document), Text()]
    if document.text:
        parts += [*_text_and_cuts(document, left_out=left_out), Text()]
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
    rights = ", ".join(f"{signal.signal}={signal.value} ({signal.origin})" for signal in document.rights)
    facts = {
        "title": document.title,
        "standfirst": document.standfirst,
        "authors": ", ".join(document.authors),
        "published": document.published_at,
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


def _text_and_cuts(document: Document, *, left_out: bool) -> Iterator[Text]:
    """The page's blocks in their order: what was kept, what was cut and why, what the extractor left out."""
    kept = iter((document.text or "").split("\n"))
    cuts = {cut.position: cut for cut in document.removed}
    blocks = (cuts.get(n) or next(kept, None) for n in range(len(cuts) + len((document.text or "").split("\n"))))
    for is_left_out, run in groupby(blocks, key=lambda block: isinstance(block, Removed) and block.rule == LEFT_OUT):
        if is_left_out and not left_out:
            yield _summed_up([block for block in run if isinstance(block, Removed)])
        else:
            yield from (_cut(block) if isinstance(block, Removed) else Text(block) for block in run if block)


def _cut(block: Removed) -> Text:
    return Text.assemble((f"{block.reason} ", "red"), (f"[{block.rule}] ", "dim"), (block.text, "strike dim"))


def _summed_up(blocks: list[Removed]) -> Text:
    """One line for blocks that stand side by side and are no part of the text."""
    reasons = Counter(block.reason for block in blocks)
    told = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    counted = "1 block" if len(blocks) == 1 else f"{len(blocks)} blocks"
    return Text(f"… {counted} left out by the extractor: {told}", style="dim")
