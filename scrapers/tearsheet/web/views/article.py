"""An article: its text beside the page as captured, what was cut and why, its versions, its copies, its proof.

Three routes: the page itself; the page as captured, for a sandboxed frame; the same page with its proof verified.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import polars as pl
from deltalake import DeltaTable
from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tearsheet import tombstones
from tearsheet.errors import RecordError, StorageError, WithheldError
from tearsheet.model import ARTICLE, Document, Evidence
from tearsheet.pull.evidence import Proof, evidence
from tearsheet.pull.replay import HEADERS, captured
from tearsheet.pull.versions import Change, difference, versions_of
from tearsheet.rights import NOT_SHOWN, in_force
from tearsheet.tables import articles, delta, documents
from tearsheet.tables.delta import Table
from tearsheet.tables.schema import DOCUMENTS, from_row
from tearsheet.web import facts, passages
from tearsheet.web.catalogue import Catalogue, catalogue_of
from tearsheet.web.facts import Fact
from tearsheet.web.passages import Cuts, Kept, Piece
from tearsheet.web.rendering import render
from tearsheet.web.snapshot import reduced

MOST_COPIES = 200
router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One wording of the article, and the night on which it was first captured; ``shown``: it is the one shown."""

    number: int
    document: Document
    shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """An article of the same story as it was fetched last; ``part``: first, version, identical or near."""

    document_id: str
    night: str
    source: str
    title: str | None
    published: str | None
    part: str
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """That a topic selected the article, for which words, and the story it counts it to."""

    topic: str
    title: str
    evidence: tuple[Evidence, ...]
    cluster_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """What the page shows of one row. ``nights`` are all on which the address was captured, the oldest first."""

    document: Document
    outlet: str
    title: tuple[Piece, ...]
    standfirst: tuple[Piece, ...]
    passages: tuple[Kept | Cuts, ...]
    published: str | None
    chosen: tuple[Chosen, ...]
    topic: str | None
    nights: tuple[str, ...]
    versions: tuple[Version, ...]
    changes: tuple[tuple[Change, ...], ...]
    copies: tuple[Copy, ...]
    of_the_page: tuple[Fact, ...]
    of_the_capture: tuple[Fact, ...]
    withheld: str | None

    @property
    def cuts(self) -> int:
        """How many blocks were cut."""
        return sum(len(part.blocks) for part in self.passages if isinstance(part, Cuts))

    @property
    def place(self) -> dict[str, Any]:
        """The query of this page's own address."""
        return {"night": self.document.night, "topic": self.topic}


@router.get("/articles/{document_id}", name="article")
def show(request: Request, document_id: str, night: str | None = None, topic: str | None = None) -> Response:
    """The article as it was captured on a night, or last."""
    page = article(catalogue_of(request), document_id, night, topic)
    return render(request, "article.html", page=page, proof=None)


@router.post("/articles/{document_id}/verify", name="verify")
def verify(request: Request, document_id: str, night: str | None = None, topic: str | None = None) -> Response:
    """The article with its record read back from the store and held against the row."""
    catalogue = catalogue_of(request)
    page = article(catalogue, document_id, night, topic)
    proof: Proof = evidence(catalogue.store, page.document)
    return render(request, "article.html", page=page, proof=proof)


@router.get("/articles/{document_id}/page", name="captured")
def as_captured(request: Request, document_id: str, night: str | None = None) -> Response:
    """The page as captured, under a policy that lets it run, load and send nothing."""
    catalogue = catalogue_of(request)
    row = _row(catalogue, captures(catalogue, document_id), document_id, night)
    try:
        page = captured(catalogue.store, row)
    except WithheldError as error:
        raise HTTPException(403, str(error)) from error
    except RecordError as error:
        raise HTTPException(502, str(error)) from error
    return Response(page.body, headers={**HEADERS, "Content-Type": page.content_type})


def article(catalogue: Catalogue, document_id: str, night: str | None = None, topic: str | None = None) -> ArticlePage:
    """What is known of a document, as it was captured on a night; ``topic`` says whose query is marked.

    Raises:
        HTTPException: it was never captured, not on that night, or it was taken down.
    """
    rows = captures(catalogue, document_id)
    row = _row(catalogue, rows, document_id, night)
    chosen = _chosen(catalogue, row)
    by = next((each for each in chosen if each.topic == topic), chosen[0] if chosen else None)
    found = by.evidence if by else ()
    listed = _versions(rows, row)
    return ArticlePage(
        document=row,
        outlet=catalogue.outlet(row.source),
        title=passages.marked(row.title or row.url, found if row.title else (), "title"),
        standfirst=passages.marked(row.standfirst or "", found, "standfirst"),
        passages=passages.passages(row.text or "", found, row.removed),
        published=facts.moment(row.published_at, has_time=row.published_has_time),
        chosen=chosen,
        topic=by.topic if by else None,
        nights=tuple(dict.fromkeys(each.night for each in rows)),
        versions=listed,
        changes=_changes(listed),
        copies=_copies(catalogue, by, row) if by else (),
        of_the_page=facts.of_the_page(row),
        of_the_capture=facts.of_the_capture(row),
        withheld=_withheld(row),
    )


