"""Bring a topic's index up to date with its rows: stale months are built anew, whatever made them so.

Safe to be killed and run again: builds are written first, then the manifest that names them, then what it names no
longer is deleted. Of two writers one has its manifest refused; it looks again at what is stale then.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from deltalake import DeltaTable

from tearsheet.errors import ObjectChanged, ObjectMissing, StorageError
from tearsheet.search import manifest
from tearsheet.search.build import build, read
from tearsheet.search.manifest import Body, Build, Manifest, build_key
from tearsheet.search.schema import NEEDED
from tearsheet.storage import Store
from tearsheet.tables import articles, delta

ATTEMPTS = 10
_MONTH = re.compile(r"/month=([^/]+)/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What a refresh did: the months it built anew or dropped, and how many articles the index holds."""

    topic: str
    months: tuple[str, ...]
    articles: int


def refresh(
    store: Store,
    topic: str,
    *,
    anew: Collection[str] = (),
    on_month: Callable[[str], None] = lambda month: None,
) -> Refreshed:
    """Build what is stale of a topic's index, and the months of ``anew``, whose builds are gone or damaged.

    Raises:
        StorageError: the store fails, or others refresh the same topic without end.
    """
    made: dict[str, Build] = {}
    for _ in range(ATTEMPTS):
        held, etag = manifest.load(store, topic)
        before = (held or Manifest()).without(anew)
        opened, wanted = _present(store, topic)
        for month in _differing(before, wanted):
            if month in wanted and (month not in made or made[month].files != wanted[month]):
                on_month(month)
                made[month] = _built(store, topic, month, wanted[month], opened, before.months.get(month))
        months = {m: made[m] if _is(made.get(m), files) else before.months[m] for m, files in sorted(wanted.items())}
        after = Manifest(months=months)
        if held is None or after != before:
            try:
                manifest.save(store, topic, after, etag)
            except ObjectChanged:  # somebody else was first: look again at what is stale now
                continue
            store.delete(sorted((held or before).keys(topic) - after.keys(topic)))
        changed = tuple(m for m in sorted({*before.months} | {*months}) if _id(before, m) != _id(after, m))
        return Refreshed(topic=topic, months=changed, articles=sum(each.rows for each in months.values()))
    raise StorageError(f"{store.url(manifest.manifest_key(topic))}: {ATTEMPTS} times others were first; run it again")


def stale(store: Store, topic: str) -> tuple[str, ...]:
    """The months whose builds are not of the rows that the table has now.

    Raises:
        StorageError: the store cannot be read.
    """
    held, _ = manifest.load(store, topic)
    return tuple(_differing(held or Manifest(), _present(store, topic)[1]))


def indexed(store: Store) -> list[str]:
    """The topics that have objects of an index."""
    return store.prefixes(f"{manifest.PREFIX}/")


def lost(store: Store, topic: str) -> tuple[str, ...]:
    """The months of which a body is gone, or is not what the manifest says; reads all of them.

    Raises:
        StorageError: the store cannot be read.
    """
    held, _ = manifest.load(store, topic)
    months = held.months if held else {}
    return tuple(month for month, build in months.items() if not _stands(store, topic, month, build))


def left(store: Store, topic: str) -> list[str]:
    """The keys of what stands beside the builds that the manifest names.

    Raises:
        StorageError: the store cannot be read.
    """
    held, _ = manifest.load(store, topic)
    named = (held or Manifest()).keys(topic) | {manifest.manifest_key(topic)}
    return sorted({info.key for info in store.list(f"{manifest.PREFIX}/{topic}/")} - named)


def sweep(store: Store, topic: str) -> None:
    """Delete what is ``left``. Nobody may refresh meanwhile.

    Raises:
        StorageError: the store fails.
    """
    store.delete(left(store, topic))


def _stands(store: Store, topic: str, month: str, build: Build) -> bool:
    for suffix, body in build.bodies.items():
        try:
            held, _ = store.get_with_digest(build_key(topic, month, build.id, suffix))
        except ObjectMissing:
            return False
        if hashlib.sha256(held).hexdigest() != body.sha256:
            return False
    return True


def _present(store: Store, topic: str) -> tuple[DeltaTable | None, dict[str, str]]:
    """The table as it stands, and by month a hash of the files that hold the topic's rows."""
    opened = delta.open_table(store, articles.TABLE)
    files: defaultdict[str, list[str]] = defaultdict(list)
    if opened is not None:
        with delta.storage_errors(store.url(articles.TABLE.prefix)):
            for uri in opened.file_uris(file_pruning_predicate=[("topic", "=", topic)]):
                if month := _MONTH.search(uri):
                    files[month[1]].append(uri.rpartition("/")[2])
    return opened, {
        month: hashlib.sha256(" ".join(sorted(names)).encode()).hexdigest() for month, names in files.items()
    }


def _differing(held: Manifest, wanted: Mapping[str, str]) -> list[str]:
    """The months that are to be built or dropped."""
    return [month for month in sorted({*held.months} | {*wanted}) if not _is(held.months.get(month), wanted.get(month))]


def _is(held: Build | None, files: str | None) -> bool:
    return held is not None and held.files == files


def _id(held: Manifest, month: str) -> str | None:
    found = held.months.get(month)
    return found.id if found else None


def _built(store: Store, topic: str, month: str, files: str, opened: DeltaTable | None, before: Build | None) -> Build:
    """The build of a month, in the store; the one before where its rows only moved to other files."""
    with delta.storage_errors(store.url(articles.TABLE.prefix)):
        scanned = delta.scan_opened(opened, articles.TABLE).filter(topic=topic, month=month)
        found = read(scanned.select(NEEDED).collect())
    if before is not None and before.content == found.content:
        return before.model_copy(update={"files": files})
    bodies = build(found)
    told = {suffix: Body(sha256=hashlib.sha256(body).hexdigest(), bytes=len(body)) for suffix, body in bodies.items()}
    name = hashlib.sha256(" ".join(each.sha256 for each in told.values()).encode()).hexdigest()[:20]
    for suffix, body in bodies.items():
        store.put_new(build_key(topic, month, name, suffix), body)
    return Build(id=name, files=files, content=found.content, rows=found.rows.height, bodies=told)
