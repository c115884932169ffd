"""Which URLs of a source are asked tonight, and what became of the rest: pure, and every candidate is accounted for.

Candidates are the URLs that channels named tonight, what is pending from earlier nights, and what is due for a
revisit. URLs of one document are one candidate, of which the URL that was known first is asked. It ends as the first
of these:

====================  ===================================================================================
``skipped.tombstone`` it, or its source, was taken down
``captured``          adopted: an earlier attempt at this night holds its page
``skipped.rights``    captured on another night, with a rights signal for which nothing is asked again
``skipped.seen``      answered on another night, and no revisit is due
asked                 answered on another night, and a revisit is due
``failed.gave_up``    pending since GIVE_UP_AFTER_NIGHTS
asked                 pending from an earlier night, whatever its age
``skipped.foreign``   neither on the homepage's site nor on one of a declared sitemap or section
``skipped.too_old``   the newest date that any channel gave lies more than ``lookback_days`` before the night.
                      A sitemap's lastmod is such a date: what was not touched since then is not new either
asked                 all others, the undated too
====================  ===================================================================================

At most ``max_pages`` are asked, counting what an earlier attempt captured: new pages before revisits, the newest
first, undated ones after them in the order found. The rest is ``pending.over_limit``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo

from tearsheet import state, tombstones, urls
from tearsheet.config.models import Source
from tearsheet.model import CAPTURED, Candidate, ChannelKind, Mention, Outcome
from tearsheet.state import GIVE_UP_AFTER_NIGHTS, SourceState
from tearsheet.tombstones import NONE, Tombstones

MAX_MENTIONS = 20
"""Channels kept of a candidate: front page and sections name it over and over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """``ask`` in the order in which to ask, and an outcome for every other candidate."""

    ask: tuple[Candidate, ...]
    outcomes: tuple[Outcome, ...]


def choose(
    source: Source,
    night: str,
    known: SourceState,
    entries: Iterable[tuple[str, Mention]],
    *,
    zone: tzinfo = UTC,
    adopted: Collection[str] = frozenset(),
    refused: Collection[str] = frozenset(),
    taken_down: Tombstones = NONE,
) -> Frontier:
    """Decide every candidate of a source.

    Args:
        source: its homepage, declared channels and limits.
        night: the run's day in ``zone``.
        known: what earlier nights left.
        entries: URLs, each with what one channel says of it, in the order found; a URL may come many times.
        zone: the collection's time zone, in which a candidate's date is compared with the night.
        adopted: ids of the documents whose pages this night holds already.
        refused: the rights signals of which one is enough for a page not to be asked again.
        taken_down: what is never to be asked again.

    Raises:
        RecordError: an entry is no http(s) URL (those of a ``ChannelPage`` are).
    """
    declared = (source.homepage, *(source.sitemaps or ()), *(source.sections or ()))
    sites = frozenset(map(urls.site, declared))
    judge = _Judge(source, night, known, zone, frozenset(adopted), sites, frozenset(refused), taken_down)
    ask: list[_Found] = []
    outcomes: list[Outcome] = []
    for document in _gathered(source, night, known, entries):
        if verdict := judge.verdict(document):
            outcomes.append(judge.outcome(document, *verdict))
        else:
            ask.append(document)
    ask.sort(key=judge.rank)
    limit = source.limits.max_pages
    room = max(0, limit - sum(outcome.outcome == CAPTURED for outcome in outcomes))
    late = (judge.outcome(document, "pending.over_limit", f"max_pages is {limit}") for document in ask[room:])
    return Frontier(ask=tuple(map(judge.candidate, ask[:room])), outcomes=(*outcomes, *late))


@dataclass(slots=True)
class _Found:
    """One document: its URLs and what the channels say of it, in the order found, and the newest date among that."""

    document_id: str
    urls: dict[str, None] = field(default_factory=dict)
    mentions: dict[tuple[str, ChannelKind], Mention] = field(default_factory=dict)
    published: datetime | None = None

    def add(self, url: str, *mentions: Mention) -> None:
        self.urls.setdefault(url)
        for mention in mentions:
            if len(self.mentions) < MAX_MENTIONS:
                self.mentions.setdefault((mention.channel, mention.kind), mention)
            if mention.published and (self.published is None or mention.published > self.published):
                self.published = mention.published


