"""What an extraction process is asked, and the row of a page that gives no text; loads no extractor.

So the processes that only hand pages out do not load one either.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from tearsheet.model import Capture, Document, month_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the rows of a night share: ``learned`` maps a source to its snapshot's hash."""

    collection: str
    night: str
    config: str
    extractor: str
    learned: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One page to extract; ``cpu_seconds`` is what it may take."""

    capture: Capture
    member: bytes
    context: Context
    cpu_seconds: float


def dropped(capture: Capture, context: Context, reason: str) -> Document:
    """The row of a capture that gives no text."""
    return Document(
        document_id=capture.document_id,
        version_id=None,
        collection=context.collection,
        source=capture.source,
        night=context.night,
        month=month_of(context.night),
        url=capture.url,
        final_url=capture.final_url,
        canonical_url=None,
        fetched_at=capture.fetched_at,
        indexed_at=datetime.now(UTC),
        outcome=f"drop.{reason}",
        channels=_channels(capture),
        warc_file=capture.warc_file,
        warc_offset=capture.warc_offset,
        warc_length=capture.warc_length,
        payload_digest=capture.payload_digest,
        extractor=context.extractor,
        learned=context.learned.get(capture.source),
        config=context.config,
    )


def _channels(capture: Capture) -> tuple[str, ...]:
    return tuple(sorted({mention.channel for mention in capture.mentions}))
