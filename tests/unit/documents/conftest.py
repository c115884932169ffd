"""Pages as captures in a real WARC segment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tearsheet.archive.exchange import Exchange
from tearsheet.archive.keys import SegmentName
from tearsheet.archive.writer import SegmentWriter
from tearsheet.model import Candidate
from tearsheet.storage import Store
from tearsheet.urls import document_id

COLLECTION, NIGHT = "c", "2026-01-12"


def paragraph(n: int) -> str:
    """A paragraph like no other."""
    return (
        f"<p>On day {n} the council of the port met for {n + 2} hours and, with {n * 3} votes against {n + 1}, agreed "
        f"to widen the eastern quay by {n + 10} metres by spring; ship {n} waited outside, witness {n * 7} said.</p>"
    )


def page(title: str, paragraphs: int = 6) -> bytes:
    """An ordinary article."""
    return (
        f"<html lang=en><head><title>{title}</title></head><body><article><h1>{title}</h1>"
        f"{''.join(paragraph(n) for n in range(paragraphs))}</article></body></html>"
    ).encode()


@pytest.fixture
def segment(store: Store, tmp_path: Path) -> Callable[..., str]:
    """Archive pages, given as URL and body, as one segment of the night; its key."""

    def make(*pages: tuple[str, bytes], serial: int = 1, minute: int = 0) -> str:
        name = SegmentName(collection=COLLECTION, night=NIGHT, batch="b000", attempt=1, serial=serial)
        writer = SegmentWriter(name, tmp_path, contact=None, user_agent="test")
        for url, body in pages:
            exchange = Exchange(
                url=url,
                request_headers=(("User-Agent", "test"),),
                status=200,
                reason="OK",
                response_headers=(("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))),
                body=body,
                fetched_at=datetime(2026, 1, 12, 3, minute, tzinfo=UTC),
            )
            writer.write_exchange(exchange, Candidate(document_id=document_id(url), url=url, source="s"))
        writer.close()
        writer.upload(store)
        return name.key

    return make
