"""``pull --new``: go on where the last pull into a file or folder ended, and read of the table only what is new in it.

The cursor of ``unrest.csv`` is the folder ``.unrest.csv.cursor`` beside it, that of a folder is ``.cursor`` in it. It
holds parts (``parts.py``), and in ``cursor.parquet`` the keys of the rows that were written, the table's version and
what the files looked like. No earlier version of the table is asked for, so that a vacuum takes nothing from it.

What is wanted is written from the parts as a whole pull writes it from the store: each row once, the latest version of
an article in the place of the one before, in every format. A folder has one file a month. A file whose rows are those
that it holds already is left as it is.

Killed at any point and run again, the pull is whole: parts and files are put in place whole, the cursor comes last.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from tearsheet.errors import BusyError, ConfigError, StorageError
from tearsheet.pull.export import FORMATS, Written, check_target, write
from tearsheet.pull.parts import ROW, Parts, fetch
from tearsheet.pull.reduction import KEY
from tearsheet.pull.selection import Selection
from tearsheet.storage import Store

_KEYS = pl.Schema(dict.fromkeys(KEY, pl.String()) | {ROW: pl.UInt64()})
_CURSOR, _LOCK = "cursor.parquet", "lock"
_TOLD = "tearsheet"
_MONTH = pl.col("night").str.head(7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What a pull came to: the rows as they stand now, what that changed, the files that were written for it.

    ``parts`` are what they were written from, ``since`` is the version of the pull before, if there was one.
    """

    selection: Selection
    parts: Parts
    since: int | None
    nights: int
    new: int
    replaced: int
    gone: int
    written: list[Written]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cursor:
    """What the last pull wrote: the table's version, the files as ``_looks`` tells them, the keys of their rows."""

    version: int | None = None
    files: dict[str, list[Any]] = field(default_factory=dict)
    keys: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_KEYS))


def pull_new(
    store: Store,
    topic: str,
    selection: Selection,
    out: Path,
    suffix: str = ".parquet",
    shown: Callable[[int, int], None] = lambda done, total: None,
) -> Pulled:
    """Make a file, or the files of a folder, what the selection of a topic is now; ``suffix`` is for a folder's.

    ``shown`` is told how many rows were read so far, of how many.

    Raises:
        BusyError: another pull into the same file or folder is under way.
        ConfigError: the target cannot be written, or there are more rows than its format can hold.
        StorageError: the store or the cursor cannot be read.
    """
    with _held(_folder(out, suffix), out) as folder:
        with _readable(folder):
            before = _load(folder)
        parts = fetch(store, topic, selection.span, selection.needed, selection.names, folder, shown)
        present = selection.over(parts.rows)
        with _readable(folder):
            keys = present.keys(ROW)
            targets = {path: _said(present, rows) for path, rows in _targets(keys, out, suffix).items()}
            stale = [path for path, said in targets.items() if _looks(path, said) != before.files.get(path.name, [])]
            written = [_write(present, path, out) for path in stale]
        for name in before.files.keys() - {path.name for path in targets}:
            (out / name).unlink(missing_ok=True)
        _save(folder, parts, {path.name: _looks(path, said) for path, said in targets.items()}, keys)
        _sweep(folder, parts)
    return _pulled(present, parts, before, keys, written)


def _folder(out: Path, suffix: str) -> Path:
    if not out.is_dir():
        return check_target(out).with_name(f".{out.name}.cursor")
    if suffix not in FORMATS:
        raise ConfigError(f"{suffix!r} is no format; known are: {', '.join(FORMATS)}")
    return out / ".cursor"


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    try:
        yield
    except (PolarsError, StorageError, KeyError, ValueError) as error:
        raise StorageError(
            f"{folder}: cannot be read; delete this folder, and the pull starts anew ({error})"
        ) from error


@contextmanager
def _held(folder: Path, out: Path) -> Iterator[Path]:
    from tearsheet.storage.locks import hold  # Windows has no such locks, but whole pulls

    folder.mkdir(exist_ok=True)
    try:
        lock = hold(folder / _LOCK, wait=False)
    except BlockingIOError as error:
        raise BusyError(f"{out}: another pull into it is under way; wait for its end") from error
    try:
        yield folder
    finally:
        os.close(lock)


def _targets(keys: pl.DataFrame, out: Path, suffix: str) -> dict[Path, pl.DataFrame]:
    """The files there are to be, and the keys of their rows."""
    if not out.is_dir():
        return {out: keys}
    months = keys.with_columns(_MONTH.alias("month")).partition_by("month", as_dict=True)
    return {out / f"{month}{suffix}": rows for (month,), rows in sorted(months.items())}


def _write(present: Selection, path: Path, out: Path) -> Written:
    for left in path.parent.glob(f".{path.name}.*.part"):  # by a pull that was killed
        left.unlink()
    return write(present.tables([path.stem] if path.parent == out else None), present.schema, path)


def _said(present: Selection, keys: pl.DataFrame) -> str:
    """What stands for the rows of a file, in the columns that it has."""
    return hashlib.sha256(f"{present.names}\n{keys.select(*KEY, ROW).write_csv()}".encode()).hexdigest()


def _looks(path: Path, said: str) -> list[Any] | None:
    """A file by its rows, size and time of change; None where there is none."""
    if not path.exists():
        return None
    found = path.stat()
    return [said, found.st_size, found.st_mtime_ns]


def _load(folder: Path) -> _Cursor:
    path = folder / _CURSOR
    if not path.exists():
        return _Cursor()
    told = json.loads(pl.read_parquet_metadata(path)[_TOLD])
    return _Cursor(version=told["version"], files=told["files"], keys=pl.read_parquet(path))


def _save(folder: Path, parts: Parts, files: dict[str, list[Any] | None], keys: pl.DataFrame) -> None:
    draft = folder / f"{_CURSOR}.draft"
    keys.write_parquet(draft, metadata={_TOLD: json.dumps({"version": parts.version, "files": files})})
    draft.replace(folder / _CURSOR)


def _sweep(folder: Path, parts: Parts) -> None:
    """Delete the parts of files that the table has no more, and what a killed pull left."""
    kept = {folder / _CURSOR, folder / _LOCK, *parts.paths}
    for path in {*folder.iterdir()} - kept:
        path.unlink()


def _pulled(present: Selection, parts: Parts, before: _Cursor, keys: pl.DataFrame, written: list[Written]) -> Pulled:
    """What changed from one pull to the next: a document has one row, or one each night where all versions are kept."""
    key = KEY if present.counted.endswith("all versions") else ("document_id",)
    new = keys.join(before.keys, on=key, how="anti").height
    return Pulled(
        selection=present,
        parts=parts,
        since=before.version,
        nights=keys["night"].n_unique(),
        new=new,
        replaced=keys.join(before.keys, on=[*key, ROW], how="anti").height - new,
        gone=before.keys.join(keys, on=key, how="anti").height,
        written=written,
    )
