"""The reference of commands, written from their own ``--help``: ``python -m tearsheet.cli.reference [DOCS]``.

Writes ``reference-cli.md`` into the documentation's folder, ``docs`` where none is named.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from tearsheet.cli import COMMANDS, app
from tearsheet.errors import TearsheetError

PAGE = "reference-cli.md"
WIDTH = 100

HEAD = """\
# Command reference

<!-- Generated from the commands by `python -m tearsheet.cli.reference`; do not edit. -->

What each command says with `--help`. `tearsheet --install-completion` sets up the shell's completion.
With `--json` a command prints one JSON object on standard output and nothing else there; progress and messages go to
standard error, as bars on a terminal and as plain lines in a log.
"""
OTHERS = {0: "Done.", 1: "Anything else: an object that cannot be read, or a fault of Tearsheet's.", 2: "Wrong usage."}


def page() -> str:
    """The whole reference in Markdown."""
    group, context = opened()
    sections = [_section("tearsheet", group, context)]
    for name in COMMANDS:
        command = group.get_command(context, name)
        sections.append(_section(f"tearsheet {name}", command, _context(command, name, context)))
    return "\n".join([HEAD, _exit_codes(), *sections])


def opened() -> tuple[TyperGroup, Any]:
    """The group of all commands and a context in which to ask for them."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)  # noqa: S101 - for mypy: the app has a group for its class
    return group, _context(group, "tearsheet", None)


def _context(command: Any, name: str, parent: Any) -> Any:
    return command.context_class(command, info_name=name, parent=parent, terminal_width=WIDTH)


def _section(title: str, command: Any, context: Any) -> str:
    command.rich_markup_mode = None  # plain text instead of boxes
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    return f"## {title}\n\n```text\n{text}\n```\n"


def _exit_codes() -> str:
    """Every exit code there is; those of errors with the first line of what the error says of itself."""
    raised = {error.exit_code: str(error.__doc__).partition("\n")[0] for error in _direct(TearsheetError)}
    rows = sorted((OTHERS | raised).items())
    return "\n".join(["## Exit codes", "", "| code | meaning |", "|---|---|", *(f"| {c} | {m} |" for c, m in rows), ""])


def _direct(error: type[TearsheetError]) -> Iterator[type[TearsheetError]]:
    """The errors right below the root that have a code of their own."""
    return (child for child in error.__subclasses__() if child.exit_code != error.exit_code)


def write(docs: Path) -> None:
    """Write the page into the documentation's folder."""
    (docs / PAGE).write_text(page(), "utf-8")


if __name__ == "__main__":
    write(Path(*sys.argv[1:2] or ["docs"]))
