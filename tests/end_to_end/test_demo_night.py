"""Nights of the invented press through the whole of Tearsheet, without Airflow: what comes out, and only once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import polars as pl
import pytest

from tearsheet.config import load
from tearsheet.config.models import Configuration, StoreSettings
from tearsheet.demo.outlets import NIGHTS, Article, expected, outlets, wires
from tearsheet.demo.prose import pieces
from tearsheet.demo.server import Press, serve
from tearsheet.harvest import RunReport
from tearsheet.harvest.outcomes import load_outcomes
from tearsheet.model import Document
from tearsheet.night import NightResult, night
from tearsheet.pull.archive import Archive
from tearsheet.storage import Store
from tearsheet.storage.embedded import EmbeddedStore
from tearsheet.tables import articles, documents
from tearsheet.tables.delta import open_table
from tearsheet.tables.schema import ARTICLES, from_row
from tearsheet.urls import document_id

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]

CONFIG = Path(__file__).parents[2] / "config"
COLLECTION = "demo"
PRINTED = [(outlet, article) for outlet in outlets() for article in outlet.articles]
OF_ONE_RUN = {"fetched_at", "indexed_at", "warc_file", "warc_offset", "warc_length"}

BLURBS = (
    "partners use cookies", "Sign up to our free newsletter", "Share on Facebook", "About the author",
    "is a reporter at The Ostermere", "Somebody had to say it at last", "Read more: Strikers", "Sign up",
    "Subscribe to The Free Lantern", "Get exclusive digital access", "What's Included?", "24 Issues Per Year",
    "Cancel anytime", "You may also like", "Like what you read?", "Print this article", "All rights reserved",
    "Read also:", "Follow us on Facebook", "Download the app", "© Kestrel", "verwenden Cookies", "Lesen Sie auch",
    "mit einer Spende, damit", "Jetzt abonnieren", "jederzeit kündbar", "Laden Sie die App",
    "Brückenfreund", "Читайте также", "Подписывайтесь на наш канал", "Ctrl+Enter", "Оставить комментарий",
    "Поддержите независимую журналистику", "Поделиться:", "При перепечатке",
)  # fmt: skip
IN_LEDGER = (
    "Subscribe to The Free Lantern", "Cancel anytime.", "Read also:", "Follow us on Facebook", "Lesen Sie auch",
    "Gute Recherche kostet Geld", "Читайте также", "Подписывайтесь на наш канал", "Поддержите независимую",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One night as it was run, and run again."""

    result: NightResult
    report: RunReport
    hits: Counter[str]
    at_once: dict[str, int]
    again: NightResult
    hits_again: int
    versions: tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True)
class World:
    """The press, a store, and the nights that went into it."""

    press: Press
    store: Store
    runs: dict[str, Run]

    def url(self, kind: str) -> str:
        """The page of a kind of which there is one."""
        return next(self.press.url(outlet.id, article.path) for outlet, article in PRINTED if article.kind == kind)

    def found(self, kind: str) -> list[Document]:
        """The rows of that page, by night."""
        rows = documents.find(self.store, document_id(self.url(kind)), collection=COLLECTION).sort("night")
        return [from_row(row) for row in rows.to_dicts()]


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    with serve(port=0) as running:
        yield running


