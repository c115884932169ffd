"""What an extraction process is asked of a page, and the row of one that gives no text; loads no extractor.

So the processes that only hand pages out do not load one either.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime

from tearsheet.model import NOTHING_LEARNED, ROBOT, Capture, Document, Learned, SourceRule, month_of
from tearsheet.tombstones import NONE, Tombstones


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What was learned of a source, and the hash of it that its documents name."""

    id: str
    value: Learned


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the rows of a night share: by source, what is known of it (``learned``) and what it declares.

    ``robot``: the name by which a page may speak to us alone. ``withheld``: the rights signals of which one is enough
    for a page to be kept without its text. ``taken_down``: what has no row whatever the night's records hold.
    """

    collection: str
    night: str
    config: str
    extractor: str
    learned: Mapping[str, Snapshot] = field(default_factory=dict)
    rules: Mapping[str, tuple[SourceRule, ...]] = field(default_factory=dict)
    robot: str = ROBOT
    withheld: frozenset[str] = frozenset()
    taken_down: Tombstones = NONE

    def of(self, source: str) -> Context:
        """What a page of one source needs of it: it goes to the workers with each page."""
        return replace(
            self,
            learned={source: self.learned[source]} if source in self.learned else {},
            rules={source: self.rules[source]} if source in self.rules else {},
            taken_down=NONE,
        )

    def learned_of(self, source: str) -> Learned:
        """What is known of a source."""
        return self.learned[source].value if source in self.learned else NOTHING_LEARNED

    def learned_id(self, source: str) -> str | None:
        """The hash of what is known of a source; None where nothing is."""
        return self.learned[source].id if source in self.learned else None

    def rules_for(self, capture: Capture) -> tuple[SourceRule, ...]:
        """The rules of a capture's source that hold for the day of its fetch."""
        day = capture.fetched_at.astimezone(UTC).date()
        return tuple(rule for rule in self.rules.get(capture.source, ()) if rule.holds(day))


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One page to extract, or to clean again as it was read (``page``); ``cpu_seconds`` is what it may take."""

    capture: Capture
    member: bytes
    context: Context
    cpu_seconds: float
    page: bytes | None = None

    def given_up(self, reason: str) -> Done:
        """What becomes of a page that no process gets done with."""
        return Done(dropped(self.capture, self.context, reason))


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a task: the row, and the page as it was read where more may soon be known of its source.

    ``problem`` says why the record could not be read, or the page is none.
    """

    row: Document
    page: bytes | None = None
    problem: str | None = None


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
        rights=capture.rights,
        channels=_channels(capture),
        warc_file=capture.warc_file,
        warc_offset=capture.warc_offset,
        warc_length=capture.warc_length,
        payload_digest=capture.payload_digest,
        extractor=context.extractor,
        learned=context.learned_id(capture.source),
        rules=rules_hash(context.rules_for(capture)),
        config=context.config,
    )


def _channels(capture: Capture) -> tuple[str, ...]:
    return tuple(sorted({mention.channel for mention in capture.mentions}))
