"""What most commands start from: the configuration and the store it names, the embedded one if it names none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from tearsheet.collector import collect_rarely
from tearsheet.config import load
from tearsheet.config.models import Configuration
from tearsheet.storage import Store, open_store

ConfigOption = Annotated[
    Path,
    typer.Option("--config", help="Folder with collections/, topics/ and tearsheet.yaml.", envvar="TEARSHEET_CONFIG"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]
DEFAULT_CONFIG = Path("config")


@dataclass(frozen=True, slots=True)
class Workplace:
    """The loaded configuration and the opened store."""

    configuration: Configuration
    store: Store


@contextmanager
def workplace(config: Path) -> Iterator[Workplace]:
    """Load the configuration and open its store for the length of the block."""
    collect_rarely()
    configuration = load(config)
    with open_store(configuration.settings.store) as store:
        yield Workplace(configuration, store)
