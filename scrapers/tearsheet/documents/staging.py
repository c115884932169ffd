"""Staged rows: each WARC segment's documents as one Parquet object, before the night is published.

``staged/<collection>/<night>/<segment>.<hash>.parquet`` where the hash is of the extractor, the learned snapshots and
the rules that sources declare: another extractor stages anew. Staged objects are derived and swept later; what is
missing is extracted again.
"""

from __future__ import annotations

import hashlib
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tearsheet.archive.reader import segment_captures, segments
from tearsheet.documents.pool import Pool
from tearsheet.documents.task import Context, Task, rules_hash
from tearsheet.errors import RecordError
from tearsheet.fingerprints import block_hash
from tearsheet.model import Capture, Document
from tearsheet.storage import Store
from tearsheet.tables.schema import to_arrow


@dataclass(frozen=True, slots=True)
class Staged:
    """A segment's staged object and how many rows it holds."""

    key: str
    rows: int


def staged_key(warc_key: str, context: Context) -> str:
    """Where the rows of a segment stand for this extractor, these snapshots and these rules."""
    recipe = "\n".join(
        [
            context.extractor,
            *(f"{source}={context.learned_id(source)}" for source in sorted(context.learned)),
            *(f"{source}: {rules_hash(rules)}" for source, rules in sorted(context.rules.items())),
        ]
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
    warc_keys: Iterable[str],
    context: Context,
    *,
    cpu_seconds: float = 20.0,
    on_page: Callable[[], None] = lambda: None,
) -> list[Staged]:
    """Extract every capture of these segments; a segment's rows are staged as soon as it has all of them.

    One GET and one PUT a segment, whatever it holds. The workers are handed the next segment's pages while the last
    ones of this are at work.
    """
    todo: dict[str, int] = {}
    rows: defaultdict[str, list[Document]] = defaultdict(list)

    def tasks() -> Iterator[Task]:
        for warc_key in warc_keys:
            segment, captures = store.get(warc_key), segment_captures(store, warc_key)
            todo[warc_key] = len(captures)
            yield from _tasks(segment, captures, context, cpu_seconds)

    staged = []
    for row in pool.map(tasks()):
        on_page()
        rows[row.warc_file].append(row)
        if len(rows[row.warc_file]) == todo[row.warc_file]:
            staged.append(_keep(store, row.warc_file, rows.pop(row.warc_file), context))
    without_pages = [key for key, count in todo.items() if count == 0]
    return staged + [_keep(store, key, [], context) for key in without_pages]


def _keep(store: Store, warc_key: str, rows: list[Document], context: Context) -> Staged:
    key = staged_key(warc_key, context)
    store.put(key, _parquet(to_arrow(sorted(rows, key=lambda row: row.warc_offset))))
    return Staged(key, len(rows))


def restage(store: Store, pool: Pool, before: Context, after: Context, *, cpu_seconds: float = 20.0) -> None:
    """Stage a night anew that is staged by ``before``, now that more is known of its sources.

    Only pages whose row that may change are extracted again: what is known is asked of a text that is clean without it.

    Raises:
        ObjectMissing: a segment is not staged.
    """
    for warc_key in unstaged(store, after):
        rows = _read_staged(store, staged_key(warc_key, before))
        old = set(pc.filter(rows["warc_offset"], pa.array(_changes(rows, before, after), pa.bool_())).to_pylist())
        captures = [capture for capture in segment_captures(store, warc_key) if capture.warc_offset in old]
        tasks = _tasks(store.get(warc_key), captures, after, cpu_seconds) if captures else ()
        fresh = to_arrow(pool.map(tasks))
        same = rows.filter(pc.invert(pc.is_in(rows["warc_offset"], value_set=pa.array(sorted(old), pa.int64()))))
        learned = pa.array(map(after.learned_id, same["source"].to_pylist()), pa.string())
        same = same.set_column(same.schema.names.index("learned"), same.schema.field("learned"), learned)
        both = pa.concat_tables([same, fresh]).sort_by("warc_offset")
        store.put(staged_key(warc_key, after), _parquet(both))


def _changes(rows: pa.Table, before: Context, after: Context) -> Iterator[bool]:
    """Of each row whether it says something that is now known to be the source's: a line, the end of its title."""
    for row in rows.select(["source", "title", "text"]).to_pylist():
        known = after.learned_of(row["source"])
        yield known != before.learned_of(row["source"]) and (
            (row["title"] or "").endswith(known.suffixes or ("\n",))
            or any(block_hash(line) in known.repeated for line in (row["text"] or "").split("\n"))
        )


def _tasks(segment: bytes, captures: Iterable[Capture], context: Context, cpu_seconds: float) -> Iterator[Task]:
    narrowed: dict[str, Context] = {}
    for capture in captures:
        own = narrowed.setdefault(capture.source, context.of(capture.source))
        member = segment[capture.warc_offset : capture.warc_offset + capture.warc_length]
        yield Task(capture=capture, member=member, context=own, cpu_seconds=cpu_seconds)


def load_staged(store: Store, context: Context) -> Iterator[pa.Table]:
    """The staged rows of each of the night's segments.

    Raises:
        ObjectMissing: a segment has none; ``unstaged`` tells which.
    """
    for warc_key in segments(store, context.collection, context.night):
        yield _read_staged(store, staged_key(warc_key, context))


def _read_staged(store: Store, key: str) -> pa.Table:
    try:
        return pq.read_table(io.BytesIO(store.get(key)))
    except pa.ArrowInvalid as error:
        raise RecordError(
            f"{store.url(key)} is no Parquet file ({error}); delete it and run the night again"
        ) from error


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", compression_level=1)
    return sink.getvalue()
