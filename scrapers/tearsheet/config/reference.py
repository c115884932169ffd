"""The reference of configuration, written from the models: ``python -m tearsheet.config.reference [DOCS]``.

Writes ``reference-config.md`` and ``schema/*.json`` into the documentation's folder, ``docs`` where none is named.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tearsheet.config.environment import SHORT, variable
from tearsheet.config.schema import schemas, write_schemas

PAGE = "reference-config.md"
SCHEMAS = "schema"

HEAD = """\
# Configuration reference

<!-- Generated from the models by `python -m tearsheet.config.reference`; do not edit. -->

A configuration is a folder, `config/` where nothing else is said (`--config`, `TEARSHEET_CONFIG`), with
`tearsheet.yaml`, `collections/*.yaml` and `topics/*.yaml`. `tearsheet init` writes a first one; `tearsheet check` says
what is wrong with one, by file, line and key. An unknown key is an error. Only `true` and `false` are booleans, so that
`country: NO` is Norway; numbers are written without quotes, text that looks like a number with them.

Editors complete and check the files by their JSON Schema; the first line of a file names it:
`# yaml-language-server: $schema=../../docs/schema/topic.json`.
"""
FILES = {
    "collection": ("collections/ID.yaml", "Sources that share a schedule. The file's name is its id."),
    "topic": ("topics/ID.yaml", "A query over clean text. The file's name is its id."),
    "settings": ("tearsheet.yaml", "Settings of this installation. The environment wins over the file."),
}
CREDENTIALS = """
Credentials and endpoint of the store are not set here: they are read from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
`AWS_REGION`, `AWS_ENDPOINT_URL_S3` as boto3 does.
"""


class Key(NamedTuple):
    """One key of a file: dotted, with its JSON Schema and whether it must be given."""

    name: str
    schema: dict[str, Any]
    required: bool


def page() -> str:
    """The whole reference in Markdown."""
    return "\n".join([HEAD, *(_section(name, schema) for name, schema in _in_order()), CREDENTIALS.lstrip()])


def _in_order() -> Iterator[tuple[str, dict[str, Any]]]:
    known = schemas()
    return ((name, known[name]) for name in FILES)


def _section(name: str, schema: dict[str, Any]) -> str:
    path, text = FILES[name]
    extra = name == "settings"
    heads = ["key", "type", "default", "meaning", *(["variable"] if extra else [])]
    rows = [[*_cells(key), *([f"`{_variable(key.name)}`"] if extra else [])] for key in _keys(schema, schema)]
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join([f"## {path}", "", text, "", *(f"| {' | '.join(cells)} |" for cells in lines), ""])


def _keys(node: dict[str, Any], root: dict[str, Any], prefix: str = "") -> Iterator[Key]:
    """The keys of an object, each followed by those below it."""
    for name, schema in node["properties"].items():
        below = _below(schema, root)
        if below is None or "items" in schema:
            yield Key(prefix + name, schema, name in node.get("required", ()))
        if below is not None:
            yield from _keys(below, root, f"{prefix}{name}{'[]' if 'items' in schema else ''}.")


def _below(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any] | None:
    """The object that a key, or each item of its list, holds."""
    reference = schema.get("items", schema).get("$ref")
    found: dict[str, Any] | None = root["$defs"][reference.rpartition("/")[2]] if reference else None
    return found


def _cells(key: Key) -> list[str]:
    if key.required:
        default = "required"
    elif "default" in key.schema:
        default = f"`{json.dumps(key.schema['default'])}`"
    else:
        default = "the collection's"
    return [f"`{key.name}`", _type(key.schema), default, key.schema.get("description", "")]


def _type(schema: dict[str, Any]) -> str:
    """A schema in words."""
    if "anyOf" in schema:
        return " or ".join(_type(option) for option in schema["anyOf"])
    if "items" in schema:
        return f"list of {_type(schema['items'])}"
    if "$ref" in schema:
        return "objects"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    words = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    name = schema.get("format") or words.get(schema["type"], schema["type"])
    low, high, above = (schema.get(bound) for bound in ("minimum", "maximum", "exclusiveMinimum"))
    limits = [("from", low), ("above", above), ("to", high)]
    return " ".join([name, *(f"{word} {bound:,}".removesuffix(".0") for word, bound in limits if bound is not None)])


def _variable(name: str) -> str:
    full = variable(*name.split("."))
    return next((short for short, long in SHORT.items() if long == full), full)


def write(docs: Path) -> None:
    """Write the page and the schemas into the documentation's folder."""
    write_schemas(docs / SCHEMAS)
    (docs / PAGE).write_text(page(), "utf-8")


if __name__ == "__main__":
    write(Path(*sys.argv[1:2] or ["docs"]))
