"""What nothing needs or nobody knows: staged rows, snapshots, uploads, objects, and files of the tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import PurePosixPath

import polars as pl

from tearsheet.audit.finding import Finding, found
from tearsheet.audit.inventory import Inventory
from tearsheet.errors import RecordError
from tearsheet.harvest.choice import choice_key, load_choice
from tearsheet.harvest.learned import snapshot_key
from tearsheet.storage import Store
from tearsheet.tables import delta, documents, maintenance

_NIGHT = r"[^/]+/\d{4}-\d{2}-\d{2}"
_KNOWN = re.compile(
    rf"raw/{_NIGHT}/[^/]+\.warc(\.gz)?(\.cdxj)?|runs/{_NIGHT}/.+|staged/{_NIGHT}/[^/]+\.parquet"
    r"|tables/(documents|articles)/.+|state/[^/]+\.json\.gz|learned/[^/]+/[0-9a-f]+\.json"
    r"|config/([0-9a-f]{64}|current)\.json|takedowns/.+|probe-[^/]+/.+"
    r"|search/[^/]+/(index\.json|\d{4}-\d{2}/[0-9a-f]{20}\.(tar|parquet|jsonl\.zst))"
    r"|releases/[^/]+/\d{4}-\d\d-\d\d-[0-9a-f]{12}/(data/\d{4}-\d\d\.parquet|changes\.parquet|README\.md|SHA256SUMS"
    r"|datapackage\.json|croissant\.json|CITATION\.cff|release\.json)"
)
_STAGED = re.compile(r"staged/([^/]+)/([^/]+)/([^/]+)\.[0-9a-f]{12}\.parquet")


def unknown(inventory: Inventory) -> Iterator[Finding]:
    """Objects under keys that Tearsheet does not write, and what a probe left."""
    for key in sorted(inventory.keys):
        if not _KNOWN.fullmatch(key):
            yield found("object.unknown", key, "no part of Tearsheet writes such a key")
        elif key.startswith("probe-"):
            yield found("probe.left", key, "a probe of the store ended before it could delete it", key)


def staged(inventory: Inventory) -> Iterator[Finding]:
    """Staged rows of nights behind which a later one is published, and of WARCs that are not there."""
    newest: dict[str, str] = {}
    for collection, night in inventory.fingerprints:
        newest[collection] = max(night, newest.get(collection, ""))
    for key in sorted(inventory.keys):
        if not key.startswith("staged/") or key.count("/") < 3:
            continue
        _, collection, night, name = key.split("/", 3)
        if not inventory.asked.covers((collection, night)):
            continue
        warcs = {PurePosixPath(warc).name for warc in inventory.segments.get((collection, night), ())}
        of = _STAGED.fullmatch(key)
        if (collection, night) in inventory.fingerprints and night < newest[collection]:
            yield found("staged.left", key, f"{night} is published, and so is {newest[collection]}", key)
        elif of is None or not warcs & {f"{of[3]}.warc.gz", of[3]}:
            yield found("staged.left", key, f"there is no WARC that {name} could be of", key)


def snapshots(store: Store, inventory: Inventory) -> Iterator[Finding]:
    """Snapshots that no plan, choice or row names, and named ones that are gone."""
    named: dict[str, str] = {}
    for (collection, night), plan in inventory.plans.items():
        try:
            chosen = (load_choice(store, plan) or {}) | plan.learned
        except RecordError as error:
            yield found("learned.missing", choice_key(collection, night), str(error))
            continue
        named |= {snapshot_key(source, name): f"runs/{collection}/{night}" for source, name in chosen.items()}
    for source, name in _of_rows(store):
        named.setdefault(snapshot_key(source, name), documents.TABLE.prefix)
    for key in sorted(named.keys() - inventory.keys):
        yield found("learned.missing", key, f"{named[key]} names it")
    for key in sorted(inventory.keys):
        if key.startswith("learned/") and key not in named:
            yield found("learned.unnamed", key, "no plan, choice or row names it", key)


def uploads(store: Store) -> Iterator[Finding]:
    """Uploads in parts that nobody ended."""
    for upload in store.uploads():
        yield found("upload.open", upload.key, f"begun {upload.begun.isoformat()}", upload.key, upload.id)


def table_files(store: Store, inventory: Inventory, retain: timedelta = timedelta(days=7)) -> Iterator[Finding]:
    """Files of the tables that their logs do not name, and named ones that are gone."""
    for table in maintenance.TABLES:
        for key in sorted(delta.files(store, table) - inventory.keys):
            yield found("table.missing", key, "the table's present version needs it")
        for key in maintenance.unnamed(store, table, retain):
            yield found("table.unnamed", key, "no entry of the log names it", key)


def _of_rows(store: Store) -> list[tuple[str, str]]:
    """The sources and snapshots that rows name."""
    with delta.storage_errors(store.url(documents.TABLE.prefix)):
        rows = delta.scan(store, documents.TABLE).select("source", "learned").filter(pl.col("learned").is_not_null())
        return rows.unique().collect().rows()
