"""``tearsheet serve``: the archive in a browser."""

from __future__ import annotations

import socket
import webbrowser
from typing import Annotated

import typer
import uvicorn

from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption
from tearsheet.config import load_settings
from tearsheet.errors import ConfigError
from tearsheet.pull.archive import Archive
from tearsheet.storage import open_store
from tearsheet.web.app import create_app
from tearsheet.web.security import LOOPBACK

PORT = 8780


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on; 0: a free one.")] = PORT,
    show: Annotated[bool, typer.Option("--open", help="Open a browser as well.")] = False,
    store: Annotated[str | None, typer.Option(help="s3://bucket/prefix, in place of the configured store.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show the archive in a browser, until Ctrl-C."""
    if host not in LOOPBACK:
        raise ConfigError(
            f"--host {host}: only {', '.join(LOOPBACK)} are served; put a tunnel, such as ssh -L, before it"
        )
    settings = load_settings(config).store
    with (
        open_store(settings.model_copy(update={"url": store}) if store else settings) as opened,
        _listening(host, port) as listener,
    ):
        address = f"http://{host}:{listener.getsockname()[1]}/"
        typer.echo(f"{opened.url()} at {address}; Ctrl-C ends it", err=True)
        if show:
            webbrowser.open(address)
        _run(uvicorn.Config(create_app(Archive(opened)), log_level="warning", server_header=False), listener)


def _listening(host: str, port: int) -> socket.socket:
    """A socket on which the address is taken.

    Raises:
        ConfigError: it is taken by somebody else, or no address of this machine.
    """
    bare = host.strip("[]")
    try:
        return socket.create_server((bare, port), family=socket.AF_INET6 if ":" in bare else socket.AF_INET)
    except OSError as error:
        raise ConfigError(f"{host}:{port} cannot be listened on ({error.strerror}); choose another --port") from error


def _run(config: uvicorn.Config, listener: socket.socket) -> None:
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        typer.echo("ended", err=True)