def _gathered(
    source: Source, night: str, known: SourceState, entries: Iterable[tuple[str, Mention]]
) -> Collection[_Found]:
    """Every candidate once: the pending first, so that they keep their place, then tonight's, then revisits."""
    memory = state.key(source.id)
    found: dict[str, _Found] = {}
    for document_id, pending in known.pending.items():
        mentions = pending.mentions or (Mention(channel=memory, kind=ChannelKind.PENDING),)
        found[document_id] = _Found(document_id)
        found[document_id].add(pending.url, *mentions)
    for url, mention in entries:
        document_id = urls.document_id(url)
        if document_id not in found:
            seen = known.seen.get(document_id)
            found[document_id] = _Found(document_id, {seen.url: None} if seen else {})
        found[document_id].add(url, mention)
    for document_id, seen in known.seen.items():
        if document_id not in found and seen.due(night, source.limits.revisit):
            found[document_id] = _Found(document_id)
            found[document_id].add(seen.url, Mention(channel=memory, kind=ChannelKind.REVISIT))
    return found.values()


@dataclass(frozen=True, slots=True)
class _Judge:
    """What the decision on one document depends on besides the document; ``sites``: those of the source."""

    source: Source
    night: str
    known: SourceState
    zone: tzinfo
    adopted: frozenset[str]
    sites: frozenset[str]
    refused: frozenset[str]
    taken_down: Tombstones

    def verdict(self, document: _Found) -> tuple[str, str | None] | None:
        """The outcome and its detail, or None: to be asked."""
        if self.taken_down.hold(document.document_id, self.source.id):
            return tombstones.OUTCOME, None
        if document.document_id in self.adopted:
            return CAPTURED, "by an earlier attempt at this night"
        if self._seen(document):
            if signals := self.refused.intersection(self.known.seen[document.document_id].signals):
                return "skipped.rights", f"it said {', '.join(sorted(signals))} when it was captured"
            due = self.known.seen[document.document_id].due(self.night, self.source.limits.revisit)
            return None if due else ("skipped.seen", None)
        if pending := self.known.pending.get(document.document_id):
            nights = _day(self.night) - _day(pending.first_night)
            late = nights >= GIVE_UP_AFTER_NIGHTS
            return ("failed.gave_up", f"since {pending.first_night}: {pending.reason}") if late else None
        if not any(urls.site(url) in self.sites for url in document.urls):
            return "skipped.foreign", None
        return self._too_old(document.published)

    def rank(self, document: _Found) -> tuple[bool, bool, float]:
        """New before seen, dated before undated, newest first."""
        newest = document.published
        return self._seen(document), newest is None, -newest.timestamp() if newest else 0.0

    def candidate(self, document: _Found) -> Candidate:
        """What is asked: the first URL on the source's sites."""
        first, *_ = document.urls
        return Candidate(
            document_id=document.document_id,
            url=next((url for url in document.urls if urls.site(url) in self.sites), first),
            source=self.source.id,
            mentions=tuple(document.mentions.values()),
        )

    def outcome(self, document: _Found, outcome: str, detail: str | None) -> Outcome:
        """What is not asked; a pending one keeps the night on which it was first pending.

        What channels said of it is not kept of one that was taken down.
        """
        candidate, pending = self.candidate(document), self.known.pending.get(document.document_id)
        first_night = pending.first_night if pending else self.night
        return Outcome(
            document_id=candidate.document_id,
            url=candidate.url,
            source=candidate.source,
            outcome=outcome,
            detail=detail,
            first_night=first_night if outcome.startswith("pending.") else None,
            mentions=() if outcome == tombstones.OUTCOME else candidate.mentions,
        )

    def _seen(self, document: _Found) -> bool:
        return self.known.is_seen(document.document_id, self.night)

    def _too_old(self, published: datetime | None) -> tuple[str, str] | None:
        lookback = self.source.limits.lookback_days
        if published is None or lookback is None:
            return None
        day = published.astimezone(self.zone).date()
        return ("skipped.too_old", f"of {day}") if day.toordinal() < _day(self.night) - lookback else None


def _day(night: str) -> int:
    return date.fromisoformat(night).toordinal()
