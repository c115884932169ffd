"""Texts read from a table are those that were written: its files carry no checksum, but a row names its wording.

``version_id`` is the hash of title and text. Damage to other columns is found only where a file cannot be read for it.
"""

from __future__ import annotations

import polars as pl

from tearsheet.errors import StorageError
from tearsheet.fingerprints import version_id

_NEEDED = ("version_id", "title", "text")


def verified(rows: pl.DataFrame, url: str) -> pl.DataFrame:
    """The rows of the table at ``url``, where each text is its version's, or is not among the columns.

    Raises:
        StorageError: one is another text.
    """
    if {*_NEEDED} <= {*rows.columns}:
        for version, title, text in rows.select(_NEEDED).drop_nulls(["version_id", "text"]).iter_rows():
            if version_id(title, text) != version:
                raise StorageError(
                    f"{url}: what was read as version {version} is another text, so it was damaged on its way or in "
                    "the bucket; read it again; if it stays so, delete the table and run its nights again"
                )
    return rows
