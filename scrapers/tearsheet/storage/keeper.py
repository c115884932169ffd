"""The process that owns the embedded server: it starts ``weed``, watches its users, and stops it when none is left.

``python -m tearsheet.storage.keeper FOLDER WEED`` returns once a detached keeper holds the lock ``alive``. The
keeper is a session of its own, so that Ctrl-C at a user's terminal does not reach it, and holds ``alive`` together
with the server: the lock is free only when both are gone. Every user holds ``users`` shared. The keeper looks
several times a second whether it can take ``users`` for itself: then the last user has left or was killed, and the
server is stopped. A killed keeper takes the server with it. So the server outlives nobody for more than a moment.

In the folder: ``server.json`` (0600: pid, ports, key), ``server.log`` and the one before it, ``data/``, the locks.
"""

from __future__ import annotations

import ctypes
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from tearsheet.storage.locks import hold

_PORTS = (
    *("s3.port", "s3.port.grpc", "filer.port", "filer.port.grpc", "master.port", "master.port.grpc"),
    *("volume.port", "volume.port.grpc", "admin.port", "admin.port.grpc"),
)
_OPTIONS = (
    *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false", "-admin.ui=false", "-webdav=false"),
    *("-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false", "-volume.preStopSeconds=0"),
    # A master that resumes is at times not yet leader when the volumes come: they then stay away for five seconds.
    "-master.resumeState=false",
)
_INTERNAL_KEYS = ("JWT_SIGNING", "JWT_SIGNING_READ", "JWT_FILER_SIGNING", "JWT_FILER_SIGNING_READ")
_POLL_SECONDS = 0.2
_STOP_SECONDS = 4
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What ``server.json`` says: its pid, its ports by option, its only S3 key."""

    pid: int
    ports: dict[str, int]
    access_key: str
    secret_key: str


def read_server(folder: Path) -> Server | None:
    """The server that runs in the folder, or the last one that did; ``None`` where none ever ran."""
    with suppress(FileNotFoundError, ValueError, TypeError):
        return Server(**json.loads((folder / "server.json").read_text()))
    return None


def main(folder: Path, weed: Path) -> None:
    """Detach, run the server until its last user is gone, stop it and end."""
    os.umask(0o077)
    alive = hold(folder / "alive")
    if os.fork():
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    process = _start(folder, weed, alive)
    try:
        while process.poll() is None and not _unused(folder):
            time.sleep(_POLL_SECONDS)
    finally:
        _stop(process)


def _unused(folder: Path) -> bool:
    """Whether no user is left; if so ``users`` stays locked until this process ends, and newcomers wait for that."""
    with suppress(BlockingIOError):
        hold(folder / "users", wait=False)
        return True
    return False


def _start(folder: Path, weed: Path, alive: int) -> subprocess.Popen[bytes]:
    """The server over the folder's ``data``: with the key, and if they are free the ports, of the one before it."""
    last = read_server(folder)
    ports = last.ports if last and _free(last.ports.values()) else _choose_ports()
    key = (last.access_key, last.secret_key) if last else (secrets.token_hex(10), secrets.token_urlsafe(30))
    (folder / "data").mkdir(exist_ok=True)
    options = (f"-dir={folder / 'data'}", *_OPTIONS, *(f"-{name}={port}" for name, port in ports.items()))
    process = subprocess.Popen(
        [weed, "-logtostderr=true", "mini", *options],
        cwd=folder,
        env=_environment(folder, *key),
        pass_fds=(alive,),
        preexec_fn=_die_with_parent,
    )
    _write(folder / "server.json", Server(pid=process.pid, ports=ports, access_key=key[0], secret_key=key[1]))
    return process


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server: it takes one to two seconds, at times hangs when all is done, and loses nothing by a kill."""
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _environment(folder: Path, access_key: str, secret_key: str) -> dict[str, str]:
    """Nothing of the user's environment; and keys of its own between the server's parts, which share one machine."""
    internal = {f"WEED_{name}_KEY": secrets.token_hex(16) for name in _INTERNAL_KEYS}
    return {"HOME": str(folder), "AWS_ACCESS_KEY_ID": access_key, "AWS_SECRET_ACCESS_KEY": secret_key, **internal}


def _choose_ports() -> dict[str, int]:
    """A free loopback port for every listener: the server ends when one of them is taken."""
    with ExitStack() as open_at_once:
        sockets = [open_at_once.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in _PORTS]
        return {name: listener.getsockname()[1] for name, listener in zip(_PORTS, sockets, strict=True)}


def _free(ports: Iterable[int]) -> bool:
    with ExitStack() as open_at_once, suppress(OSError):
        for port in ports:
            open_at_once.enter_context(socket.create_server(("127.0.0.1", port)))
        return True
    return False


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _write(path: Path, server: Server) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(asdict(server), indent=1))
    draft.replace(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
