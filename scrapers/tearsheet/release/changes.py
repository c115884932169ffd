"""What a release has that the one before it had not: documents added, removed, and worded otherwise.

``changes.parquet`` has a row a document, with ids and nothing else: titles and texts stand in the data alone, where a
take-down finds them. A document is worded otherwise where title or text of its last row differ, whether the page was
changed or is read better now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from tearsheet.pull.releases import Changes, File
from tearsheet.release.draft import write

PATH = "changes.parquet"
SCHEMA = pa.schema(
    [
        pa.field(name, pa.string(), nullable=name.endswith("version_id"), metadata={"comment": meaning})
        for name, meaning in (
            ("change", "added, removed or changed"),
            ("document_id", "identity of the page"),
            ("version_id", "identity of its wording in this release; null where it is not in it"),
            ("previous_version_id", "identity of its wording in the release before; null where it was not in it"),
        )
    ]
)

Versions = Mapping[str, str | None]


def compare(since: str, before: Versions, now: Versions, folder: Path) -> tuple[Changes, File]:
    """Write the changes from one release to the next, documents in the order of their ids."""
    rows = list(_rows(before, now))
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    count = Counter(row["change"] for row in rows)
    changes = Changes(since=since, added=count["added"], removed=count["removed"], changed=count["changed"])
    return changes, write(table, folder, PATH)


def _rows(before: Versions, now: Versions) -> Iterator[dict[str, str | None]]:
    for document in sorted(before.keys() | now.keys()):
        ids = {"document_id": document, "version_id": now.get(document), "previous_version_id": before.get(document)}
        if document not in before:
            yield {"change": "added", **ids}
        elif document not in now:
            yield {"change": "removed", **ids}
        elif before[document] != now[document]:
            yield {"change": "changed", **ids}
