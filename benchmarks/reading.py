"""One reading of the big archive, timed in a process of its own: ``reading.py READER WHAT NIGHT FOLDER`` prints JSON.

NIGHT is the newest one. FOLDER is where DuckDB finds its files, and where what is pulled goes. What is asked:

- ``week``: the articles of the seven nights to NIGHT, with their text;
- ``topic``: all articles, without text, ledger and signature;
- ``outlets``: how many articles each outlet has each month;
- ``phrase``: how many articles have two words side by side in title or text of a wording, and by Tearsheet the best
  twenty of them;
- ``new``: the articles of NIGHT as a file; by Tearsheet ``pull --new`` into a folder that has all nights before it.

Of an article that was captured again, the latest row counts of those that are asked for. Imports are not timed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    import tearsheet
    from tearsheet.storage import Store

TOPIC, ARTICLES = "energy", 300
"""The topic that is read, and how many articles it has a night."""
PULLED = "pulled"
"""The folder that ``pull --new`` goes on in."""
PHRASE = "regional refinery"
PATTERN = r"\b" + PHRASE.replace(" ", r"[^\w\n]+") + r"\b"
"""The phrase as Tearsheet understands it: punctuation may stand between its words, the end of a paragraph may not."""
MEASURED = "measured"
"""The bucket of the same rows as plain Parquet files ``topic=/month=``."""
HEAVY = ("text", "removed", "near_hash")
READINGS = ("week", "topic", "outlets", "phrase", "new")
Reading = Callable[[], int]


def by_tearsheet(night: str, folder: Path) -> dict[str, Reading]:
    """By Tearsheet's own reader."""
    import boto3
    import deltalake
    import tantivy

    import tearsheet
    from tearsheet.config.models import StoreSettings
    from tearsheet.pull import archive, cursor
    from tearsheet.storage import open_store

    del boto3, deltalake, tantivy, archive, cursor  # the reader loads them when it first needs them

    def topic() -> tearsheet.pull.Selection:
        return tearsheet.open().topic(TOPIC).latest()

    def outlets() -> int:
        return topic().columns("source", "month").scan().group_by("source", "month").len().collect().height

    def new() -> int:
        with open_store(StoreSettings(url=os.environ["TEARSHEET_STORE"])) as store:
            return pull(store, folder / PULLED)

    return {
        "week": lambda: topic().since(week_before(night)).until(night).with_text().to_polars().height,
        "topic": lambda: topic().to_polars().height,
        "outlets": outlets,
        "phrase": lambda: tearsheet.open().search(f'"{PHRASE}"', topic=TOPIC).total,
        "new": new,
    }


def by_polars(night: str, folder: Path) -> dict[str, Reading]:
    """By polars over plain Parquet files in the same store."""
    import polars as pl

    options = {
        "aws_endpoint_url": os.environ["AWS_ENDPOINT_URL_S3"],
        "aws_access_key_id": os.environ["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": os.environ["AWS_SECRET_ACCESS_KEY"],
        "aws_region": "us-east-1",
        "aws_allow_http": "true",
    }
    place = f"{plain_url(os.environ['TEARSHEET_STORE'])}/"

    def articles(since: str = "", *columns: str, having: pl.Expr | bool = True) -> pl.LazyFrame:
        rows = pl.scan_parquet(place, hive_partitioning=True, storage_options=options).filter(having, topic=TOPIC)
        rows = rows.filter((pl.col("month") >= since[:7]) & (pl.col("night") >= since)) if since else rows
        rows = rows.select(*columns, "fetched_at", "document_id") if columns else rows
        return rows.sort("fetched_at").unique("document_id", keep="last")

    def new() -> int:
        rows = articles(night).drop("removed", "near_hash").collect()
        rows.write_parquet(folder / "new.parquet")
        return rows.height

    return {
        "week": lambda: articles(week_before(night)).drop("removed", "near_hash").collect().height,
        "topic": lambda: articles().drop(HEAVY).collect().height,
        "outlets": lambda: articles("", "source", "month").group_by("source", "month").len().collect().height,
        "phrase": lambda: articles("", "title", having=_has_phrase(pl)).collect().height,
        "new": new,
    }


def by_duckdb(night: str, folder: Path) -> dict[str, Reading]:
    """By DuckDB over the same files on the disk: its extension for S3 has to be fetched from its makers."""
    import duckdb

    files = f"read_parquet('{folder}/topic=*/*/*.parquet', hive_partitioning = true)"
    heavy = ", ".join(HEAVY)
    phrase = f"regexp_matches(lower(title), '{PATTERN}') OR regexp_matches(lower(text), '{PATTERN}')"

    def articles(columns: str, since: str = "", having: str = "true") -> str:
        nights = f"AND month >= '{since[:7]}' AND night >= '{since}'" if since else ""
        newest = "row_number() OVER (PARTITION BY document_id ORDER BY fetched_at DESC) = 1"
        return f"SELECT {columns} FROM {files} WHERE topic = '{TOPIC}' AND ({having}) {nights} QUALIFY {newest}"

    def count(query: str) -> int:
        return int(duckdb.sql(query).to_arrow_table().num_rows)

    def new() -> int:
        duckdb.sql(articles("* EXCLUDE (removed, near_hash)", night)).write_parquet(str(folder / "new.parquet"))
        return count(f"FROM read_parquet('{folder / 'new.parquet'}')")

    return {
        "week": lambda: count(articles("* EXCLUDE (removed, near_hash)", week_before(night))),
        "topic": lambda: count(articles(f"* EXCLUDE ({heavy})")),
        "outlets": lambda: count(f"SELECT source, month, count(*) FROM ({articles('source, month')}) GROUP BY ALL"),
        "phrase": lambda: count(articles("title", having=phrase)),
        "new": new,
    }


def pull(store: Store, folder: Path) -> int:
    """``tearsheet pull --new`` into a folder; how many articles are new to it, or newly captured."""
    from tearsheet.pull.archive import Archive
    from tearsheet.pull.cursor import pull_new

    folder.mkdir(parents=True, exist_ok=True)
    pulled = pull_new(store, TOPIC, Archive(store).topic(TOPIC).latest().with_text(), folder)
    return pulled.new + pulled.replaced


READERS = {"tearsheet": by_tearsheet, "polars": by_polars, "duckdb": by_duckdb}


def _has_phrase(polars: ModuleType) -> pl.Expr:
    """The words side by side, whatever their case."""
    return polars.any_horizontal(polars.col("title", "text").str.to_lowercase().str.contains(PATTERN))


def plain_url(store: str) -> str:
    """Where the plain files of an archive stand."""
    return f"s3://{MEASURED}/{store.removeprefix('s3://')}"


def week_before(night: str) -> str:
    """The first of the seven nights that end with one."""
    return (date.fromisoformat(night) - timedelta(days=6)).isoformat()


def main() -> None:
    """Read, and print what it took."""
    reader, what, night, folder = sys.argv[1:]
    started = time.perf_counter()
    reading = READERS[reader](night, Path(folder))[what]
    loaded = time.perf_counter()
    rows = reading()
    print(json.dumps({"rows": rows, "seconds": time.perf_counter() - loaded, "import": loaded - started}))


if __name__ == "__main__":
    main()
