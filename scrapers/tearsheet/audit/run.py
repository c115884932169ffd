"""The audit on one screen: inventory, then night by night, then what belongs to no night."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import polars as pl

from tearsheet.archive.keys import index_key
from tearsheet.audit import nights, orphans, releases, samples
from tearsheet.audit.finding import Finding, found
from tearsheet.audit.indexes import indexes
from tearsheet.audit.inventory import Asked, Inventory, Key, lost_segments, planless, take
from tearsheet.audit.nights import Kept
from tearsheet.audit.segments import Segment, read_segment
from tearsheet.audit.states import Remembered
from tearsheet.audit.topics import Selected
from tearsheet.config.models import Configuration
from tearsheet.documents.pool import Pool
from tearsheet.errors import AuditError, ObjectMissing, RecordError
from tearsheet.harvest import context
from tearsheet.harvest.choice import choice_key
from tearsheet.harvest.verdict import report_key
from tearsheet.progress import NO_STEPS, Steps
from tearsheet.storage import Store
from tearsheet.tables import articles, delta, documents

__all__ = ["Asked", "Report", "audit"]

SEGMENTS_AT_ONCE = 4


@dataclass(slots=True, kw_only=True)
class Report:
    """What was looked at, and what was found. ``not_comparable`` rows are another extractor's, or a limit ended them.

    ``unpublished`` nights have a plan and no commit yet: their WARCs are checked.
    """

    nights: int = 0
    unpublished: int = 0
    segments: int = 0
    records: int = 0
    documents: int = 0
    extracted: int = 0
    not_comparable: int = 0
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)

    def add(self, findings: Iterable[Finding]) -> None:
        """Take findings up, each thing at a place once."""
        held = {(finding.kind, finding.place) for finding in self.findings}
        for finding in findings:
            if (finding.kind, finding.place) not in held:
                held.add((finding.kind, finding.place))
                self.findings.append(finding)

    @property
    def verdict(self) -> str:
        """In two words: clean, or how many findings."""
        count = len(self.findings)
        return "clean" if not count else f"{count} finding{'s' * (count > 1)}"

    def insist(self) -> None:
        """Raise where anything was found.

        Raises:
            AuditError: the archive does not hold what it says.
        """
        if self.findings:
            able = sum(finding.repair is not None for finding in self.findings)
            raise AuditError(
                f"{self.verdict}, of which `tearsheet audit --repair` can mend {able}; "
                "docs/operate.md, Audit and repair, says what each kind means"
            )


def audit(store: Store, configuration: Configuration, pool: Pool, asked: Asked, steps: Steps = NO_STEPS) -> Report:
    """Compare what is derived with what it is derived from, and what is archived with its own digests; writes nothing.

    Raises:
        StorageError: the store or a table cannot be read.
        QueryError: a topic's query cannot be parsed.
    """
    started = time.monotonic()
    report, inventory = Report(), take(store, asked)
    report.add(planless(inventory))
    report.add(orphans.table_files(store, inventory))
    if not any(finding.kind == "table.missing" for finding in report.findings):
        _by_night(store, configuration, pool, inventory, report, steps)
        report.add(orphans.snapshots(store, inventory))
    report.add(orphans.staged(inventory))
    report.add(releases.whole(store, inventory))
    report.add(releases.left(store, inventory))
    report.add(orphans.unknown(inventory))
    report.add(indexes(store, inventory, configuration.topics))
    report.add(orphans.uploads(store))
    report.seconds = round(time.monotonic() - started, 3)
    return report


def _by_night(
    store: Store, configuration: Configuration, pool: Pool, inventory: Inventory, report: Report, steps: Steps
) -> None:
    steps.expect(sum(len(inventory.segments.get(key, ())) for key in inventory.nights))
    scanned, held = delta.scan(store, documents.TABLE), delta.scan(store, articles.TABLE)
    collections = {collection for collection, _ in inventory.nights}
    read = (topic for topic in configuration.topics.values() if collections & {*topic.collections})
    topics = [Selected(store, topic, held) for topic in read]
    remembered = Remembered()
    for key in inventory.nights:
        if kept := _night(store, configuration, pool, inventory, scanned, key, report, steps):
            remembered.night(kept)
            for topic in topics:
                report.add(topic.night(key, kept.rows))
    report.add(remembered.states(store))
    covered = {night for _, night in inventory.nights}
    for topic in topics:
        report.add(topic.marks(covered))
        report.add(topic.clusters(covered))


def _night(
    store: Store,
    configuration: Configuration,
    pool: Pool,
    inventory: Inventory,
    scanned: pl.LazyFrame,
    key: Key,
    report: Report,
    steps: Steps,
) -> Kept | None:
    """Check one night; what is kept of it, where it is published and planned."""
    report.nights += 1
    plan, fingerprint = inventory.plans.get(key), inventory.fingerprints.get(key)
    rows = documents.rows(store, *key, scanned=scanned)
    sample = samples.draw(rows, inventory.asked.sample, key)
    segments = list(_read(store, inventory, key, sample, steps))
    report.segments += len(segments)
    report.records += sum(segment.records for segment in segments)
    for segment in segments:
        report.add(segment.findings)
    report.add(lost_segments(inventory, key))
    if plan is None:
        return None
    kept = Kept(
        key=key,
        plan=plan,
        rows=rows,
        fingerprint=fingerprint or 0,
        outcomes=nights.outcomes_of(store, key),
        segments=segments,
    )
    if fingerprint is None:
        report.unpublished += 1
        if report_key(*key) in inventory.keys:
            report.add(nights.held_back(nights.uncommitted(key), kept))
        return None
    report.documents += rows.height
    report.not_comparable += rows.height - samples.comparable(rows).height
    report.extracted += sum(len(offsets) for offsets in sample.values())
    report.add(nights.held_back(_checks(store, configuration, pool, kept, sample), kept))
    return kept


def _checks(
    store: Store, configuration: Configuration, pool: Pool, kept: Kept, sample: samples.Sample
) -> Iterator[Finding]:
    yield from nights.rows(kept)
    yield from nights.accounts(store, kept)
    try:
        shared = context(store, kept.plan)
    except (ObjectMissing, RecordError) as error:
        yield found("learned.missing", choice_key(*kept.key), str(error))
        return
    yield from samples.differing(pool, kept, sample, shared, configuration.settings.extract.cpu_seconds)


def _read(store: Store, inventory: Inventory, key: Key, sample: samples.Sample, steps: Steps) -> Iterator[Segment]:
    def read(warc: str) -> Segment:
        wanted = frozenset(sample.get(warc, ()))
        segment = read_segment(store, warc, wanted, indexed=index_key(warc) in inventory.keys)
        steps.step()
        return segment

    with ThreadPoolExecutor(SEGMENTS_AT_ONCE, "segments") as reading:
        yield from reading.map(read, inventory.segments.get(key, ()))