@pytest.fixture(scope="module")
def configuration(press: Press, tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    """The demo as it is shipped, in less of a hurry to be polite."""
    loaded = load(press.config(tmp_path_factory.mktemp("demo") / "config", CONFIG))
    return _limited(loaded, delay=0.0)


@pytest.fixture(scope="module")
def world(press: Press, configuration: Configuration, embedded: EmbeddedStore) -> Iterator[World]:
    """All three nights in their order, each run twice."""
    with _store(embedded) as store:
        yield World(press, store, {day: _run(press, store, configuration, day) for day in NIGHTS})


def _store(embedded: EmbeddedStore) -> Store:
    return Store(f"{embedded.url}/demo-{uuid4().hex[:12]}", settings=StoreSettings(), access=embedded.access)


def _run(press: Press, store: Store, configuration: Configuration, day: str) -> Run:
    press.night = day
    press.hits.clear()
    result, report = night(store, configuration, COLLECTION, day)
    hits, at_once, before = Counter(press.hits.by_url), dict(press.hits.at_once), _versions(store)
    again, _ = night(store, configuration, COLLECTION, day)
    return Run(
        result=result,
        report=report,
        hits=hits,
        at_once=at_once,
        again=again,
        hits_again=press.hits.total() - hits.total(),
        versions=(before, _versions(store)),
    )


def _versions(store: Store) -> tuple[int, ...]:
    """Of both tables."""
    opened = [open_table(store, table) for table in (documents.TABLE, articles.TABLE)]
    return tuple(table.version() for table in opened if table)


def _limited(configuration: Configuration, sources: tuple[str, ...] = (), **limits: object) -> Configuration:
    """The configuration with other limits, of some sources alone if any are named, and fewer retries."""
    demo = configuration.collections[COLLECTION]
    kept = [source for source in demo.sources if not sources or source.id in sources]
    changed = tuple(s.model_copy(update={"limits": s.limits.model_copy(update=limits)}) for s in kept)
    fetch = configuration.settings.fetch.model_copy(update={"retries": 1})
    return configuration.model_copy(
        update={
            "collections": {COLLECTION: demo.model_copy(update={"sources": changed})},
            "topics": {name: t for name, t in configuration.topics.items() if COLLECTION in t.collections},
            "settings": configuration.settings.model_copy(update={"fetch": fetch}),
        }
    )


def _should(article: Article, number: int) -> str | None:
    """What expected.yaml says of a page on a night, by how many nights ago it was first printed."""
    since = number - article.night
    return expected()[article.kind][min(since, 2)] if since >= 0 else None


@pytest.mark.parametrize("day", NIGHTS)
def test_every_page_ends_as_the_table_says(world: World, day: str) -> None:
    number = NIGHTS.index(day) + 1
    should = {world.press.url(o.id, a.path): _should(a, number) for o, a in PRINTED}
    outcomes = load_outcomes(world.store, COLLECTION, day)
    ended = {o.url.partition("?")[0]: "drop" if o.family == "drop" else o.outcome for o in outcomes}
    assert ended == {url: outcome for url, outcome in should.items() if outcome}


@pytest.mark.parametrize("day", NIGHTS)
def test_outcomes_add_up(world: World, day: str) -> None:
    result = world.runs[day].result
    assert sum(result.outcomes.values()) == result.candidates
    with_row = sum(n for outcome, n in result.outcomes.items() if outcome.partition(".")[0] in ("article", "drop"))
    assert result.documents == with_row == documents.rows(world.store, COLLECTION, day).height


@pytest.mark.parametrize("day", NIGHTS)
def test_the_same_night_again_asks_nothing_and_commits_nothing(world: World, day: str) -> None:
    run = world.runs[day]
    assert run.hits_again == run.again.fetched == 0
    assert run.versions[0] == run.versions[1]
    assert (run.again.outcomes, run.again.documents) == (run.result.outcomes, run.result.documents)
    assert run.again.topics == run.result.topics


@pytest.mark.parametrize("day", NIGHTS)
def test_no_page_is_fetched_twice_but_for_its_revisit(world: World, day: str) -> None:
    number = NIGHTS.index(day) + 1
    busy = {outlet.busy for outlet in outlets()}
    for outlet, article in PRINTED:
        asked = (_should(article, number) or "").startswith(("article", "drop", "failed", "skipped.unchanged"))
        times = 2 if article.path in busy and number == article.night else int(asked)
        hits = {url: n for url, n in world.runs[day].hits.items() if urlsplit(url).path == article.path}
        own = sum(n for url, n in hits.items() if urlsplit(url).hostname == outlet.host)
        assert own == times, (article.path, hits)


def test_one_request_at_a_time_an_outlet(world: World) -> None:
    for run in world.runs.values():
        assert set(run.at_once.values()) == {1}


def test_what_robots_txt_disallows_is_not_asked(world: World) -> None:
    for run in world.runs.values():
        closed = next(source for source in run.report.sources if source.source == "neufeld-kontor")
        assert {(channel.error or "").partition(":")[0] for channel in closed.channels} == {"skipped.robots"}
        assert [url for url in run.hits if "//127.0.0.9:" in url] == [world.press.url("neufeld-kontor", "/robots.txt")]
        assert world.url("forbidden") not in run.hits


def test_blurbs_are_cut_and_stand_in_the_ledger(world: World) -> None:
    rows = [from_row(row) for day in NIGHTS for row in documents.rows(world.store, COLLECTION, day).to_dicts()]
    leaked = {(blurb, row.url) for row in rows for blurb in BLURBS if blurb in (row.text or "")}
    assert not leaked
    ledger = "\n".join(block.text for row in rows for block in row.removed)
    assert not [blurb for blurb in IN_LEDGER if blurb not in ledger]


def test_an_article_about_newsletters_stays_whole(world: World) -> None:
    (row,) = world.found("about-newsletters")
    article = next(article for _, article in PRINTED if article.kind == "about-newsletters")
    assert row.text == "\n".join(str(piece.html.striptags()) for piece in pieces(article.text))


def test_the_long_blurb_goes_and_the_quotations_stay(world: World) -> None:
    (row,) = world.found("seed")
    assert row.text is not None
    assert row.authors == ("Barnaby Whitlock",)
    assert row.published_at is not None
    assert row.published_at.date().isoformat() == "2026-01-12"
    assert row.text.startswith("President Daulet Arymbek")
    assert row.text.endswith("“revolution by remote control”?")
    assert row.text.count("“") >= 10
    assert "Written by" not in row.text
    assert {"subscription"} <= {block.reason for block in row.removed}


def test_a_paywalled_teaser_says_so(world: World) -> None:
    (row,) = world.found("paywalled")
    assert row.access == "paywalled"


def test_an_article_that_changed_has_two_versions(world: World) -> None:
    rows = world.found("changed")
    assert [row.night for row in rows] == [NIGHTS[0], NIGHTS[1]]
    assert len({row.version_id for row in rows}) == 2


@pytest.mark.parametrize("wire", wires())
def test_a_wire_story_is_one_cluster(world: World, wire: str) -> None:
    ids = {document_id(world.press.url(outlet.id, article.path)) for outlet, article in PRINTED if article.wire == wire}
    topic = "demo-energy" if wire == "tarif-zamorozka" else "demo-unrest"
    rows = Archive(world.store).topic(topic).all_versions().to_polars().filter(pl.col("document_id").is_in(ids))
    assert rows.height == len(ids) >= 2
    assert rows["cluster_id"].n_unique() == 1
    assert rows["copy"].to_list().count("first") == 1


@pytest.mark.long
def test_nights_out_of_order_give_the_same_articles(
    press: Press, configuration: Configuration, embedded: EmbeddedStore
) -> None:
    """Sources that date what they name, asked for each night's own news: else the first night run takes it all."""
    dated = ("ostermere-chronicle", "free-lantern", "sarybel-vesti")
    limited = _limited(configuration, dated, lookback_days=0, revisit=(), delay=0.0)
    columns = [name for name in ARTICLES.names if name not in OF_ONE_RUN]
    tables = []
    for order in (NIGHTS[1:], NIGHTS[:0:-1]):
        with _store(embedded) as store:
            for day in order:
                press.night = day
                night(store, limited, COLLECTION, day)
            tables.append(Archive(store).topic("demo-unrest").all_versions().columns(*columns).to_polars())
    in_order, out_of_order = tables
    assert in_order.equals(out_of_order)
    wire = in_order.filter(pl.col("title").str.contains("Oil at four-month high|How Nine Hours"))
    assert wire["night"].to_list() == [*NIGHTS[1:]], "the story is in both nights"
    assert wire["copy"].to_list() == ["first", "near"]
