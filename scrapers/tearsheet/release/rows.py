"""Which rows of a topic go into a release: the latest version of each article once, or all; what may be shared.

A document is left out as a whole where its latest row may not be shared, and so is each row that may not. What was
taken down has no rows in the table any more; it is passed over here all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tearsheet.config.models import RightsPolicy
from tearsheet.errors import ConfigError, StorageError
from tearsheet.model import Rights
from tearsheet.pull.archive import Archive
from tearsheet.pull.releases import About, LeftOut
from tearsheet.pull.selection import Selection
from tearsheet.release.draft import SCHEMA, Draft, draft
from tearsheet.rights import in_force, unshared
from tearsheet.storage import Store
from tearsheet.tables import articles, delta
from tearsheet.tombstones import Tombstones

READINGS = 5
"""How often the rows are read anew because a night was published meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be released: a topic, its nights from ``since`` to ``until``, every version or the latest ones."""

    topic: str
    since: date | None = None
    until: date | None = None
    all_versions: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The rows of one version of the table, and what was left out of them."""

    draft: Draft | None
    left_out: LeftOut
    table_version: int
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """Documents whose latest row may not be shared, with its signals; and how many rows are left out, by signal."""

    documents: Mapping[str, frozenset[str]] = field(default_factory=dict)
    left_out: LeftOut = field(default_factory=LeftOut)


def about(archive: Archive, asked: Asked, publisher: str) -> About:
    """What a release of it says of itself.

    Raises:
        ConfigError: the archive has no such topic, or it is not configured any more.
    """
    archive.topic(asked.topic)
    configured = archive.topics().filter(topic=asked.topic).to_dicts()
    if not configured:
        raise ConfigError(f"the topic {asked.topic} is not configured any more: nobody could say what its query was")
    told = configured[0]
    return About(
        topic=told["topic"],
        title=told["title"],
        description=told["description"],
        query=told["query"],
        languages=tuple(told["languages"]),
        collections=tuple(told["collections"]),
        since=asked.since,
        until=asked.until,
        all_versions=asked.all_versions,
        publisher=publisher,
    )


def read(store: Store, archive: Archive, of: About, policy: RightsPolicy, down: Tombstones, folder: Path) -> Read:
    """Draft the rows in a folder, all of one version of the table.

    Raises:
        StorageError: the store fails, or nights are published faster than they are read.
    """
    for number in range(READINGS):
        began, version = datetime.now(UTC), _version(store)
        place = folder / str(number)
        place.mkdir()
        chosen = _selection(archive, of)
        withheld = judged(chosen, policy)
        shared = _shared(chosen.columns(*SCHEMA.names).tables(), withheld, policy, down)
        drafted = draft(of, shared, place)
        if _version(store) == version:
            return Read(draft=drafted, left_out=withheld.left_out, table_version=version, read_at=began)
    raise StorageError(
        f"{store.url(articles.TABLE.prefix)}: {READINGS} readings in a row met a publication; release when nights rest"
    )


def judged(chosen: Selection, policy: RightsPolicy) -> Withheld:
    """What may not be shared of the chosen rows."""
    blocked = _Blocking(policy)
    rows = chosen.columns("document_id", "night", "fetched_at", "rights").to_polars()
    last = rows.sort("fetched_at", "night").unique("document_id", keep="last", maintain_order=True)
    withheld = {row["document_id"]: found for row in last.to_dicts() if (found := blocked(row["rights"]))}
    signals, count = Counter[str](), 0
    for document, rights in rows.select("document_id", "rights").iter_rows():
        if found := blocked(rights) or withheld.get(document, frozenset()):
            signals.update(found)
            count += 1
    return Withheld(documents=withheld, left_out=LeftOut(rows=count, signals=dict(sorted(signals.items()))))


def without(tables: Iterable[pa.Table], down: Tombstones) -> Iterator[pa.Table]:
    """The rows of tables but those that were taken down."""
    for table in tables:
        documents = pc.is_in(table["document_id"], pa.array(sorted(down.documents), pa.string()))
        sources = pc.is_in(table["source"], pa.array(sorted(down.sources), pa.string()))
        yield table.filter(pc.invert(pc.or_(documents, sources)))


def _selection(archive: Archive, of: About) -> Selection:
    chosen = archive.topic(of.topic)
    chosen = chosen.since(of.since) if of.since else chosen
    chosen = chosen.until(of.until) if of.until else chosen
    return chosen.all_versions() if of.all_versions else chosen.latest()


def _shared(
    tables: Iterable[pa.Table], withheld: Withheld, policy: RightsPolicy, down: Tombstones
) -> Iterator[pa.Table]:
    blocked = _Blocking(policy)
    for table in without(tables, down):
        columns = (table[name].to_pylist() for name in ("document_id", "rights"))
        kept = [
            document not in withheld.documents and not blocked(rights)
            for document, rights in zip(*columns, strict=True)
        ]
        yield table.filter(pa.array(kept, pa.bool_()))


class _Blocking:
    """Which signals of a row keep it from being shared; asked once for all rows that say the same."""

    def __init__(self, policy: RightsPolicy) -> None:
        barred = unshared(policy)

        @cache
        def found(told: tuple[tuple[str, str, str], ...]) -> frozenset[str]:
            return in_force(Rights(signal=name, value=value, origin=origin) for name, value, origin in told) & barred

        self._found = found

    def __call__(self, rights: Iterable[Mapping[str, str]] | None) -> frozenset[str]:
        return self._found(tuple((each["signal"], each["value"], each["origin"]) for each in rights or ()))


def _version(store: Store) -> int:
    opened = delta.open_table(store, articles.TABLE)
    return opened.version() if opened else 0
