"""Nights on a store that fails: each is run by the command line through a fault, then again without one.

A night ends complete, or with one clear error and its exit code; what it published by then is part of what a night
without faults gives. The next run completes it: the same rows, and nothing asked of the press twice that was kept.

``python -m tests.end_to_end.failing_nights [--seed 1] [--fault KIND …] [--phase PHASE …]`` is the long form (`make
faults`): every fault in every phase, how often and from which request on by the seed.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import yaml
from tests.storage.failing_store import FAULTS, FailingStore, Fault, failing_store

from tearsheet.archive.reader import captures
from tearsheet.config.models import StoreSettings
from tearsheet.demo.outlets import NIGHTS
from tearsheet.demo.server import Press, serve
from tearsheet.storage import Access, Store
from tearsheet.storage.embedded import embedded_store
from tearsheet.tables import articles, documents
from tearsheet.tables.schema import ARTICLES, DOCUMENTS

CONFIG = Path(__file__).parents[2] / "config"
DAY = NIGHTS[0]
TOPIC = "demo-unrest"
SOURCES = ("ostermere-chronicle", "sarybel-vesti")
OF_ONE_RUN = {"fetched_at", "indexed_at", "warc_file", "warc_offset", "warc_length", "config"}
"""Columns in which two nights differ; the configuration names the store, here another each time."""
HANGS = 120.0
"""Seconds after which a night is taken to hang: its requests time out after two, five or ten times in all."""
STOPPED = 143
PUBLISHED = (0, 8)
"""Exit codes of a night that is published: whole, or without the sources whose crawl did not finish."""
FAILED = (4, 5, 8, 9, STOPPED)
"""Exit codes by which a failing store, a full disk, or a stop, may end a night."""
PHASES = {
    "plan": ("PUT", r"/runs/.*/plan\.json"),
    "segment": ("PUT", r"/raw/.*\.warc\.gz$"),
    "index": ("PUT", r"/raw/.*\.cdxj$"),
    "crawl's report": ("PUT|GET", r"/fetched/.*\.json\.gz"),
    "reading": ("GET", r"/raw/"),
    "staging": ("PUT|GET", r"/staged/"),
    "listing": ("GET", r"list-type=2"),
    "documents": ("PUT|GET|HEAD", r"/tables/documents/"),
    "commit": ("PUT", r"/tables/documents/_delta_log/\d+\.json"),
    "outcomes": ("PUT", r"/(outcomes\.json\.gz|report\.json|learned\.json|current\.json)$"),
    "state": ("PUT|GET", r"/state/.*\.json\.gz"),
    "topics": ("PUT|GET|HEAD", r"/tables/articles/"),
}
"""What a night does, by the requests it does it with."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the command: its exit code (None: it hung), what it said, and how long it took."""

    code: int | None
    said: str
    seconds: float


@dataclass(slots=True)
class Verdict:
    """What a night with faults and the run after it came to; ``wrong`` names what does not hold."""

    injected: int
    first: Run
    second: Run
    lost: int = 0
    twice: int = 0
    wrong: list[str] = field(default_factory=list)


Rows = tuple[pl.DataFrame, pl.DataFrame]


