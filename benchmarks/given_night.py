"""One whole harvest of given URLs in a process of its own: fetch, archive, extract, publish. Prints one JSON object.

python benchmarks/given_night.py CONFIG_FOLDER URLS_FILE    (the store and the proxy come from the environment)
"""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from replayed import source_id
from tearsheet.collector import collect_rarely
from tearsheet.config import load
from tearsheet.model import Candidate, ChannelKind, Mention
from tearsheet.night import Harvested, harvest_night
from tearsheet.spiders.job import Event
from tearsheet.storage import open_store
from tearsheet.urls import document_id
from workplace import COLLECTION

NIGHT = "2026-01-12"


@dataclass
class Timeline:
    """A ``tearsheet.progress.Progress``: at which second of the process the crawl ended and each page was ready."""

    started: float = field(default_factory=lambda: psutil.Process().create_time())
    crawled: float = 0.0
    pages: list[float] = field(default_factory=list)

    def now(self) -> float:
        """Seconds since this process began."""
        return time.time() - self.started

    def stage(self, name: str) -> None:
        """The stages are not timed."""

    def crawl(self, batch: str, event: Event) -> None:
        """The last crawl to close ends the crawling."""
        if event.event == "closed":
            self.crawled = self.now()

    def page(self) -> None:
        """One more page is extracted."""
        self.pages.append(self.now())

    def warn(self, message: str) -> None:
        """Whatever failed spoils the measurement, so it is seen."""
        print(message, file=sys.stderr)


def candidates(urls: list[str]) -> tuple[Candidate, ...]:
    """The URLs as an operator's list would name them, each for the source of its host."""
    said = (Mention(channel="benchmark", kind=ChannelKind.GIVEN),)
    return tuple(
        Candidate(document_id=document_id(url), url=url, source=source_id(urlsplit(url).hostname or ""), mentions=said)
        for url in urls
    )


def used(who: int) -> float:
    """CPU seconds of this process, or of its children that have ended."""
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def figures(done: Harvested, timeline: Timeline) -> dict[str, float | dict[str, int]]:
    """Pages, CPU seconds by stage, and when in the process's life each stage was at work."""
    fetch = sum(report.cpu_seconds for report in done.fetched)
    ours, children = used(resource.RUSAGE_SELF), used(resource.RUSAGE_CHILDREN)
    return {
        "pages": done.report.documents,
        "fetch": fetch,
        "extract": children - fetch,
        "publish": ours,
        "crawled_at": timeline.crawled,
        "extracted_from": timeline.pages[0],
        "extracted_until": timeline.pages[-1],
        "outcomes": done.report.outcomes,
    }


def main() -> None:
    """Harvest what the file lists."""
    collect_rarely()
    configuration, timeline = load(Path(sys.argv[1])), Timeline()
    given = candidates(Path(sys.argv[2]).read_text(encoding="utf-8").split())
    with open_store(configuration.settings.store) as store:
        done = harvest_night(store, configuration, COLLECTION, NIGHT, given=given, progress=timeline)
    print(json.dumps(figures(done, timeline)))


if __name__ == "__main__":
    main()
