"""A sample of each night's rows extracted again: the same record must give the same text and outcome.

The sample is drawn by the night's own name, so that it is the same whenever it is drawn. Only rows of the installed
extractor can be compared, and none that a limit of time or memory ended.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from tearsheet.audit.finding import Finding, found
from tearsheet.audit.nights import Kept
from tearsheet.documents.pool import Pool
from tearsheet.documents.task import Context, Task
from tearsheet.extract.identity import extractor_id
from tearsheet.model import Document

COMPARED = ("outcome", "title", "text")
LIMITS = ("drop.cpu_limit", "drop.memory_limit", "drop.time_limit", "drop.worker_died")
Sample = Mapping[str, Mapping[int, Mapping[str, Any]]]
"""Rows by WARC and offset."""


def comparable(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that the installed extractor made, as far as their pages let it."""
    return rows.filter(pl.col("extractor") == extractor_id(), ~pl.col("outcome").is_in(LIMITS))


def draw(rows: pl.DataFrame, share: float, night: tuple[str, str]) -> Sample:
    """A share of a night's comparable rows, rounded up."""
    able = comparable(rows).select(["document_id", "url", "warc_file", "warc_offset", *COMPARED]).sort("document_id")
    count = min(able.height, math.ceil(share * able.height))
    chosen = random.Random("/".join(night)).sample(range(able.height), count)  # noqa: S311 - to be drawn alike again
    sample: dict[str, dict[int, dict[str, Any]]] = {}
    for row in able[sorted(chosen)].iter_rows(named=True):
        sample.setdefault(row["warc_file"], {})[row["warc_offset"]] = row
    return sample


def differing(pool: Pool, night: Kept, sample: Sample, context: Context, cpu_seconds: float) -> Iterator[Finding]:
    """The rows of a sample that their records do not give again."""
    for done in pool.map(_tasks(night, sample, context, cpu_seconds)):
        row = sample[done.row.warc_file][done.row.warc_offset]
        if done.row.outcome not in LIMITS and (wrong := _wrong(done.row, row)):
            yield found("row.differs", row["url"], f"{', '.join(wrong)} of {' '.join(night.key)}", *night.key)


def _tasks(night: Kept, sample: Sample, context: Context, cpu_seconds: float) -> Iterator[Task]:
    for segment in night.segments:
        for offset in sample.get(segment.key, {}):
            entry = segment.entries.get(offset)
            if entry and entry.capture and offset in segment.members:
                yield Task(
                    capture=entry.capture,
                    member=segment.members[offset],
                    context=context.of(entry.capture.source),
                    cpu_seconds=cpu_seconds,
                )


def _wrong(made: Document, row: Mapping[str, Any]) -> list[str]:
    return [name for name in COMPARED if getattr(made, name) != row[name]]
