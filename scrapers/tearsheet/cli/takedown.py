"""``tearsheet takedown``: remove an article, an author or a source from wherever it stands, with a receipt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Column, Table

from tearsheet.cli.render import print_json
from tearsheet.cli.terminal import Console
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption, JsonOption, Workplace, workplace
from tearsheet.errors import ConfigError, RemainsError
from tearsheet.lease import refuse_running
from tearsheet.storage import Store
from tearsheet.takedown import Receipt, Selector, attested, earlier, execute, find, prepare, selector
from tearsheet.takedown.receipt import as_dict
from tearsheet.takedown.survey import Tell


def takedown(
    url: Annotated[str | None, typer.Argument(help="The article's address.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Instead: all that a source ever gave.")] = None,
    author: Annotated[str | None, typer.Option("--author", help="Instead: all that this author signed.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why; it stands in the receipt.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would be touched; write nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    verify: Annotated[
        str | None, typer.Option("--verify", help="Look for this phrase in every object: afterwards, or alone.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Remove an article, an author or a source from the whole store, and keep a receipt.

    Text, page, rows, old files and old versions go; a tombstone keeps the page from being fetched again. Refused
    while a night runs. What was killed is resumed by the same command.
    """
    asked = selector(url, source, author) if url or source or author or not verify else None
    if asked and not reason and not dry_run:
        raise ConfigError("a take-down needs --reason, which stands in its receipt; or look first, with --dry-run")
    with workplace(config) as place:
        receipt = _drawn_up(place, asked, reason or "", quiet=as_json) if asked else None
        if receipt and not as_json:
            Console().print(_table(receipt))
        if receipt and not dry_run:
            receipt = _done(place.store, receipt, sure=yes, quiet=as_json)
        try:
            if verify:
                receipt = _verified(place.store, None if dry_run else receipt, verify, quiet=as_json) or receipt
        finally:
            _told(receipt, dry_run=dry_run, as_json=as_json)


def _drawn_up(place: Workplace, asked: Selector, reason: str, *, quiet: bool) -> Receipt:
    """What to do: the rest of what was begun and killed, or what is found; a done one where nothing is left."""
    last = earlier(place.store, asked)
    if last and last.status == "begun":
        Console(stderr=True).print(f"This goes on with what was begun at {last.begun_at:%Y-%m-%d %H:%M} UTC.")
        return last
    known = [each.id for collection in place.configuration.collections.values() for each in collection.sources]
    with _bar(quiet=quiet) as tell:
        drawn = prepare(place.store, asked, reason, known=known, tell=tell)
    return last if last and drawn.touched.empty else drawn


def _done(store: Store, receipt: Receipt, *, sure: bool, quiet: bool) -> Receipt:
    """The receipt, executed unless it is already, once the operator is sure.

    Raises:
        BusyError: a night is running; nothing was removed.
    """
    if receipt.status == "done":
        return receipt
    if not sure:
        typer.confirm("Remove all of this for good?", abort=True, err=True)
    refuse_running(store)
    with _bar(quiet=quiet) as tell:
        return execute(store, receipt, tell=tell)


def _verified(store: Store, receipt: Receipt | None, phrase: str, *, quiet: bool) -> Receipt | None:
    """Look for the phrase; the receipt, if there is one, says what came of it.

    Raises:
        RemainsError: it stands somewhere.
    """
    with _bar(quiet=quiet) as tell:
        search = find(store, phrase, tell=tell)
    if receipt:
        receipt = attested(store, receipt, phrase, search)
    if search.found:
        standing = "\n  ".join(map(str, search.found))
        raise RemainsError(f"the phrase stands in, or could not be looked for in:\n  {standing}")
    Console(stderr=True).print(f"The phrase stands in none of {search.objects} objects.")
    return receipt


def _told(receipt: Receipt | None, *, dry_run: bool, as_json: bool) -> None:
    if receipt and as_json:
        print_json(as_dict(receipt))
    if dry_run:
        Console(stderr=True).print("Nothing was written.", style="dim")
    elif receipt and not as_json:
        Console().print(f"Taken down. The receipt is takedowns/{receipt.id}.json; `tearsheet topic` is next.")


def _table(receipt: Receipt) -> Table:
    """What a take-down touches, object by object."""
    touched = receipt.touched
    head = f"take-down {receipt.id}" + (", done" if receipt.status == "done" else "")
    table = Table(Column("where", overflow="fold"), "what", title=head, title_justify="left")
    for warc, graves in touched.segments.items():
        kinds = ", ".join(grave.kind for grave in graves)
        table.add_row(warc, f"{len(graves)} records, {sum(grave.length for grave in graves)} bytes: {kinds}")
    for key in touched.staged:
        table.add_row(key, "staged rows, made again when needed")
    for key in touched.runs:
        table.add_row(key, "what channels said")
    for state in touched.states:
        table.add_row(f"state/{state}.json.gz", "what was seen")
    for name, rows in (("documents", touched.documents), ("articles", touched.articles)):
        for unit, count in rows.items():
            table.add_row(f"tables/{name}", f"{unit}: {count} rows")
    for release in touched.releases:
        table.add_row(f"releases/{release}", "withdrawn, with a successor; what was never finished is deleted")
    if touched.documents or touched.articles:
        table.add_row("tables/", "every older file and commit, whatever it holds")
    if touched.empty:
        table.add_row("nothing", "is left of it, and it is never asked again")
    return table


@contextmanager
def _bar(*, quiet: bool) -> Iterator[Tell]:
    """A bar on the terminal for what is told in the block."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet) as bar:
        line = bar.add_task("…", total=None)
        yield lambda step, done, total: bar.update(line, description=step, completed=done, total=total)
