"""What the nights teach of each source: counts, and snapshots of them.

The counts of what its articles have in common, night by night, are part of its state: derived, and replaced after each
publication. ``learned/<source>/<hash>.json`` is a *snapshot*: what the counts of some nights say, the fingerprints
without any text, written once and named by its content.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import TypeAdapter, ValidationError

from tearsheet import state
from tearsheet.clean.learning import learned, taught
from tearsheet.config.models import Source
from tearsheet.documents.counting import COUNTED, Counting, counts_of, sightings
from tearsheet.documents.task import Snapshot
from tearsheet.errors import RecordError
from tearsheet.model import ARTICLE, NOTHING_LEARNED, Learned
from tearsheet.state import SourceState
from tearsheet.storage import Store

AT_ONCE = 8
_LEARNED = TypeAdapter(Learned)
_T = TypeVar("_T")


def snapshot_key(source: str, snapshot: str) -> str:
    """Where a snapshot of a source stands."""
    return f"learned/{source}/{snapshot}.json"


def known_before(store: Store, sources: Iterable[Source], night: str) -> dict[str, str]:
    """The snapshot of each source of which earlier nights taught something, by its hash; they are in the store then."""
    held = state.held(store)

    def choose(source: str) -> str | None:
        return keep_snapshot(store, source, learned(counts_of(state.load(store, source)).before(night)))

    return of_each([source.id for source in sources if source.id in held], choose)


def counting(known: Mapping[str, SourceState], night: str, articles: pa.Table) -> Counting:
    """The sources of these states, to be counted with their articles of a published night."""
    return Counting(
        night=night,
        known={source: held.counts for source, held in known.items()},
        articles=_new(of_sources(articles, known), known, night),
    )


def taught_by(known: SourceState, night: str, articles: pa.Table) -> Learned:
    """What is known of a source once a night's own articles have taught it, and none of later nights.

    It says nothing of their length: that bears on every page, and only those that hold something repeated are
    cleaned again. The rows would tell which way they were made.
    """
    own = counting({known.source: known}, night, articles).articles
    value = learned(taught(counts_of(known).before(night), night, sightings(own).get(known.source, ())))
    return replace(value, usual_length=None)


def articles_of(rows: pa.Table) -> pa.Table:
    """The articles of a night, as far as they are counted."""
    return rows.filter(pc.equal(rows["outcome"], ARTICLE)).select(COUNTED)


def of_sources(rows: pa.Table, sources: Iterable[str]) -> pa.Table:
    """The rows of these sources."""
    return rows.filter(pc.is_in(rows["source"], value_set=pa.array(list(sources), pa.string())))


def _new(articles: pa.Table, known: Mapping[str, SourceState], night: str) -> pa.Table:
    """The articles without those that an earlier night has counted."""
    each = zip(articles["source"].to_pylist(), articles["document_id"].to_pylist(), strict=True)
    seen = (known[source].seen.get(document_id) for source, document_id in each)
    return articles.filter(pa.array([not it or all(visit >= night for visit in it.visits) for it in seen], pa.bool_()))


def keep_snapshot(store: Store, source: str, value: Learned) -> str | None:
    """The hash of what is known of a source, which stands in the store then; None where nothing is."""
    if value == NOTHING_LEARNED:
        return None
    fields = _LEARNED.dump_python(value, mode="json") | {"unsure": sorted(value.unsure)}
    body = json.dumps(fields, ensure_ascii=False, indent=1, sort_keys=True).encode()
    name = hashlib.sha256(body).hexdigest()[:20]
    store.put_new(snapshot_key(source, name), body)
    return name


def load_snapshot(store: Store, source: str, name: str) -> Snapshot:
    """A snapshot by its hash.

    Raises:
        RecordError, ObjectMissing: there is none.
    """
    key = snapshot_key(source, name)
    try:
        return Snapshot(id=name, value=_LEARNED.validate_json(store.get(key)))
    except ValidationError as error:
        raise RecordError(f"{store.url(key)} is no snapshot ({error}); bring it back from a backup") from error


def of_each(sources: Iterable[str], ask: Callable[[str], _T | None]) -> dict[str, _T]:
    """What is found for each source that it is found for; several at a time: the store's answers are waited for."""
    names = list(sources)
    with ThreadPoolExecutor(AT_ONCE, "learned") as asking:
        found = list(asking.map(ask, names))
    return {source: value for source, value in zip(names, found, strict=True) if value is not None}
