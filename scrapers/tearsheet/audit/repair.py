"""Make again what is derived, and delete what is left over; nothing under raw/ but an index is ever written.

In the order in which one thing follows from another: indexes from WARCs, nights from their WARCs, outcomes and run
reports from rows, states from nights, topics from documents, search indexes from topics; then what is left over.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from tearsheet import harvest, search, state
from tearsheet.archive import cdxj
from tearsheet.archive.indexing import index
from tearsheet.archive.keys import index_key
from tearsheet.audit.finding import Finding, Repair
from tearsheet.audit.inventory import Asked, take
from tearsheet.config.models import Configuration
from tearsheet.documents.pool import Pool
from tearsheet.errors import InvariantError, ObjectMissing, RecordError
from tearsheet.harvest import Night, Plan
from tearsheet.harvest.outcomes import save_outcomes
from tearsheet.harvest.plan import load_plan
from tearsheet.harvest.verdict import judge, remember, save_report
from tearsheet.storage import Store, Upload
from tearsheet.tables import delta, documents
from tearsheet.topic import update

Subjects = Sequence[tuple[str, ...]]


def repair(
    store: Store,
    configuration: Configuration,
    pool: Pool,
    findings: Iterable[Finding],
    on_done: Callable[[str], None] = lambda done: None,
) -> list[str]:
    """Do every repair that the findings name, once each; what was done, or could not be, one line each.

    Raises:
        StorageError: the store failed; what was done before is done.
    """
    done: list[str] = []
    for kind, subjects in _grouped(findings):
        try:
            lines = list(_REPAIRS[kind](store, configuration, pool, subjects))
        except (InvariantError, RecordError, ObjectMissing) as error:
            lines = [f"left {', '.join(' '.join(subject) for subject in subjects)} as it is: {error}"]
        for line in lines:
            on_done(line)
        done += lines
    return done


def _grouped(findings: Iterable[Finding]) -> Iterator[tuple[Repair, Subjects]]:
    """What is repaired together, in the order of repairs: a topic's nights, all states, all deletions, else each."""
    together = {Repair.STATE, Repair.DELETE}
    groups: dict[tuple[Repair, tuple[str, ...]], dict[tuple[str, ...], None]] = {}
    for finding in findings:
        if kind := finding.repair:
            group = () if kind in together else finding.subject[:1] if kind is Repair.TOPIC else finding.subject
            groups.setdefault((kind, group), {})[finding.subject] = None
    order = list(Repair)
    for (kind, _), subjects in sorted(groups.items(), key=lambda each: (order.index(each[0][0]), each[0][1])):
        yield kind, list(subjects)


def _index(store: Store, _: Configuration, __: Pool, subjects: Subjects) -> Iterable[str]:
    for (key,) in subjects:
        store.put(index_key(key), cdxj.dump(index(io.BytesIO(store.get_with_digest(key)[0]), key).entries))
        yield f"made {index_key(key)} from its WARC"


def _publish(store: Store, configuration: Configuration, pool: Pool, subjects: Subjects) -> Iterable[str]:
    """What is staged of the night is made again, too, and not kept: a later night may have swept it.

    Rows that another extractor had made may now be others, which topics follow.
    """
    for collection, night in subjects:
        plan = _plan(store, collection, night)
        staged = f"staged/{collection}/{night}/"
        store.delete([info.key for info in store.list(staged)])
        published = harvest.publish(store, plan, pool, configuration, anew=True)
        harvest.verdict(store, published, pool)
        store.delete([info.key for info in store.list(staged)])
        for topic in configuration.topics.values():
            if collection in topic.collections:
                update(store, topic)
        yield f"published {collection} {night} again: {published.published.rows} rows"


def _verdict(store: Store, _: Configuration, __: Pool, subjects: Subjects) -> Iterable[str]:
    for collection, night in subjects:
        known = _recalled(store, _plan(store, collection, night))
        save_outcomes(store, collection, night, known.outcomes)
        save_report(store, judge(known))
        yield f"merged the outcomes of {collection} {night} and judged it anew"


def _state(store: Store, _: Configuration, pool: Pool, subjects: Subjects) -> Iterable[str]:
    """Replay every published night, ascending, into empty states."""
    sources = {source for (source,) in subjects}
    plans = [plan for _, plan in take(store, Asked()).published if sources & {source.id for source in plan.sources}]
    for plan in plans:  # before anything is deleted: a night that contradicts itself cannot be replayed
        _recalled(store, plan)
    store.delete([state.key(source) for source in sources])
    for plan in plans:
        remember(store, _recalled(store, plan), pool, sources)
    for source in sorted(sources):
        yield f"made {state.key(source)} from its nights"


def _topic(store: Store, configuration: Configuration, _: Pool, subjects: Subjects) -> Iterable[str]:
    """A stale night needs no naming: the update finds it."""
    topic = configuration.topics[subjects[0][0]]
    result = update(store, topic, anew={night for _, *nights in subjects for night in nights})
    yield f"selected {len(result.nights)} nights of {topic.id} anew: {result.articles} articles"


def _search(store: Store, _: Configuration, __: Pool, subjects: Subjects) -> Iterable[str]:
    for (topic,) in subjects:
        found = search.refresh(store, topic, anew=search.lost(store, topic))
        yield f"indexed {len(found.months)} months of {topic} anew: {found.articles} articles"


def _delete(store: Store, _: Configuration, __: Pool, subjects: Subjects) -> Iterable[str]:
    store.delete([key for (key,) in subjects])
    return [f"deleted {key}" for (key,) in subjects]


def _abort(store: Store, _: Configuration, __: Pool, subjects: Subjects) -> Iterable[str]:
    for key, upload in subjects:
        store.abort(Upload(key, upload, datetime.now(UTC)))
        yield f"gave up the open upload of {key}"


def _recalled(store: Store, plan: Plan) -> Night:
    opened = delta.open_table(store, documents.TABLE)
    rows = documents.rows(store, plan.collection, plan.night)
    return harvest.recall(store, plan, rows, opened.version() if opened else 0)


def _plan(store: Store, collection: str, night: str) -> Plan:
    plan = load_plan(store, collection, night)
    assert plan is not None  # noqa: S101 - only planned nights have findings that are repaired by their plan
    return plan


_REPAIRS: dict[Repair, Callable[[Store, Configuration, Pool, Subjects], Iterable[str]]] = {
    Repair.INDEX: _index,
    Repair.PUBLISH: _publish,
    Repair.VERDICT: _verdict,
    Repair.STATE: _state,
    Repair.TOPIC: _topic,
    Repair.SEARCH: _search,
    Repair.DELETE: _delete,
    Repair.ABORT: _abort,
}
