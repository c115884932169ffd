"""What a take-down concerns, and where all of it stands: read from the store, nothing is written.

Every index of the archive is read, and of the WARCs those that hold a record of a document, or a feed, sitemap or page
of its site that may tell of it; every report, outcome and state. It costs time in proportion to the archive's nights.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import polars as pl

from tearsheet import state, tombstones
from tearsheet.archive import cdxj
from tearsheet.archive.cdxj import REVISIT_MIME, Entry
from tearsheet.archive.indexing import index
from tearsheet.archive.keys import index_key, reports_prefix
from tearsheet.archive.reader import segments
from tearsheet.archive.record import parse_member
from tearsheet.archive.tombstone import Place, places
from tearsheet.errors import ConfigError, ObjectMissing, RecordError
from tearsheet.harvest.outcomes import load_outcomes, outcomes_key
from tearsheet.model import Outcome
from tearsheet.release import held
from tearsheet.spiders.job import unpack
from tearsheet.storage import Store
from tearsheet.tables import articles, delta, documents
from tearsheet.tables.delta import Table
from tearsheet.takedown.receipt import Inventory, Receipt, Selector, name_digest
from tearsheet.takedown.words import decoded, folded, holds
from tearsheet.tombstones import OUTCOME, Tombstones
from tearsheet.urls import document_id, site

Tell = Callable[[str, int, int], None]
"""What is being done, how many of how many."""
COLUMNS = ["document_id", "collection", "night", "source", "url", "final_url", "channels"]
WORDS = ["title", "standfirst", "text"]
SHORTEST = 16
"""Characters below which a headline or line may be anybody's."""
_SITEMAP, _TITLED = "<urlset", "title>"
LINES = 3
"""First lines of a text by which a feed or front page that holds it is told."""


def quiet(step: str, done: int, total: int) -> None:
    """Tell nobody."""


def prepare(store: Store, asked: Selector, reason: str, *, known: Iterable[str] = (), tell: Tell = quiet) -> Receipt:
    """The receipt of what a take-down would touch, not yet written.

    Args:
        store: where it stands.
        asked: what is to be taken down.
        reason: why, for the receipt.
        known: ids of sources that are configured; one without any row can be taken down, too.
        tell: hears how far it is.

    Raises:
        ConfigError: no such source, or no document of such an author.
        RecordError: something in the store cannot be read, so that nobody could say that it holds nothing.
    """
    rows = _rows(store, asked)
    down = _concerned(asked, rows, {*known, *tombstones.load(store).sources})
    now = datetime.now(UTC)
    return Receipt(
        id=f"{now:%Y%m%dT%H%M%S%fZ}-{asked.digest}",
        status="begun",
        selector=asked,
        reason=reason,
        tool=f"tearsheet {version('tearsheet')}",
        begun_at=now,
        documents=tuple(sorted(down.documents)),
        sources=tuple(sorted(down.sources)),
        touched=survey(store, down, rows, asked.value if asked.kind == "url" else None, tell=tell),
    )


def survey(
    store: Store,
    down: Tombstones,
    rows: pl.DataFrame | None = None,
    url: str | None = None,
    *,
    tell: Tell = quiet,
) -> Inventory:
    """All that a store holds of what is to be taken down.

    Channels are told by the documents' ``rows``, with their words, and by the ``url`` that was asked for; without
    either only what is of the documents themselves is found.
    """
    found = dict(_segments(store, Condemned(down, rows, url), tell))
    return Inventory(
        segments=found,
        staged=tuple(key for segment in found for key in _staged(store, segment)),
        runs=tuple(_runs(store, down, tell)),
        states=tuple(_states(store, down)),
        documents=_counted(store, documents.TABLE, down, "collection"),
        articles=_counted(store, articles.TABLE, down, "topic"),
        releases=tuple(held.concerned(store, down)),
    )


def concerns(outcome: Outcome, down: Tombstones) -> bool:
    """Whether an outcome says more of what is taken down than that it is."""
    return down.hold(outcome.document_id, outcome.source) and (
        outcome.outcome != OUTCOME or bool(outcome.mentions) or bool(outcome.detail)
    )


