"""A paper whose nights are archived without a crawl: pages as WARC, and the report that a crawl leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from tearsheet import harvest
from tearsheet.archive.exchange import Exchange
from tearsheet.archive.keys import SegmentName
from tearsheet.archive.writer import SegmentWriter
from tearsheet.config.models import Collection, Configuration, Settings, Source
from tearsheet.documents.pool import Pool
from tearsheet.harvest import Plan
from tearsheet.model import CAPTURED, Candidate, Outcome
from tearsheet.spiders.job import FetchReport, SourceReport, pack, report_key
from tearsheet.storage import Store
from tearsheet.tables import documents
from tearsheet.urls import document_id

COLLECTION, SOURCE = "press", "ledger"
BLURB = "The Aldmoor Ledger has been printed in the old rope works since the year of the flood."
LETTERS = ("ba", "cor", "dil", "fen", "gu", "hal", "jo", "kim", "lor", "mu")
THINGS = ("cranes", "pilots", "lamps", "dredgers", "ropes")
PARAGRAPH = (
    "<p>For the {thing} of {name} the council set aside, by eleven votes to six, as much as {name} had spent on its "
    "{thing} in all the years before; nobody in {name} had asked for so many {thing}, said the harbour master.</p>"
)
CONFIGURATION = Configuration(
    settings=Settings(),
    collections={
        COLLECTION: Collection(
            id=COLLECTION,
            sources=(
                Source(id=SOURCE, name="Ledger", homepage="https://ledger.example/", country="GB", language="en"),
            ),
        )
    },
    topics={},
)


def page(number: int) -> bytes:
    """An article like no other, with the blurb under it."""
    name = "".join(LETTERS[int(digit)] for digit in f"{number:03d}")
    title = f"The quay of {name.title()} is to be widened by spring"
    body = "".join(PARAGRAPH.format(name=name.title(), thing=thing) for thing in THINGS) + f"<p>{BLURB}</p>"
    return (
        f"<html lang=en><head><title>{title}</title><meta property=og:type content=article></head>"
        f"<body><article><h1>{title}</h1>{body}</article></body></html>"
    ).encode()


@dataclass
class Paper:
    """A store with the nights of one source, and what runs them."""

    store: Store
    folder: Path
    pool: Pool
    serials: dict[str, int] = field(default_factory=dict)

    def fetch(self, night: str, numbers: range, *, finished: bool = True) -> Plan:
        """Plan the night and archive articles, as a crawl does."""
        plan = harvest.make_plan(self.store, CONFIGURATION, COLLECTION, night)
        attempt = self.serials[night] = self.serials.get(night, 0) + 1
        name = SegmentName(collection=COLLECTION, night=night, batch="b000", attempt=attempt, serial=1)
        writer = SegmentWriter(name, self.folder, contact=None, user_agent="test")
        outcomes = [self._archive(writer, number, night) for number in numbers]
        writer.close()
        writer.upload(self.store)
        at = datetime.fromisoformat(f"{night}T03:00:00Z")
        report = FetchReport(
            collection=COLLECTION,
            night=night,
            batch="b000",
            attempt=attempt,
            finished=finished,
            reason="finished",
            started_at=at,
            ended_at=at,
            cpu_seconds=1.0,
            sources=(SourceReport(source=SOURCE),),
            outcomes=tuple(outcomes),
        )
        self.store.put(report_key(COLLECTION, night, "b000", attempt), pack(report))
        return plan

    def _archive(self, writer: SegmentWriter, number: int, night: str) -> Outcome:
        url, body = f"https://ledger.example/{number}", page(number)
        exchange = Exchange(
            url=url,
            request_headers=(("User-Agent", "test"),),
            status=200,
            reason="OK",
            response_headers=(("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))),
            body=body,
            fetched_at=datetime.fromisoformat(f"{night}T03:00:00Z"),
        )
        candidate = Candidate(document_id=document_id(url), url=url, source=SOURCE)
        writer.write_exchange(exchange, candidate)
        return Outcome(document_id=candidate.document_id, url=url, source=SOURCE, outcome=CAPTURED)

    def publish(self, plan: Plan) -> list[dict[str, object]]:
        """Publish and judge the night; its rows without the time of their making."""
        harvest.verdict(self.store, harvest.publish(self.store, plan, self.pool, CONFIGURATION), self.pool)
        return documents.rows(self.store, COLLECTION, plan.night).drop("indexed_at").to_dicts()


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """One extraction process for all tests of a module."""
    with Pool(1) as started:
        yield started


@pytest.fixture
def paper(store: Store, tmp_path: Path, pool: Pool) -> Paper:
    """A paper without a night."""
    return Paper(store, tmp_path, pool)
