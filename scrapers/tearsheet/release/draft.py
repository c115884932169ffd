"""A draft: the rows of a release as files of a local folder, one a month, before anything is written to the store.

The same rows give the same bytes: they come sorted, the writer's options are fixed, and no time of writing is noted
(the name of the Arrow release that wrote them is). ``near_hash`` stays behind, which serves the archive alone.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter

from tearsheet.pull.releases import DATA, About, Counts, File, sums
from tearsheet.tables.columns import ARTICLES

SCHEMA = pa.schema([field for field in ARTICLES if field.name != "near_hash"])
UNDETERMINED = "und"
ROW_GROUP = 20_000
_ABOUT = TypeAdapter(About)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The files and what they hold. ``versions``: of each document the wording of its last row."""

    about: About
    folder: Path
    files: tuple[File, ...]
    counts: Counts
    versions: dict[str, str | None]
    extractors: tuple[str, ...]
    configurations: tuple[str, ...]
    schema_version: int

    @property
    def content(self) -> str:
        """The SHA-256 that the release is named by: of what it is of, and of the digests of its rows' files."""
        about = json.dumps(_ABOUT.dump_python(self.about, mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(f"{about}\n".encode() + sums(self.files)).hexdigest()


def draft(about: About, tables: Iterable[pa.Table], folder: Path) -> Draft | None:
    """Write the rows, which come month by month and in order; None where there are none."""
    (folder / DATA).mkdir()
    tally, files = _Tally(), []
    for table in tables:
        if table.num_rows:
            tally.add(table)
            files.append(write(table, folder, f"{DATA}{table['month'][0].as_py()}.parquet"))
    if not files:
        return None
    return Draft(
        about=about,
        folder=folder,
        files=tuple(files),
        counts=tally.counts(),
        versions=tally.versions,
        extractors=tuple(sorted(tally.extractors)),
        configurations=tuple(sorted(tally.configurations)),
        schema_version=tally.schema_version,
    )


def write(table: pa.Table, folder: Path, path: str) -> File:
    """Write a table as Parquet, the same bytes for the same rows."""
    target = folder / path
    pq.write_table(
        table.combine_chunks(), target, compression="zstd", compression_level=3, version="2.6", row_group_size=ROW_GROUP
    )
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return File(path=path, bytes=target.stat().st_size, sha256=digest)


class _Tally:
    """Counts over the tables of a draft."""

    def __init__(self) -> None:
        self.sources, self.languages, self.months = Counter[str](), Counter[str](), Counter[str]()
        self.versions: dict[str, str | None] = {}
        self.nights: set[str] = set()
        self.stories: set[str] = set()
        self.extractors: set[str] = set()
        self.configurations: set[str] = set()
        self.schema_version = 0

    def add(self, table: pa.Table) -> None:
        def column(name: str) -> list[str]:
            values: list[str] = table[name].to_pylist()
            return values

        self.sources.update(column("source"))
        self.languages.update(language or UNDETERMINED for language in column("language"))
        self.months.update(column("month"))
        self.versions |= dict(zip(column("document_id"), column("version_id"), strict=True))
        self.nights.update(column("night"))
        self.stories.update(column("cluster_id"))
        self.extractors.update(column("extractor"))
        self.configurations.update(column("config"))
        self.schema_version = max(self.schema_version, *map(int, column("schema_version")))

    def counts(self) -> Counts:
        return Counts(
            rows=self.months.total(),
            documents=len(self.versions),
            stories=len(self.stories),
            sources=dict(sorted(self.sources.items())),
            languages=dict(sorted(self.languages.items())),
            months=dict(sorted(self.months.items())),
            first_night=min(self.nights),
            last_night=max(self.nights),
        )