class Condemned:
    """Which entries of an index are to go: those of the documents, and channels that hold their words."""

    def __init__(self, down: Tombstones, rows: pl.DataFrame | None, url: str | None) -> None:
        self._down = down
        told = rows.to_dicts() if rows is not None else []
        self._ids = down.documents | {document_id(row["final_url"]) for row in told}
        addresses = {row[name] for row in told for name in ("url", "final_url")} | ({url} if url else set())
        self._sites = set(map(site, addresses))
        self._links = {folded(link) for address in addresses for link in _links(address)}
        self._channels = {channel for row in told for channel in row["channels"]}
        self._needles = {needle for row in told for needle in _needles(row)}

    def may_hold(self, entries: Iterable[Entry]) -> bool:
        """Whether the WARC of these entries has to be read; learns from them what channels call the documents."""
        listed = list(entries)
        for entry in listed:
            if entry.candidate and self.is_document(entry):
                titles = (folded(mention.title) for mention in entry.candidate.mentions if mention.title)
                self._needles |= {title for title in titles if len(title) >= SHORTEST}
        return any(self.is_document(entry) or self._is_near(entry) for entry in listed)

    def is_document(self, entry: Entry) -> bool:
        """Whether an entry is of a document that is taken down, or stands at its address."""
        if entry.candidate and self._down.hold(entry.candidate.document_id, entry.candidate.source):
            return True
        try:
            return document_id(entry.url) in self._ids
        except RecordError:
            return False

    def is_channel(self, entry: Entry, member: bytes) -> bool:
        """Whether an entry is of a feed, sitemap or page that is no capture, and tells of a document.

        By its words, or by linking to it: but a plain sitemap says no more than that there is such a URL. Of a source
        that is taken down every such record goes. What cannot be read goes as well.
        """
        if not self._is_near(entry):
            return False
        if self._down.sources:
            return True
        try:
            body = parse_member(member).body
        except RecordError:
            return True
        text = decoded(body)
        untitled = _SITEMAP in text and _TITLED not in text
        return holds(text, self._needles if untitled else self._needles | self._links)

    def _is_near(self, entry: Entry) -> bool:
        if entry.candidate is not None or entry.mime == REVISIT_MIME or not 200 <= entry.status < 300:
            return False
        try:
            return entry.url in self._channels or site(entry.url) in self._sites
        except RecordError:
            return False


def _rows(store: Store, asked: Selector) -> pl.DataFrame:
    """The rows that a request names, with what they say."""
    with delta.storage_errors(store.url(documents.TABLE.prefix)):
        scanned = delta.scan(store, documents.TABLE)
        if asked.kind == "source":
            named = scanned.filter(source=asked.value)
        else:
            ids = _at_address(scanned, asked.value) if asked.kind == "url" else _of_author(scanned, asked.value)
            named = scanned.filter(pl.col("document_id").is_in(sorted(ids)))
        return named.select([*COLUMNS, *WORDS]).collect()


def _at_address(scanned: pl.LazyFrame, url: str) -> set[str]:
    """The document of a URL, and those whose pages were answered there after a redirect."""
    wanted = document_id(url)
    moved = scanned.filter(pl.col("url") != pl.col("final_url")).select("document_id", "final_url").collect()
    return {wanted} | {own for own, final in moved.iter_rows() if document_id(final) == wanted}


def _of_author(scanned: pl.LazyFrame, digest: str) -> set[str]:
    named = scanned.filter(pl.col("authors").list.len() > 0).select("document_id", "authors").collect()
    return {own for own, authors in named.iter_rows() if digest in map(name_digest, authors)}


