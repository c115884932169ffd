"""The task that crawls a batch: an operator, because only an operator hears that its task is being killed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, Context

from tearsheet.config.models import Settings
from tearsheet.errors import FetchError

if TYPE_CHECKING:
    from subprocess import Popen

    from tearsheet.spiders.job import Event


class FetchOperator(BaseOperator):
    """Crawl one batch of a night.

    Args:
        collection: the collection's id.
        settings: how this installation fetches, and where its store is.
        batch: ``{"night": "YYYY-MM-DD", "id": …, "sources": […]}`` as the plan task returns it, one a mapped task.

    Kill, timeout and "mark failed" end the crawl with SIGTERM, upon which it closes in under five seconds and keeps
    what was fetched; should this process die itself, the kernel sends that signal.
    """

    template_fields: Sequence[str] = ("batch",)

    def __init__(self, *, collection: str, settings: Settings, batch: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.collection = collection
        self.settings = settings
        self.batch = batch
        self._process: Popen[bytes] | None = None
        self._killed = False

    def execute(self, context: Context) -> dict[str, Any]:
        """Return the batch as it came, for the task that extracts it.

        Raises:
            FetchError: the crawl was stopped or broke; another try adopts what it kept and asks the rest.
            BusyError: another run holds the night, or has taken it over.
        """
        from tearsheet import harvest
        from tearsheet.airflow.stages import held, planned
        from tearsheet.storage import open_store

        settings, night = self.settings, self.batch["night"]
        with open_store(settings.store) as store, held(store, settings, self.collection, night) as lease:

            def heard(event: Event) -> None:
                lease.check()
                self._tell(event)

            plan = planned(store, self.collection, night)
            batch = harvest.Batch(id=self.batch["id"], sources=tuple(self.batch["sources"]))
            report = harvest.fetch(store, plan, batch, settings, on_event=heard, on_start=self._hold)
        if not report.finished:
            raise FetchError(
                f"the crawl of batch {batch.id} of {plan.collection} {plan.night} was stopped; "
                "what was fetched is kept, and the next try asks the rest"
            )
        return dict(self.batch)

    def on_kill(self) -> None:
        """End the crawl, also one that is only about to start."""
        self._killed = True
        if self._process is not None:
            self._process.terminate()

    def _hold(self, process: Popen[bytes]) -> None:
        self._process = process
        if self._killed:
            process.terminate()

    def _tell(self, event: Event) -> None:
        told = "%s found=%d asked=%d captured=%d failed=%d %s"
        self.log.info(told, event.event, event.found, event.asked, event.captured, event.failed, event.key or "")
