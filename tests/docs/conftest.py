"""An archive of invented news for the pages whose code is run, as ``make big-archive`` makes it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.docs.pages import ROOT

from tearsheet.storage.embedded import EmbeddedStore, embedded_store


@dataclass(frozen=True)
class Invented:
    """The archive's server and the folder of its configuration."""

    server: EmbeddedStore
    config: Path


@pytest.fixture(scope="session")
def invented_news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Invented]:
    """Nine nights of two topics, 40 articles each, in a server of their own."""
    folder = tmp_path_factory.mktemp("invented") / "big"
    size = ("--nights", "9", "--topics", "2", "--articles", "40")
    script = str(ROOT / "benchmarks" / "big_archive.py")
    subprocess.run([sys.executable, script, "--folder", str(folder), *size], check=True)
    with embedded_store(folder) as server:
        yield Invented(server, folder / "config")


@pytest.fixture
def reading(invented_news: Invented, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invented:
    """The archive as an analyst has it: by the environment, from a folder of his own."""
    for name, value in invented_news.server.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return invented_news
