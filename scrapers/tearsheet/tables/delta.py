"""The Delta tables themselves: created, overwritten in one commit, scanned.

- A commit replaces exactly the rows that a predicate names, and records one *transaction* a unit of work: an app id
  and a number that stands for what was written. A unit whose number is recorded already is not written again.
- delta-rs records a transaction's number without comparing it, and refuses a commit only if another one wrote the same
  rows or the same app ids since the table was read. So the comparison is ours, and a refused commit is compared again.
- Transactions are kept by every checkpoint, for ever; the log's commits are not.
- Statistics are kept of few columns only: those of text would survive in the log after the text itself was deleted.
- Every commit makes a checkpoint: to open a table then takes the same few requests however many commits it has.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake
from deltalake import Schema as DeltaSchema
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from tearsheet.errors import InvariantError, ObjectMissing, StorageError
from tearsheet.storage import Store
from tearsheet.storage.failures import mend_of
from tearsheet.tables.joining import join
from tearsheet.tables.schema import conform

WRITER = WriterProperties(compression="ZSTD", compression_level=3, max_row_group_size=2500)
"""A week of a topic is a few row groups of its month: the others are not read."""
ATTEMPTS = 20
_LOG_FILE = re.compile(r"/(?P<version>\d{20})\.(?P<kind>json|checkpoint(?:\.[\w-]+)*\.parquet)$")
_CODE = re.compile(r"<Code>(\w+)</Code>")
_COLOUR = re.compile(r"\x1b\[\d*m")

_FAILURES = (
    DeltaError,
    OSError,
    json.JSONDecodeError,
    UnicodeDecodeError,
    pl.exceptions.ComputeError,
    pl.exceptions.InvalidOperationError,
    pl.exceptions.PanicException,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: its schema, the columns that lay out its files, and those by whose range files are skipped.

    ``loose``: how many files may lie beside the first one of a partition before they are joined.
    """

    name: str
    description: str
    schema: pa.Schema
    partition_by: tuple[str, ...]
    statistics: tuple[str, ...]
    loose: int = 5

    @property
    def prefix(self) -> str:
        """The table's folder in the store."""
        return f"tables/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a publication came to: the table's version, the rows handed over, and whether this call committed them."""

    version: int
    rows: int
    committed: bool


@contextmanager
def storage_errors(url: str) -> Iterator[None]:
    """Let no error of deltalake's or polars' storage layer out of the block, nor what they make of a damaged file.

    Raises:
        StorageError: instead of it, with the table's URL.
    """
    try:
        yield
    except _FAILURES as error:
        told = " ".join(_COLOUR.sub("", str(error)).replace("↳", "").split())
        code = _CODE.search(told)
        mend = mend_of(code[1]) if code else "run it again; if it stays so, check the store with `tearsheet doctor`"
        raise StorageError(f"{url}: {told[:600]}; {mend}") from error


def open_table(store: Store, table: Table) -> DeltaTable | None:
    """The table as it stands now; ``None`` where nothing was ever published.

    Raises:
        StorageError: the store cannot be read.
    """
    url = store.url(table.prefix)
    with storage_errors(url):
        try:
            return DeltaTable(url, storage_options=store.table_options())
        except TableNotFoundError:
            return None


def scan(store: Store, table: Table) -> pl.LazyFrame:
    """The table's present version, lazily, with exactly the schema's columns: null where older rows have none.

    Raises:
        StorageError: the store cannot be read.
    """
    return scan_opened(open_table(store, table), table)


def scan_opened(opened: DeltaTable | None, table: Table) -> pl.LazyFrame:
    """As ``scan``, of the version that was opened; no rows where there is no table."""
    wanted = pl.Schema(table.schema)
    if opened is None:
        return pl.LazyFrame(schema=wanted)
    rows = pl.scan_delta(opened)
    present = rows.collect_schema()
    added = [pl.lit(None, dtype).alias(name) for name, dtype in wanted.items() if name not in present]
    return rows.with_columns(added).select(wanted.names())


