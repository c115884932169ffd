"""Bring a topic's index up to date with its rows, whatever left it behind.

A build is of some files of the table, and holds as long as these do. Files that no build is of, as each night leaves
one, get a build of their own; when a month has more than ``MOST_BUILDS``, or is over and has more than one, it gets one
of all. Safe to be killed and run again: builds are written first, then the manifest that names them, then what it names
no longer is deleted. Of two writers one has its manifest refused; it looks again at what is missing then.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass

import polars as pl

from tearsheet.errors import ObjectChanged, ObjectMissing, StorageError
from tearsheet.search import manifest
from tearsheet.search.build import SUFFIXES, Month, read
from tearsheet.search.build import bodies as build_bodies
from tearsheet.search.manifest import Body, Build, Manifest, build_key
from tearsheet.search.schema import NEEDED
from tearsheet.storage import Store
from tearsheet.tables import articles, delta

ATTEMPTS = 10
MOST_BUILDS = 6
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
    made: dict[tuple[str, ...], Build] = {}
    ours: list[str] = []
    for _ in range(ATTEMPTS):
        held, etag = manifest.load(store, topic)
        before = (held or Manifest()).without(anew)
        wanted = _files(store, topic)
        months: dict[str, tuple[Build, ...]] = {}
        for month, files in wanted.items():
            kept, lacking = _plan(before.months.get(month, ()), files, over=month < max(wanted))
            if lacking and lacking not in made:
                on_month(month)
                found = _rows(store, topic, lacking)
                moved = _moved(before.months.get(month, ()), lacking, found)
                if moved:  # never kept for another attempt: somebody else may delete it
                    months[month] = (*kept, moved)
                    continue
                made[lacking] = _built(store, topic, month, lacking, found)
                ours += (build_key(topic, month, made[lacking].id, suffix) for suffix in SUFFIXES)
            months[month] = (*kept, made[lacking]) if lacking else kept
        after = Manifest(months=months)
        if held is None or after != before:
            try:
                manifest.save(store, topic, after, etag)
            except ObjectChanged:  # somebody else was first: look again at what is missing now
                continue
        store.delete(sorted(((held or before).keys(topic) | {*ours}) - after.keys(topic)))
        changed = (m for m in {*before.months, *months} if before.months.get(m) != months.get(m))
        count = sum(build.rows for _, build in after.builds())
        return Refreshed(topic=topic, months=tuple(sorted(changed)), articles=count)
    raise StorageError(f"{store.url(manifest.manifest_key(topic))}: {ATTEMPTS} times others were first; run it again")


def stale(store: Store, topic: str) -> tuple[str, ...]:
    """The months whose builds are not of the files that the table has now.

    Raises:
        StorageError: the store cannot be read.
    """
    held, _ = manifest.load(store, topic)
    wanted, months = _files(store, topic), held.months if held else {}
    of = {month: {file for build in builds for file in build.files} for month, builds in months.items()}
    return tuple(month for month in sorted({*of, *wanted}) if of.get(month) != {*wanted.get(month, ())})


def indexed(store: Store) -> list[str]:
    """The topics that have objects of an index."""
    return store.prefixes(f"{manifest.PREFIX}/")


def lost(store: Store, topic: str) -> tuple[str, ...]:
    """The months of which a body is gone, or is not what the manifest says; reads all of them.

    Raises:
        StorageError: the store cannot be read.
    """
    held, _ = manifest.load(store, topic)
    builds = held.builds() if held else ()
    return tuple({month: None for month, build in builds if not _stands(store, topic, month, build)})


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


def _files(store: Store, topic: str) -> dict[str, tuple[str, ...]]:
    """By month, ascending, the names of the table's files that hold the topic's rows."""
    opened = delta.open_table(store, articles.TABLE)
    files: defaultdict[str, list[str]] = defaultdict(list)
    if opened is not None:
        with delta.storage_errors(store.url(articles.TABLE.prefix)):
            for uri in opened.file_uris(file_pruning_predicate=[("topic", "=", topic)]):
                if month := _MONTH.search(uri):
                    files[month[1]].append(uri.partition(f"/{articles.TABLE.prefix}/")[2])
    return {month: tuple(sorted(names)) for month, names in sorted(files.items())}


def _plan(held: Collection[Build], files: Collection[str], *, over: bool) -> tuple[tuple[Build, ...], tuple[str, ...]]:
    """The builds of a month that stay, and the files that another is to be made of."""
    kept = tuple(build for build in held if {*build.files} <= {*files})
    lacking = {*files}.difference(*(build.files for build in kept))
    if len(kept) + bool(lacking) > (1 if over else MOST_BUILDS):
        return (), tuple(sorted(files))
    return kept, tuple(sorted(lacking))


def _rows(store: Store, topic: str, files: Collection[str]) -> Month:
    """What stands in some files of the table."""
    with delta.storage_errors(store.url(articles.TABLE.prefix)):
        urls = [store.url(f"{articles.TABLE.prefix}/{name}") for name in files]
        scanned = pl.scan_parquet(urls, storage_options=store.table_options(), hive_partitioning=False)
        return read(scanned.with_columns(topic=pl.lit(topic)).select(NEEDED).collect())


def _moved(held: Collection[Build], files: tuple[str, ...], found: Month) -> Build | None:
    """The build of the same rows, where they only moved to other files."""
    same = (build for build in held if build.content == found.content)
    return next((build.model_copy(update={"files": files}) for build in same), None)


def _built(store: Store, topic: str, month: str, files: tuple[str, ...], found: Month) -> Build:
    """A build of what some files hold, in the store."""
    bodies = build_bodies(found)
    told = {suffix: Body(sha256=hashlib.sha256(body).hexdigest(), bytes=len(body)) for suffix, body in bodies.items()}
    name = hashlib.sha256(" ".join(each.sha256 for each in told.values()).encode()).hexdigest()[:20]
    for suffix, body in bodies.items():
        store.put_new(build_key(topic, month, name, suffix), body)
    return Build(id=name, files=files, content=found.content, rows=found.rows.height, bodies=told)
