"""A take-down done: the tombstone first, then step by step what its receipt lists, each step as often as it takes.

A step that was done before changes nothing. The receipt ends as ``done`` once another survey has found nothing left.
Everything a later version of Tearsheet keeps besides is removed by a step of its own, in ``STEPS``.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath

import polars as pl

from tearsheet import search, state
from tearsheet.archive import cdxj
from tearsheet.archive.indexing import index
from tearsheet.archive.keys import index_key
from tearsheet.archive.tombstone import bury
from tearsheet.errors import RemainsError
from tearsheet.harvest.fetch import reports
from tearsheet.harvest.outcomes import bared, load_outcomes, outcomes_key, save_outcomes
from tearsheet.harvest.plan import load_plan
from tearsheet.harvest.publish import Night
from tearsheet.harvest.verdict import load_report, rejudge, report_key
from tearsheet.release import withdraw
from tearsheet.spiders.job import pack, unpack
from tearsheet.storage import Store
from tearsheet.storage.versions import delete_versions
from tearsheet.tables import articles, documents, maintenance
from tearsheet.takedown.find import Search
from tearsheet.takedown.receipt import Receipt, Verification, phrase_digest, save
from tearsheet.takedown.survey import Tell, concerns, quiet, survey


def execute(store: Store, receipt: Receipt, *, tell: Tell = quiet) -> Receipt:
    """Remove all that a receipt lists; the receipt as it stands in the store then.

    Killed at any point, it is resumed by executing the stored receipt again. No night may run meanwhile.

    Raises:
        RemainsError: something was still found in the end, as by a night that was published meanwhile.
        StorageError: the store fails; what was begun is resumed by running it again.
    """
    begun = save(store, receipt)
    for done, (name, step) in enumerate(STEPS):
        tell(name, done, len(STEPS))
        step(store, begun)
    left = survey(store, begun.tombstones)
    if not left.empty:
        raise RemainsError(
            f"take-down {begun.id}: {left.records} records, {sum(left.documents.values())} documents, "
            f"{sum(left.articles.values())} articles and {len(left.releases)} releases are left; "
            "is a night running? Run the take-down again"
        )
    now = datetime.now(UTC)
    return save(store, replace(begun, status="done", done_at=now, verification=Verification(at=now)))


def attested(store: Store, receipt: Receipt, phrase: str, search: Search) -> Receipt:
    """The receipt of a take-down that is done, with what the search for a phrase came to."""
    check = Verification(
        at=datetime.now(UTC),
        phrase_sha256=phrase_digest(phrase),
        objects=search.objects,
        found=tuple(map(str, search.found)),
    )
    return save(store, replace(receipt, verification=check))


def _runs(store: Store, receipt: Receipt) -> None:
    """Fetch reports and outcomes: a candidate that was taken down is that, and nothing its channels said of it."""
    down = receipt.tombstones
    for key in receipt.touched.runs:
        collection, night = PurePosixPath(key).parts[1:3]
        if key == outcomes_key(collection, night):
            kept = [bared(o) if concerns(o, down) else o for o in load_outcomes(store, collection, night)]
            save_outcomes(store, collection, night, kept)
            continue
        report = unpack(store.get(key))
        told = tuple(bared(outcome) if concerns(outcome, down) else outcome for outcome in report.outcomes)
        store.put(key, pack(replace(report, outcomes=told)))


def _staged(store: Store, receipt: Receipt) -> None:
    store.delete(receipt.touched.staged)


def _records(store: Store, receipt: Receipt) -> None:
    """Each WARC, then its index, made anew from it."""
    for key, graves in receipt.touched.segments.items():
        held, _ = store.get_with_digest(key)
        buried = bury(held, graves, receipt.id, receipt.begun_at)
        if buried != held:
            store.put(key, buried)
        store.put(index_key(key), cdxj.dump(index(io.BytesIO(buried), key).entries))


def _states(store: Store, receipt: Receipt) -> None:
    down = receipt.tombstones
    for source in receipt.touched.states:
        known = state.load(store, source)
        if source in down.sources:
            store.delete([state.key(source)])
            continue
        seen = {key: value for key, value in known.seen.items() if key not in down.documents}
        pending = {key: value for key, value in known.pending.items() if key not in down.documents}
        state.save(store, replace(known, seen=seen, pending=pending))


def _documents(store: Store, receipt: Receipt) -> None:
    """Publish each night without the rows, which is what a run of it would publish from now on."""
    gone = pl.col("document_id").is_in(receipt.documents) | pl.col("source").is_in(receipt.sources)
    for collection, night in map(_unit, receipt.touched.documents):
        rows = documents.rows(store, collection, night).filter(~gone)
        documents.publish(store, collection, night, rows.to_arrow())


def _articles(store: Store, receipt: Receipt) -> None:
    if receipt.touched.articles:
        articles.remove(store, receipt.documents, receipt.sources)


def _verdicts(store: Store, receipt: Receipt) -> None:
    """Count each published night's report anew from what is left of it."""
    for collection, night in _nights(receipt):
        plan, published = load_plan(store, collection, night), load_report(store, collection, night)
        fingerprint = documents.fingerprint(store, collection, night)
        if plan is None or published is None or fingerprint is None:
            continue
        rows = documents.rows(store, collection, night).to_arrow()
        commit = documents.Published(
            version=published.table_version, fingerprint=fingerprint, rows=rows.num_rows, committed=False
        )
        outcomes, done = load_outcomes(store, collection, night), reports(store, collection, night)
        rejudge(store, Night(plan=plan, published=commit, outcomes=outcomes, rows=rows, reports=done))


def _tables(store: Store, receipt: Receipt) -> None:
    """No older file and no older commit of a table stays: they hold the rows as they were."""
    maintenance.purge(store)


def _indexes(store: Store, receipt: Receipt) -> None:
    """Months that held the documents are built anew; what an earlier run had left of builds goes as well."""
    for topic in search.indexed(store):
        search.refresh(store, topic)
        search.sweep(store, topic)


def _releases(store: Store, receipt: Receipt) -> None:
    """Withdrawn, each with a successor; also those that were released since the receipt was drawn up."""
    withdraw(store, receipt.tombstones, receipt.id, receipt.reason)


def _versions(store: Store, receipt: Receipt) -> None:
    """Old versions of what was touched, and of all that tables, stages and releases ever held."""
    touched = receipt.touched
    segments = {key for warc in touched.segments for key in (warc, index_key(warc))}
    runs = {*touched.runs, *(report_key(*night) for night in _nights(receipt))}
    changed = {*segments, *runs, *map(state.key, touched.states)}
    derived = ("tables/", "staged/", "search/", "releases/")
    delete_versions(store, lambda key: key in changed or key.startswith(derived))


def _nights(receipt: Receipt) -> list[tuple[str, str]]:
    """The nights whose outcomes or rows are touched."""
    nights = {_unit(unit) for unit in receipt.touched.documents}
    nights |= {(parts[1], parts[2]) for key in receipt.touched.runs if (parts := PurePosixPath(key).parts)}
    return sorted(nights)


def _unit(unit: str) -> tuple[str, str]:
    name, _, night = unit.rpartition("/")
    return name, night


STEPS: tuple[tuple[str, Callable[[Store, Receipt], None]], ...] = (
    ("reports", _runs),
    ("staged rows", _staged),
    ("records", _records),
    ("states", _states),
    ("documents", _documents),
    ("articles", _articles),
    ("run reports", _verdicts),
    ("old files", _tables),
    ("releases", _releases),
    ("search indexes", _indexes),
    ("old versions", _versions),
)
"""In this order: what a night that is run meanwhile would publish again goes first."""
