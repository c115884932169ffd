"""What must hold whatever was killed: rows as of a run that never was, each once and with its record, no half night."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import polars as pl
import pyarrow as pa
from deltalake import DeltaTable
from tests.torture.press import COLLECTION, NIGHTS, TOPIC

from tearsheet.archive.reader import record_at
from tearsheet.audit import Asked, audit
from tearsheet.config.models import Configuration
from tearsheet.documents.pool import Pool
from tearsheet.errors import RecordError, StorageError
from tearsheet.storage import Store
from tearsheet.tables import articles, delta, documents
from tearsheet.tables.schema import ARTICLES, DOCUMENTS

OF_ONE_RUN = {"fetched_at", "indexed_at", "warc_file", "warc_offset", "warc_length"}
KEY = ["night", "document_id"]


@dataclass
class Figures:
    """What a campaign counts; all but ``kills``, ``missed``, ``runs``, ``rows``, ``reads``, ``reads_refused`` and
    ``audits`` must be 0.
    """

    kills: Counter[str] = field(default_factory=Counter)
    missed: int = 0
    runs: int = 0
    rows: int = 0
    reads: int = 0
    reads_refused: int = 0
    audits: int = 0
    rows_lost: int = 0
    rows_twice: int = 0
    rows_more: int = 0
    rows_other: int = 0
    dangling: int = 0
    partial_reads: int = 0
    findings: int = 0
    orphans: int = 0
    faults: list[str] = field(default_factory=list)
    """What went wrong, in words; a night that does not end well though nobody disturbs it is one."""

    @property
    def wrong(self) -> int:
        """How much of what must never be there was."""
        counted = (self.rows_lost, self.rows_twice, self.rows_more, self.rows_other, self.dangling, self.partial_reads)
        return sum(counted) + self.findings + self.orphans + len(self.faults)


@dataclass(frozen=True)
class Kept:
    """What a store holds of all nights, without the columns that belong to one run."""

    documents: pl.DataFrame
    articles: pl.DataFrame


def kept(store: Store) -> Kept:
    """All rows of documents and of the topic."""
    rows = pl.concat(documents.rows(store, COLLECTION, night) for night in NIGHTS)
    selected = articles.window(store, TOPIC, NIGHTS[0], NIGHTS[-1], ARTICLES.names)
    return Kept(rows.drop(OF_ONE_RUN).sort(KEY), selected.drop(OF_ONE_RUN).sort(KEY))


def compare(figures: Figures, ours: Kept, theirs: Kept) -> None:
    """Count where the rows differ from those of a run that was never killed."""
    for table, rows, expected in (
        ("documents", ours.documents, theirs.documents),
        ("articles", ours.articles, theirs.articles),
    ):
        figures.rows += rows.height
        figures.rows_twice += rows.height - rows.select(KEY).unique().height
        lost, more = expected.join(rows, on=KEY, how="anti"), rows.join(expected, on=KEY, how="anti")
        figures.rows_lost += lost.height
        figures.rows_more += more.height
        both = expected.join(rows.unique(KEY), on=KEY, how="semi").sort(KEY)
        again = rows.unique(KEY).join(expected, on=KEY, how="semi").sort(KEY)
        for name in both.columns:
            unequal = (both[name].ne_missing(again[name])).sum() if not both[name].equals(again[name]) else 0
            if unequal:
                figures.rows_other += unequal
                figures.faults.append(f"{table}: column {name} differs in {unequal} rows")
        for what, frame in (("lost", lost), ("more", more)):
            figures.faults += [f"{table}: {what} {row[0]} {row[1]}" for row in frame.select("night", "url").rows()]


def follow(figures: Figures, store: Store) -> None:
    """Count the rows whose record does not read back with its digest."""
    for night in NIGHTS:
        columns = ["warc_file", "warc_offset", "warc_length", "payload_digest"]
        for file, offset, length, digest in documents.rows(store, COLLECTION, night, columns).rows():
            try:
                found = record_at(store, file, offset, length)
            except (RecordError, StorageError) as error:
                figures.dangling += 1
                figures.faults.append(str(error))
                continue
            figures.dangling += not (found.verified and found.digest == digest)


def examine(figures: Figures, store: Store, configuration: Configuration, pool: Pool, night: str) -> None:
    """Audit the whole archive, each page extracted again, after a night has ended."""
    figures.audits += 1
    for finding in audit(store, configuration, pool, Asked(sample=1.0)).findings:
        figures.findings += 1
        figures.faults.append(f"audit after {night}: {finding.kind} {finding.place}: {finding.what}")


@contextmanager
def reader(figures: Figures, store: Store, pause: float = 0.7) -> Iterator[None]:
    """Read the documents table again and again, as an analyst does in the midst of it all."""
    ended = threading.Event()
    with ThreadPoolExecutor(1, "reader") as readers:
        reading = readers.submit(_read, figures, store, ended, pause)
        try:
            yield
        finally:
            ended.set()
        reading.result()


def _read(figures: Figures, store: Store, ended: threading.Event, pause: float) -> None:
    columns = {*KEY, "collection", "outcome", *documents._FINGERPRINTED}
    while not ended.wait(pause):
        try:
            opened = delta.open_table(store, documents.TABLE)
            if opened is None:
                continue
            with delta.storage_errors(store.url()):
                rows = pl.scan_delta(opened).select(sorted(columns)).collect()
                partial = sum(not _is_whole(opened, rows, night) for night in NIGHTS)
        except StorageError:  # the server is down, and the reader is told so
            figures.reads_refused += 1
            time.sleep(pause)
            continue
        figures.reads += 1
        figures.partial_reads += partial


def _is_whole(opened: DeltaTable, rows: pl.DataFrame, night: str) -> bool:
    """Whether the rows of a night are those whose fingerprint the same version of the table records."""
    told = opened.transaction_version(documents.app_id(COLLECTION, night))
    found = rows.filter(night=night)
    if told is None:
        return found.is_empty()
    table = found.to_arrow().cast(pa.schema([DOCUMENTS.field(name) for name in found.columns]))
    return documents.fingerprint_of(table) == told and found["document_id"].is_unique().all()
