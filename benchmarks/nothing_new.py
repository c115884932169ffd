"""A night on which no site has anything new: what it costs beside a bare client that asks the same by ETag.

python benchmarks/nothing_new.py [--sites 300]

The first night learns; of the second the CPU is told, start of all processes included. Sites are loopback addresses
with a feed, a front page and a robots.txt. The bare client asks the feeds alone, then as much as the night asks.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
from pathlib import Path

from loopback_press import Request, log, sources
from tearsheet import harvest
from tearsheet.config.models import StoreSettings
from tearsheet.storage import Store
from tearsheet.storage.embedded import EmbeddedStore, embedded_store
from workplace import COLLECTION, HERE, cpu_seconds, python, run_night, server, write_config

LEARNS, ASKS = "2026-01-12", "2026-01-13"


def children() -> float:
    """CPU seconds of all processes that were started from here and have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def crawled(store: EmbeddedStore, night: str) -> float:
    """CPU seconds of a night's crawling processes."""
    with Store(store.url, settings=StoreSettings(), access=store.access) as opened:
        return sum(report.cpu_seconds for report in harvest.reports(opened, COLLECTION, night))


def bare(folder: Path, requests: list[Request]) -> dict[str, float]:
    """The bare client over what was requested, each once: its requests and CPU seconds."""
    urls = sorted({f"http://{site}{path}" for site, path, *_ in requests})
    (folder / "urls").write_text("\n".join(urls), encoding="utf-8")
    told: dict[str, float] = json.loads(python(str(HERE / "conditional_client.py"), str(folder / "urls")))
    assert told["unchanged"] == len(urls), told
    return told


def measure(folder: Path, port: int, store: EmbeddedStore) -> None:
    """Two nights, then the bare client; prints the second night's figures."""
    run_night(folder, LEARNS, **store.environment())
    learned, before, served = len(log(port)), children(), cpu_seconds(store.pid)
    result = run_night(folder, ASKS, **store.environment())
    whole, served = children() - before, cpu_seconds(store.pid) - served
    asked, crawl = log(port)[learned:], crawled(store, ASKS)
    assert result["fetched"] == 0, result
    unchanged = sum(status == 304 for _, _, status, *_ in asked)
    print(
        f"{len(asked)} requests, {unchanged} answered by 304, {result['seconds']:.1f} s, outcomes {result['outcomes']}"
    )
    print(f"the crawl {crawl:.2f} CPU-s, the whole night {whole:.2f} CPU-s (the store's server another {served:.2f})")
    feeds = [request for request in asked if request[1] == "/feed.xml"]
    for name, requests in (("the feeds alone", feeds), ("all that was asked", asked)):
        client = bare(folder, requests)
        print(
            f"a bare client, {name}: {client['requests']} requests, {client['cpu']:.2f} CPU-s; "
            f"the crawl {crawl / client['cpu']:.1f} times, the whole night {whole / client['cpu']:.1f} times that"
        )


def main() -> None:
    """Set up and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=300)
    parser.add_argument("--batch", type=int, default=300, help="sources a crawling process takes")
    args = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        server("loopback_press.py", "--sites", str(args.sites), "--pages", "1") as press,
        embedded_store(Path(name) / "var") as store,
    ):
        folder, port = Path(name), int(press.told)
        limits = {"delay": 0, "lookback_days": None, "revisit": []}
        write_config(folder, list(sources(args.sites, port)), limits=limits, fetch={"sources_per_batch": args.batch})
        measure(folder, port, store)


if __name__ == "__main__":
    main()
