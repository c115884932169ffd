"""What an analyst's readings of the big archive take, beside plain polars and DuckDB over the same rows.

python benchmarks/reader.py [--folder var/big] [--rounds 3]        (needs ``make big-archive``)

Asked of the archive with a tenth, half and all of its nights. Each reading runs in a fresh process, its imports timed
apart; the best of the rounds counts. Requests and bytes are counted once more, through a proxy and with nothing cached.
The peers read Parquet files of one topic and month each: polars in the same store, DuckDB on the disk. Before it is
read, each archive gets one more night, and what was pulled before that night is where ``pull --new`` goes on.

Fails where a week of a topic takes more than 0.3 s or 20 requests, or two readers find different rows.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from big_archive import SHARES, publish_night
from counting_proxy import Counted, counting
from reading import ARTICLES, MEASURED, PULLED, READERS, READINGS, TOPIC, plain_url, pull
from tearsheet.config import load
from tearsheet.config.models import StoreSettings
from tearsheet.storage import Store, open_store
from tearsheet.storage.embedded import BUCKET, embedded_store
from tearsheet.tables import articles, delta
from workplace import python

SECONDS, REQUESTS = 0.3, 20
BEFORE = "before"
"""Where, beside ``PULLED``, the pull stands that knows all nights but the newest."""
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Taken:
    """What a reading took: seconds, the best of the rounds; requests and bytes, where it asks the store."""

    rows: int
    seconds: float
    imports: float
    requests: int | None
    bytes: int | None


def main() -> None:
    """Print a table and fail where a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("var/big"))
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    if not (asked.folder / "store").exists():
        sys.exit(f"{asked.folder} holds no archive; make one with `make big-archive`")
    print("| nights | reading | reader | rows | seconds | import | requests | MB |\n|---|---|---|---|---|---|---|---|")
    missed: list[str] = []
    with embedded_store(asked.folder) as server, counting(server.access.endpoint) as proxy:
        os.environ |= server.environment()
        create(MEASURED)
        for share, bucket in {**SHARES, 100: BUCKET}.items():
            missed += measure(share, bucket, asked.folder, asked.rounds, proxy)
    for miss in missed:
        print(f"missed: {miss}")
    sys.exit(bool(missed))


def create(bucket: str) -> None:
    """Create a bucket where there is none."""
    with open_store(StoreSettings(url=f"s3://{bucket}")) as store:
        if bucket not in {held["Name"] for held in store.client.list_buckets()["Buckets"]}:
            store.client.create_bucket(Bucket=bucket)


def measure(share: int, bucket: str, folder: Path, rounds: int, proxy: Counted) -> Iterator[str]:
    """Every reading by every reader of the archive in a bucket; what is over its bound."""
    url, local = f"s3://{bucket}", folder / "measured" / bucket
    with open_store(StoreSettings(url=url)) as store, open_store(StoreSettings(url=plain_url(url))) as plain:
        pull(store, local / BEFORE)
        add_night(store, folder / "config")
        newest, nights = write_plain(store, plain, local)
    for what in READINGS:
        found = {reader: take(reader, what, newest, url, local, rounds, proxy) for reader in READERS}
        for reader, taken in found.items():
            print(_line(nights, what, reader, taken), flush=True)
        if len({taken.rows for taken in found.values()}) > 1:
            yield f"{what} at {share} %: the readers find {', '.join(str(taken.rows) for taken in found.values())} rows"
        ours = found["tearsheet"]
        if what == "week" and (ours.seconds > SECONDS or (ours.requests or 0) > REQUESTS):
            took = f"{ours.seconds:.2f} s, {ours.requests} requests"
            yield f"a week at {share} %: {took}; {SECONDS} s and {REQUESTS} are allowed"


def add_night(store: Store, config: Path) -> None:
    """Publish the night after the newest one."""
    newest = delta.scan(store, articles.TABLE).filter(topic=TOPIC).select(pl.col("night").max()).collect().item()
    night = (date.fromisoformat(newest) + timedelta(days=1)).isoformat()
    publish_night(store, load(config), TOPIC, night, ARTICLES, is_remembered=False)


def write_plain(store: Store, plain: Store, local: Path) -> tuple[str, int]:
    """Write the articles as one Parquet file a topic and month, in the store and on the disk; newest night, nights."""
    rows = delta.scan(store, articles.TABLE)
    parts = rows.select("topic", "month").unique().sort("topic", "month").collect()
    for topic, month in parts.iter_rows():
        file = local / f"topic={topic}" / f"month={month}" / "0.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        part = rows.filter(topic=topic, month=month).sort("night", "document_id").drop("topic", "month").collect()
        part.write_parquet(file, compression="zstd", compression_level=3)
        plain.put(file.relative_to(local).as_posix(), file.read_bytes())
    nights = rows.filter(topic=TOPIC).select(pl.col("night").unique().sort()).collect()["night"]
    return nights[-1], len(nights)


def take(reader: str, what: str, night: str, url: str, local: Path, rounds: int, proxy: Counted) -> Taken:
    """One reading: some rounds to be timed, and one to be counted."""
    arguments = [str(HERE / "reading.py"), reader, what, night, str(local.resolve())]
    timed = []
    for _ in range(rounds):
        pull_back(local)
        timed.append(json.loads(python(*arguments, TEARSHEET_STORE=url, TEARSHEET_CACHE=f"{local}/cache")))
    best = min(timed, key=lambda told: told["seconds"])
    proxy.clear()
    pull_back(local)
    with TemporaryDirectory() as empty:
        python(*arguments, TEARSHEET_STORE=url, TEARSHEET_CACHE=empty, AWS_ENDPOINT_URL_S3=proxy.endpoint)
    asks = reader != "duckdb"
    return Taken(
        rows=best["rows"],
        seconds=best["seconds"],
        imports=best["import"],
        requests=len(proxy.requests) if asks else None,
        bytes=proxy.bytes if asks else None,
    )


def pull_back(local: Path) -> None:
    """Have what was pulled as it was before the newest night; its files are replaced, never written into."""
    shutil.rmtree(local / PULLED, ignore_errors=True)
    shutil.copytree(local / BEFORE, local / PULLED, copy_function=os.link)


def _line(nights: int, what: str, reader: str, taken: Taken) -> str:
    asked = f"{taken.requests} | {taken.bytes / 1e6:.1f}" if taken.bytes is not None else "— | —"
    return f"| {nights} | {what} | {reader} | {taken.rows:,} | {taken.seconds:.2f} | {taken.imports:.2f} | {asked} |"


if __name__ == "__main__":
    main()
