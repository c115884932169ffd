"""The shared vocabulary: the only types that cross the border between two stages.

Plain frozen values. Times are aware UTC datetimes; a *night* is a ``YYYY-MM-DD`` string, the day of a run in
its collection's time zone; a *month* is the ``YYYY-MM`` of a night. Offsets and lengths are bytes for
records and code points for text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from tearsheet.errors import ConfigError

BlockKind = Literal["heading", "paragraph", "item", "quote", "row", "code", "caption"]
ARTICLE = "article"
ROBOT = "tearsheet"
"""The name, in lower case, by which sites speak to us alone, unless the User-Agent was given another."""
CAPTURED = "captured"
"""What a fetch says of a URL whose page is archived; extraction turns it into ``article`` or ``drop.<reason>``."""
WITHHELD = "drop.rights"
"""The outcome of an article whose text is not kept, because of what its page or site says of its rights."""


class ChannelKind(StrEnum):
    """Where a candidate was named."""

    FEED = "feed"
    SITEMAP = "sitemap"
    NEWS_SITEMAP = "news_sitemap"
    SECTION = "section"
    FRONT_PAGE = "front_page"
    PENDING = "pending"
    REVISIT = "revisit"
    GIVEN = "given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """What one channel said of a URL; ``channel`` is the URL of the feed, sitemap or page that named it."""

    channel: str
    kind: ChannelKind
    title: str | None = None
    published: datetime | None = None
    language: str | None = None
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """One rights signal as it was read: ``signal`` (noarchive, tdm-reservation …), its value and its origin."""

    signal: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A URL that discovery found: ``url`` exactly as discovered, ``document_id`` from its canonical form.

    ``rights``: what its site's tdmrep.json said of its path, once it was asked.
    """

    document_id: str
    url: str
    source: str
    mentions: tuple[Mention, ...] = ()
    rights: tuple[Rights, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """The final 2xx response to a candidate, and where its record lies (``warc_file`` is a key in the store)."""

    document_id: str
    source: str
    url: str
    final_url: str
    fetched_at: datetime
    status: int
    media_type: str
    payload_digest: str
    warc_file: str
    warc_offset: int
    warc_length: int
    mentions: tuple[Mention, ...] = ()
    rights: tuple[Rights, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph-like piece of a page, in page order.

    ``linked`` is the share of its characters that are a link, ``target`` where its first link leads: ``here`` (into
    the page), ``site`` or ``away``. ``context`` holds the element, class and id names around it, innermost first, up
    to the element that holds most of the text; ``region`` says where it stands to the box that holds three quarters
    of the text. ``left_out``: the extractor did not take it for text, or ``cut_by``, a selector of the source's rules,
    names it. ``kept``: such a selector says that it is text.
    """

    kind: BlockKind
    text: str
    linked: float = 0.0
    target: Literal["none", "here", "site", "away"] = "none"
    context: tuple[str, ...] = ()
    region: Literal["before", "within", "after"] = "within"
    left_out: bool = False
    cut_by: str | None = None
    kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRule:
    """What an operator declares of the pages of one source, in CSS selectors; ``since`` and ``until`` are included.

    ``cut`` names what is no text, ``keep`` what is text and stronger, ``title`` and ``authors`` where these stand.
    """

    cut: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    title: str | None = None
    authors: str | None = None
    since: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it holds for pages fetched on a day of UTC."""
        return (self.since or date.min) <= day <= (self.until or date.max)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """One block that cleaning cut: its place among the page's blocks, the reason, the rule, the rule's score."""

    text: str
    reason: str
    rule: str
    position: int
    score: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What a source's pages taught of all its pages; one without anything is of a source of which nothing is known.

    ``repeated``: the fingerprints of blocks that stand on many of its articles (``fingerprints.block_hash``, no text),
    with the share of the articles that have them. ``unsure``: those of them that few articles have, or no two in their
    text: where sentences of it stand in the midst of an article, they may be its own. ``suffixes``: what it appends to
    its titles. ``usual_length``: characters of an ordinary article of it, to the next 500.
    """

    repeated: Mapping[str, float] = field(default_factory=dict)
    unsure: frozenset[str] = frozenset()
    suffixes: tuple[str, ...] = ()
    usual_length: int | None = None


NOTHING_LEARNED = Learned()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One match of a topic's query: ``offset`` and ``length`` in code points of the stored field."""

    field: str
    offset: int
    length: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One row a capture: an article with text, or a drop without text and with exactly one reason."""

    document_id: str
    version_id: str | None
    collection: str
    source: str
    night: str
    month: str
    url: str
    final_url: str
    canonical_url: str | None
    fetched_at: datetime
    indexed_at: datetime
    outcome: str
    title: str | None = None
    standfirst: str | None = None
    authors: tuple[str, ...] = ()
    agency: str | None = None
    published_at: datetime | None = None
    published_raw: str | None = None
    published_has_time: bool | None = None
    published_from: str | None = None
    modified_at: datetime | None = None
    language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None
    text: str | None = None
    words: int = 0
    removed: tuple[Removed, ...] = ()
    access: Literal["open", "metered", "paywalled", "unknown"] = "unknown"
    access_evidence: tuple[str, ...] = ()
    rights: tuple[Rights, ...] = ()
    channels: tuple[str, ...] = ()
    warc_file: str
    warc_offset: int
    warc_length: int
    payload_digest: str
    extractor: str
    learned: str | None = None
    rules: str | None = None
    config: str
    content_hash: str | None = None
    near_hash: bytes | None = None
    schema_version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one candidate: ``outcome`` is article, drop.*, skipped.*, failed.*, pending.* or captured.

    ``first_night`` is the night on which the candidate was first pending; ``detail`` is for people.
    """

    document_id: str
    url: str
    source: str
    outcome: str
    detail: str | None = None
    first_night: str | None = None
    mentions: tuple[Mention, ...] = ()

    @property
    def family(self) -> str:
        """The part before the dot."""
        return self.outcome.partition(".")[0]


def month_of(night: str) -> str:
    """The month partition of a night."""
    return night[:7]


def parse_night(text: str) -> str:
    """A night as a person wrote it.

    Raises:
        ConfigError: it is no day.
    """
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ConfigError(f"{text!r} is no night; write it as YYYY-MM-DD") from None
