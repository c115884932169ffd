"""``tearsheet serve``: the archive in a browser."""

from __future__ import annotations

import socket
import ssl
import webbrowser
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption
from tearsheet.config import load_settings
from tearsheet.config.models import WebSettings
from tearsheet.errors import ConfigError
from tearsheet.pull.archive import Archive
from tearsheet.storage import open_store
from tearsheet.web.app import create_app
from tearsheet.web.login import User
from tearsheet.web.security import LOOPBACK, is_loopback

PORT = 8780


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on; 0: a free one.")] = PORT,
    show: Annotated[bool, typer.Option("--open", help="Open a browser as well.")] = False,
    store: Annotated[str | None, typer.Option(help="s3://bucket/prefix, in place of the configured store.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show the archive in a browser, until Ctrl-C.

    On this machine alone, unless another --host is given: then web.users, web.certificate and web.key must be set.
    """
    settings = load_settings(config)
    check_open_to(host, settings.web)
    chosen = settings.store.model_copy(update={"url": store}) if store else settings.store
    with open_store(chosen) as opened, _listening(host, port) as listener:
        app = create_app(
            Archive(opened), hosts=(*LOOPBACK, host), users=[User.read(line) for line in settings.web.users]
        )
        app.state.catalogue.read()
        scheme = "https" if settings.web.certificate else "http"
        address = f"{scheme}://{host}:{listener.getsockname()[1]}/"
        typer.echo(f"{opened.url()} at {address}; Ctrl-C ends it", err=True)
        if show:
            webbrowser.open(address)
        _run(app, settings.web, listener)


def check_open_to(host: str, web: WebSettings) -> None:
    """Whether the archive may be shown on an address.

    Raises:
        ConfigError: it is not of this machine alone, and who may read, or TLS, is not set; or TLS cannot be begun.
    """
    lacking = [name for name in ("users", "certificate", "key") if not getattr(web, name)]
    if not is_loopback(host) and lacking:
        raise ConfigError(
            f"--host {host} opens the archive to other machines: set {', '.join(f'web.{name}' for name in lacking)} "
            "first (docs/operate.md, Serve the catalogue), or leave --host out"
        )
    if (web.certificate is None) != (web.key is None):
        raise ConfigError("web.certificate and web.key go together: set both or neither")
    if web.certificate:
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(web.certificate, web.key)
        except OSError as error:
            raise ConfigError(
                f"web.certificate {web.certificate}, web.key {web.key}: {error}; mend the files"
            ) from error


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


def _run(app: FastAPI, web: WebSettings, listener: socket.socket) -> None:
    config = uvicorn.Config(
        app, log_level="warning", server_header=False, ssl_certfile=web.certificate, ssl_keyfile=web.key
    )
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        typer.echo("ended", err=True)
