"""Which snapshot a night cleans each of its sources with; chosen once, and used by every run.

- The plan names it where *earlier* nights saw a few articles of the source.
- Else the night learns from its own pages, where it has ``ENOUGH`` articles: ``runs/<collection>/<night>/learned.json``
  names what they taught, written once by the first publication that has the whole night, from rows that were cleaned
  without it.

So a night's rows stay a function of its records, the extractor and the snapshots, whatever was killed and run again.
A night that is published before its crawl is whole knows no more than its plan.
"""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
from pydantic import TypeAdapter, ValidationError

from tearsheet import state
from tearsheet.documents.task import Snapshot
from tearsheet.errors import ObjectExists, ObjectMissing, RecordError
from tearsheet.harvest.learned import articles_of, keep_snapshot, load_snapshot, of_each, of_sources, taught_by
from tearsheet.harvest.plan import Plan
from tearsheet.state import SourceState
from tearsheet.storage import Store

ENOUGH = 6
"""Articles of one night from which on a source is worth cleaning twice. Few teach little, and the next night has it."""
_CHOICE = TypeAdapter(dict[str, str])


def choice_key(collection: str, night: str) -> str:
    """Where it stands what the night's own pages taught."""
    return f"runs/{collection}/{night}/learned.json"


def snapshots(store: Store, plan: Plan) -> dict[str, Snapshot]:
    """What the night knows of its sources: by its plan, and by its own pages where that is chosen."""
    chosen = (load_choice(store, plan) or {}) | plan.learned
    return of_each(sorted(chosen), lambda source: load_snapshot(store, source, chosen[source]))


def is_open(store: Store, plan: Plan) -> bool:
    """Whether the plan knows nothing of some sources, and what their own pages teach is not chosen yet."""
    return bool(_unknown(plan)) and load_choice(store, plan) is None


def choose(store: Store, plan: Plan, rows: pa.Table) -> None:
    """Learn from the night's rows what its plan does not know, and record it for every later run."""
    held, articles = state.held(store), articles_of(of_sources(rows, _unknown(plan)))

    def from_own(source: str) -> str | None:
        known = state.load(store, source) if source in held else SourceState(source=source)
        return keep_snapshot(store, source, taught_by(known, plan.night, articles))

    found = Counter(articles["source"].to_pylist())
    chosen = of_each(sorted(source for source, number in found.items() if number >= ENOUGH), from_own)
    try:
        store.put_new(choice_key(plan.collection, plan.night), _CHOICE.dump_json(chosen, indent=1))
    except ObjectExists:  # another run chose first, and its choice is the night's
        return


def load_choice(store: Store, plan: Plan) -> dict[str, str] | None:
    """The hashes of what the night's own pages taught, by source; None before that is chosen."""
    key = choice_key(plan.collection, plan.night)
    try:
        return _CHOICE.validate_json(store.get(key))
    except ObjectMissing:
        return None
    except ValidationError as error:
        raise RecordError(
            f"{store.url(key)} names no snapshots ({error}); delete it and run the night again"
        ) from error


def _unknown(plan: Plan) -> list[str]:
    return [source.id for source in plan.sources if source.id not in plan.learned]
