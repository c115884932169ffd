"""What a crawling process is asked (one JSON document on stdin) and what it answers.

The process ``python -m tearsheet.spiders`` crawls one batch of sources for one night. It

- writes WARC segments under ``raw/<collection>/<night>/`` while it runs, and tells each on stdout (``Event``, one
  JSON object a line);
- ends by writing one ``FetchReport`` to ``runs/<collection>/<night>/fetched/<batch>-<attempt>.json.gz``. A process
  that was killed leaves none: its segments are adopted, the rest is asked again by the next attempt.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import TypeAdapter

from tearsheet.config.models import Settings, Source
from tearsheet.model import Candidate, Outcome
from tearsheet.state import ChannelState


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One batch of sources for one night. ``given``: fetch just these URLs and discover nothing."""

    collection: str
    night: str
    batch: str
    attempt: int
    store: str
    settings: Settings
    sources: tuple[Source, ...]
    timezone: str = "UTC"
    deadline: datetime | None = None
    given: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelReport:
    """One feed, sitemap or page that was asked: ``status`` is HTTP's, ``error`` says why it gave nothing."""

    url: str
    kind: str
    status: int | None = None
    named: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """One source's crawl: ``pages`` counts page requests, ``requests`` all of them; bytes as received.

    ``error``: what ended it before its time, should something have.
    """

    source: str
    pages: int = 0
    requests: int = 0
    bytes: int = 0
    seconds: float = 0.0
    channels: tuple[ChannelReport, ...] = ()
    validators: dict[str, ChannelState] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchReport:
    """One attempt at a batch. ``finished`` is false where it was stopped before all its candidates were asked."""

    collection: str
    night: str
    batch: str
    attempt: int
    finished: bool
    reason: str
    started_at: datetime
    ended_at: datetime
    cpu_seconds: float
    sources: tuple[SourceReport, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    revisits: dict[str, dict[str, str | int | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A line on the crawling process's stdout."""

    event: Literal["segment", "progress", "closed"]
    key: str | None = None
    found: int = 0
    asked: int = 0
    captured: int = 0
    failed: int = 0


JOB = TypeAdapter(Job)
REPORT = TypeAdapter(FetchReport)
EVENT = TypeAdapter(Event)


def report_key(collection: str, night: str, batch: str, attempt: int) -> str:
    """Where an attempt's report stands."""
    return f"runs/{collection}/{night}/fetched/{batch}-{attempt:03d}.json.gz"


def pack(report: FetchReport) -> bytes:
    """A report as it is stored."""
    return gzip.compress(REPORT.dump_json(report), 6, mtime=0)


def unpack(packed: bytes) -> FetchReport:
    """A stored report."""
    return REPORT.validate_json(gzip.decompress(packed))
