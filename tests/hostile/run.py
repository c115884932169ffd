"""One night of a hostile web: ``python -m tests.hostile.run`` says what of it ended unlike it should.

Prints the behaviours tried, the unexpected outcomes, the peak memory of every process and the seconds; ends with 1
where anything was unexpected, or a process took more than MOST_MEMORY.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import yaml
from tests.hostile import bodies
from tests.hostile.behaviours import ALL, HEALTHY, Behaviour, healthy
from tests.hostile.server import Web, address, serve

from tearsheet import harvest
from tearsheet.config.models import StoreSettings
from tearsheet.harvest.outcomes import load_outcomes
from tearsheet.model import Outcome
from tearsheet.spiders.job import SourceReport
from tearsheet.storage import Store
from tearsheet.storage.embedded import EmbeddedStore, embedded_store

COLLECTION, NIGHT = "hostile", "2026-01-13"
MOST_MEMORY = 600_000_000
"""Bytes a process may take."""
NAMES = {"inside.test": ["127.0.0.1"], "metadata.test": ["169.254.169.254"]}
_PROXIES = {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"}


@dataclass
class Verdict:
    """What came of a night: ``unexpected`` in sentences, ``peaks`` in bytes by process."""

    behaviours: int
    unexpected: list[str]
    seconds: float
    peaks: dict[str, int] = field(default_factory=dict)

    @property
    def peak(self) -> int:
        """Of the process that took most."""
        return max(self.peaks.values())


def hostile_night(store: EmbeddedStore, folder: Path) -> Verdict:
    """All behaviours in one night, beside healthy outlets."""
    sites = [*ALL, *map(healthy, range(HEALTHY))]
    bodies.prepare()
    with serve([behaviour.site() for behaviour in sites]) as web:
        _configure(folder, sites, web)
        started = time.monotonic()
        turning = address(len(ALL) - 1)
        names = json.dumps(NAMES | {"turning.test": [turning, "127.0.0.1"]})
        hidden = str(Path(__file__).parent / "names")
        environment = {name: value for name, value in os.environ.items() if name not in _PROXIES}
        environment |= {"PYTHONPATH": hidden, "NAMES": names} | store.environment()
        command = [sys.executable, "-m", "tearsheet", "night", "-c", COLLECTION, "-n", NIGHT, "--config", str(folder)]
        with (
            subprocess.Popen([*command, "--json"], env=environment, stdout=subprocess.PIPE) as process,
            _watched(process.pid) as peaks,
        ):
            process.communicate()
        seconds = time.monotonic() - started
        unexpected = [] if process.returncode in (0, 6) else [f"the night ended with {process.returncode}"]
        unexpected += [f"the secret was asked: {line!r}" for line in web.secret]
        with Store(store.url, settings=StoreSettings(), access=store.access) as opened:
            unexpected += _unexpected(opened, sites)
    return Verdict(len(ALL), unexpected, seconds, dict(peaks))


def _configure(folder: Path, sites: list[Behaviour], web: Web) -> None:
    limits = {"delay": 0, "lookback_days": None, "revisit": [], "max_minutes": 5, "max_pages": 20}
    collection = {
        "timezone": "UTC",
        "defaults": limits,
        "sources": [_source(*each, web.port) for each in enumerate(sites)],
    }
    fetch = {
        "contact": "desk@press.example",
        "timeout": 30,
        "max_bytes": 4_000_000,
        "retries": 0,
        "sources_per_batch": 90,
        "private_networks": ["127.9.0.0/16"],
    }
    settings = {"fetch": fetch, "extract": {"cpu_seconds": 5, "memory_bytes": 500_000_000}}
    for name, body in ((f"collections/{COLLECTION}", collection), ("tearsheet", settings)):
        file = folder / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(body), "utf-8")


def _source(number: int, site: Behaviour, port: int) -> dict[str, Any]:
    home = f"http://{address(number)}:{port}"
    declared: dict[str, Any] = {"feeds": ["{}/feed.xml"], "sitemaps": [], "sections": []} | dict(site.source)
    filled = json.loads(json.dumps(declared).replace("{}", home).replace("{port}", str(port)))
    kept = {name: value for name, value in filled.items() if value is not None}
    return {"id": f"b{number}", "name": site.name, "homepage": f"{home}/", "country": "ZZ", "language": "en"} | kept


def _unexpected(store: Store, sites: list[Behaviour]) -> Iterator[str]:
    outcomes = harvest.outcomes.by_source(load_outcomes(store, COLLECTION, NIGHT))
    reports = {each.source: each for report in harvest.reports(store, COLLECTION, NIGHT) for each in report.sources}
    for number, site in enumerate(sites):
        yield from _differences(site, outcomes.get(f"b{number}", []), reports.get(f"b{number}"))


def _differences(site: Behaviour, outcomes: list[Outcome], report: SourceReport | None) -> Iterator[str]:
    if report is None or report.error:
        yield f"{site.name}: the crawl of its source ended: {report.error if report else 'no report'}"
        return
    ends = Counter(outcome.outcome for outcome in outcomes)
    if not _as_expected(ends, site):
        details = {outcome.detail for outcome in outcomes if outcome.detail}
        yield f"{site.name}: ended as {dict(ends)}, not {dict(site.ends)}: {str(details)[:300]}"
    errors = {urlsplit(channel.url).path: channel.error for channel in report.channels if channel.error}
    for path in errors.keys() | site.errors.keys():
        if not errors.get(path, "").startswith(tuple(site.errors.get(path, "nothing").split("|"))):
            yield f"{site.name}: of {path} is said {errors.get(path, '')[:300]!r}, not {site.errors.get(path)!r}"


def _as_expected(ends: Counter[str], site: Behaviour) -> bool:
    left = dict(ends)
    for pattern, number in site.ends.items():
        found = next((end for end in left if any(fnmatch(end, each) for each in pattern.split("|"))), None)
        if found is None or left.pop(found) != number:
            return False
    return not left


@contextmanager
def _watched(pid: int) -> Iterator[dict[str, int]]:
    """The most memory that each process below this one has held, as the kernel counts it."""
    peaks: dict[str, int] = {}
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.2):
            with suppress(psutil.NoSuchProcess):
                for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
                    _note(process, peaks)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peaks
    finally:
        over.set()
        thread.join()


def _note(process: psutil.Process, peaks: dict[str, int]) -> None:
    with suppress(psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError, IndexError):
        status = Path(f"/proc/{process.pid}/status").read_text("utf-8")
        name = f"{process.cmdline()[2]} {process.pid}"
        held = next((line for line in status.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0")
        peaks[name] = max(peaks.get(name, 0), int(held.split()[1]) * 1024)


def main() -> int:
    """Run the night and tell."""
    with tempfile.TemporaryDirectory() as name, embedded_store(Path(name) / "var") as store:
        verdict = hostile_night(store, Path(name) / "config")
    for line in verdict.unexpected:
        print(line)
    for process, most in sorted(verdict.peaks.items(), key=lambda each: -each[1])[:5]:
        print(f"  {most / 1e6:6.0f} MB  {process}")
    print(
        f"{verdict.behaviours} behaviours, {len(verdict.unexpected)} unexpected outcomes, "
        f"peak memory {verdict.peak / 1e6:.0f} MB, {verdict.seconds:.0f} s"
    )
    return int(bool(verdict.unexpected) or verdict.peak > MOST_MEMORY)


if __name__ == "__main__":
    sys.exit(main())
