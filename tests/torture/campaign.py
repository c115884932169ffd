"""Kill nights, run them again, and hold what they leave against a run that was never killed.

python -m tests.torture.campaign [--kills 20] [--seed N]

A round runs some nights of a small press, one of them late, in an empty store. Each night is killed several times:
the crawling process, an extraction worker, the publishing process, all of its process group, or the S3 server, at a
point that is watched for from outside or at a random time. Then it is run to its end: alone, twice at once, or beside
an update of its topic; then the archive is audited. Ends with 1 if anything was lost, doubled, torn or other than in a
run that was never killed, or if an audit finds anything.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from tests.torture.checks import Figures, Kept, compare, examine, follow, kept, reader
from tests.torture.press import COLLECTION, ORDER, TOPIC, Press, served

from tearsheet.config import load
from tearsheet.config.models import Configuration, StoreSettings
from tearsheet.documents.pool import Pool
from tearsheet.errors import StorageError
from tearsheet.storage import ObjectInfo, Store
from tearsheet.storage.embedded import EmbeddedStore, embedded_store

VICTIMS = ("night", "group", "store")
"""Whoever ends the run with it; a crawl or a worker that is killed does not."""
POINTS = {
    "crawl starts": "tearsheet.spiders",
    "worker starts": "tearsheet.documents",
    "segment": rf"raw/{COLLECTION}/.*\.warc\.gz$",
    "report of a crawl": rf"runs/{COLLECTION}/.*/fetched/",
    "staged": rf"staged/{COLLECTION}/",
    "learned": rf"runs/{COLLECTION}/.*/learned\.json$",
    "documents commit": r"tables/documents/_delta_log/.*\.json$",
    "outcomes": rf"runs/{COLLECTION}/.*/outcomes\.json\.gz$",
    "state": r"state/",
    "report": rf"runs/{COLLECTION}/.*/report\.json$",
    "articles commit": r"tables/articles/_delta_log/.*\.json$",
}
"""In the order of a run, what is watched for: a child process by its module, or an object that is written."""
REWRITTEN = ("outcomes", "state", "report")
"""The points that come again in a night that is complete."""
MODULES = {"crawl": "tearsheet.spiders", "worker": "tearsheet.documents"}
ENDINGS = ("alone", "twice at once", "beside its topic")
KILLS_A_NIGHT = 5
PATIENCE = 180.0
TRIES = 3


@dataclass
class Campaign:
    """A press, a server that is killed and started again, and what was counted so far."""

    press: Press
    folder: Path
    config: Path
    configuration: Configuration
    chance: random.Random
    servers: ExitStack
    server: EmbeddedStore
    pool: Pool
    figures: Figures = field(default_factory=Figures)
    loud: bool = False
    usual: float = 5.0
    """Seconds of a run that nobody disturbs."""

    def store(self) -> Store:
        """The emptied store. Always the same: its address is part of the configuration that each row names."""
        store = Store(f"{self.server.url}/nights", settings=StoreSettings(), access=self.server.access)
        store.delete([info.key for info in store.list()])
        return store

    def reference(self) -> Kept:
        """What the nights hold where nobody is killed."""
        store = self.store()
        began = time.monotonic()
        for night in ORDER:
            self.press.night = night
            self.finish(store, night, "alone")
        self.usual = (time.monotonic() - began) / len(ORDER)
        return kept(store)

    def round(self, expected: Kept, kills: int) -> None:
        """All nights in an empty store with so many kills, and what became of them."""
        store = self.store()
        with reader(self.figures, store):
            for night, manner in zip(ORDER, self.chance.sample(MANNERS, len(ORDER)), strict=True):
                self.press.night = night
                for victim, point in manner(self.chance)[:kills]:
                    if not self.kill(store, night, victim, point):  # the run before went on to the end of the night
                        self.kill(store, night, self.chance.choice(VICTIMS), self.chance.choice(REWRITTEN))
                    kills -= 1
                self.finish(store, night, self.chance.choice(ENDINGS))
                examine(self.figures, store, self.configuration, self.pool, night)
        compare(self.figures, kept(store), expected)
        follow(self.figures, store)
        self.tell(f"{self.figures.kills.total()} kills so far, {self.figures.wrong} wrong")
        for fault in self.figures.faults:
            self.tell(fault)

    def kill(self, store: Store, night: str, victim: str, point: str) -> bool:
        """One run of a night in which somebody is killed; whether it came in time."""
        before = {*store.list()}
        with self.run(store, night) as process:
            family = psutil.Process(process.pid)
            known: set[psutil.Process] = {family}
            deadline = time.monotonic() + (
                self.chance.uniform(0.1, 0.75) * self.usual if point == "random" else PATIENCE
            )
            while process.poll() is None and time.monotonic() < deadline and not _reached(store, before, family, point):
                known |= _children(family)
            known |= _children(family)
            struck = process.poll() is None and self.strike(process, victim)
            process.wait(PATIENCE)
        self.figures.missed += not struck
        if struck:
            self.figures.kills[f"{victim} at {point}"] += 1
        self.tell(f"{night} {victim} at {point}: {'killed' if struck else 'missed'}, exit {process.returncode}")
        _, left = psutil.wait_procs(known, timeout=10)
        self.figures.orphans += len(left)
        return struck

    def strike(self, process: subprocess.Popen[bytes], victim: str) -> bool:
        """Kill; whether there was somebody to be killed."""
        if victim == "store":
            os.kill(self.server.pid, signal.SIGKILL)
            self.server = self.servers.enter_context(embedded_store(self.folder))
        elif victim == "group":
            os.killpg(process.pid, signal.SIGKILL)
        elif victim == "night":
            process.kill()
        else:
            found = [child for child in _children(psutil.Process(process.pid)) if _runs(child, MODULES[victim])]
            if found:  # of the extraction processes also their fork server
                self.chance.choice(found).kill()
            return bool(found)
        return True

    def finish(self, store: Store, night: str, ending: str) -> None:
        """Run a night to its end; one that nobody disturbs ends well, if not at once."""
        for _ in range(TRIES):
            with ExitStack() as running:
                runs = [running.enter_context(self.run(store, night))]
                if ending == "twice at once":
                    runs.append(running.enter_context(self.run(store, night)))
                if ending == "beside its topic":
                    running.enter_context(self.start(store, "topic", TOPIC))
                codes = sorted(run.wait(PATIENCE) for run in runs)
            self.tell(f"{night} {ending}: exit {codes}")
            if codes in ([0], [0, 0], [0, 7]):
                return
        log = (self.folder / "log").read_text(errors="replace")[-2000:]
        self.figures.faults.append(f"{night}, {ending}, ended with {codes}, undisturbed:\n{log}")

    def run(self, store: Store, night: str) -> subprocess.Popen[bytes]:
        """Start a night."""
        self.figures.runs += 1
        return self.start(store, "night", "-c", COLLECTION, "-n", night)

    def start(self, store: Store, *command: str) -> subprocess.Popen[bytes]:
        """Start a command, the leader of a process group of its own."""
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tearsheet", *command, "--config", str(self.config)],
                env=os.environ | store.environment(),
                start_new_session=True,
                stdout=log,
                stderr=log,
            )

    def tell(self, line: str) -> None:
        """Say how far it is."""
        if self.loud:
            print(f"  {line}", flush=True)


def torture(folder: Path, kills: int, seed: int, *, loud: bool = False) -> Figures:
    """A whole campaign."""
    chance = random.Random(seed)
    with ExitStack() as servers, served(Press()) as press, Pool(1) as pool:
        server = servers.enter_context(embedded_store(folder))
        config = press.write(folder / "config")
        campaign = Campaign(press, folder, config, load(config), chance, servers, server, pool, loud=loud)
        expected = campaign.reference()
        size = KILLS_A_NIGHT * len(ORDER)
        while (left := kills - campaign.figures.kills.total()) > 0:
            campaign.round(expected, min(left, size))
        return campaign.figures


def step_by_step(chance: random.Random) -> list[tuple[str, str]]:
    """Each run of the night comes a little further than the one before."""
    points = sorted(chance.sample(range(len(POINTS)), KILLS_A_NIGHT))
    return [(chance.choice(VICTIMS), list(POINTS)[number]) for number in points]


def from_within(chance: random.Random) -> list[tuple[str, str]]:
    """The crawl is killed, then a worker of the next run, which goes on to the end; then whoever writes it again."""
    within = [
        ("crawl", chance.choice(["crawl starts", "segment"])),
        ("worker", chance.choice(["worker starts", "staged"])),
    ]
    return within + [(chance.choice(VICTIMS), point) for point in REWRITTEN]


def at_any_time(chance: random.Random) -> list[tuple[str, str]]:
    """Runs that are killed when it happens."""
    return [(chance.choice(VICTIMS), "random") for _ in range(KILLS_A_NIGHT)]


MANNERS = (step_by_step, step_by_step, from_within, at_any_time)
"""How the nights of a round are killed, in an order of chance."""


def _reached(store: Store, before: set[ObjectInfo], family: psutil.Process, point: str) -> bool:
    time.sleep(0.03)
    if point == "random":
        return False
    wanted = POINTS[point]
    if wanted.startswith("tearsheet."):
        return any(_runs(child, wanted) for child in _children(family))
    prefix = re.match(r"[\w/]*", wanted)
    try:
        written = {*store.list(prefix[0] if prefix else "")} - before
    except StorageError:
        return False
    return any(re.match(wanted, info.key) for info in written)


def _children(process: psutil.Process) -> set[psutil.Process]:
    """All that a process has started, and what these have; asked of the kernel alone, for psutil reads all of /proc."""
    found: set[psutil.Process] = set()
    for task in Path(f"/proc/{process.pid}/task").glob("*/children"):
        with suppress(OSError, psutil.NoSuchProcess):
            for pid in task.read_text().split():
                child = psutil.Process(int(pid))
                found |= {child} | _children(child)
    return found


def _runs(process: psutil.Process, module: str) -> bool:
    with suppress(psutil.NoSuchProcess):
        return module in process.cmdline()
    return False


def report(figures: Figures, seconds: float) -> str:
    """The figures as they are printed."""
    lines = [f"{sum(figures.kills.values())} kills in {figures.runs} runs, {seconds:.0f} s; {figures.missed} came late"]
    lines += [f"  {count:4} {what}" for what, count in sorted(figures.kills.items())]
    lines.append(
        f"of {figures.rows} rows: lost {figures.rows_lost}, twice {figures.rows_twice}, not expected "
        f"{figures.rows_more}, other values {figures.rows_other}, dangling references {figures.dangling}; in "
        f"{figures.audits} audits: findings {figures.findings}"
    )
    lines.append(
        f"of {figures.reads} reads meanwhile: partial {figures.partial_reads}; refused while the server was down "
        f"{figures.reads_refused}; processes left behind {figures.orphans}"
    )
    return "\n".join([*lines, *figures.faults])


def main() -> None:
    """Run a campaign and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    args = parser.parse_args()
    print(f"seed {args.seed}", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tearsheet-torture-") as folder:
        figures = torture(Path(folder), args.kills, args.seed, loud=True)
    print(report(figures, time.monotonic() - began))
    sys.exit(bool(figures.wrong))


if __name__ == "__main__":
    main()
