"""Pages in real WARC segments of a store, and the rows of their captures."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tearsheet.archive.exchange import Exchange
from tearsheet.archive.keys import SegmentName
from tearsheet.archive.reader import segment_captures
from tearsheet.archive.writer import SegmentWriter
from tearsheet.model import Candidate, Document
from tearsheet.storage import Store
from tearsheet.urls import document_id

ADDRESS = "https://gazette.example/harbour"
HTML = '<!doctype html><title>Häfen</title><script src="https://ads.example/x.js"></script><p onclick="x()">A quay.</p>'


def exchange(url: str, night: str, html: str, content_type: str = "text/html; charset=utf-8") -> Exchange:
    body = gzip.compress(html.encode(), mtime=0)
    return Exchange(
        url=url,
        request_headers=(("User-Agent", "test"),),
        status=200,
        reason="OK",
        response_headers=(("Content-Type", content_type), ("Content-Encoding", "gzip")),
        body=body,
        fetched_at=datetime.fromisoformat(f"{night}T03:00:00Z"),
    )


def capture(
    store: Store,
    folder: Path,
    make_document: Callable[..., Document],
    night: str = "2026-01-30",
    html: str = HTML,
    *,
    url: str = ADDRESS,
    content_type: str = "text/html; charset=utf-8",
    **columns: Any,
) -> Document:
    """Archive another page and this one in a segment of their own; the row of this one."""
    name = SegmentName("press", night, "b000", 1, 0)
    writer = SegmentWriter(name, folder, contact=None, user_agent="test")
    for number, each in enumerate((f"{url}/other", url)):
        made = exchange(each, night, html, content_type)
        candidate = Candidate(document_id=document_id(each), url=each, source="gazette")
        writer.write_exchange(replace(made, fetched_at=made.fetched_at + timedelta(seconds=number)), candidate)
    writer.close()
    writer.upload(store)
    found = segment_captures(store, name.key)[-1]
    told = {name: getattr(found, name) for name in ("document_id", "url", "final_url", "fetched_at", "payload_digest")}
    place = {name: getattr(found, name) for name in ("warc_file", "warc_offset", "warc_length")}
    return make_document(1, night, **(told | place | columns))
