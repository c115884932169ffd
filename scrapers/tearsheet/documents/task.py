"""What an extraction process is asked, and the row of a page that gives no text; loads no extractor.

So the processes that only hand pages out do not load one either.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime

from tearsheet.model import Capture, Document, SourceRule, month_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the rows of a night share: by source, the hash of its snapshot (``learned``) and what it declares."""

    collection: str
    night: str
    config: str
    extractor: str
    learned: dict[str, str] = field(default_factory=dict)
    rules: dict[str, tuple[SourceRule, ...]] = field(default_factory=dict)

    def of(self, source: str) -> Context:
        """The same for the pages of one source, without what others declare: it goes to the workers with each page."""
        return replace(self, rules={source: self.rules[source]} if source in self.rules else {}) if self.rules else self

    def rules_for(self, capture: Capture) -> tuple[SourceRule, ...]:
        """The rules of a capture's source that hold for the day of its fetch."""
        day = capture.fetched_at.astimezone(UTC).date()
        return tuple(rule for rule in self.rules.get(capture.source, ()) if rule.holds(day))


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One page to extract; ``cpu_seconds`` is what it may take."""

    capture: Capture
    member: bytes
    context: Context
    cpu_seconds: float


def rules_hash(rules: Iterable[SourceRule]) -> str | None:
    """What stands for rules in keys and rows: 20 hex digits, ``None`` for no rule."""
    declared = [asdict(rule) for rule in rules]
    return hashlib.sha256(json.dumps(declared, default=str).encode()).hexdigest()[:20] if declared else None


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
        rules=rules_hash(context.rules_for(capture)),
        config=context.config,
    )


def _channels(capture: Capture) -> tuple[str, ...]:
    return tuple(sorted({mention.channel for mention in capture.mentions}))