def overwrite(
    store: Store,
    table: Table,
    rows: pa.Table,
    *,
    predicate: str,
    transactions: Mapping[str, int],
    note: Mapping[str, str],
    within: str,
    anew: bool = False,
) -> tuple[int, bool]:
    """Replace what ``predicate`` names by ``rows`` in one commit, unless every transaction is recorded already.

    ``within`` is the topic or collection that the rows are of: where its months have too many files then, these are
    joined. ``anew``: commit them all the same, because the rows that stand there are not those of the transaction any
    more.

    Returns:
        The table's version, and whether this call committed it.

    Raises:
        InvariantError: the rows do not fit the table.
        StorageError: the store fails, or others commit the same rows without end.
    """
    rows = conform(rows, table.schema)
    url = store.url(table.prefix)
    with storage_errors(url):
        for _ in range(ATTEMPTS):
            try:
                opened = _writable(store, table)
                version, committed = _overwrite(opened, rows, predicate, transactions, note, anew=anew)
            except CommitFailedError:  # somebody else was first: look again at what stands there now
                continue
            if committed:
                join(opened, (table.partition_by[0], within), table.loose, WRITER)
            return version, committed
    raise StorageError(
        f"{url}: {ATTEMPTS} commits in a row were refused, because others write {predicate}; run it again"
    )


def delete(store: Store, table: Table, predicate: str) -> int:
    """Delete the rows that ``predicate`` names, in one commit; how many went.

    Raises:
        StorageError: the store fails, or others commit the same rows without end.
    """
    url = store.url(table.prefix)
    with storage_errors(url):
        for _ in range(ATTEMPTS):
            if (opened := open_table(store, table)) is None:
                return 0
            try:
                return int(opened.delete(predicate, writer_properties=WRITER)["num_deleted_rows"])
            except CommitFailedError:  # somebody else was first
                continue
    raise StorageError(f"{url}: {ATTEMPTS} commits in a row were refused, because others write; run it again")


def log(store: Store, table: Table, since: int = 0) -> list[tuple[int, str, str]]:
    """The version, kind (``json``, ``checkpoint.parquet`` …) and key of each commit and checkpoint that is kept.

    Only of versions from ``since`` on.
    """
    folder = f"{table.prefix}/_delta_log/"
    keys = (info.key for info in store.list(folder, after=f"{folder}{since:020}"))
    return [(int(found["version"]), found["kind"], key) for key in keys if (found := _LOG_FILE.search(key))]


def transactions(store: Store, table: Table) -> dict[str, int]:
    """Every app id and the number that its last commit recorded.

    Read from the log itself, the newest checkpoint and the commits after it, because delta-rs answers for one
    app id at a time and reads the checkpoint anew for each.

    Raises:
        StorageError: the log cannot be read.
    """
    files = log(store, table, since=_last_checkpoint(store, table))
    start = max((version for version, kind, _ in files if kind != "json"), default=-1)
    recorded: dict[str, int] = {}
    with storage_errors(store.url(table.prefix)):
        for version, kind, key in sorted(files):
            if kind != "json" and version == start:
                recorded |= _checkpointed(store.get(key))
            elif kind == "json" and version > start:
                recorded |= _committed(store.get(key))
    return recorded


def files(store: Store, table: Table) -> set[str]:
    """The keys of the files that hold the table's present rows.

    Raises:
        StorageError: the store cannot be read.
    """
    opened = open_table(store, table)
    return (
        {f"{table.prefix}/{uri.partition(f'/{table.prefix}/')[2]}" for uri in opened.file_uris()} if opened else set()
    )


def removed(store: Store, table: Table) -> set[str]:
    """The keys of files that the log names as replaced: older versions have them until a vacuum.

    Raises:
        StorageError: the log cannot be read.
    """
    paths: set[str] = set()
    with storage_errors(store.url(table.prefix)):
        for _, kind, key in log(store, table):
            body = store.get(key)
            if kind == "json":
                actions = (json.loads(line).get("remove") for line in body.splitlines() if line)
            else:
                actions = iter(pl.read_parquet(io.BytesIO(body), columns=["remove"])["remove"])
            paths |= {unquote(action["path"]) for action in actions if action and action["path"]}
    return {f"{table.prefix}/{path}" for path in paths}


