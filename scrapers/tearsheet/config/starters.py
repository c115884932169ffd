"""A first configuration to edit: copied from ``starter/``, with the JSON Schemas that editors complete it by."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

from tearsheet.config.schema import write_schemas
from tearsheet.errors import ConfigError

SCHEMAS = "schema"


def starter(folder: Path) -> list[Path]:
    """Write the starter files into a folder and return their paths.

    Raises:
        ConfigError: one of them stands there already, or the folder cannot be written; nothing is overwritten.
    """
    with as_file(files("tearsheet.config") / "starter") as origin:
        texts = {folder / path.relative_to(origin): path.read_text("utf-8") for path in sorted(origin.rglob("*.yaml"))}
    if standing := [str(path) for path in texts if path.exists()]:
        raise ConfigError(
            f"{', '.join(standing)}: stands there already, and nothing is overwritten; name another folder"
        )
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        write_schemas(folder / SCHEMAS)
    except OSError as error:
        raise ConfigError(f"{error.filename}: cannot be written: {error.strerror}") from error
    return list(texts)
