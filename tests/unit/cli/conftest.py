"""Commands run in this process, over a store of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tearsheet.cli import app
from tearsheet.errors import TearsheetError
from tearsheet.storage import Store


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it printed; errors as ``main`` prints them."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def call(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Run a command where nothing but the store's variables is configured."""
    for name, value in (store.environment() | {"COLUMNS": "120"}).items():
        monkeypatch.setenv(name, value)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    def run(*arguments: str | Path) -> Done:
        done = CliRunner().invoke(app, [*map(str, arguments)])
        if isinstance(done.exception, TearsheetError):
            return Done(done.exception.exit_code, done.stdout, f"{done.stderr}error: {done.exception}")
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Done(done.exit_code, done.stdout, done.stderr)

    return run


Call = Callable[..., Done]
