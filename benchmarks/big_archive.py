"""An archive a year deep: nights of invented articles, published as nights are, into an embedded store of their own.

python benchmarks/big_archive.py [--folder var/big] [--nights 365] [--topics 3] [--articles 300]

A topic has a collection of its own, and each collection its process. A night is planned, its rows committed, its
outcomes and report written, and the topic brought up to date, by the functions that a night calls. Fetching and
extraction are left out, and so there is nothing under ``raw/``; states are written for the last nights only. At a tenth
and at half of the nights the archive is copied to a bucket of its own: the same archive when it was younger.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import invented
from tearsheet.collector import collect_rarely
from tearsheet.config import digest, load
from tearsheet.config.models import Collection, Configuration, StoreSettings
from tearsheet.documents.pool import Pool
from tearsheet.extract.identity import extractor_id
from tearsheet.fingerprints import content_hash, near_hash, version_id
from tearsheet.harvest.outcomes import merge, save_outcomes
from tearsheet.harvest.plan import PLAN, Batch, Plan, plan_key
from tearsheet.harvest.publish import Night, row_outcomes, write_configuration
from tearsheet.harvest.verdict import judge, remember, save_report
from tearsheet.model import ARTICLE, CAPTURED, Document, Outcome, month_of
from tearsheet.night import update_topics
from tearsheet.spiders.job import ChannelReport, FetchReport, SourceReport, pack, report_key
from tearsheet.state import ChannelState
from tearsheet.storage import Store, open_store
from tearsheet.storage.embedded import embedded_store
from tearsheet.tables import documents
from tearsheet.tables.schema import to_arrow
from tearsheet.urls import document_id
from workplace import write_yaml

FIRST = date(2025, 1, 1)
SHARES = {10: "a-tenth", 50: "a-half"}
"""At which percentages of its nights the archive is copied, and to which buckets."""
COPIED = ("config/", "tables/", "search/")
BESIDE, DROPS = 20, 10
"""Articles a night and collection that no topic selects, and pages that gave no article."""
ENDS = {"skipped.seen": 120, "skipped.too_old": 15, "failed.not_found": 3, "pending.timeout": 4}
"""What other candidates of a night and collection ended as."""
REMEMBERED = 30
"""The last nights, which are all that states know: to carry on what a year taught takes longer than the year itself."""
SILENT = 97
"""Every so many nights, a different one for each, no channel of a source answers."""


def main() -> None:
    """Make the archive anew, and say what it came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("var/big"))
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--topics", type=int, default=len(invented.topics()), choices=range(1, 4))
    parser.add_argument("--articles", type=int, default=300, help="articles a night and topic")
    asked = parser.parse_args()
    if asked.folder.exists() and not (asked.folder / "store").exists() and any(asked.folder.iterdir()):
        sys.exit(f"{asked.folder} is there and is no archive; name another with --folder")
    shutil.rmtree(asked.folder, ignore_errors=True)
    write_config(asked.folder / "config", list(invented.topics())[: asked.topics])
    with embedded_store(asked.folder) as server:
        os.environ |= server.environment()
        build(asked.folder / "config", asked.nights, asked.articles)


def write_config(folder: Path, topics: list[str]) -> None:
    """A collection and a topic each, and the settings."""
    for name in topics:
        collection = {
            "title": f"Outlets that write on {invented.topics()[name]['title'].lower()}",
            "schedule": "0 2 * * *",
            "sources": invented.outlets(name),
        }
        write_yaml(folder / "collections" / f"{press(name)}.yaml", collection)
        write_yaml(folder / "topics" / f"{name}.yaml", invented.topics()[name] | {"collections": [press(name)]})
    write_yaml(folder / "tearsheet.yaml", {"fetch": {"contact": "bench@localhost"}})


def press(name: str) -> str:
    """The collection of a topic."""
    return f"{name}-press"


