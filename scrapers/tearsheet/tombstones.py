"""What was taken down, and so is never asked, extracted or published again.

Each take-down stands in ``takedowns/<id>.json`` (``takedown.receipt`` has all that it says). Here is read only whom it
concerns: documents by their ids, sources as a whole. The objects are written before anything is removed, and nothing
that is rebuilt touches them.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from tearsheet.errors import RecordError
from tearsheet.storage import Store

PREFIX = "takedowns/"
OUTCOME = "skipped.tombstone"
"""What a candidate ends as that was taken down."""


@dataclass(frozen=True, slots=True)
class Tombstones:
    """The ids of documents, and the sources, that were taken down."""

    documents: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()

    def hold(self, document_id: str, source: str) -> bool:
        """Whether a document of a source was taken down."""
        return document_id in self.documents or source in self.sources


NONE = Tombstones()


class _Stone(BaseModel):
    """The part of a receipt that is read here; the rest is passed over."""

    documents: frozenset[str]
    sources: frozenset[str]


def key(takedown: str) -> str:
    """Where a take-down stands."""
    return f"{PREFIX}{takedown}.json"


def load(store: Store) -> Tombstones:
    """All that was ever taken down from a store.

    Raises:
        RecordError: an object under ``takedowns/`` is none: what it forbids is not known, so nothing may be asked.
    """
    stones = [_read(store, info.key) for info in store.list(PREFIX)]
    return Tombstones(
        documents=frozenset().union(*(stone.documents for stone in stones)),
        sources=frozenset().union(*(stone.sources for stone in stones)),
    )


def _read(store: Store, stone: str) -> _Stone:
    try:
        return _Stone.model_validate_json(store.get(stone))
    except ValidationError as error:
        raise RecordError(f"{store.url(stone)} is no take-down ({error}); bring it back from a backup") from error
