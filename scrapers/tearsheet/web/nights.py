"""The run reports of published nights, as the harvest left them in the store.

Read by models of our own: the reports' writer stands on the crawler, which the catalogue is installed without. What a
newer version has added to a report is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from pydantic import BaseModel, ValidationError

from tearsheet.errors import ObjectMissing, RecordError
from tearsheet.storage import Store

FAMILIES = ("article", "drop", "skipped", "failed", "pending")
AT_ONCE = 8
_Stamp = tuple[int, datetime]


class Channel(BaseModel):
    """One feed, sitemap or page that was asked."""

    url: str
    kind: str
    status: int | None = None
    named: int = 0
    error: str | None = None


class SourceNight(BaseModel):
    """How one source did in a night."""

    source: str
    verdict: str
    reasons: tuple[str, ...] = ()
    articles: int = 0
    candidates: int = 0
    outcomes: dict[str, int] = {}
    requests: int = 0
    bytes: int = 0
    channels: tuple[Channel, ...] = ()


class Night(BaseModel):
    """A published night of a collection."""

    collection: str
    night: str
    candidates: int
    outcomes: dict[str, int]
    documents: int
    unfinished: tuple[str, ...] = ()
    sources: tuple[SourceNight, ...]

    @property
    def families(self) -> dict[str, int]:
        """The candidates by the first word of their outcome."""
        return {
            family: sum(count for outcome, count in self.outcomes.items() if outcome.partition(".")[0] == family)
            for family in FAMILIES
        }

    @property
    def failed(self) -> tuple[SourceNight, ...]:
        """The sources that missed what was expected of them."""
        return tuple(source for source in self.sources if source.verdict == "failed")


class Reports:
    """The run reports of a store; one that was read is kept as long as the store lists it with this size and time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[str, tuple[_Stamp, Night]] = {}

    def last_nights(self, collections: Iterable[str], count: int) -> dict[str, tuple[Night, ...]]:
        """The last ``count`` published nights of each collection, newest first.

        Raises:
            RecordError: a report is none.
            StorageError: the store cannot be read.
        """
        names = sorted(collections)
        with ThreadPoolExecutor(AT_ONCE, "reports") as readers:
            listed = dict(zip(names, readers.map(lambda name: self._listed(name, count), names), strict=True))
            stamps = {key: stamp for found in listed.values() for key, stamp in found.items()}
            stale = [key for key, stamp in stamps.items() if key not in self._read or self._read[key][0] != stamp]
            read = dict(zip(stale, readers.map(self._report, stale), strict=True))
        fresh = {key: (stamps[key], night) for key, night in read.items() if night}
        self._read = {key: fresh.get(key) or self._read[key] for key in stamps if key in fresh or key in self._read}
        return {name: tuple(self._read[key][1] for key in found if key in self._read) for name, found in listed.items()}

    def _listed(self, collection: str, count: int) -> dict[str, _Stamp]:
        """The reports among a collection's last nights, newest first."""
        folder = f"runs/{collection}/"
        nights = self._store.prefixes(folder)[-count:]
        wanted = {f"{folder}{night}/report.json" for night in nights}
        months = sorted({night[:7] for night in nights})
        found = [info for month in months for info in self._store.list(folder + month) if info.key in wanted]
        return {info.key: (info.size, info.modified) for info in reversed(found)}

    def _report(self, key: str) -> Night | None:
        """A night's report, None where it was deleted since it was listed."""
        try:
            return Night.model_validate_json(self._store.get(key), extra="ignore")
        except ObjectMissing:
            return None
        except ValidationError as error:
            raise RecordError(
                f"{self._store.url(key)} is no run report ({error}); run the night again, which writes it anew"
            ) from error
