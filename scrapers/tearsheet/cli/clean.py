"""``tearsheet clean``: one page or plain text from a file as a night would leave it, with all that was cut, and why."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from tearsheet.cli.article import blocks, facts
from tearsheet.cli.markdown import markdown
from tearsheet.cli.render import outcome_text, print_json
from tearsheet.cli.terminal import Console, visible
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption
from tearsheet.config import load
from tearsheet.documents.loose import Form, read_loose
from tearsheet.errors import ConfigError, RecordError
from tearsheet.model import Document

STANDARD_INPUT = Path("-")
FIELDS = (
    *("url", "outcome", "title", "standfirst", "authors", "published_at", "published_raw", "published_has_time"),
    *("modified_at", "language", "section", "tags", "image", "canonical_url", "access", "access_evidence", "rights"),
    *("text", "words", "removed", "version_id", "content_hash", "extractor", "rules"),
)
"""The columns of a document that a file has without collection, night and record."""


class Format(StrEnum):
    """How the result is printed."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


def clean(
    file: Annotated[Path, typer.Argument(help="An HTML page or a plain text; - is standard input.")],
    form: Annotated[Form | None, typer.Option("--as", help="What the file is; left out: told by its content.")] = None,
    output: Annotated[
        Format, typer.Option("--format", help="How the article is printed; only json holds all fields and cuts.")
    ] = Format.TEXT,
    url: Annotated[
        str | None, typer.Option(help="The page's address; left out: the one that it calls its own.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="ISO 639 code of its text; left out: as declared, else told by its words.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", "-s", help="The source whose rules hold for the page; left out: none.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    left_out: Annotated[
        bool, typer.Option("--left-out", help="On a terminal: also show each block that the extractor left out.")
    ] = False,
) -> None:
    """Strip one page or plain text to its article by the extraction and cleaning of a night.

    As text on a terminal: what is known of the article, and its blocks with those that were cut. As text elsewhere, and
    as Markdown: the article alone.
    """
    declared = load(config).source(source).rules if source else ()
    rules = [each.rule for each in declared]
    found = read_loose(_read(file), form=form, url=url, language=language, rules=rules)
    document = found.document
    if output is Format.JSON:
        return print_json(_fields(document))
    console = Console()
    if output is Format.TEXT and console.is_terminal:
        return console.print(_panel(document, left_out=left_out))
    if not document.text:
        raise RecordError(f"{file} gives no article: {document.outcome}; `--format json` shows what is known of it")
    told = _text(document) if output is Format.TEXT else markdown(document, found.blocks)
    typer.echo(visible(told) if console.is_terminal else told, nl=False)
    return None


def _read(file: Path) -> bytes:
    if file == STANDARD_INPUT:
        return typer.get_binary_stream("stdin").read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{file} cannot be read: {error.strerror}; name a page, a plain text, or - for standard input"
        ) from error


def _fields(document: Document) -> dict[str, Any]:
    every = dataclasses.asdict(document)
    return {name: every[name] for name in FIELDS} | {"url": document.url or None}


def _text(document: Document) -> str:
    """Headline and text, a line a block."""
    return "\n".join(filter(None, (document.title, document.text))) + "\n"


def _panel(document: Document, *, left_out: bool) -> Panel:
    parts: list[RenderableType] = [facts(document)]
    if document.text or document.removed:
        parts += [Text(), *blocks(document, left_out=left_out)]
    title = outcome_text(document.outcome)
    return Panel(Group(*parts), title=title, title_align="left", width=min(110, Console().width))
