"""Staged rows: each WARC segment's documents as one Parquet object, before the night is published.

``staged/<collection>/<night>/<segment>.<hash>.parquet`` where the hash is of the extractor and the learned snapshots:
another extractor stages anew. Staged objects are derived and swept later; what is missing is extracted again.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from tearsheet.archive.reader import segment_captures, segments
from tearsheet.documents.pool import Pool
from tearsheet.documents.task import Context, Task
from tearsheet.errors import RecordError
from tearsheet.model import Capture
from tearsheet.storage import Store
from tearsheet.tables.schema import to_arrow


@dataclass(frozen=True, slots=True)
class Staged:
    """A segment's staged object and how many rows it holds."""

    key: str
    rows: int


def staged_key(warc_key: str, context: Context) -> str:
    """Where the rows of a segment stand for this extractor and these snapshots."""
    recipe = "\n".join(
        [context.extractor, *(f"{source}={learned}" for source, learned in sorted(context.learned.items()))]
    )
    stem = PurePosixPath(warc_key).name.removesuffix(".warc.gz")
    return (
        f"staged/{context.collection}/{context.night}/{stem}.{hashlib.sha256(recipe.encode()).hexdigest()[:12]}.parquet"
    )


def unstaged(store: Store, context: Context) -> list[str]:
    """The night's segments that have no rows by this extractor yet, in order."""
    present = {info.key for info in store.list(f"staged/{context.collection}/{context.night}/")}
    return [
        key for key in segments(store, context.collection, context.night) if staged_key(key, context) not in present
    ]


def stage(
    store: Store,
    pool: Pool,
    warc_key: str,
    context: Context,
    *,
    cpu_seconds: float = 20.0,
    on_page: Callable[[], None] = lambda: None,
) -> Staged:
    """Extract every capture of a segment and stage the rows; one GET and one PUT, whatever the segment holds."""
    segment = store.get(warc_key)
    tasks = (
        Task(capture=capture, member=_member(segment, capture), context=context, cpu_seconds=cpu_seconds)
        for capture in segment_captures(store, warc_key)
    )
    rows = []
    for row in pool.map(tasks):
        rows.append(row)
        on_page()
    rows.sort(key=lambda row: row.warc_offset)
    key = staged_key(warc_key, context)
    store.put(key, _parquet(to_arrow(rows)))
    return Staged(key, len(rows))


def load_staged(store: Store, context: Context) -> Iterator[pa.Table]:
    """The staged rows of each of the night's segments.

    Raises:
        ObjectMissing: a segment has none; ``unstaged`` tells which.
    """
    for warc_key in segments(store, context.collection, context.night):
        key = staged_key(warc_key, context)
        try:
            yield pq.read_table(io.BytesIO(store.get(key)))
        except pa.ArrowInvalid as error:
            raise RecordError(
                f"{store.url(key)} is no Parquet file ({error}); delete it and run the night again"
            ) from error


def _member(segment: bytes, capture: Capture) -> bytes:
    return segment[capture.warc_offset : capture.warc_offset + capture.warc_length]


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", compression_level=1)
    return sink.getvalue()
