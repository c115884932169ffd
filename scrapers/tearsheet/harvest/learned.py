"""What the nights teach of each source: counts, and snapshots of them.

``learned/<source>/counts.json.gz`` counts what its articles have in common, night by night: derived, and replaced after
each publication. ``learned/<source>/<hash>.json`` is a *snapshot*: what the counts of some nights say, the fingerprints
without any text, written once and named by its content.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import TypeAdapter, ValidationError

from tearsheet.clean.learning import Counts, Sighting, learned, taught
from tearsheet.clean.repeated import LEARNED
from tearsheet.config.models import Source
from tearsheet.documents.task import Snapshot
from tearsheet.errors import ObjectMissing, RecordError
from tearsheet.model import ARTICLE, NOTHING_LEARNED, Learned
from tearsheet.state import SourceState
from tearsheet.storage import Store

AT_ONCE = 8
_COUNTS = TypeAdapter(Counts)
_LEARNED = TypeAdapter(Learned)
_T = TypeVar("_T")


def counts_key(source: str) -> str:
    """Where a source's counts stand."""
    return f"learned/{source}/counts.json.gz"


def snapshot_key(source: str, snapshot: str) -> str:
    """Where a snapshot of a source stands."""
    return f"learned/{source}/{snapshot}.json"


def known_before(store: Store, sources: Iterable[Source], night: str) -> dict[str, str]:
    """The snapshot of each source of which earlier nights taught something, by its hash; they are in the store then."""
    known = counted(store)

    def choose(source: str) -> str | None:
        return keep_snapshot(store, source, learned(load_counts(store, source).before(night)))

    return of_each([source.id for source in sources if source.id in known], choose)


def counted(store: Store) -> frozenset[str]:
    """The sources that may have counts, by one listing: on a first night a question each costs as much as a crawl."""
    return frozenset(store.prefixes("learned/"))


def remember(store: Store, known: SourceState, counts: Counts, night: str, rows: pa.Table) -> None:
    """Count what a source's articles of a published night have in common, in place of what the night had taught."""
    found = taught(counts, night, sightings(rows, known, night))
    if found != counts:
        store.put(counts_key(known.source), gzip.compress(_COUNTS.dump_json(found), 6, mtime=0))


def sightings(rows: pa.Table, known: SourceState, night: str) -> Iterator[Sighting]:
    """A source's articles of a night as they are counted; without those that an earlier night has counted."""
    is_own = pc.and_(pc.equal(rows["source"], known.source), pc.equal(rows["outcome"], ARTICLE))
    columns = ["document_id", "title", "text", "removed"]
    for row in rows.select([*columns]).filter(is_own).to_pylist():
        seen = known.seen.get(row["document_id"])
        if seen and any(visit < night for visit in seen.visits):
            continue
        own = tuple(cut["text"] for cut in row["removed"] if cut["rule"] == LEARNED)
        beside = tuple(cut["text"] for cut in row["removed"] if cut["rule"] != LEARNED)
        kept = (*row["text"].split("\n"), *own)
        yield Sighting(id=row["document_id"], title=row["title"], kept=kept, beside=beside)


def load_counts(store: Store, source: str) -> Counts:
    """A source's counts, empty if it has none yet.

    Raises:
        RecordError: the object at their key is none.
    """
    key = counts_key(source)
    try:
        return _COUNTS.validate_json(gzip.decompress(store.get(key)))
    except ObjectMissing:
        return Counts()
    except (ValidationError, OSError, EOFError) as error:
        raise RecordError(
            f"{store.url(key)} holds no counts ({error}); delete it: the source is then learned anew, night by night"
        ) from error


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
