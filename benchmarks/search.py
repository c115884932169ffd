"""Search over many articles: what building costs, the first query of a cold cache, warm queries.

python benchmarks/search.py [--articles 300000] [--months 12] [--folder DIR]

Three topics stand in an embedded store, a month a commit; each is indexed by a process of its own, through
``search.refresh``. An article has 400 words, drawn by Zipf's law from 80,000 that mean nothing: of ten seven in Latin
script, two in Cyrillic, one in Chinese characters. A topic's months hold the same texts under other addresses.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import accumulate, repeat
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from tearsheet import search
from tearsheet.config.models import StoreSettings
from tearsheet.pull import Archive
from tearsheet.storage import Store, open_store
from tearsheet.storage.embedded import embedded_store
from tearsheet.tables import articles
from tearsheet.tables.schema import ARTICLES
from workplace import python

TOPICS = ("energy", "elections", "floods")
NIGHTS = 28
KNOWN, WORDS, LINE, TITLE = 80_000, 400, 60, 9
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
CYRILLIC = str.maketrans("abdefgiklmnoprstuvz", "абдефгиклмнопрстувз")
SCRIPTS = ("latin",) * 7 + ("cyrillic",) * 2 + ("chinese",)


def word(rank: int) -> str:
    """The word of a rank, of as many syllables as it needs."""
    return (word(rank // len(SYLLABLES) - 1) if rank >= len(SYLLABLES) else "") + SYLLABLES[rank % len(SYLLABLES)]


ASKED = {
    "the most frequent word": word(0),
    "a frequent word": word(100),
    "a word": word(3000),
    "a rare word": word(60_000),
    "two words": f"{word(300)} {word(400)}",
    "a phrase": f'"{word(20)} {word(30)} {word(5)}"',
    "a wildcard": f"{word(3000)[:5]}*",
    "a leading wildcard": f"*{word(3000)[-5:]}",
    "a wildcard in a phrase": f'"{word(20)} {word(3000)[:5]}*"',
    "in the title": f"title:{word(100)}",
    "of a source": f"source:*-1 AND {word(500)}",
    "Cyrillic": word(500).translate(CYRILLIC),
    "Chinese": "".join(chr(0x4E00 + rank) for rank in (8, 15)),
    "not": f"{word(300)} NOT {word(50)}",
    "near one another": f'"{word(300)} {word(400)}"~5',
}
TIMES = 5
COLD, WARM = 5.0, 0.3
"""The bounds, in seconds: the first query of a cold cache, the median query of a warm one."""


def main() -> None:
    """Build, then measure in a process of its own; print one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=300_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--ask", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.ask:
        ask()
        return
    with TemporaryDirectory(prefix="tearsheet-search-") as made:
        folder = given.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        measure(folder, given.articles // len(TOPICS) // given.months, given.months)


def measure(folder: Path, articles_each: int, months: int) -> None:
    """Build the indexes of all topics below ``folder`` and ask them."""
    with embedded_store(folder / "store") as server:
        url = f"{server.url}/search"
        with Store(url, settings=StoreSettings(), access=server.access) as store:
            environment = store.environment()
            os.environ |= environment
            with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
                built = list(processes.map(build, TOPICS, repeat(articles_each), repeat(months)))
            cpu = statistics.mean(seconds for seconds, _ in built)
            count = sum(rows for _, rows in built)
            print(f"{count:,} articles in {len(TOPICS) * months} topics and months")
            print(f"build a month of {articles_each:,}: {cpu / months:.1f} CPU-s")
            for suffix in (".tar", ".parquet", ".jsonl.zst"):
                size = sum(info.size for info in store.list("search/") if info.key.endswith(suffix))
                print(f"  {suffix}: {size / 1e6:.0f} MB")
        with TemporaryDirectory(dir=folder) as cache:
            kept = [
                report(state, json.loads(python(__file__, "--ask", TEARSHEET_CACHE=cache, **environment)))
                for state in ("cold", "warm")
            ]
    sys.exit(not all(kept))


def build(topic: str, count: int, months: int) -> tuple[float, int]:
    """Publish a topic's months and index them; CPU seconds of the index, articles."""
    rows = written(topic, count)
    with open_store(StoreSettings(url=os.environ["TEARSHEET_STORE"])) as store:
        for month in range(months):
            publish(store, topic, f"{2025 + month // 12}-{month % 12 + 1:02}", rows)
        before = time.process_time()
        done = search.refresh(store, topic, on_month=lambda month: print(topic, month, file=sys.stderr))
        return time.process_time() - before, done.articles


def written(topic: str, count: int) -> pl.DataFrame:
    """The texts of one month."""
    dice, often = Random(topic), list(accumulate(1 / (rank + 1) for rank in range(KNOWN)))
    latin = [word(rank) for rank in range(KNOWN)]
    known = {
        "latin": latin,
        "cyrillic": [each.translate(CYRILLIC) for each in latin],
        "chinese": [chr(0x4E00 + rank % 3000) for rank in range(KNOWN)],
    }

    def row(number: int) -> dict[str, Any]:
        script = SCRIPTS[number % len(SCRIPTS)]
        drawn = dice.choices(known[script], cum_weights=often, k=WORDS + TITLE)
        space = "" if script == "chinese" else " "
        lines = [space.join(drawn[at : at + LINE]) for at in range(TITLE, len(drawn), LINE)]
        title = space.join(drawn[:TITLE])
        return {"source": f"{script}-{number % 5}", "language": script[:2], "title": title, "text": "\n".join(lines)}

    return pl.DataFrame([row(number) for number in range(count)]).with_row_index("number")


def publish(store: Store, topic: str, month: str, rows: pl.DataFrame) -> None:
    """Make rows a topic's articles of a month."""
    number = pl.col("number")
    night = pl.format(f"{month}-{{}}", (number % NIGHTS + 1).cast(pl.String).str.zfill(2))
    name = pl.format(f"{topic}-{month}-{{}}", number)
    at = night.str.to_datetime("%Y-%m-%d", time_unit="us", time_zone="UTC")
    of_month = rows.with_columns(
        topic=pl.lit(topic), collection=pl.lit("press"), month=pl.lit(month), night=night, document_id=name,
        cluster_id=name, url=pl.format("https://{}.example/{}", "source", name), published_at=at, fetched_at=at,
    )  # fmt: skip
    wanted = pl.Schema(ARTICLES)
    lacking = [
        _filled(name, ARTICLES.field(name).nullable, kind) for name, kind in wanted.items() if name not in of_month
    ]
    table = of_month.with_columns(lacking).select([pl.col(name).cast(kind) for name, kind in wanted.items()]).to_arrow()
    nights = sorted(of_month["night"].unique())
    articles.publish(store, topic, nights, table, {("press", night): 1 for night in nights})


def _filled(name: str, nullable: bool, kind: pl.DataType) -> pl.Expr:
    if nullable:
        return pl.lit(None, kind).alias(name)
    if isinstance(kind, pl.List):
        return pl.lit([], kind).alias(name)
    return pl.lit("first" if kind == pl.String else 0).cast(kind).alias(name)


def ask() -> None:
    """The first query of this process, then each query several times; JSON of seconds and totals."""
    started = time.monotonic()
    with open_store(StoreSettings(url=os.environ["TEARSHEET_STORE"])) as store:
        archive = Archive(store)
        archive.search(word(3000))
        told: dict[str, Any] = {"first": (time.monotonic() - started, time.process_time())}
        for name, query in ASKED.items():
            times = []
            for _ in range(TIMES):
                before, cpu = time.monotonic(), time.process_time()
                found = archive.search(query)
                times.append((time.monotonic() - before, time.process_time() - cpu))
            told[name] = (*map(statistics.median, zip(*times, strict=True)), found.total)
    print(json.dumps(told))


def report(state: str, told: dict[str, Any]) -> bool:
    """Print what a process measured; whether it keeps the bounds."""
    wall, cpu = told.pop("first")
    print(f"{state} cache, first query of a process: {wall:.2f} s, {cpu:.2f} CPU-s with what it imports")
    if state == "warm":
        for name, (wall, cpu, total) in told.items():
            print(f"  {name:24} {wall:6.3f} s, {cpu:6.3f} CPU-s, {total:7,} found   {ASKED[name]}")
    return wall < COLD if state == "cold" else statistics.median(each[0] for each in told.values()) < WARM


if __name__ == "__main__":
    main()
