"""Staged rows: each WARC segment's documents as one Parquet object, before the night is published.

``staged/<collection>/<night>/<segment>.<hash>.parquet`` where the hash is of the extractor, the learned snapshots, the
rules that sources declare and the rights signals that are heeded: what differs in one of them is staged anew. Staged
objects are derived and swept later; what is missing is extracted again.
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tearsheet.archive.reader import segment_captures, segments
from tearsheet.documents.pool import Pool
from tearsheet.documents.task import Context, Done, Task, rules_hash
from tearsheet.errors import RecordError
from tearsheet.fingerprints import block_hash
from tearsheet.model import ROBOT, Capture, Document
from tearsheet.storage import Store
from tearsheet.tables.schema import DOCUMENTS, to_arrow

logger = logging.getLogger(__name__)

SEGMENTS_AT_ONCE = 4
PAGE = "page"
"""The column that only staged rows have: the page as it was read, where more may soon be known of its source."""


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
            *([f"withheld: {', '.join(sorted(context.withheld))}"] if context.withheld else []),
            *([f"robot: {context.robot}"] if context.robot != ROBOT else []),
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
    ones of this are at work. A record that cannot be read is a drop, and a warning names its file and byte.
    """
    todo: dict[str, int] = {}
    rows: defaultdict[str, list[Done]] = defaultdict(list)

    def tasks() -> Iterator[Task]:
        for warc_key in warc_keys:
            segment, captures = store.get_with_digest(warc_key)[0], _captures(store, warc_key, context)
            todo[warc_key] = len(captures)
            yield from _tasks(segment, captures, context, cpu_seconds)

    with ThreadPoolExecutor(1, "keep") as keeping:  # the workers wait for nothing but pages
        staged = []
        for done in pool.map(tasks()):
            on_page()
            key = done.row.warc_file
            if done.problem:
                logger.warning("%s, byte %d: %s", store.url(key), done.row.warc_offset, done.problem)
            rows[key].append(done)
            if len(rows[key]) == todo[key]:
                staged.append(keeping.submit(_keep, store, key, rows.pop(key), context))
        staged += [keeping.submit(_keep, store, key, [], context) for key, count in todo.items() if count == 0]
        return [each.result() for each in staged]


def _keep(store: Store, warc_key: str, rows: list[Done], context: Context) -> Staged:
    key = staged_key(warc_key, context)
    rows = sorted(rows, key=lambda done: done.row.warc_offset)
    pages = pa.array([done.page for done in rows], pa.binary())
    store.put(key, _parquet(to_arrow(done.row for done in rows).append_column(PAGE, pages)))
    return Staged(key, len(rows))


def restage(store: Store, pool: Pool, before: Context, after: Context, *, cpu_seconds: float = 20.0) -> None:
    """Stage a night anew that is staged by ``before``, now that more is known of its sources.

    Only pages whose row may change are cleaned again: what is known is asked of a text that is clean without it. They
    are read again where that bears on more than their text.

    Raises:
        ObjectMissing: a segment is not staged.
    """
    same: dict[str, pa.Table] = {}

    def tasks() -> Iterator[Task]:
        for warc_key in unstaged(store, after):
            rows = _read_staged(store, staged_key(warc_key, before), [*DOCUMENTS.names, PAGE])
            changes = pa.array(_changes(rows, before, after), pa.bool_())
            old = rows.filter(changes).select(["warc_offset", "source", "title", PAGE]).to_pylist()
            pages = {row["warc_offset"]: row[PAGE] if _reads_alike(row, before, after) else None for row in old}
            same[warc_key] = _known_by(rows.filter(pc.invert(changes)).select(DOCUMENTS.names), after)
            captures = (
                [each for each in _captures(store, warc_key, after) if each.warc_offset in pages] if pages else []
            )
            segment = b"" if all(pages.values()) else store.get_with_digest(warc_key)[0]
            yield from _tasks(segment, captures, after, cpu_seconds, pages)

    fresh: defaultdict[str, list[Document]] = defaultdict(list)
    for done in pool.map(tasks()):
        fresh[done.row.warc_file].append(done.row)

    def keep(warc_key: str) -> None:
        both = pa.concat_tables([same[warc_key], to_arrow(fresh[warc_key])]).sort_by("warc_offset")
        store.put(staged_key(warc_key, after), _parquet(both))

    with ThreadPoolExecutor(SEGMENTS_AT_ONCE, "keep") as keeping:
        list(keeping.map(keep, same))


def _captures(store: Store, warc_key: str, context: Context) -> list[Capture]:
    """The captures of a segment, but for what was taken down."""
    found = segment_captures(store, warc_key)
    return [capture for capture in found if not context.taken_down.hold(capture.document_id, capture.source)]


def _known_by(rows: pa.Table, context: Context) -> pa.Table:
    """Rows that say what is known of their sources by another context; nothing else of them would change."""
    place = rows.schema.get_field_index("learned")
    learned = pa.array(map(context.learned_id, rows["source"].to_pylist()), pa.string())
    return rows.set_column(place, rows.schema.field(place), learned)


def _changes(rows: pa.Table, before: Context, after: Context) -> Iterator[bool]:
    """Of each row whether it says something that is now known to be the source's: a line, the end of its title."""
    for row in rows.select(["source", "title", "text"]).to_pylist():
        known = after.learned_of(row["source"])
        yield known != before.learned_of(row["source"]) and (
            (row["title"] or "").endswith(known.suffixes or ("\n",))
            or any(block_hash(line) in known.repeated for line in (row["text"] or "").split("\n"))
        )


def _reads_alike(row: Mapping[str, Any], before: Context, after: Context) -> bool:
    """Whether reading the page again would give what is staged of it, but for its text."""
    known, was = after.learned_of(row["source"]), before.learned_of(row["source"])
    return known.usual_length == was.usual_length and not (row["title"] or "").endswith(known.suffixes or ("\n",))


def _tasks(
    segment: bytes,
    captures: Iterable[Capture],
    context: Context,
    cpu_seconds: float,
    pages: Mapping[int, bytes | None] = MappingProxyType({}),
) -> Iterator[Task]:
    """The tasks of a segment; ``pages`` are those that are cleaned again, by offset."""
    narrowed: dict[str, Context] = {}
    for capture in captures:
        own = narrowed.setdefault(capture.source, context.of(capture.source))
        member = segment[capture.warc_offset : capture.warc_offset + capture.warc_length]
        page = pages.get(capture.warc_offset)
        yield Task(capture=capture, member=member, context=own, cpu_seconds=cpu_seconds, page=page)


def load_staged(store: Store, context: Context) -> Iterator[pa.Table]:
    """The staged rows of each of the night's segments.

    Raises:
        ObjectMissing: a segment has none; ``unstaged`` tells which.
    """
    keys = [staged_key(warc_key, context) for warc_key in segments(store, context.collection, context.night)]
    with ThreadPoolExecutor(SEGMENTS_AT_ONCE, "staged") as reading:
        yield from reading.map(lambda key: _read_staged(store, key, DOCUMENTS.names), keys)


def _read_staged(store: Store, key: str, columns: list[str]) -> pa.Table:
    try:
        return pq.read_table(io.BytesIO(store.get(key)), columns=columns)
    except pa.ArrowInvalid as error:
        raise RecordError(
            f"{store.url(key)} is no Parquet file ({error}); delete it and run the night again"
        ) from error


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", compression_level=1)
    return sink.getvalue()