def first_duplicate(rows: pa.Table, key: Sequence[str]) -> dict[str, str] | None:
    """The first key, in the order of keys, that more than one row has."""
    counts = rows.group_by(key).aggregate([([], "count_all")])
    twice = counts.filter(pc.greater(counts["count_all"], 1)).sort_by([(name, "ascending") for name in key])
    return next(iter(twice.select(key).to_pylist()), None)


def quoted(value: str) -> str:
    """A value as an SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def _overwrite(
    opened: DeltaTable,
    rows: pa.Table,
    predicate: str,
    transactions: Mapping[str, int],
    note: Mapping[str, str],
    *,
    anew: bool,
) -> tuple[int, bool]:
    if not anew and all(opened.transaction_version(app_id) == number for app_id, number in transactions.items()):
        return opened.version(), False
    write_deltalake(
        opened,
        rows,
        mode="overwrite",
        predicate=predicate,
        writer_properties=WRITER,
        commit_properties=CommitProperties(
            custom_metadata=dict(note),
            app_transactions=[Transaction(app_id, number) for app_id, number in transactions.items()],
        ),
    )
    return opened.version(), True


def _checkpointed(checkpoint: bytes) -> dict[str, int]:
    recorded = pl.read_parquet(io.BytesIO(checkpoint), columns=["txn"])["txn"].drop_nulls()
    return {entry["appId"]: entry["version"] for entry in recorded if entry["appId"] is not None}


def _last_checkpoint(store: Store, table: Table) -> int:
    """A version that has a checkpoint, one of the last; 0 before there is any."""
    try:
        return int(json.loads(store.get(f"{table.prefix}/_delta_log/_last_checkpoint"))["version"])
    except ObjectMissing:
        return 0


def _committed(commit: bytes) -> dict[str, int]:
    recorded = (json.loads(line).get("txn") for line in commit.splitlines() if line)
    return {entry["appId"]: entry["version"] for entry in recorded if entry}


def _writable(store: Store, table: Table) -> DeltaTable:
    """The table, created where there is none, with the columns that this version has added."""
    return _with_added_columns(open_table(store, table) or _create(store, table), table)


def _create(store: Store, table: Table) -> DeltaTable:
    url, options = store.url(table.prefix), store.table_options()
    try:
        return DeltaTable.create(
            url,
            table.schema,
            partition_by=list(table.partition_by),
            name=table.name,
            description=table.description,
            configuration={
                "delta.checkpointInterval": "1",
                "delta.dataSkippingStatsColumns": ",".join(table.statistics),
            },
            storage_options=options,
        )
    except DeltaError:  # created by somebody else in between, or it cannot be opened either
        return DeltaTable(url, storage_options=options)


def _with_added_columns(opened: DeltaTable, table: Table) -> DeltaTable:
    """Add the columns the table lacks.

    Raises:
        InvariantError: a column was retyped, or is unknown here: a newer Tearsheet wrote it.
    """
    ours = {field.name: field for field in DeltaSchema.from_arrow(table.schema).fields}
    theirs = {field.name: field for field in opened.schema().fields}
    our_types, their_types = pl.Schema(table.schema), pl.Schema(opened.schema())
    for name, field in theirs.items():
        if name not in ours:
            raise InvariantError(
                f"{opened.table_uri}: column {name!r} was added by a newer Tearsheet; upgrade this one"
            )
        if (their_types[name], field.nullable) != (our_types[name], ours[name].nullable):
            raise InvariantError(f"{opened.table_uri}: column {name!r} is {field.type}, not {ours[name].type}")
    if added := [field for name, field in ours.items() if name not in theirs]:
        opened.alter.add_columns(added)
    return opened
