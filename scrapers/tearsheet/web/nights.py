"""The run reports of published nights, as the harvest left them in the store.

Read by models of our own: the reports' writer stands on the crawler, which the catalogue is installed without. What a
newer version has added to a report is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from pydantic import BaseModel, ValidationError

from tearsheet.errors import ObjectMissing, RecordError
from tearsheet.storage import Store

FAMILIES = ("article", "drop", "skipped", "failed", "pending")
AT_ONCE = 8


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


def last_nights(store: Store, collections: Iterable[str], count: int) -> dict[str, tuple[Night, ...]]:
    """The last ``count`` published nights of each collection, newest first.

    Raises:
        RecordError: a report is none.
        StorageError: the store cannot be read.
    """
    names = sorted(collections)
    with ThreadPoolExecutor(AT_ONCE, "reports") as readers:
        found = {name: list(reversed(store.prefixes(f"runs/{name}/")))[:count] for name in names}
        asked = [(name, night) for name, nights in found.items() for night in nights]
        reports = list(readers.map(lambda key: _report(store, *key), asked))
    return {name: tuple(night for night in reports if night and night.collection == name) for name in names}


def _report(store: Store, collection: str, night: str) -> Night | None:
    """A night's report, None where it is not published yet."""
    key = f"runs/{collection}/{night}/report.json"
    try:
        return Night.model_validate_json(store.get(key), extra="ignore")
    except ObjectMissing:
        return None
    except ValidationError as error:
        raise RecordError(
            f"{store.url(key)} is no run report ({error}); run the night again, which writes it anew"
        ) from error
