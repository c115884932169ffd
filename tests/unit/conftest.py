"""What unit tests of several stages share: a maker of documents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tearsheet.fingerprints import version_id
from tearsheet.model import ARTICLE, Document, month_of


def _document(number: int, night: str = "2026-01-05", **values: Any) -> Document:
    """The ``number``-th article of a night; any column can be given."""
    text = None if values.get("outcome", ARTICLE) != ARTICLE else f"Text {number}."
    defaults = {
        "document_id": f"{number:020x}",
        "version_id": f"{number + 1:020x}",
        "collection": "press",
        "source": "gazette",
        "night": night,
        "month": month_of(night),
        "url": f"https://gazette.example/{number}",
        "final_url": f"https://gazette.example/{number}",
        "canonical_url": None,
        "fetched_at": datetime.fromisoformat(f"{night}T03:00:00Z"),
        "indexed_at": datetime.fromisoformat(f"{night}T04:00:00Z"),
        "outcome": ARTICLE,
        "title": f"Title {number}",
        "text": text,
        "words": 2,
        "warc_file": f"raw/press/{night}/b000-001-000.warc.gz",
        "warc_offset": 1000 * number,
        "warc_length": 900,
        "payload_digest": f"sha256:{number:064x}",
        "extractor": "tearsheet/1 abc",
        "config": "c" * 64,
        "published_at": datetime(2026, 1, 4, 12, tzinfo=UTC),
    }
    columns = defaults | values
    if columns["text"] is not None and "version_id" not in values:
        columns["version_id"] = version_id(columns["title"], columns["text"])
    return Document(**columns)


@pytest.fixture(scope="session")
def make_document() -> Callable[..., Document]:
    """``make_document(number, night, **columns)`` gives an article that differs from others by its number."""
    return _document