def captures(catalogue: Catalogue, document_id: str) -> list[Document]:
    """Every row of a document in the order in which they were fetched; only the files that may hold one are opened."""
    places = catalogue.places
    where = places.of(document_id)
    if where is None:
        return []
    rows = _read(catalogue, documents.TABLE, places.opened, where & (pl.col("document_id") == document_id))
    ordered = rows.select(DOCUMENTS.names).sort("fetched_at", "night", "collection")
    return [from_row(row) for row in ordered.to_dicts()]


def _read(catalogue: Catalogue, table: Table, opened: DeltaTable | None, where: pl.Expr) -> pl.DataFrame:
    """Rows of a table that was opened a while ago.

    It is opened anew where that fails: the credentials with which it was opened have expired, or files are gone.
    """
    url = catalogue.store.url(table.prefix)
    try:
        with delta.storage_errors(url):
            return delta.scan_opened(opened, table).filter(where).collect()
    except StorageError:
        with delta.storage_errors(url):
            return delta.scan(catalogue.store, table).filter(where).collect()


def _row(catalogue: Catalogue, rows: Sequence[Document], document_id: str, night: str | None) -> Document:
    """The row of a night; where none is given the last article, or the last drop where it never was one."""
    of_night = [row for row in rows if night in (None, row.night)]
    if of_night:
        return ([row for row in of_night if row.outcome == ARTICLE] or of_night)[-1]
    if not rows and document_id in tombstones.load(catalogue.store).documents:
        raise HTTPException(410, f"the page {document_id} was taken down; nothing of it is kept or shown")
    on = f" on the night {night}" if rows else ""
    raise HTTPException(404, f"no page {document_id} was captured{on}")


def _chosen(catalogue: Catalogue, row: Document) -> tuple[Chosen, ...]:
    """Which topics selected this row."""
    if row.outcome != ARTICLE:
        return ()
    snapshot = catalogue.snapshot
    same = {name: getattr(row, name) for name in ("month", "night", "document_id", "collection")}
    topics = [topic for topic, rows in snapshot.topics.items() if row.document_id in rows["document_id"]]
    where = pl.all_horizontal(pl.col("topic").is_in(topics), *(pl.col(name) == value for name, value in same.items()))
    rows = _read(catalogue, articles.TABLE, snapshot.opened, where)
    found = rows.select("topic", "evidence", "cluster_id").sort("topic").to_dicts()
    named = catalogue.named.topics
    return tuple(
        Chosen(
            topic=each["topic"],
            title=named.get(each["topic"], {}).get("title") or each["topic"],
            evidence=tuple(Evidence(**match) for match in each["evidence"]),
            cluster_id=each["cluster_id"],
        )
        for each in found
    )


def _versions(rows: Sequence[Document], shown: Document) -> tuple[Version, ...]:
    found = versions_of(rows)
    at = max((n for n, each in enumerate(found) if each.fetched_at <= shown.fetched_at), default=-1)
    return tuple(Version(number=n + 1, document=each, shown=n == at) for n, each in enumerate(found))


def _changes(listed: Sequence[Version]) -> tuple[tuple[Change, ...], ...]:
    """What changed from the version before to the one that is shown, by field; those that stayed are left out."""
    at = next((n for n, version in enumerate(listed) if version.shown), 0)
    changes = difference(listed[at - 1].document, listed[at].document) if at else []
    by_field = (tuple(run) for _, run in groupby(changes, key=lambda change: change.field))
    return tuple(run for run in by_field if any(change.kind != "same" for change in run))


def _copies(catalogue: Catalogue, chosen: Chosen, row: Document) -> tuple[Copy, ...]:
    """The articles of the same story, the first copy first, then in the order in which they came."""
    story = catalogue.snapshot.articles(chosen.topic).filter(pl.col("cluster_id") == chosen.cluster_id)
    by_time = reduced(story).sort(
        pl.col("document_id") != chosen.cluster_id, "night", "published_at", "document_id", nulls_last=True
    )
    return tuple(
        Copy(
            document_id=each["document_id"],
            night=each["night"].isoformat(),
            source=catalogue.outlet(each["source"]),
            title=each["title"],
            published=facts.moment(each["published_at"]),
            part=each["copy"] if each["document_id"] != chosen.cluster_id else "first",
            here=each["document_id"] == row.document_id,
        )
        for each in by_time.head(MOST_COPIES).to_dicts()
    )


def _withheld(row: Document) -> str | None:
    """Why the page as captured is not shown."""
    signals = sorted(in_force(row.rights) & NOT_SHOWN)
    return f"its site asks for no copies to be shown ({', '.join(signals)})" if signals else None
