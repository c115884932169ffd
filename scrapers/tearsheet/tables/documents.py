"""The documents table: one row a capture, published night by night.

One commit publishes a night of a collection: it replaces that night's rows and no other. Its transaction has the app id
``<collection>/<night>`` and, as its number, the night's *fingerprint*: the first 62 bits of a SHA-256 over the sorted
(url, payload_digest, extractor, learned, rules) of its rows, and of whether a text is withheld. The same rows again
commit nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from tearsheet.errors import InvariantError
from tearsheet.model import WITHHELD, month_of
from tearsheet.storage import Store
from tearsheet.tables import delta
from tearsheet.tables.delta import Table, quoted
from tearsheet.tables.schema import DOCUMENTS, conform
from tearsheet.tables.wording import verified

__all__ = ["TABLE", "Published", "find", "fingerprint", "fingerprint_of", "fingerprints", "publish", "rows"]

TABLE = Table(
    name="documents",
    description="One row a capture: an article with its clean text, or a drop with its reason.",
    schema=DOCUMENTS,
    partition_by=("collection", "month"),
    statistics=("document_id", "source", "night", "fetched_at", "published_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published(delta.Published):
    """A published night and the fingerprint of its rows."""

    fingerprint: int


_FINGERPRINTED = ["url", "payload_digest", "extractor", "learned", "rules"]


def publish(store: Store, collection: str, night: str, rows: pa.Table, *, anew: bool = False) -> Published:
    """Make ``rows`` the rows of the night, in one commit; none at all is a night, too.

    ``anew``: also where the log says that they stand there already.

    Raises:
        InvariantError: the rows do not fit the table, are another night's, or hold a document twice.
        StorageError: the store fails.
    """
    rows = conform(rows, DOCUMENTS).sort_by("document_id")
    _check(rows, collection, night)
    number = fingerprint_of(rows)
    version, committed = delta.overwrite(
        store,
        TABLE,
        rows,
        predicate=(
            f"collection = {quoted(collection)} AND month = {quoted(month_of(night))} AND night = {quoted(night)}"
        ),
        transactions={app_id(collection, night): number},
        note={"fingerprint": str(number)},
        within=collection,
        anew=anew,
    )
    return Published(version=version, fingerprint=number, rows=rows.num_rows, committed=committed)


def app_id(collection: str, night: str) -> str:
    """The app id of a night's transaction."""
    return f"{collection}/{night}"


def fingerprint_of(rows: pa.Table) -> int:
    """What stands for a night's rows whatever their order, and whatever when and where they were fetched; 62 bits."""
    told = rows.select(_FINGERPRINTED).to_pylist()
    marks = ([WITHHELD] if outcome == WITHHELD else [] for outcome in rows["outcome"].to_pylist())
    lines = sorted(json.dumps([*row.values(), *mark]) for row, mark in zip(told, marks, strict=True))
    return int.from_bytes(hashlib.sha256("\n".join(lines).encode()).digest()[:8], "big") >> 2


def fingerprint(store: Store, collection: str, night: str) -> int | None:
    """The fingerprint of a published night, ``None`` where the night was never published."""
    return fingerprints(store, [(collection, night)]).get((collection, night))


def fingerprints(store: Store, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The fingerprints of those (collection, night) that were published; one reading of the log for all of them."""
    recorded = delta.transactions(store, TABLE)
    return {key: recorded[app_id(*key)] for key in keys if app_id(*key) in recorded}


def rows(
    store: Store,
    collection: str,
    night: str,
    columns: Sequence[str] | None = None,
    scanned: pl.LazyFrame | None = None,
) -> pl.DataFrame:
    """The rows of a night by document_id, with all columns or those named.

    ``scanned`` is the table as it was opened before: whoever reads many nights opens it once, and judges their texts.

    Raises:
        StorageError: the store cannot be read, or a text is not what was written.
    """
    url = store.url(TABLE.prefix)
    with delta.storage_errors(url):
        table = delta.scan(store, TABLE) if scanned is None else scanned
        found = table.filter(collection=collection, month=month_of(night), night=night)
        read = found.sort("document_id").select(columns or DOCUMENTS.names).collect()
    return verified(read, url) if scanned is None else read


def find(store: Store, document_id: str, *, collection: str | None = None) -> pl.DataFrame:
    """Every row of a document, nights ascending; files whose range of ids excludes it are not opened.

    Raises:
        StorageError: the store cannot be read, or a text is not what was written.
    """
    wanted = {"document_id": document_id} | ({"collection": collection} if collection else {})
    url = store.url(TABLE.prefix)
    with delta.storage_errors(url):
        return verified(delta.scan(store, TABLE).filter(**wanted).sort("night", "collection").collect(), url)


def _check(rows: pa.Table, collection: str, night: str) -> None:
    where = f"collection {collection}, night {night}"
    for column, value in (("collection", collection), ("night", night), ("month", month_of(night))):
        if others := sorted({*pc.unique(rows[column]).to_pylist()} - {value}):
            raise InvariantError(f"{where}: there are rows whose {column} is {', '.join(others)}")
    if twice := delta.first_duplicate(rows, ["document_id"]):
        raise InvariantError(f"{where}: document {twice['document_id']} has more than one row")
