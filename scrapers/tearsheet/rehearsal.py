"""A dry run: the same night by the same functions, into an embedded store that is thrown away."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from typing import Any

from tearsheet.config.models import Configuration, StoreSettings
from tearsheet.harvest import RunReport
from tearsheet.night import harvest_night
from tearsheet.progress import QUIET, Progress
from tearsheet.storage import open_store
from tearsheet.tables import documents


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the sources would have given: the report and the documents' rows."""

    report: RunReport
    rows: list[dict[str, Any]]


def rehearse(
    configuration: Configuration,
    collection: str,
    day: str,
    *,
    sources: frozenset[str] = frozenset(),
    progress: Progress = QUIET,
) -> Rehearsal:
    """Harvest a night as if it were the collection's first, and leave nothing behind.

    Raises:
        StorageError: the embedded store is not installed.
    """
    with (
        tempfile.TemporaryDirectory(prefix="tearsheet-rehearsal-") as folder,
        open_store(StoreSettings(), environ={"TEARSHEET_VAR": folder}) as store,
    ):
        done = harvest_night(store, configuration, collection, day, sources=sources, progress=progress)
        return Rehearsal(done.report, documents.rows(store, collection, day).to_dicts())