def build(config: Path, nights: int, articles: int) -> None:
    """Publish the nights, each collection in a process of its own, and copy the archive while it is young."""
    started = time.monotonic()
    topics = list(load(config).topics)
    days = [(FIRST + timedelta(days=n)).isoformat() for n in range(nights)]
    ends = [max(1, nights * share // 100) for share in SHARES] + [nights]
    with open_store(StoreSettings(url=os.environ["TEARSHEET_STORE"])) as store:
        with ProcessPoolExecutor(len(topics), mp_context=get_context("spawn")) as processes:
            for start, end, bucket in zip([0, *ends], ends, [*SHARES.values(), None], strict=False):
                known = frozenset(days[-REMEMBERED:])
                tasks = [processes.submit(publish, config, name, days[start:end], articles, known) for name in topics]
                for task in tasks:
                    task.result()
                if bucket:
                    copy(store, bucket)
        objects, size = weigh(store)
    print(
        f"{nights} nights, {nights * articles * len(topics):,} articles, {size / 1e9:.2f} GB in {objects:,} objects, "
        f"{time.monotonic() - started:.0f} s"
    )


def publish(config: Path, name: str, nights: list[str], articles: int, remembered: frozenset[str]) -> None:
    """Publish nights of one topic's collection, one after the other, each as ``tearsheet night`` does."""
    collect_rarely()
    configuration = load(config)
    with open_store(configuration.settings.store) as store:
        started = time.monotonic()
        for number, night in enumerate(nights, 1):
            publish_night(store, configuration, name, night, articles, is_remembered=night in remembered)
            if number % 30 == 0 or number == len(nights):
                print(f"  {name} {night}: {(time.monotonic() - started) / number:.2f} s a night", flush=True)


def publish_night(
    store: Store, configuration: Configuration, name: str, night: str, articles: int, *, is_remembered: bool
) -> None:
    """One night: plan, attempt, rows, outcomes, report, where it ``is_remembered`` states, topic."""
    plan = _plan(configuration, configuration.collection(press(name)), night)
    store.put_new(plan_key(plan.collection, night), PLAN.dump_json(plan, indent=1))
    rows = to_arrow(_documents(plan, name, articles))
    ended = list(row_outcomes(rows))
    report = _report(plan, ended)
    store.put(report_key(plan.collection, night, report.batch, report.attempt), pack(report))
    outcomes = merge([report], ended)
    write_configuration(store, configuration)
    published = documents.publish(store, plan.collection, night, rows)
    save_outcomes(store, plan.collection, night, outcomes)
    kept = Night(plan=plan, published=published, outcomes=outcomes, rows=rows, reports=[report])
    save_report(store, judge(kept))
    if is_remembered:
        remember(store, kept, Pool(1))  # which is not started for it
    update_topics(store, configuration, plan.collection, night)


def copy(store: Store, bucket: str) -> None:
    """Copy what a reader reads to another bucket of the same server."""
    store.client.create_bucket(Bucket=bucket)
    for info in [info for prefix in COPIED for info in store.list(prefix)]:
        store.client.copy_object(Bucket=bucket, Key=info.key, CopySource={"Bucket": store.bucket, "Key": info.key})


def weigh(store: Store) -> tuple[int, int]:
    """Objects and bytes of a store."""
    sizes = [info.size for info in store.list("")]
    return len(sizes), sum(sizes)


def _plan(configuration: Configuration, collection: Collection, night: str) -> Plan:
    return Plan(
        collection=collection.id,
        night=night,
        timezone=collection.timezone,
        max_minutes=collection.limits.max_minutes,
        planned_at=_at(night, 2),
        config=digest(configuration),
        sources=collection.sources,
        batches=(Batch(id="b000", sources=tuple(source.id for source in collection.sources)),),
    )


def _documents(plan: Plan, name: str, articles: int) -> list[Document]:
    """The night's rows: articles on the topic, others beside it, drops."""
    on_topic = [invented.article(name, plan.night, n, articles, first=FIRST.isoformat()) for n in range(articles)]
    numbers = range(articles, articles + BESIDE + DROPS)
    beside = [invented.written(name, plan.night, n, on_topic=False) for n in numbers]
    kept = [_document(plan, n, article) for n, article in enumerate([*on_topic, *beside[:BESIDE]])]
    return [*kept, *(_dropped(plan, n, article) for n, article in enumerate(beside[BESIDE:], len(kept)))]


def _dropped(plan: Plan, place: int, article: invented.Article) -> Document:
    return Document(**_captured(plan, place, article), outcome="drop.listing", title=article.title)


def _document(plan: Plan, place: int, article: invented.Article) -> Document:
    return Document(
        **_captured(plan, place, article) | {"version_id": version_id(article.title, article.text)},
        outcome=ARTICLE,
        title=article.title,
        authors=(article.author,),
        published_at=article.published,
        published_raw=article.published.isoformat(),
        published_has_time=True,
        published_from="json_ld",
        language=article.language,
        text=article.text,
        words=len(article.text.split()),
        access="open",
        content_hash=content_hash(article.text),
        near_hash=near_hash(article.text),
    )


def _captured(plan: Plan, place: int, article: invented.Article) -> dict[str, Any]:
    """What a row has whatever its page gave; the record it names was never written."""
    return {
        "document_id": document_id(article.url),
        "version_id": None,
        "collection": plan.collection,
        "source": article.source,
        "night": plan.night,
        "month": month_of(plan.night),
        "url": article.url,
        "final_url": article.url,
        "canonical_url": article.url,
        "fetched_at": _at(plan.night, 3) + timedelta(seconds=place),
        "indexed_at": _at(plan.night, 4),
        "channels": (f"https://{article.source}.example/feed.xml",),
        "warc_file": f"raw/{plan.collection}/{plan.night}/b000-001-000.warc.gz",
        "warc_offset": 4000 * place,
        "warc_length": 3900,
        "payload_digest": f"sha256:{hashlib.sha256((article.title + article.text).encode()).hexdigest()}",
        "extractor": extractor_id(),
        "config": plan.config,
    }


def _report(plan: Plan, rows: list[Outcome]) -> FetchReport:
    """What the crawl of a night reports: its captures, and candidates that ended otherwise."""
    asked = [Outcome(document_id=o.document_id, url=o.url, source=o.source, outcome=CAPTURED) for o in rows]
    others = [
        _other(plan, place, outcome)
        for place, outcome in enumerate(outcome for outcome, count in ENDS.items() for _ in range(count))
    ]
    return FetchReport(
        collection=plan.collection,
        night=plan.night,
        batch="b000",
        attempt=1,
        finished=True,
        reason="finished",
        started_at=_at(plan.night, 2),
        ended_at=_at(plan.night, 4),
        cpu_seconds=30.0,
        sources=tuple(_source_report(plan, place, asked) for place in range(len(plan.sources))),
        outcomes=(*asked, *others),
    )


def _other(plan: Plan, place: int, outcome: str) -> Outcome:
    source = plan.sources[place % len(plan.sources)].id
    url = f"https://{source}.example/{plan.night}/{outcome.partition('.')[2]}-{place}"
    return Outcome(document_id=document_id(url), url=url, source=source, outcome=outcome)


def _source_report(plan: Plan, place: int, asked: list[Outcome]) -> SourceReport:
    source = plan.sources[place].id
    feed, pages = f"https://{source}.example/feed.xml", sum(outcome.source == source for outcome in asked)
    is_silent = (date.fromisoformat(plan.night) - FIRST).days % SILENT == 7 * (place + 1)
    answer = ChannelReport(url=feed, kind="feed", status=200, named=pages)
    return SourceReport(
        source=source,
        pages=pages,
        requests=pages + 2,
        bytes=45_000 * pages,
        seconds=2.0 * pages,
        channels=(ChannelReport(url=feed, kind="feed", status=503, error="HTTP 503") if is_silent else answer,),
        validators={feed: ChannelState(night=plan.night, etag=f'"{plan.night}"')},
    )


def _at(night: str, hour: int) -> datetime:
    return datetime.fromisoformat(f"{night}T{hour:02}:00:00+00:00")


if __name__ == "__main__":
    main()
