"""After publishing: each source's verdict, its state and counts for later nights, the run report; then the sweep.

All of it is derived from the published night, and written again by every re-run to the same content.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from tearsheet import state
from tearsheet.documents.counting import Counting, count
from tearsheet.documents.pool import Pool
from tearsheet.errors import ExpectationError, FetchError, ObjectMissing, RecordError
from tearsheet.harvest import learned
from tearsheet.harvest.outcomes import by_source, counts
from tearsheet.harvest.publish import Night
from tearsheet.lease import UNLEASED, Unleased
from tearsheet.model import CAPTURED, Outcome, Rights
from tearsheet.rights import in_force
from tearsheet.spiders.job import ChannelReport, SourceReport
from tearsheet.state import Pending, Seen, SourceState, Visit
from tearsheet.storage import Store

STATES_AT_ONCE = 8
COUNTED_AT_ONCE = 32
ALIAS = "skipped.same_as"
"""The outcome of an address that redirects to a document captured or seen under another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceVerdict:
    """How one source did: ``reasons`` say what was missed, in words."""

    source: str
    verdict: Literal["ok", "failed"]
    reasons: tuple[str, ...] = ()
    articles: int = 0
    candidates: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    pages: int = 0
    requests: int = 0
    bytes: int = 0
    channels: tuple[ChannelReport, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """The morning's page: what came in, what did not and why. Counts are of candidates, bytes as received."""

    collection: str
    night: str
    planned_at: datetime
    config: str
    candidates: int
    outcomes: dict[str, int]
    documents: int
    table_version: int
    fingerprint: int
    unfinished: tuple[str, ...]
    sources: tuple[SourceVerdict, ...]

    @property
    def failed(self) -> tuple[SourceVerdict, ...]:
        """The sources that missed what was expected of them."""
        return tuple(source for source in self.sources if source.verdict == "failed")

    def insist(self, sources: Set[str] = frozenset()) -> None:
        """Raise where the night, which is published, is not as it should be; of these sources, or of all.

        Raises:
            FetchError: a source's crawl did not finish.
            ExpectationError: a source gave less than is expected of it.
        """
        night = f"{self.collection} {self.night}"
        if unfinished := [source for source in self.unfinished if not sources or source in sources]:
            raise FetchError(
                f"{night} is published, but not whole: the crawl did not finish for {', '.join(unfinished)}; "
                "run the night again, which asks only what is missing"
            )
        missed = [source for source in self.failed if not sources or source.source in sources]
        if missed:
            told = "\n  ".join(f"{source.source}: {'; '.join(source.reasons)}" for source in missed)
            raise ExpectationError(f"{night} is published; these sources missed what is expected of them:\n  {told}")


_REPORT = TypeAdapter(RunReport)


def verdict(store: Store, night: Night, pool: Pool, lease: Unleased = UNLEASED) -> RunReport:
    """Judge the sources, carry what the night taught into their states, write the report, sweep what was staged.

    Raises:
        BusyError: the night was taken over by another run, which writes all of it.
    """
    report = judge(night)
    lease.confirm()
    remember(store, night, pool)
    save_report(store, report)
    _sweep(store, night)
    return report


def rejudge(store: Store, night: Night) -> None:
    """Write the report of a night anew that is published, and of which something was taken away since."""
    store.put(report_key(night.plan.collection, night.plan.night), _REPORT.dump_json(judge(night), indent=1))


def judge(night: Night) -> RunReport:
    """The run report of a published night."""
    plan, crawls, ended = night.plan, _crawls(night), by_source(night.outcomes)
    return RunReport(
        collection=plan.collection,
        night=plan.night,
        planned_at=plan.planned_at,
        config=plan.config,
        candidates=len(night.outcomes),
        outcomes=counts(night.outcomes),
        documents=night.published.rows,
        table_version=night.published.version,
        fingerprint=night.published.fingerprint,
        unfinished=tuple(source.id for source in plan.sources if source.id not in crawls),
        sources=tuple(
            _judge_source(source.id, source.expect.min_articles, crawls.get(source.id), ended.get(source.id, []))
            for source in plan.sources
        ),
    )


def report_key(collection: str, night: str) -> str:
    """Where the run report stands."""
    return f"runs/{collection}/{night}/report.json"


def save_report(store: Store, report: RunReport) -> None:
    """Replace the night's run report."""
    store.put(report_key(report.collection, report.night), _REPORT.dump_json(report, indent=1))


def load_report(store: Store, collection: str, night: str) -> RunReport | None:
    """A night's run report, None before it is published."""
    key = report_key(collection, night)
    try:
        return _REPORT.validate_json(store.get(key))
    except ObjectMissing:
        return None
    except ValidationError as error:
        raise RecordError(
            f"{store.url(key)} is no run report ({error}); run the night again, which writes it anew"
        ) from error


def _crawls(night: Night) -> dict[str, SourceReport]:
    """Each source's finished crawl; the last, should there be several."""
    return {source.source: source for report in night.reports if report.finished for source in report.sources}


def _judge_source(source: str, expected: int, crawl: SourceReport | None, outcomes: list[Outcome]) -> SourceVerdict:
    tally = counts(outcomes)
    articles = tally.get("article", 0)
    crawl = crawl or SourceReport(source=source)
    reasons = [*_silence(crawl), *([crawl.error] if crawl.error else [])]
    if articles < expected:
        reasons.append(f"{articles} articles, {expected} expected")
    return SourceVerdict(
        source=source,
        verdict="failed" if reasons else "ok",
        reasons=tuple(reasons),
        articles=articles,
        candidates=len(outcomes),
        outcomes=tally,
        pages=crawl.pages,
        requests=crawl.requests,
        bytes=crawl.bytes,
        channels=crawl.channels,
    )


def _silence(crawl: SourceReport) -> Iterable[str]:
    """A source of which no channel answered died silently, whatever it was expected to give."""
    if crawl.channels and all(channel.error for channel in crawl.channels):
        first = crawl.channels[0]
        yield f"no channel answered; {first.url}: {first.error}"


def remember(store: Store, night: Night, pool: Pool, sources: Set[str] = frozenset()) -> None:
    """Merge what the night taught into the state of these sources, or of all of it.

    The pool counts some sources while the states of those before them are written, several at a time: the store's
    answers are waited for. A pool of which no process runs yet is not worth starting.
    """
    ended, crawls, captured = by_source(night.outcomes), _crawls(night), _captured(night)
    held, articles = state.held(store), learned.articles_of(night.rows)
    todo = [source.id for source in night.plan.sources if not sources or source.id in sources]
    known: dict[str, SourceState] = {}

    def carry(before: SourceState, counts: str) -> None:
        outcomes, crawl = ended.get(before.source, []), crawls.get(before.source)
        pending = _pending(night.plan.night, outcomes)
        taught = SourceState(
            source=before.source,
            night=night.plan.night,
            seen=_settled(night, outcomes) | captured.get(before.source, {}),
            # a crawl that did not end has not heard of all that is pending
            pending=pending if crawl else before.pending | pending,
            channels=crawl.validators if crawl else {},
            counts=counts,
        )
        state.save(store, before.merged(taught))

    with ThreadPoolExecutor(STATES_AT_ONCE, "state") as states:

        def jobs() -> Iterator[Counting]:
            for at in range(0, len(todo), COUNTED_AT_ONCE):
                some = {source: SourceState(source=source) for source in todo[at : at + COUNTED_AT_ONCE]}
                some |= {old.source: old for old in states.map(partial(state.load, store), held & some.keys())}
                known.update(some)
                yield learned.counting(some, night.plan.night, articles)

        counted = pool.map(jobs()) if pool.is_running else map(count, jobs())
        saved = [states.submit(carry, known.pop(source), counts) for each in counted for source, counts in each.items()]
        for each in saved:
            each.result()


def _captured(night: Night) -> dict[str, dict[str, Seen]]:
    """The night's captures by source, each for every source that named it."""
    columns = ["source", "document_id", "url", "payload_digest", "warc_file", "warc_offset", "warc_length", "rights"]
    rows = {row["document_id"]: row for row in night.rows.select(columns).to_pylist()}
    named = {(row["source"], document_id) for document_id, row in rows.items()}
    for report in night.reports:
        named |= {(o.source, o.document_id) for o in report.outcomes if o.outcome == CAPTURED and o.document_id in rows}
    found: dict[str, dict[str, Seen]] = {}
    for source, document_id in sorted(named):
        row = rows[document_id]
        visit = Visit(
            digest=row["payload_digest"],
            warc_file=row["warc_file"],
            warc_offset=row["warc_offset"],
            warc_length=row["warc_length"],
        )
        signals = tuple(sorted(in_force(Rights(**signal) for signal in row["rights"])))
        seen = Seen(url=row["url"], visits={night.plan.night: visit}, signals=signals)
        found.setdefault(source, {})[document_id] = seen
    return found


def _settled(night: Night, outcomes: list[Outcome]) -> dict[str, Seen]:
    """What is not to be asked again though this night has no row of it.

    Final failures, addresses that redirect to another document, and pages unchanged since their last capture.
    """
    unchanged = {document_id for report in night.reports for document_id in report.revisits}
    visits = {night.plan.night: Visit(digest=None)}
    return {
        outcome.document_id: Seen(
            url=outcome.url, visits=visits, failed=None if outcome.document_id in unchanged else outcome.outcome
        )
        for outcome in outcomes
        if outcome.family == "failed" or outcome.outcome == ALIAS or outcome.document_id in unchanged
    }


def _pending(night: str, outcomes: list[Outcome]) -> dict[str, Pending]:
    return {
        outcome.document_id: Pending(
            url=outcome.url,
            first_night=outcome.first_night or night,
            reason=outcome.outcome,
            mentions=outcome.mentions,
        )
        for outcome in outcomes
        if outcome.family == "pending"
    }


def _sweep(store: Store, night: Night) -> None:
    """Delete what was staged for published nights of the collection, but of the last one: it can be staged again."""
    collection, tonight = night.plan.collection, night.plan.night
    published = partial(load_report, store, collection)
    caught_up = any(map(published, (day for day in store.prefixes(f"runs/{collection}/") if day > tonight)))
    for day in store.prefixes(f"staged/{collection}/"):
        if (day < tonight and published(day)) or (day == tonight and caught_up):
            store.delete([info.key for info in store.list(f"staged/{collection}/{day}/")])
