"""An archive of one topic, as a harvest leaves it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pytest

from tearsheet.config import public
from tearsheet.config.models import Collection, Configuration, Settings, Source, StoreSettings, Topic
from tearsheet.model import Document
from tearsheet.pull import Archive
from tearsheet.storage import Store
from tearsheet.storage.embedded import EmbeddedStore
from tearsheet.tables import articles, documents
from tearsheet.tables.schema import ARTICLES, to_arrow

CONFIGURATION = Configuration(
    settings=Settings(),
    collections={
        "press": Collection(
            id="press",
            sources=(
                Source(id="gazette", name="The Gazette", homepage="https://g.example/", country="GB", language="en"),
                Source(id="kurier", name="Kurier", homepage="https://k.example/", country="AT", language="de"),
            ),
        )
    },
    topics={"unrest": Topic(id="unrest", title="Unrest", query="riot*", collections=("press",), languages=("en",))},
)


def publish_articles(
    store: Store, rows: Iterable[tuple[Document, Mapping[str, Any]]], topic: str = "unrest", mark: int = 1
) -> None:
    """Publish articles of a topic; the mapping gives what a row of articles has beyond the document."""
    given = {
        "topic": topic,
        "query_hash": "q1",
        "evidence": [{"field": "text", "offset": 0, "length": 4, "words": "Text"}],
        "copy": "first",
    }
    table = [
        to_arrow([document]).to_pylist()[0] | given | {"cluster_id": document.document_id} | own
        for document, own in rows
    ]
    nights = sorted({row["night"] for row in table})
    marks = {("press", night): mark for night in nights}
    articles.publish(store, topic, nights, pa.Table.from_pylist(table, schema=ARTICLES), marks)


def fill(store: Store, make_document: Callable[..., Document]) -> Archive:
    """Five articles over three nights and two months, number 1 twice; number 2 is a near copy of number 1."""
    body, name = public(CONFIGURATION)
    store.put(f"config/{name}.json", body)
    store.put("config/current.json", body)
    day = datetime(2026, 1, 30, 10, tzinfo=UTC)
    one = make_document(1, "2026-01-30", published_at=day, text="Riots, they said. 暴動", authors=("Ann Lee",))
    two = make_document(2, "2026-01-31", source="kurier", language="de", published_at=day.replace(day=31))
    three = make_document(3, "2026-01-31", published_at=None, title="=1+1", tags=('a "quoted" tag', "b"))
    again = make_document(1, "2026-02-01", published_at=day, text="Riots, they now say.", near_hash=b"\xfb\x00")
    five = make_document(5, "2026-02-01", language="en", published_at=datetime(2026, 2, 1, 23, 59, 59, tzinfo=UTC))
    drop = make_document(6, "2026-02-01", outcome="drop.listing")
    for night in ("2026-01-30", "2026-01-31", "2026-02-01"):
        rows = [row for row in (one, two, three, again, five, drop) if row.night == night]
        documents.publish(store, "press", night, to_arrow(rows))
    near = {"cluster_id": one.document_id, "copy": "near"}
    version = {"cluster_id": one.document_id, "copy": "version"}
    publish_articles(store, [(one, {}), (two, near), (three, {}), (again, version), (five, {})])
    return Archive(store)


@pytest.fixture(scope="session")
def archive(embedded: EmbeddedStore, make_document: Callable[..., Document]) -> Iterator[Archive]:
    """An archive that tests only read."""
    with Store(
        f"{embedded.url}/read-only-{uuid4().hex[:12]}", settings=StoreSettings(), access=embedded.access
    ) as store:
        yield fill(store, make_document)


@pytest.fixture
def own(store: Store, make_document: Callable[..., Document]) -> Archive:
    """An archive of the test's own, in ``store``."""
    return fill(store, make_document)
