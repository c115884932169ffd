"""``tearsheet doctor``: what is installed, whether the store does what it must, and what to mend."""

from __future__ import annotations

import platform
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib import metadata

import typer
from rich.table import Table
from rich.text import Text

from tearsheet.cli.render import print_json
from tearsheet.cli.terminal import Console
from tearsheet.cli.workplace import DEFAULT_CONFIG, ConfigOption, JsonOption
from tearsheet.config import load_settings
from tearsheet.config.models import StoreSettings
from tearsheet.errors import StorageError
from tearsheet.storage import open_store
from tearsheet.storage.probe import Check, probe

_REQUIREMENT = re.compile(r"^(?P<name>[\w.-]+)[^;]*(?:;.*extra == ['\"](?P<extra>[\w-]+)['\"])?")
_BARE = "tearsheet"


@dataclass(frozen=True, slots=True)
class Part:
    """The bare install or one extra: its packages' versions, ``None`` where one is missing."""

    name: str
    packages: dict[str, str | None]

    @property
    def missing(self) -> list[str]:
        """The packages that are not installed."""
        return [name for name, version in self.packages.items() if version is None]

    @property
    def mend(self) -> str:
        """The command that installs it."""
        return "pip install tearsheet" if self.name == _BARE else f"pip install 'tearsheet[{self.name}]'"


def doctor(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Show what is installed and what the store can do, and say what to mend.

    The store is the one of tearsheet.yaml or TEARSHEET_STORE, else the embedded one. An extra that is not installed is
    no failure. Exit code 4 if the store lacks something.
    """
    settings = load_settings(config)
    parts, checks = installed(), _probed(settings.store)
    ok = all(check.ok for check in checks)
    if as_json:
        print_json(
            {
                "ok": ok,
                "python": platform.python_version(),
                "installed": {part.name: part.packages for part in parts},
                "store": [asdict(check) for check in checks],
            }
        )
    else:
        console = Console()
        console.print(_installed_table(parts))
        console.print(_store_table(checks))
    if not ok:
        raise typer.Exit(StorageError.exit_code)


def installed() -> list[Part]:
    """The bare install and each extra, as the package's own metadata names them."""
    found: dict[str, dict[str, str | None]] = defaultdict(dict)
    found[_BARE][_BARE] = _version(_BARE)
    for requirement in metadata.requires(_BARE) or ():
        if matched := _REQUIREMENT.match(requirement):
            found[matched["extra"] or _BARE][matched["name"]] = _version(matched["name"])
    return [Part(name, packages) for name, packages in found.items()]


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _probed(settings: StoreSettings) -> list[Check]:
    try:
        with open_store(settings) as store:
            return probe(store)
    except StorageError as error:
        return [Check("open", ok=False, detail=str(error))]


def _installed_table(parts: Iterable[Part]) -> Table:
    table = Table(title=f"Python {platform.python_version()}, {platform.platform()}", title_justify="left", box=None)
    for column in ("", "part", "packages", "mend"):
        table.add_column(column, header_style="bold")
    for part in parts:
        versions = ", ".join(f"{name} {version}" for name, version in part.packages.items() if version)
        missing = f"not installed: {', '.join(part.missing)}" if part.missing else ""
        mark = Text("–", style="yellow") if missing else _mark(ok=True)
        table.add_row(mark, part.name, Text(missing or versions), Text(part.mend if missing else ""))
    return table


def _store_table(checks: Iterable[Check]) -> Table:
    table = Table(title="Store", title_justify="left", box=None)
    for column in ("", "check", "seen", "mend"):
        table.add_column(column, header_style="bold", overflow="fold")
    for check in checks:
        table.add_row(_mark(ok=check.ok), check.name, Text(check.detail), Text(check.mend or ""))
    return table


def _mark(*, ok: bool) -> Text:
    return Text("✓", style="green") if ok else Text("✗", style="red")
