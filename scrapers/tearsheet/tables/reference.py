"""The column tables of docs/data-format.md, written from the schemas: ``python -m tearsheet.tables.reference``.

What stands between the lines ``<!-- columns of NAME -->`` and ``<!-- end of columns -->`` is replaced, the rest kept.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from tearsheet.tables.schema import ARTICLES, DOCUMENTS

PAGE = Path("docs/data-format.md")
COLUMNS = {
    "documents": list(DOCUMENTS),
    "articles": [field for field in ARTICLES if field.name not in DOCUMENTS.names],
}
HEADINGS = ("column", "type", "unit", "meaning", "schema.org", "Trafilatura")
_BLOCK = re.compile(r"(<!-- columns of (?P<table>\w+) -->\n).*?(<!-- end of columns -->)", re.DOTALL)


def rendered(page: str) -> str:
    """The page with its column tables as the schemas have them now."""
    return _BLOCK.sub(lambda block: f"{block[1]}{column_table(COLUMNS[block['table']])}{block[3]}", page)


def column_table(fields: list[pa.Field]) -> str:
    """One row a column, in Markdown; the parts of a struct follow it as ``removed.text``."""
    lines = [HEADINGS, ("---",) * len(HEADINGS), *_rows(fields)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines).replace("<", "&lt;")


def _rows(fields: list[pa.Field], prefix: str = "") -> Iterator[tuple[str, ...]]:
    for field in fields:
        said = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
        kind = _kind(field.type) + (" or null" if field.nullable else "")
        told = (said.get(key, "") for key in ("unit", "comment", "schema.org", "trafilatura"))
        yield (f"`{prefix}{field.name}`", kind, *told)
        if pa.types.is_list(field.type) and pa.types.is_struct(field.type.value_type):
            yield from _rows(list(field.type.value_type), f"{prefix}{field.name}.")


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list of {_kind(kind.value_type)}"
    if pa.types.is_struct(kind):
        return "struct"
    return "timestamp, µs" if pa.types.is_timestamp(kind) else str(kind)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    target.write_text(rendered(target.read_text(encoding="utf-8")), encoding="utf-8")
