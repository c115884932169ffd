"""A polite crawl is as long as its largest site makes it: one request at a time a site, a delay between, no idling.

python benchmarks/politeness.py [--sites 40] [--pages 60] [--delay 0.5]

The sites themselves tell when they were asked. From first to last request a night may take BOUND times (requests to the
busiest site × delay), no site is ever asked two things at once, and it is left alone for the delay between two.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

from loopback_press import Request, log, sources
from tearsheet.storage.embedded import embedded_store
from workplace import run_night, server, write_config

BOUND = 1.15
CLOCK = 0.9
"""Share of the delay that must lie between two requests as the site sees them: a loaded machine sends one late and the
next in time. A site's first request waits for its connection besides, so two of a hundred may be closer still."""


def at_once(requests: list[Request]) -> int:
    """The most requests that one site was answering at the same time."""
    edges = sorted([(began, 1) for *_, began, _ in requests] + [(ended, -1) for *_, ended in requests])
    most = now = 0
    for _, change in edges:
        now += change
        most = max(most, now)
    return most


def report(requests: list[Request], delay: float) -> bool:
    """Print the figures; whether they keep their bounds."""
    by_site: dict[str, list[Request]] = defaultdict(list)
    for request in requests:
        by_site[request[0]].append(request)
    busiest = max(map(len, by_site.values()))
    began = sorted(request[3] for request in requests)
    took, least = began[-1] - began[0], busiest * delay
    gaps = sorted(later[3] - earlier[3] for site in by_site.values() for earlier, later in pairwise(site))
    short = gaps[len(gaps) // 50]
    most = max(map(at_once, by_site.values()))
    print(f"{len(by_site)} sites, {len(requests)} requests, {busiest} to the busiest site, delay {delay} s")
    print(f"first to last request {took:.1f} s; {took / least:.3f} of {least:.1f} s (at most {BOUND})")
    print(f"requests at once to one site: {most} (at most 1)")
    print(f"time between two: shortest {gaps[0]:.3f} s, 98 of 100 over {short:.3f} s (at least {CLOCK * delay:.3f})")
    return took <= BOUND * least and most == 1 and short >= CLOCK * delay


def main() -> None:
    """Crawl, ask the sites, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=40)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--delay", type=float, default=0.5)
    args = parser.parse_args()
    options = ["--sites", str(args.sites), "--pages", str(args.pages), "--answer-after", "0.02"]
    with (
        tempfile.TemporaryDirectory() as name,
        server("loopback_press.py", *options) as press,
        embedded_store(Path(name) / "var") as store,
    ):
        folder, port = Path(name), int(press.told)
        write_config(folder, list(sources(args.sites, port)), limits={"delay": args.delay, "lookback_days": None})
        run_night(folder, "2026-01-12", **store.environment())
        sys.exit(not report(log(port), args.delay))


if __name__ == "__main__":
    main()
