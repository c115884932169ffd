"""What a night's articles have in common, source by source, as the sources' states keep it.

The processes that extract count as well: by then they have no page to read, and every line of every article is hashed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from tearsheet import state
from tearsheet.clean.learning import Counts, Sighting, taught
from tearsheet.clean.repeated import LEARNED
from tearsheet.errors import RecordError
from tearsheet.state import SourceState

if TYPE_CHECKING:  # a process that extracts and counts nothing goes without
    import pyarrow as pa

COUNTED = ["source", "document_id", "title", "text", "removed"]
"""The columns of an article by which it is counted."""
_COUNTS = TypeAdapter(Counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """Sources to count: what the states of these hold (``known``), and a night's articles that no other has counted."""

    night: str
    known: Mapping[str, str]
    articles: pa.Table
    cpu_seconds: float = 60.0

    def given_up(self, reason: str) -> dict[str, str]:
        """Counted all the same, by whoever asked, whatever ``reason`` the processes had."""
        return count(self)


def count(asked: Counting) -> dict[str, str]:
    """Each source's counts with what its articles teach.

    Raises:
        RecordError: what a state holds are no counts.
    """
    found = sightings(asked.articles)
    return {
        source: _COUNTS.dump_json(
            taught(counts_of(SourceState(source=source, counts=known)), asked.night, found.get(source, ()))
        ).decode()
        for source, known in asked.known.items()
    }


def sightings(articles: pa.Table) -> Mapping[str, Iterable[Sighting]]:
    """Each source's articles as they are counted."""
    found: defaultdict[str, list[Sighting]] = defaultdict(list)
    for row in articles.select(COUNTED).to_pylist():
        own = tuple(cut["text"] for cut in row["removed"] if cut["rule"] == LEARNED)
        beside = tuple(cut["text"] for cut in row["removed"] if cut["rule"] != LEARNED)
        kept = (*row["text"].split("\n"), *own)
        found[row["source"]].append(Sighting(id=row["document_id"], title=row["title"], kept=kept, beside=beside))
    return found


def counts_of(known: SourceState) -> Counts:
    """A source's counts, empty if it has none yet.

    Raises:
        RecordError: its state holds none that can be read.
    """
    try:
        return _COUNTS.validate_json(known.counts) if known.counts else Counts()
    except ValidationError as error:
        raise RecordError(
            f"{state.key(known.source)} holds no counts ({error}); delete it: the source then starts anew"
        ) from error
