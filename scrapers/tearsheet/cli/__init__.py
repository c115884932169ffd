"""The commands. Each is one function in a module of its own, loaded when it is asked for.

So a bare install, which has no crawler, runs ``pull`` and the others that need none; a command whose libraries are
missing says which extra brings them. Errors of ours end with their own exit code:

0 done, 1 unexpected, 2 wrong usage, 3 configuration, 4 store, 5 publishing refused, 6 published but a source missed
its expectation, 7 the night is held by another run, 8 a crawl did not run to its end, 9 extraction could not start,
10 an audit or a proof failed, 143 stopped by SIGTERM.
its expectation, 7 another run holds the night or file, 8 a crawl did not run to its end, 9 extraction could not start,
10 an audit found something, 143 stopped by SIGTERM.
"""

from __future__ import annotations

import signal
import sys
from importlib import import_module
from importlib.metadata import version
from types import FrameType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tearsheet.cli.terminal import Console, visible
from tearsheet.errors import ConfigError, Stopped, TearsheetError

COMMANDS = {
    "init": "init",
    "check": "check",
    "doctor": "doctor",
    "store": "store",
    "night": "night",
    "harvest": "night",
    "topic": "topic",
    "status": "status",
    "explain": "explain",
    "audit": "audit",
    "clean": "clean",
    "record": "record",
    "pull": "pull",
    "search": "search",
    "release": "release",
    "share": "share",
    "sql": "sql",
    "show": "show",
    "diff": "diff",
    "evidence": "evidence",
    "open": "open",
    "backtest": "backtest",
    "serve": "serve",
    "takedown": "takedown",
}
"""Each command and the module of this package that holds its function."""
EXTRAS = {"serve": "web"}
"""The extra that brings what a command needs, where that is not the crawler."""


class Commands(TyperGroup):
    """A group that imports a command's module when the command is named."""

    def list_commands(self, ctx: Any) -> list[str]:
        """In the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, or one that says which extra it needs."""
        if cmd_name not in COMMANDS:
            return None
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        try:
            alone.command(cmd_name)(getattr(import_module(f"tearsheet.cli.{COMMANDS[cmd_name]}"), cmd_name))
        except ModuleNotFoundError as error:
            alone.command(cmd_name, context_settings={"ignore_unknown_options": True})(_unavailable(cmd_name, error))
        return typer.main.get_command(alone)


def _unavailable(command: str, missing: ModuleNotFoundError) -> Any:
    def unavailable(arguments: Annotated[list[str] | None, typer.Argument(hidden=True)] = None) -> None:
        raise ConfigError(f"`tearsheet {command}` needs {missing.name}; run `pip install 'tearsheet[{extras}]'`")

    extras = EXTRAS.get(command, "harvest,embedded")
    unavailable.__doc__ = f"(needs the extra \\[{EXTRAS.get(command, 'harvest')}])"
    return unavailable


app = typer.Typer(
    cls=Commands,
    help="Keep a nightly, provable archive of what the press published.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"tearsheet {version('tearsheet')}")
        raise typer.Exit


@app.callback()
def options(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Keep a nightly, provable archive of what the press published."""


def _stop(number: int, frame: FrameType | None) -> None:
    """End in order; a second SIGTERM ends at once."""
    signal.signal(number, signal.SIG_DFL)
    raise Stopped("stopped by SIGTERM; what was fetched is kept: run the same command again to go on")


def main() -> None:
    """Run a command; an error of ours, or SIGTERM, becomes one message and its exit code."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        app()
    except (TearsheetError, Stopped) as error:
        Console(stderr=True).print("[bold red]error:[/] ", end="")
        print(visible(str(error)), file=sys.stderr)  # noqa: T201 - the message may hold [brackets], which are no markup
        sys.exit(error.exit_code)