class Newsroom:
    """A press of two outlets, its configuration, the server behind the faults, and the rows of a night without any."""

    def __init__(self, press: Press, access: Access, url: str, folder: Path) -> None:
        self.press = press
        self._access = access
        self._url = url
        self._folder = press.config(folder, CONFIG)
        self._nights = 0
        self._configure()
        with self.store() as untroubled:
            done = self.run(untroubled, access)
            assert done.code == 0, done.said
            self.expected = rows(untroubled)
        assert self.expected[0].height > 8
        assert self.expected[1].height > 2

    def _configure(self) -> None:
        """No delays, small segments, a batch a source, one topic; requests to the store time out soon."""
        demo, settings = self._folder / "collections" / "demo.yaml", self._folder / "tearsheet.yaml"
        collection = yaml.safe_load(demo.read_text("utf-8"))
        collection["defaults"] |= {"delay": 0.0, "revisit": []}
        collection["sources"] = [source for source in collection["sources"] if source["id"] in SOURCES]
        told = yaml.safe_load(settings.read_text("utf-8"))
        told["store"]["timeout"] = 2.0
        told["fetch"] |= {"segment_captures": 3, "sources_per_batch": 1}
        told["extract"]["workers"] = 1
        demo.write_text(yaml.safe_dump(collection), "utf-8")
        settings.write_text(yaml.safe_dump(told), "utf-8")
        for topic in (self._folder / "topics").glob("*.yaml"):
            if topic.stem != TOPIC:
                topic.unlink()

    def store(self) -> Store:
        """An empty store, without faults."""
        self._nights += 1
        return Store(f"{self._url}/night-{self._nights}", settings=StoreSettings(), access=self._access)

    def run(
        self,
        store: Store,
        access: Access,
        *,
        while_running: Callable[[subprocess.Popen[str]], None] = lambda process: None,
        largest_file: int | None = None,
    ) -> Run:
        """``tearsheet night`` on a store that is reached by ``access``; no process may write a larger file."""

        def limit() -> None:
            if largest_file is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

        command = [sys.executable, "-m", "tearsheet", "night", "-c", "demo", "-n", DAY]
        command += ["--config", str(self._folder), "--json"]
        environment = os.environ | access.environment() | {"TEARSHEET_STORE": store.url()}
        started = time.monotonic()
        with subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=limit,
        ) as process:
            while_running(process)
            try:
                _, said = process.communicate(timeout=HANGS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return Run(None, process.communicate()[1], time.monotonic() - started)
        return Run(process.returncode, said, time.monotonic() - started)

    def trial(
        self,
        proxy: FailingStore,
        *faults: Fault,
        while_running: Callable[[subprocess.Popen[str]], None] = lambda process: None,
        largest_file: int | None = None,
    ) -> Verdict:
        """A night through faults, and the run after it without."""
        with self.store() as store:
            proxy.fail(*faults)
            first = self.run(store, proxy.access, while_running=while_running, largest_file=largest_file)
            injected, between = proxy.injected.total(), rows(store)
            kept = {capture.url for capture in captures(store, "demo", DAY)}
            self.press.hits.clear()
            second = self.run(store, self._access)
            verdict = Verdict(injected, first, second)
            self._judge(verdict, between, rows(store), kept)
        return verdict

    def _judge(self, verdict: Verdict, between: Rows, after: Rows, kept: set[str]) -> None:
        first, second = verdict.first, verdict.second
        whole = all(map(pl.DataFrame.equals, between, self.expected))
        checks = {
            f"ended with {first.code}": first.code == 0 or first.code in FAILED,
            "hung": first.code is not None,
            "a traceback": "Traceback" not in first.said,
            "not one error": len(re.findall("^error: ", first.said, re.MULTILINE)) == (first.code != 0),
            "ended well without all rows": first.code != 0 or whole,
            "published rows that no night gives": all(map(_part_of, between, self.expected)),
            f"the next run ended with {second.code}": second.code == 0,
            "asked twice what was kept": not kept & self.press.hits.by_url.keys(),
        }
        verdict.wrong = [told for told, holds in checks.items() if not holds]
        for found, wanted in zip(after, self.expected, strict=True):
            ids = Counter(found["document_id"].to_list())
            verdict.lost += len({*wanted["document_id"]} - ids.keys())
            verdict.twice += sum(count - 1 for count in ids.values())
            if other := [name for name in wanted.columns if not found[name].equals(wanted[name])]:
                verdict.wrong.append(f"the next run gave other rows, in {', '.join(other)}")


def rows(store: Store) -> Rows:
    """What is published: the night's documents and the topic's articles, without what is of one run."""
    of_night = [name for name in DOCUMENTS.names if name not in OF_ONE_RUN]
    of_topic = [name for name in ARTICLES.names if name not in OF_ONE_RUN]
    return (
        documents.rows(store, "demo", DAY, of_night).sort("document_id"),
        articles.window(store, TOPIC, DAY, DAY, of_topic).sort("document_id"),
    )


def _part_of(found: pl.DataFrame, wanted: pl.DataFrame) -> bool:
    """Whether these are some of the wanted documents, each once; their clusters may still lack copies."""
    ids = found["document_id"].to_list()
    texts = {*wanted.select("document_id", "version_id", "outcome").rows()}
    return len(ids) == len({*ids}) and {*found.select("document_id", "version_id", "outcome").rows()} <= texts


@contextmanager
def newsroom(access: Access, url: str, folder: Path) -> Iterator[Newsroom]:
    """A newsroom whose press runs for the length of the block."""
    with serve(port=0, night=DAY) as press:
        yield Newsroom(press, access, url, folder)


def main() -> None:
    """Every fault in every phase; prints what each came to, then the sums; 1 if anything does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fault", nargs="*", choices=FAULTS, default=FAULTS)
    parser.add_argument("--phase", nargs="*", choices=PHASES, default=list(PHASES))
    args = parser.parse_args()
    sums: Counter[str] = Counter()
    with (
        tempfile.TemporaryDirectory() as name,
        embedded_store(Path(name) / "var") as server,
        newsroom(server.access, server.url, Path(name) / "config") as desk,
        failing_store(server.access) as proxy,
    ):
        for kind in args.fault:
            for phase in args.phase:
                _report(sums, desk, proxy, kind, phase, args.seed)
    print(
        f"seed {args.seed}: {sums['faults']} faults injected, {sums['nights']} nights, {sums['complete']} of them "
        f"complete in spite of it, {sums['lost']} rows lost, {sums['twice']} rows twice, {sums['wrong']} unexpected "
        f"errors, {sums['hangs']} hangs"
    )
    sys.exit(bool(sums["lost"] + sums["twice"] + sums["wrong"] + sums["hangs"]))


def _report(sums: Counter[str], desk: Newsroom, proxy: FailingStore, kind: str, phase: str, seed: int) -> None:
    dice = random.Random(f"{seed} {kind} {phase}")
    method, key = PHASES[phase]
    times, skip = dice.choice([1, 2, None]), dice.choice([0, 0, 1])
    proxy.roll(dice.randrange(1 << 30))
    verdict = desk.trial(proxy, Fault(kind, method=method, key=key, times=times, skip=skip))
    first = verdict.first
    told = f"{kind:27} {phase:15} × {times or 'all'}: {verdict.injected:3} injected, ended with {first.code}"
    print(f"{told} after {first.seconds:.1f} s", *verdict.wrong, sep="; ", flush=True)
    if verdict.wrong:
        print(first.said[-3000:], verdict.second.said[-1000:], flush=True)
    sums["nights"] += 1
    sums["faults"] += verdict.injected
    sums["complete"] += first.code == 0
    sums["lost"] += verdict.lost
    sums["twice"] += verdict.twice
    sums["wrong"] += len(verdict.wrong)
    sums["hangs"] += first.code is None


if __name__ == "__main__":
    main()
