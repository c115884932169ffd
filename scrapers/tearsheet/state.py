"""What each source's earlier nights taught us: URLs seen, URLs pending, validators of its channels.

One object a source, ``state/<source>.json.gz``. It is derived (tables and runs can rebuild it), written only after
a night is published, and merged by night, so that an older night run late never overwrites a newer one:

- *seen*: each night on which a URL was asked, with the payload digest it gave (``None``: unchanged since), or the
  final failure (404, 410 …) that ended it. Seen for night D means asked in a night other than D.
- *pending*: URLs to be asked again, with the night on which they were first pending.
- *counts*: what the source's articles have in common, as learning writes it down; JSON here, because who crawls does
  not read it.
- *channels*: validators (ETag, Last-Modified) of feeds, sitemaps and pages, and the channels these named, which a
  304 still asks.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field, replace
from datetime import date

from pydantic import TypeAdapter, ValidationError

from tearsheet.errors import ObjectMissing, RecordError
from tearsheet.model import Mention
from tearsheet.storage import Store

GIVE_UP_AFTER_NIGHTS = 5
VISITS_KEPT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One night's answer to a URL; the record is where a revisit finds validators and original headers."""

    digest: str | None
    warc_file: str | None = None
    warc_offset: int = 0
    warc_length: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A URL that was captured or failed for good: night → what it gave; ``failed`` names what it ended as without.

    ``signals``: the rights signals in force on it when it was captured last.
    """

    url: str
    visits: dict[str, Visit] = field(default_factory=dict)
    failed: str | None = None
    signals: tuple[str, ...] = ()

    def before(self, night: str) -> list[str]:
        """The nights other than ``night`` on which the URL was asked, ascending."""
        return sorted(n for n in self.visits if n != night)

    def last_capture(self, night: str) -> Visit | None:
        """The newest visit of another night that has a record, the base of a conditional request."""
        captured = [n for n in self.before(night) if self.visits[n].digest]
        return self.visits[captured[-1]] if captured else None

    def due(self, night: str, revisit: tuple[int, ...]) -> bool:
        """Whether a revisit is due: ``revisit`` gives days after the first visit; a missed one is caught up once."""
        nights = [n for n in self.before(night) if n < night]
        if not nights or self.failed:
            return False
        first, last, now = (date.fromisoformat(n) for n in (nights[0], nights[-1], night))
        return any((last - first).days < days <= (now - first).days for days in revisit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A URL to be asked again and the night on which it was first pending."""

    url: str
    first_night: str
    reason: str
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """A channel's validators as of ``night`` and the channels (feeds, child sitemaps, sections) it named."""

    night: str
    etag: str | None = None
    last_modified: str | None = None
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """All that is remembered of one source as of its newest ``night``; ``seen`` and ``pending`` go by document id."""

    source: str
    night: str = ""
    seen: dict[str, Seen] = field(default_factory=dict)
    pending: dict[str, Pending] = field(default_factory=dict)
    channels: dict[str, ChannelState] = field(default_factory=dict)
    counts: str = ""

    def is_seen(self, document_id: str, night: str) -> bool:
        """Asked, with a final answer, in a night other than this one."""
        seen = self.seen.get(document_id)
        return bool(seen and seen.before(night))

    def merged(self, night: SourceState) -> SourceState:
        """This state with what one night adds; for the same URL and night the newcomer wins."""
        seen = self.seen | {key: _merge_seen(self.seen.get(key), new) for key, new in night.seen.items()}
        pending = night.pending if night.night >= self.night else night.pending | self.pending
        return SourceState(
            source=self.source,
            night=max(self.night, night.night),
            seen=seen,
            pending={key: value for key, value in pending.items() if key not in seen},
            channels=self.channels
            | {url: new for url, new in night.channels.items() if not _newer(self.channels.get(url), new)},
            counts=night.counts or self.counts,
        )


def _merge_seen(old: Seen | None, new: Seen) -> Seen:
    if old is None:
        return new
    visits = old.visits | new.visits
    first, *rest = sorted(visits)
    failed = None if any(visit.digest for visit in visits.values()) else new.failed or old.failed
    kept = {night: visits[night] for night in [first, *rest[-VISITS_KEPT:]]}
    spoke = max((new, old), key=_last_capture)  # of two of one night the newcomer
    return replace(new, visits=kept, failed=failed, signals=spoke.signals)


def _last_capture(seen: Seen) -> str:
    return max((night for night, visit in seen.visits.items() if visit.digest), default="")


def _newer(old: ChannelState | None, new: ChannelState) -> bool:
    return old is not None and old.night > new.night


_STATE = TypeAdapter(SourceState)


def key(source: str) -> str:
    """The key of a source's state."""
    return f"state/{source}.json.gz"


def held(store: Store) -> frozenset[str]:
    """The sources that have a state, by one listing; on a first night a question each would cost as much as a crawl."""
    return frozenset(info.key.removeprefix("state/").removesuffix(".json.gz") for info in store.list("state/"))


def load(store: Store, source: str) -> SourceState:
    """The state of a source, empty if it has none yet.

    Raises:
        RecordError: the object at its key is no state.
    """
    try:
        packed = store.get(key(source))
    except ObjectMissing:
        return SourceState(source=source)
    try:
        return _STATE.validate_json(gzip.decompress(packed))
    except (ValidationError, OSError, EOFError) as error:
        raise RecordError(
            f"{store.url(key(source))} is not a source's state ({error}); "
            "delete it: the source then starts anew and asks its pages once more"
        ) from error


def save(store: Store, state: SourceState) -> None:
    """Replace the state of a source."""
    store.put(key(state.source), gzip.compress(_STATE.dump_json(state), 6, mtime=0))
