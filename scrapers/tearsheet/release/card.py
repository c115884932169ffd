"""``README.md`` of a release: a dataset card, whose head Hugging Face's ``datasets`` reads, and its text people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa
import yaml

from tearsheet.pull.releases import Release
from tearsheet.release.draft import SCHEMA, UNDETERMINED
from tearsheet.release.wording import RIGHTS, abstract, day, meaning, suffix, title

SIZES = {1_000: "n<1K", 10_000: "1K<n<10K", 100_000: "10K<n<100K", 1_000_000: "100K<n<1M", 10_000_000: "1M<n<10M"}
LOADING = """\
```python
import polars as pl
articles = pl.read_parquet("data/*.parquet")

import pandas as pd
articles = pd.read_parquet("data")

import duckdb
articles = duckdb.sql("SELECT * FROM 'data/*.parquet'")

import datasets
articles = datasets.load_dataset("/where/this/folder/stands", split="train")
```

In R, which was not tried: `arrow::open_dataset("data")`. Whether the files are whole: `sha256sum -c SHA256SUMS`.
"""


def render(release: Release) -> bytes:
    """The card."""
    sections = [_head(release), f"# {title(release)}\n", f"{abstract(release)}\n", _facts(release), _changes(release)]
    sections += ["## Load it\n", LOADING, "## Cite it\n", _citation(release), "## What is in it\n", *_counts(release)]
    sections += [_left_out(release), "## Columns\n", _columns(), "## Rights\n", f"{RIGHTS}\n"]
    return "\n".join(sections).encode()


def _head(release: Release) -> str:
    rows = release.counts.rows
    told = {
        "pretty_name": title(release),
        "language": [language for language in release.counts.languages if language != UNDETERMINED],
        "license": "other",
        "tags": ["news"],
        "size_categories": [next((size for limit, size in SIZES.items() if rows < limit), "n>10M")],
        "configs": [{"config_name": "default", "data_files": [{"split": "train", "path": "data/*.parquet"}]}],
    }
    return f"---\n{yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=120)}---\n"


def _facts(release: Release) -> str:
    about = release.about
    facts = {
        "release": f"`{release.id}`, {release.counts.rows} rows",
        "topic": f"`{about.topic}`",
        "query": f"`{_cell(about.query)}`",
        "languages of the topic": ", ".join(about.languages) or "all",
        "collections": ", ".join(about.collections),
        "nights asked for": f"{about.since or 'the first'} to {about.until or 'the last'}",
        "rows": "every version" if about.all_versions else "the latest version of each article once",
        "version of the table `articles`": str(release.table_version),
        "configuration": f"`{release.configuration}`",
        "extractors": ", ".join(f"`{each}`" for each in release.extractors),
        "SHA-256 of the content": f"`{release.content_sha256}`",
        "in place of": f"`{release.replaces}`, which was withdrawn" if release.replaces else "",
    }
    return _table("", "", {name: told for name, told in facts.items() if told})


def _changes(release: Release) -> str:
    head = "## What has changed\n\n"
    if (changes := release.changes) is None:
        return f"{head}This is the first release of the topic.\n"
    return (
        f"{head}Articles since the release `{changes.since}`: {changes.added} added, {changes.removed} removed, "
        f"{changes.changed} worded otherwise (the page was changed, or is read by another extractor). "
        "`changes.parquet` has the ids.\n"
    )


def _citation(release: Release) -> str:
    return (
        f"> {release.about.publisher} ({day(release)[:4]}): *{title(release)}* [Data set]. Release {release.id}, "
        f"content SHA-256 {suffix(release)}….\n\n`CITATION.cff` says it for machines.\n"
    )


def _counts(release: Release) -> Iterator[str]:
    counts = release.counts
    yield f"{counts.rows} rows, {counts.documents} articles, {counts.stories} stories (copies of one count once).\n"
    for name, spread in (("outlet", counts.sources), ("language", counts.languages), ("month", counts.months)):
        yield _table(name, "rows", spread)


def _left_out(release: Release) -> str:
    left = release.left_out
    if not left.rows:
        return "No row was left out for its rights.\n"
    told = ", ".join(f"{name} {count}" for name, count in left.signals.items())
    return f"Left out, because their sites reserve it: {left.rows} rows ({told}; one row may have several signals).\n"


def _columns() -> str:
    return _table(
        "column", "meaning", {f"`{each.name}`": f"{_plain_text(meaning(each))}; {_kind(each)}" for each in SCHEMA}
    )


def _kind(field: pa.Field) -> str:
    kind = field.type
    told = f"list of {_plain(kind.value_type)}" if pa.types.is_list(kind) else _plain(kind)
    return f"{told}, may be null" if field.nullable else told


def _plain(kind: pa.DataType) -> str:
    if pa.types.is_struct(kind):
        return f"({', '.join(each.name for each in kind)})"
    return "time" if pa.types.is_timestamp(kind) else str(kind)


def _table(left: str, right: str, rows: Mapping[str, object]) -> str:
    lines = [f"| {left} | {right} |", "|---|---|", *(f"| {name} | {_cell(told)} |" for name, told in rows.items())]
    return "\n".join(lines) + "\n"


def _plain_text(told: str) -> str:
    return told.replace("<", "&lt;")


def _cell(told: object) -> str:
    return str(told).replace("|", "\\|").replace("\n", " ")
