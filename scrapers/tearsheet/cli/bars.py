"""Progress as a person wants it: bars on a terminal, a plain line now and then in a log, nothing beside JSON."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tearsheet.cli.terminal import Console, visible
from tearsheet.progress import NO_STEPS, QUIET, Steps
from tearsheet.progress import Progress as Listener
from tearsheet.spiders.job import Event

LINE_EVERY_SECONDS = 10.0


class _Tally:
    """The crawls' latest events added up; ``extracted`` counts pages turned into rows."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest: dict[str, Event] = {}
        self.extracted = 0

    def crawl(self, batch: str, event: Event) -> None:
        with self._lock:
            if event.event != "segment":
                self._latest[batch] = event

    def page(self) -> None:
        with self._lock:
            self.extracted += 1

    def sums(self) -> tuple[int, int, int]:
        """Candidates to ask, asked, captured."""
        with self._lock:
            events = list(self._latest.values())
        return sum(e.found for e in events), sum(e.asked for e in events), sum(e.captured for e in events)


class Bars:
    """Two bars: pages asked of those to ask, pages extracted of those captured."""

    def __init__(self, title: str, console: Console) -> None:
        self._tally = _Tally()
        self.display = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<18}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        )
        console.print(f"[bold]{title}[/]")
        self._fetch = self.display.add_task("fetch", total=None)
        self._extract = self.display.add_task("extract", total=None)

    def stage(self, name: str) -> None:
        """A finished bar a stage."""
        self.display.add_task(name, total=1, completed=1)

    def crawl(self, batch: str, event: Event) -> None:
        """Move the bars."""
        self._tally.crawl(batch, event)
        found, asked, captured = self._tally.sums()
        self.display.update(self._fetch, total=found or None, completed=asked)
        self.display.update(self._extract, total=captured or None)

    def page(self) -> None:
        """Move the bar of extraction."""
        self._tally.page()
        self.display.update(self._extract, completed=self._tally.extracted)

    def warn(self, message: str) -> None:
        """Above the bars."""
        self.display.console.print(f"warning: {message}", style="yellow", markup=False)


class Lines:
    """One line every ten seconds and one a stage, on standard error."""

    def __init__(self, title: str) -> None:
        self._tally, self._title, self._next = _Tally(), title, time.monotonic() + LINE_EVERY_SECONDS

    def stage(self, name: str) -> None:
        """A line a stage."""
        self._print(name)

    def crawl(self, batch: str, event: Event) -> None:
        """A line where ten seconds have passed."""
        self._tally.crawl(batch, event)
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + LINE_EVERY_SECONDS
            found, asked, captured = self._tally.sums()
            self._print(f"fetch {asked}/{found}, captured {captured}, extracted {self._tally.extracted}")

    def page(self) -> None:
        """Count."""
        self._tally.page()

    def warn(self, message: str) -> None:
        """At once."""
        self._print(f"warning: {message}")

    def _print(self, text: str) -> None:
        print(visible(f"{self._title}: {text}"), file=sys.stderr, flush=True)  # noqa: T201 - a log line


@contextmanager
def shown(title: str, *, quiet: bool = False) -> Iterator[Listener]:
    """The listener that fits where standard error goes."""
    console = Console(stderr=True)
    if quiet:
        yield QUIET
    elif console.is_terminal:
        os.environ.setdefault("TEARSHEET_LOG_LEVEL", "ERROR")  # crawls write below the bars; the report says it all
        bars = Bars(title, console)
        with bars.display:
            yield bars
    else:
        yield Lines(title)


class StepBar:
    """One bar: steps done of those expected."""

    def __init__(self, title: str, console: Console) -> None:
        self.display = Progress(
            SpinnerColumn(), TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
        )
        self._task = self.display.add_task(title, total=None)

    def expect(self, count: int) -> None:
        """Set the bar's length."""
        self.display.update(self._task, total=count)

    def step(self) -> None:
        """Move the bar."""
        self.display.advance(self._task)


@contextmanager
def counted(title: str, *, quiet: bool = False) -> Iterator[Steps]:
    """A bar of equal steps on a terminal; nothing in a log, for the job tells what came of it."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield NO_STEPS
        return
    bar = StepBar(title, console)
    with bar.display:
        yield bar
