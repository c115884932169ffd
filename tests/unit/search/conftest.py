"""A topic's rows of any wording, published as a topic publishes them, with its index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pyarrow as pa
import pytest

from tearsheet import search
from tearsheet.model import Document
from tearsheet.storage import Store
from tearsheet.tables import articles
from tearsheet.tables.schema import ARTICLES, to_arrow

Publish = Callable[..., search.Refreshed]


def publish(
    store: Store, topic: str, documents: Iterable[Document], own: Mapping[str, Any] | None = None, mark: int = 1
) -> None:
    """Publish articles as the topic's rows of their nights."""
    given = {"topic": topic, "query_hash": "q1", "evidence": [], "copy": "first"}
    rows = [
        row | given | {"cluster_id": row["document_id"]} | (own or {}) for row in to_arrow(list(documents)).to_pylist()
    ]
    nights = sorted({row["night"] for row in rows})
    marks = {("press", night): mark for night in nights}
    articles.publish(store, topic, nights, pa.Table.from_pylist(rows, schema=ARTICLES), marks)


@pytest.fixture
def published(store: Store) -> Publish:
    """Publishes articles of a topic in ``store`` and refreshes its index."""

    def make(topic: str, *documents: Document, **given: Any) -> search.Refreshed:
        publish(store, topic, documents, **given)
        return search.refresh(store, topic)

    return make
