"""What an extraction process is asked, and the row of a page that gives no text; loads no extractor.

So the processes that only hand pages out do not load one either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from tearsheet.model import NOTHING_LEARNED, Capture, Document, Learned, month_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What was learned of a source, and the hash of it that its documents name."""

    id: str
    value: Learned


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the rows of a night share: ``learned`` maps a source to what is known of it."""

    collection: str
    night: str
    config: str
    extractor: str
    learned: Mapping[str, Snapshot] = field(default_factory=dict)

    def of(self, source: str) -> Context:
        """What a page of one source needs of it."""
        return replace(self, learned={source: self.learned[source]} if source in self.learned else {})

    def learned_of(self, source: str) -> Learned:
        """What is known of a source."""
        return self.learned[source].value if source in self.learned else NOTHING_LEARNED

    def learned_id(self, source: str) -> str | None:
        """The hash of what is known of a source; None where nothing is."""
        return self.learned[source].id if source in self.learned else None


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
        learned=context.learned_id(capture.source),
        config=context.config,
    )


def _channels(capture: Capture) -> tuple[str, ...]:
    return tuple(sorted({mention.channel for mention in capture.mentions}))
