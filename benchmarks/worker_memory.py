"""Memory of the extraction workers over many pages: real pages again and again, through the pool that a night uses.

PAGES_DIR=… python benchmarks/worker_memory.py [--pages 20000] [--workers 2] [--sets …]

A worker's resident memory may not grow by more than BOUND over the last half of its pages.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

import psutil

from replayed import pages_dir
from tearsheet.archive.exchange import Exchange
from tearsheet.archive.keys import SegmentName
from tearsheet.archive.writer import SegmentWriter
from tearsheet.documents.pool import Pool
from tearsheet.documents.task import Context, Task
from tearsheet.extract.identity import extractor_id
from tearsheet.model import Candidate
from tearsheet.urls import document_id
from workplace import COLLECTION

SETS = "fundus,wcxb_article,daniel,trafilatura,magic_article,postlight"
NIGHT = "2026-01-12"
BOUND = 10_000_000
TOLD_EVERY = 1000


def exchanges(sets: list[str]) -> Iterator[Exchange]:
    """The recorded pages as a crawl would have received them."""
    for name in sets:
        for line in (pages_dir() / name / "truth.jsonl").read_text(encoding="utf-8").split("\n")[:-1]:
            row = json.loads(line)
            body = (pages_dir() / name / "html" / f"{row['id']}.html.gz").read_bytes()
            if (row["url"] or "").startswith("http") and gzip.decompress(body):
                headers = (("Content-Type", "text/html"), ("Content-Encoding", "gzip"))
                yield Exchange(
                    url=row["url"],
                    request_headers=(),
                    status=200,
                    response_headers=headers,
                    body=body,
                    fetched_at=datetime.now(UTC),
                )


def tasks(sets: list[str], folder: Path) -> list[Task]:
    """One task a page, its record as it lies in a segment."""
    context = Context(collection=COLLECTION, night=NIGHT, config="", extractor=extractor_id())
    segment = SegmentWriter(SegmentName(COLLECTION, NIGHT, "b000", 1, 1), folder, contact=None, user_agent="benchmark")
    captures = []
    for exchange in exchanges(sets):
        candidate = Candidate(document_id=document_id(exchange.url), url=exchange.url, source="benchmark")
        captures.append(segment.write_exchange(exchange, candidate).capture)
    segment.close()
    data = segment.path.read_bytes()
    return [
        Task(
            capture=each,
            member=data[each.warc_offset : each.warc_offset + each.warc_length],
            context=context,
            cpu_seconds=20.0,
        )
        for each in captures
        if each is not None
    ]


def resident() -> dict[int, int]:
    """Bytes of each worker, by its pid; what it shares with the fork server counts in each."""
    workers = (worker for server in psutil.Process().children() for worker in server.children())
    return {worker.pid: worker.memory_info().rss for worker in workers}


def run(todo: Iterator[Task], workers: int) -> list[dict[int, int]]:
    """Extract everything; the workers' memory after each TOLD_EVERY pages."""
    samples, outcomes = [], Counter[str]()
    with Pool(workers) as pool:
        for number, done in enumerate(pool.map(todo), start=1):
            outcomes[done.row.outcome] += 1
            if number % TOLD_EVERY == 0:
                samples.append(resident())
                print(
                    f"{number:6} pages, MB: {', '.join(f'{rss / 1e6:.0f}' for rss in samples[-1].values())}", flush=True
                )
    print(f"outcomes {dict(outcomes.most_common())}")
    return samples


def main() -> None:
    """Extract, then judge how memory grew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sets", default=SETS)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        samples = run(islice(cycle(tasks(args.sets.split(","), Path(name))), args.pages), args.workers)
    middle, last = samples[(len(samples) - 1) // 2], samples[-1]
    assert middle.keys() == last.keys(), "a worker died"
    growth = max(last[pid] - middle[pid] for pid in last)
    print(
        f"growth of a worker over the last half of {args.pages} pages: "
        f"{growth / 1e6:+.1f} MB (at most {BOUND / 1e6:.0f})"
    )
    sys.exit(growth > BOUND)


if __name__ == "__main__":
    main()
