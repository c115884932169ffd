"""Golden pages: a folder a page, with what a careful reader says is right of it.

``<name>/page.html`` is the page as it was served, ``meta.json`` how it was fetched and what is known to fail,
``expected.json`` what its row must say; of its ledger, what our own rules cut. A page takes the way of every page:
through a WARC segment.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from tearsheet.archive.exchange import Exchange
from tearsheet.archive.keys import SegmentName
from tearsheet.archive.writer import SegmentWriter
from tearsheet.clean.cleaner import LEFT_OUT
from tearsheet.documents.rows import document
from tearsheet.documents.task import Context
from tearsheet.model import Candidate, Capture, Document, Mention
from tearsheet.urls import document_id

FOLDER = Path(__file__).parent
NAMES = sorted(page.parent.name for page in FOLDER.glob("*/page.html"))
FIELDS = (
    *("outcome", "title", "standfirst", "authors", "published_at", "modified_at", "language", "access", "rights"),
    *("text", "removed"),
)
ROW = TypeAdapter(Document)


class Meta(BaseModel):
    """How a page was fetched; ``known_failures``: fields that do not come out right yet, and why."""

    model_config = ConfigDict(extra="forbid")

    url: str
    fetched_at: datetime
    headers: dict[str, str]
    mentions: tuple[Mention, ...] = ()
    known_failures: dict[str, str] = {}


@cache
def meta(name: str) -> Meta:
    """What stands in a page's ``meta.json``."""
    return Meta.model_validate_json((FOLDER / name / "meta.json").read_bytes())


def expected(name: str) -> dict[str, Any]:
    """What the row of a page must say, by field; nothing where nobody has said it yet."""
    path = FOLDER / name / "expected.json"
    return dict(json.loads(path.read_bytes())) if path.exists() else {}


@cache
def found(name: str) -> dict[str, Any]:
    """What the row of a page says, by field, as it is written in ``expected.json``."""
    with TemporaryDirectory() as folder:
        capture, member = _archived(name, Path(folder))
    row = document(capture, member, Context(collection="golden", night="2026-01-01", config="c", extractor="e"))
    fields = ROW.dump_python(row, mode="json", include=set(FIELDS))
    fields["text"] = row.text.split("\n") if row.text else None
    fields["removed"] = [{"reason": cut.reason, "text": cut.text} for cut in row.removed if cut.rule != LEFT_OUT]
    return {field: fields[field] for field in FIELDS}


def write_expected(name: str, fields: dict[str, Any]) -> None:
    """Write a page's ``expected.json``."""
    text = json.dumps({field: fields[field] for field in FIELDS}, ensure_ascii=False, indent=2)
    (FOLDER / name / "expected.json").write_text(text + "\n", encoding="utf-8")


def _archived(name: str, folder: Path) -> tuple[Capture, bytes]:
    """A page's capture and its member of a segment that is written for it."""
    known, body = meta(name), (FOLDER / name / "page.html").read_bytes()
    segment = SegmentName(collection="golden", night="2026-01-01", batch="b000", attempt=1, serial=1)
    writer = SegmentWriter(segment, folder, contact=None, user_agent="golden")
    exchange = Exchange(
        url=known.url,
        request_headers=(("User-Agent", "golden"),),
        status=200,
        reason="OK",
        response_headers=(*known.headers.items(), ("Content-Length", str(len(body)))),
        body=body,
        fetched_at=known.fetched_at,
    )
    candidate = Candidate(document_id=document_id(known.url), url=known.url, source="golden", mentions=known.mentions)
    capture = writer.write_exchange(exchange, candidate).capture
    writer.close()
    assert capture is not None
    end = capture.warc_offset + capture.warc_length
    return capture, writer.path.read_bytes()[capture.warc_offset : end]