def _concerned(asked: Selector, rows: pl.DataFrame, known: Iterable[str]) -> Tombstones:
    ids = frozenset(rows["document_id"].to_list())
    if asked.kind == "url":
        return Tombstones(ids | {document_id(asked.value)})
    if asked.kind == "source":
        if rows.is_empty() and asked.value not in known:
            raise ConfigError(f"no source is called {asked.value!r}; `tearsheet status` lists those there are")
        return Tombstones(ids, frozenset({asked.value}))
    if rows.is_empty():
        raise ConfigError("no document has such an author; the name is taken as it stands in the column `authors`")
    return Tombstones(ids)


def _needles(row: dict[str, str | None]) -> Iterator[str]:
    """By what a text that holds the document is told: headline, standfirst, first lines."""
    lines = (row["text"] or "").split("\n")[:LINES]
    for words in (row["title"], row["standfirst"], *lines):
        if words and len(needle := folded(words)) >= SHORTEST:
            yield needle


def _links(url: str) -> Iterator[str]:
    """A URL as pages link to it."""
    yield url
    if len(path := urlsplit(url).path) >= SHORTEST:
        yield path


def _segments(store: Store, condemned: Condemned, tell: Tell) -> Iterator[tuple[str, tuple[Place, ...]]]:
    keys = [key for place in _nights(store, "raw/") for key in segments(store, *place)]
    listed = []
    for done, key in enumerate(keys):  # all indexes first: what channels call a document is learned from them
        tell("indexes", done, len(keys))
        entries = _entries(store, key)
        if condemned.may_hold(entries):
            listed.append((key, entries))
    for done, (key, entries) in enumerate(listed):
        tell("records", done, len(listed))
        if found := _places(store, key, entries, condemned):
            yield key, found


def _places(store: Store, key: str, entries: list[Entry], condemned: Condemned) -> tuple[Place, ...]:
    warc, _ = store.get_with_digest(key)
    doomed = {
        entry.offset
        for entry in entries
        if condemned.is_document(entry) or condemned.is_channel(entry, warc[entry.offset : entry.offset + entry.length])
    }
    return tuple(places(warc, key, lambda entry: entry.offset in doomed)) if doomed else ()


def _entries(store: Store, warc_key: str) -> list[Entry]:
    """A segment's index, read from its WARC where none stands beside it; a look changes nothing in the store."""
    try:
        return cdxj.load(store.get(index_key(warc_key)))
    except (ObjectMissing, RecordError):
        return index(io.BytesIO(store.get_with_digest(warc_key)[0]), warc_key).entries


def _staged(store: Store, warc_key: str) -> Iterator[str]:
    collection, night, name = PurePosixPath(warc_key).parts[-3:]
    for info in store.list(f"staged/{collection}/{night}/{name.removesuffix('.warc.gz')}."):
        yield info.key


def _runs(store: Store, down: Tombstones, tell: Tell) -> Iterator[str]:
    nights = _nights(store, "runs/")
    for done, (collection, night) in enumerate(nights):
        tell("reports", done, len(nights))
        for info in store.list(reports_prefix(collection, night)):
            if any(concerns(outcome, down) for outcome in unpack(store.get(info.key)).outcomes):
                yield info.key
        if any(concerns(outcome, down) for outcome in load_outcomes(store, collection, night)):
            yield outcomes_key(collection, night)


def _states(store: Store, down: Tombstones) -> Iterator[str]:
    for source in sorted(state.held(store)):
        known = state.load(store, source)
        if any(down.hold(identity, source) for identity in (*known.seen, *known.pending)):
            yield source


def _nights(store: Store, prefix: str) -> list[tuple[str, str]]:
    return [(name, night) for name in store.prefixes(prefix) for night in store.prefixes(f"{prefix}{name}/")]


def _counted(store: Store, table: Table, down: Tombstones, unit: str) -> dict[str, int]:
    """The rows of what is taken down, by ``<collection or topic>/<night>``."""
    wanted = pl.col("document_id").is_in(sorted(down.documents)) | pl.col("source").is_in(sorted(down.sources))
    with delta.storage_errors(store.url(table.prefix)):
        found = delta.scan(store, table).filter(wanted).group_by(unit, "night").len().collect()
    return {f"{name}/{night}": count for name, night, count in sorted(found.iter_rows())}
