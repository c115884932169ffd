"""``tearsheet store``: keep the embedded S3 server up, for a scheduler or for other tools."""

from __future__ import annotations

import shlex
import signal
import time
from pathlib import Path
from typing import Annotated

import typer

from tearsheet.storage.embedded import EmbeddedStore, embedded_store

_LOOK_SECONDS = 1.0


def store(
    folder: Annotated[
        Path, typer.Argument(help="Where its data stand; started on demand there too.", envvar="TEARSHEET_VAR")
    ] = Path("var"),
) -> None:
    """Keep the embedded S3 server up until Ctrl-C, and print the variables with which to use it.

    Other users of the folder share this server; it stops when the last of them has left. A server that was killed is
    started again.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    shown: dict[str, str] = {}
    try:
        while True:
            with embedded_store(folder) as server:
                if server.environment() != shown:
                    shown = server.environment()
                    _show(server, folder)
                while server.is_alive():
                    time.sleep(_LOOK_SECONDS)
    except KeyboardInterrupt:
        typer.echo("left the store", err=True)


def _show(server: EmbeddedStore, folder: Path) -> None:
    for name, value in server.environment().items():
        typer.echo(f"export {name}={shlex.quote(value)}")
    typer.echo(f"S3 server of {folder} at {server.access.endpoint}, pid {server.pid}; Ctrl-C leaves it", err=True)
