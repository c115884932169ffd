"""One source, one night: its discovery, then its pages, one request after the other.

Whatever happens (a limit, a stop, an error) each candidate ends with exactly one outcome, and nothing that happens here
touches another source. What channels name becomes a candidate once all of them have been heard: a crawl that ends
before reports the candidates of earlier nights alone, and no validators, so that the channels are heard again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from time import monotonic
from zoneinfo import ZoneInfo

from tearsheet import state, tombstones, urls
from tearsheet.config.models import Source
from tearsheet.discover.frontier import Frontier, choose
from tearsheet.errors import StorageError
from tearsheet.model import CAPTURED, Candidate, Capture, Mention, Outcome
from tearsheet.rights import refused
from tearsheet.spiders.asking import Asker
from tearsheet.spiders.discovery import Discovery
from tearsheet.spiders.errand import NoAnswer, Tally
from tearsheet.spiders.job import Job, SourceReport
from tearsheet.spiders.pages import Pages, Tonight
from tearsheet.spiders.robots import RobotsFiles
from tearsheet.state import SourceState
from tearsheet.storage import Store

log = logging.getLogger(__name__)

MAX_SILENCES = 5
"""Pages in a row without an answer, after which their host is taken for down and left alone until the next night."""


class SourceCrawl:
    """What becomes of one source of a job; a ``new`` one has no state to be read."""

    def __init__(self, source: Source, job: Job, store: Store, tonight: Tonight, *, new: bool) -> None:
        self.source = source
        self.tally = Tally()
        self.outcomes: dict[str, Outcome] = {}
        self.ends: Counter[str] = Counter()
        self.error: str | None = None
        self._job = job
        self._store = store
        self._tonight = tonight
        self._new = new
        self._known: SourceState | None = None
        self._discovery: Discovery | None = None
        self._pages: Pages | None = None
        self._heard = False
        self._chosen = 0
        self._ask: dict[str, Candidate] = {}
        self._seconds = 0.0

    async def run(self, asker: Asker, robots: RobotsFiles) -> None:
        """Discover and ask, until all is asked or the night is over.

        Raises:
            StorageError: the store fails, which is no matter of one source.
        """
        started = monotonic()
        try:
            async with asyncio.timeout(self._time_left()):
                await self._crawl(asker, robots)
        except TimeoutError:
            self.finish("pending.night_over", f"the night's {self.source.limits.max_minutes} minutes are over")
        except StorageError:
            raise
        except Exception as error:  # one bad source never stops the rest
            log.exception("the source's crawl ended", extra={"source": self.source.id})
            self.error = f"{type(error).__name__}: {error}"
            self.finish("pending.error", self.error)
        finally:
            self._seconds = monotonic() - started
            told = ", ".join(f"{number} {family}" for family, number in self.ends.most_common()) or "no candidates"
            log.info("%d requests: %s", self.tally.requests, told, extra={"source": self.source.id})

    def finish(self, outcome: str, detail: str) -> None:
        """End every candidate that has no outcome yet."""
        if self._known is not None and not self._heard:
            self._take(self._choose(self._known, {}))
        for candidate in self._todo():
            self._end(candidate, outcome, detail)

    def report(self) -> SourceReport:
        """The source's part of the fetch report."""
        found = self._discovery.found if self._discovery else None
        return SourceReport(
            source=self.source.id,
            pages=self.tally.pages,
            requests=self.tally.requests,
            bytes=self.tally.bytes,
            seconds=round(self._seconds, 3),
            channels=tuple(found.channels) if found else (),
            validators=found.validators if found and self._heard else {},
            error=self.error,
        )

    @property
    def revisits(self) -> dict[str, dict[str, str | int | None]]:
        """What came of pages that were captured on another night and have not changed, by document id."""
        return self._pages.revisits if self._pages else {}

    @property
    def candidates(self) -> int:
        """How many candidates it has, or will have by what was found so far."""
        return self._chosen or (len(self._discovery.found.mentions) if self._discovery else 0)

    def _time_left(self) -> float:
        limit = self.source.limits.max_minutes * 60.0
        return min(limit, (self._job.deadline - datetime.now(UTC)).total_seconds()) if self._job.deadline else limit

    async def _crawl(self, asker: Asker, robots: RobotsFiles) -> None:
        empty = SourceState(source=self.source.id)
        self._known = empty if self._new else await asyncio.to_thread(state.load, self._store, self.source.id)
        if not self._job.given and self.source.id not in self._tonight.taken_down.sources:
            self._discovery = Discovery(
                self.source, self._job.night, self._known, asker=asker, robots=robots, tally=self.tally
            )
            await self._discovery.run()
        named = self._discovery.found.mentions if self._discovery else {}
        self._take(await asyncio.to_thread(self._choose, self._known, named))
        self._heard = True
        self._pages = Pages(
            self.source,
            self._job.night,
            self._known,
            self._ask.keys(),
            store=self._store,
            tonight=self._tonight,
            asker=asker,
            tally=self.tally,
        )
        await self._ask_pages(self._pages)

    async def _ask_pages(self, pages: Pages) -> None:
        silences: defaultdict[str, list[Outcome]] = defaultdict(list)
        for candidate in self._todo():
            silent = silences[urls.host(candidate.url)]
            if len(silent) == MAX_SILENCES:
                self._end(candidate, silent[-1].outcome, f"not asked: {MAX_SILENCES} pages before it had no answer")
                continue
            try:
                await pages.ask(candidate)
            except NoAnswer as failure:
                outcome = self._end(candidate, failure.outcome, failure.detail)
            else:
                outcome = self._end(candidate, CAPTURED)
            if outcome.family == "pending":
                silent.append(outcome)
            else:
                silent.clear()

    def _choose(self, known: SourceState, named: Mapping[str, Iterable[Mention]]) -> Frontier:
        """Pure, and up to seconds long: an outlet's sitemaps may name a hundred thousand pages."""
        job = self._job
        if job.given:
            return self._given(job.given)
        entries = [(url, mention) for url, mentions in named.items() for mention in mentions]
        zone = ZoneInfo(job.timezone)
        tonight, refuse = self._tonight, refused(job.settings.rights)
        return choose(
            self.source,
            job.night,
            known,
            entries,
            zone=zone,
            adopted=frozenset(tonight.captured),
            refused=refuse,
            taken_down=tonight.taken_down,
        )

    def _given(self, given: Iterable[Candidate]) -> Frontier:
        """What is asked for by name: all of it, but for what was taken down."""
        ours = [candidate for candidate in given if candidate.source == self.source.id]
        down = [each for each in ours if self._tonight.taken_down.hold(each.document_id, each.source)]
        outcomes = (
            Outcome(document_id=each.document_id, url=each.url, source=each.source, outcome=tombstones.OUTCOME)
            for each in down
        )
        return Frontier(ask=tuple(each for each in ours if each not in down), outcomes=tuple(outcomes))

    def _take(self, frontier: Frontier) -> None:
        """Adopt the choice, but for what was asked as a channel, and what an earlier attempt captured of the source."""
        channels = self._discovery.found.asked if self._discovery else set()
        for outcome in frontier.outcomes:
            if outcome.document_id not in channels:
                self._keep(outcome)
        self._ask = {each.document_id: each for each in frontier.ask if each.document_id not in channels}
        for capture in list(self._tonight.captured.values()):
            if capture.source == self.source.id and capture.document_id not in self.outcomes:
                self._end(_candidate(capture), CAPTURED)
        self._chosen = len(self.outcomes.keys() | self._ask.keys())

    def _todo(self) -> list[Candidate]:
        return [candidate for key, candidate in self._ask.items() if key not in self.outcomes]

    def _end(self, candidate: Candidate, outcome: str, detail: str | None = None) -> Outcome:
        ended = Outcome(
            document_id=candidate.document_id,
            url=candidate.url,
            source=self.source.id,
            outcome=outcome,
            detail=detail,
            first_night=self._first_night(candidate) if outcome.startswith("pending.") else None,
            mentions=candidate.mentions,
        )
        self._keep(ended)
        return ended

    def _first_night(self, candidate: Candidate) -> str:
        pending = self._known.pending.get(candidate.document_id) if self._known else None
        return pending.first_night if pending else self._job.night

    def _keep(self, outcome: Outcome) -> None:
        self.ends[outcome.family] += outcome.document_id not in self.outcomes
        self.outcomes[outcome.document_id] = outcome


def _candidate(capture: Capture) -> Candidate:
    return Candidate(document_id=capture.document_id, url=capture.url, source=capture.source, mentions=capture.mentions)
