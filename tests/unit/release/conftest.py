"""Releases of the archive that the reader's tests have, and the commands over it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.unit.pull.conftest import own  # noqa: F401 - a fixture
from typer.testing import CliRunner, Result

from tearsheet.cli import app
from tearsheet.pull import Archive
from tearsheet.pull.releases import Release
from tearsheet.release import Asked, publish
from tearsheet.storage import Store

PUBLISHER = "The Archive"


@pytest.fixture
def release(own: Archive, store: Store) -> Callable[..., Release]:  # noqa: F811 - the fixture above
    """``release(**asked)`` releases the archive's topic."""

    def make(**asked: Any) -> Release:
        return publish(store, Asked(topic="unrest", **asked), PUBLISHER).release

    return make


@pytest.fixture
def call(
    own: Archive,  # noqa: F811 - the fixture above
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Result]:
    """``call("release", "unrest")`` runs a command on the archive, in a folder of the test's own."""
    for name, value in store.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, [*arguments])
