"""The whole job (fetch, archive, extract, publish) beside Scrapy with Trafilatura in its callback, writing nothing.

PAGES_DIR=… python benchmarks/whole_job.py [--sets …] [--rounds 3] [--limit N]

Both take the same URLs through the same proxy, in turns, each in a fresh process; the best round of each counts. The
time is from start to end of the process. What the proxy and the store's server use is told apart.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from replayed import Replay, pages_dir, replay, write_replayed
from tearsheet.storage.embedded import EmbeddedStore, embedded_store
from workplace import HERE, cpu_seconds, python

SETS = "fundus,wcxb_article,daniel,trafilatura,magic_article,postlight"
RATIO, ON_TOP_MS = 1.8, 5.0
STARTED = {
    "a crawl": "import tearsheet.spiders.process",
    "the extraction processes": "from tearsheet.documents import warmup, worker; warmup.warm_up()",
}


@dataclass(frozen=True)
class Job:
    """One finished process: what it printed, its wall-clock seconds, the servers' CPU seconds meanwhile."""

    told: dict[str, Any]
    seconds: float
    servers: dict[str, float]

    @property
    def rate(self) -> float:
        """Pages a second."""
        return float(self.told["pages"]) / self.seconds

    def ms(self, part: str) -> float:
        """CPU milliseconds a page."""
        return 1000 * float(self.told[part]) / float(self.told["pages"])


@dataclass(frozen=True)
class Bench:
    """What all rounds share."""

    folder: Path
    web: Replay
    store: EmbeddedStore
    sites: int

    @property
    def urls(self) -> Path:
        """The list of URLs, one a line."""
        return self.folder / "urls"

    def ours(self, number: int) -> Job:
        """The whole job into an empty prefix of the store."""
        variables = self.store.environment()
        variables["TEARSHEET_STORE"] = f"{self.store.url}/round-{number}"
        return self._job(["given_night.py", str(self.folder), str(self.urls)], variables)

    def peer(self) -> Job:
        """Scrapy with Trafilatura in the callback."""
        return self._job(["callback_spider.py", str(self.sites), str(self.urls)], {})

    def bare(self) -> Job:
        """Trafilatura alone, on as many cores: what a page takes depends on what else the machine does."""
        return self._job(["bare_trafilatura.py", str(self.folder / "files")], {})

    def _job(self, command: list[str], variables: dict[str, str]) -> Job:
        before, started = self._servers(), time.monotonic()
        told = python(str(HERE / command[0]), *command[1:], http_proxy=self.web.proxy, **variables)
        seconds = time.monotonic() - started
        servers = {name: cpu - before[name] for name, cpu in self._servers().items()}
        return Job(json.loads(told), seconds, servers)

    def _servers(self) -> dict[str, float]:
        return {"proxy": cpu_seconds(self.web.pid), "store": cpu_seconds(self.store.pid)}


def starting(code: str) -> float:
    """CPU milliseconds that a process takes until it is ready for what it is asked."""
    used = "import resource as r; u = r.getrusage(r.RUSAGE_SELF); print(u.ru_utime + u.ru_stime)"
    return 1000 * float(python("-c", f"{code}\n{used}"))


def prepare(folder: Path, web: Replay, limit: int | None) -> int:
    """Write URLs, files and configuration; how many sites there are."""
    rows = [json.loads(line) for line in web.ask("/urls").splitlines()][:limit]
    urls = [row["url"] for row in rows]
    (folder / "urls").write_text("\n".join(urls), encoding="utf-8")
    html = (f"{pages_dir() / row['set'] / 'html' / row['id']}.html.gz\t{row['url']}" for row in rows)
    (folder / "files").write_text("\n".join(html), encoding="utf-8")
    return write_replayed(folder, urls, fetch={"segment_captures": 100, "sources_per_batch": 10_000})


def report(ours: Job, peer: Job, bare: Job) -> bool:
    """Print the figures; whether they keep their bounds."""
    ratio = ours.rate / peer.rate
    print(f"whole job  {ours.rate:6.1f} pages/s  ({ours.told['pages']} pages, {ours.seconds:.1f} s)")
    print(f"callback   {peer.rate:6.1f} pages/s  ({peer.told['pages']} pages, {peer.seconds:.1f} s)")
    print(f"ratio      {ratio:6.2f}  (at least {RATIO})")
    print(
        "crawl until {crawled_at:.1f} s, extraction from {extracted_from:.1f} to {extracted_until:.1f} s".format(
            **ours.told
        )
    )
    total = sum(ours.ms(part) for part in ("fetch", "extract", "publish"))
    print("CPU ms a page, start of the processes included:")
    for part, name in (("fetch", "fetch, archive"), ("extract", "extract, clean"), ("publish", "stage, publish")):
        print(f"  {name:<16} {ours.ms(part):6.1f}")
    print(f"  {'together':<16} {total:6.1f}")
    print(f"  {'callback':<16} {peer.ms('cpu'):6.1f}")
    print(f"  {'bare Trafilatura':<16} {bare.ms('cpu'):6.1f}")
    print(
        f"  extraction on top of bare Trafilatura {ours.ms('extract') - bare.ms('cpu'):+.1f} (at most {ON_TOP_MS:+.1f})"
    )
    print(f"  the whole job on top of bare Trafilatura {total - bare.ms('cpu'):+.1f}")
    for what, code in STARTED.items():
        print(f"  to start {what} takes {starting(code):.0f} ms in all")
    for who, job in (("whole job", ours), ("callback", peer)):
        print(f"servers' CPU during {who}: " + ", ".join(f"{name} {cpu:.1f} s" for name, cpu in job.servers.items()))
    return ratio >= RATIO and ours.ms("extract") - bare.ms("cpu") <= ON_TOP_MS


def main() -> None:
    """Run the rounds in turns, report the best."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", default=SETS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=int, help="only the first pages")
    args = parser.parse_args()
    with (
        replay("--sets", args.sets, "--nights", "1", "--no-crawl-delay") as web,
        tempfile.TemporaryDirectory() as name,
        embedded_store(Path(name) / "var") as store,
    ):
        bench = Bench(Path(name), web, store, prepare(Path(name), web, args.limit))
        rounds = []
        for number in range(args.rounds):
            rounds.append((bench.ours(number), bench.peer(), bench.bare()))
            print(
                "round {}: {:.1f} and {:.1f} pages/s".format(number + 1, *(job.rate for job in rounds[-1][:2])),
                flush=True,
            )
        ours, peers, bares = zip(*rounds, strict=True)
        kept = report(
            max(ours, key=lambda job: job.rate),
            max(peers, key=lambda job: job.rate),
            min(bares, key=lambda job: job.ms("cpu")),
        )
    sys.exit(not kept)


if __name__ == "__main__":
    main()
