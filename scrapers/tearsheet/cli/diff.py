"""``tearsheet diff``: what changed between two versions of an article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Annotated, NoReturn

import typer
from rich.text import Text

from tearsheet.cli.archive import ArticleArgument, StoreOption, reading, rows_of
from tearsheet.cli.render import print_json
from tearsheet.cli.terminal import Console
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption, JsonOption
from tearsheet.errors import ConfigError
from tearsheet.model import Document, parse_night
from tearsheet.pull.versions import Change, Kind, difference, versions_of

STYLES: dict[Kind, str] = {"same": "", "deleted": "red strike", "inserted": "green"}
MARKS: dict[Kind, tuple[str, str]] = {"same": ("", ""), "deleted": ("[-", "-]"), "inserted": ("{+", "+}")}
Line = list[tuple[Kind, str]]


def diff(
    url: ArticleArgument,
    since: Annotated[
        str | None, typer.Option("--from", metavar="NIGHT", help="The version that stood then; else the last but one.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="NIGHT", help="The version that stood then; else the last.")
    ] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Also the paragraphs that did not change.")] = False,
    store: StoreOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show word by word what changed between two versions of an article.

    Two captures are two versions where page and wording differ under the same extractor. On a terminal deleted words
    are red, inserted ones green; elsewhere they stand as [-deleted-] and {+inserted+}.
    """
    with reading(config, store) as place:
        rows = rows_of(place, url)
    versions = versions_of(rows)
    if not versions:
        raise ConfigError(f"{url} was captured and is no article: {', '.join(sorted({row.outcome for row in rows}))}")
    new = _standing(versions, until) if until else versions[-1]
    old = _standing(versions, since) if since else versions[max(0, versions.index(new) - 1)]
    changes = difference(old, new)
    if as_json:
        print_json(_told(versions, old, new, changes))
    elif old is new:
        nights = ", ".join(dict.fromkeys(row.night for row in rows))
        typer.echo(f"{url}: the version of {old.night} is compared with itself; captured in {nights}", err=True)
    else:
        _print(old, new, changes, whole=whole)


def _standing(versions: Sequence[Document], night: str) -> Document:
    """The version that stood in a night.

    Raises:
        ConfigError: the first is later; the message names the nights there are.
    """
    until = [version for version in versions if version.night <= parse_night(night)]
    return until[-1] if until else _too_early(versions, night)


def _too_early(versions: Sequence[Document], night: str) -> NoReturn:
    nights = ", ".join(version.night for version in versions)
    raise ConfigError(f"no version stood in the night of {night}; there are those of: {nights}")


def _told(versions: Sequence[Document], old: Document, new: Document, changes: Sequence[Change]) -> dict[str, object]:
    named = [{"night": each.night, "collection": each.collection, "version_id": each.version_id} for each in versions]
    return {
        "document_id": new.document_id,
        "versions": named,
        "from": named[versions.index(old)],
        "to": named[versions.index(new)],
        "changes": [asdict(change) for change in changes],
    }


def _print(old: Document, new: Document, changes: Iterable[Change], *, whole: bool) -> None:
    console = Console(highlight=False)
    for mark, style, version in (("---", "red", old), ("+++", "green", new)):
        fetched = f"{version.fetched_at:%Y-%m-%d %H:%M} UTC"
        console.print(Text(f"{mark} {version.night} {version.collection}, fetched {fetched}", style=style))
    for field, runs in groupby(changes, key=lambda change: change.field):
        lines = list(_lines((change.kind, change.text) for change in runs))
        if whole or any(map(_changed, lines)):
            console.print(Text(field, style="bold"))
            for line in _shown(lines, whole=whole, plain=not console.is_terminal):
                console.print(line, soft_wrap=not console.is_terminal)


def _lines(runs: Iterable[tuple[Kind, str]]) -> Iterator[Line]:
    """The paragraphs, each with its runs; a line break that came or went is shown as ``¶``."""
    line: Line = []
    for kind, text in runs:
        for piece in text.splitlines(keepends=True):
            line.append((kind, piece.replace("\n", "" if kind == "same" else "¶")))
            if piece.endswith("\n"):
                yield line
                line = []
    if line:
        yield line


def _changed(line: Line) -> bool:
    return any(kind != "same" for kind, _ in line)


def _shown(lines: Sequence[Line], *, whole: bool, plain: bool) -> Iterator[Text]:
    for is_changed, run in groupby(lines, key=_changed):
        standing = list(run)
        if is_changed or whole:
            yield from (_styled(line, plain=plain) for line in standing)
        else:
            yield Text(f"… {len(standing)} unchanged", style="dim")


def _styled(line: Line, *, plain: bool) -> Text:
    if plain:
        return Text("".join(MARKS[kind][0] + text + MARKS[kind][1] for kind, text in line))
    return Text.assemble(*((text, STYLES[kind]) for kind, text in line))
