"""What a long job tells while it runs; the command line shows it as bars or lines, tests and DAGs may stay quiet."""

from __future__ import annotations

from typing import Protocol

from tearsheet.spiders.job import Event


class Progress(Protocol):
    """Callbacks from several threads; an implementation must bear that."""

    def stage(self, name: str) -> None:
        """The job enters a stage."""

    def crawl(self, batch: str, event: Event) -> None:
        """A crawling process says how far it is."""

    def page(self) -> None:
        """One more page is extracted."""

    def warn(self, message: str) -> None:
        """Something failed that does not end the job."""


class _Quiet:
    def stage(self, name: str) -> None:
        pass

    def crawl(self, batch: str, event: Event) -> None:
        pass

    def page(self) -> None:
        pass

    def warn(self, message: str) -> None:
        pass


QUIET: Progress = _Quiet()


class Steps(Protocol):
    """A job of equal steps; an implementation must bear calls from several threads."""

    def expect(self, count: int) -> None:
        """How many steps there will be."""

    def step(self) -> None:
        """One more is done."""


class _NoSteps:
    def expect(self, count: int) -> None:
        pass

    def step(self) -> None:
        pass


NO_STEPS: Steps = _NoSteps()
