"""JSON Schemas (draft 2020-12) of the three kinds of files, for editors and for those who write them by program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from tearsheet.config.files import FILES


def schemas() -> dict[str, dict[str, Any]]:
    """The schemas of ``settings``, ``collection`` and ``topic`` files, generated from the models."""
    return {
        name: {"$schema": GenerateJsonSchema.schema_dialect}
        | model.model_json_schema()
        | {"title": f"Tearsheet {name}"}
        for name, model in FILES.items()
    }


def write_schemas(folder: Path) -> None:
    """Write each schema as ``<name>.json``; the folder is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (folder / f"{name}.json").write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", "utf-8")
