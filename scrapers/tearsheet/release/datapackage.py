"""``datapackage.json``: each file of rows as a resource with its digest and columns (Data Package, Frictionless).

Lists have the type ``any``: what reads Parquet for Frictionless gives them as arrays that its type ``array`` refuses.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa

from tearsheet.pull.releases import DATA, File, Release
from tearsheet.release import changes
from tearsheet.release.draft import SCHEMA
from tearsheet.release.wording import KEY, PARQUET, abstract, as_json, day, keywords, meaning, title


def render(release: Release) -> bytes:
    """The descriptor."""
    return as_json(
        {
            "profile": "data-package",
            "name": release.topic,
            "id": f"{release.topic}/{release.id}",
            "title": title(release),
            "description": abstract(release),
            "version": release.id,
            "created": f"{day(release)}T00:00:00Z",
            "keywords": keywords(release),
            "contributors": [{"title": release.about.publisher, "role": "publisher"}],
            "resources": [_resource(each) for each in release.files],
        }
    )


def _resource(file: File) -> dict[str, Any]:
    rows = file.path.startswith(DATA)
    schema, key = (SCHEMA, KEY) if rows else (changes.SCHEMA, ("document_id",))
    stem = PurePosixPath(file.path).stem
    return {
        "name": f"articles-{stem}" if rows else stem,
        "path": file.path,
        "format": "parquet",
        "mediatype": PARQUET,
        "hash": f"sha256:{file.sha256}",
        "schema": {"fields": [_field(each) for each in schema], "primaryKey": list(key)},
    }


def _field(field: pa.Field) -> dict[str, Any]:
    told = {"name": field.name, "type": _type(field.type), "description": meaning(field)}
    return told if field.nullable else {**told, "constraints": {"required": True}}


def _type(kind: pa.DataType) -> str:
    tests = {
        "datetime": pa.types.is_timestamp,
        "boolean": pa.types.is_boolean,
        "integer": pa.types.is_integer,
        "string": pa.types.is_string,
    }
    return next((name for name, test in tests.items() if test(kind)), "any")
