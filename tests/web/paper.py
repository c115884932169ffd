"""An archive of hostile and foreign pages: real records, rows with all that a page of the catalogue shows."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from tests.unit.conftest import _document
from tests.unit.pull.conftest import publish_articles
from tests.web.conftest import Site, served

from tearsheet.archive.exchange import Exchange
from tearsheet.archive.keys import SegmentName
from tearsheet.archive.writer import SegmentWriter
from tearsheet.config import public
from tearsheet.config.models import Collection, Configuration, Settings, Source, StoreSettings, Topic
from tearsheet.harvest.verdict import RunReport, SourceVerdict, save_report
from tearsheet.model import Candidate, Document, Removed, Rights
from tearsheet.pull import Archive
from tearsheet.spiders.job import ChannelReport
from tearsheet.storage import Store
from tearsheet.storage.embedded import EmbeddedStore
from tearsheet.tables import documents
from tearsheet.tables.schema import to_arrow
from tearsheet.web.app import create_app

NIGHTS = ("2026-01-30", "2026-01-31", "2026-02-01")
CONFIGURATION = Configuration(
    settings=Settings(),
    collections={
        "press": Collection(
            id="press",
            sources=tuple(
                Source(id=source, name=name, homepage=f"https://{source}.example/", country=country, language=language)
                for source, name, country, language in (
                    ("gazette", "The Harbour Gazette", "GB", "en"),
                    ("kurier", "Der <b>Kurier</b>", "AT", "de"),
                    ("shaar", "שער הנמל", "IL", "he"),
                    ("mina", "صحيفة الميناء", "EG", "ar"),
                    ("minato", "港新聞", "JP", "ja"),
                )
            ),
        )
    },
    topics={
        "harbour": Topic(
            id="harbour", title="Harbours <i>of</i> the world", query="harbour OR 港", collections=("press",)
        )
    },
)
QUERY_WORDS = ("harbour", "Harbour", "Hafen", "נמל", "ميناء", "港")
HOSTILE = """<!doctype html><html><head><title>Harbour</title>
<link rel=stylesheet href="OUTSIDE/style.css"><style>h1 { color: rgb(1, 2, 3) }</style>
<script>document.title = "it ran"; fetch("OUTSIDE/beacon")</script>
<meta http-equiv=refresh content="0;url=OUTSIDE/away"></head>
<body onload="document.title = 'it ran'"><h1>The harbour is closed</h1><img src="OUTSIDE/picture.jpg">
<form action="OUTSIDE/"><button>Send</button></form>
<iframe src="OUTSIDE/frame"></iframe><p>All of it.</p></body></html>"""
STORY = (
    "The harbour of Calder will be closed for repairs until the spring, the council decided on Thursday.",
    "Fishermen had asked for a smaller closure, and few of them came to the meeting in person.",
    "“We have waited eleven years for this harbour,” said the harbour master, who will retire in March.",
    "No tax is to be raised for the work, which the region pays for in three parts.",
)
CHANGED = (
    STORY[0].replace("until the spring", "until the summer"),
    *STORY[1:3],
    "The region pays for the work in four parts.",
)


def removed(*blocks: tuple[int, str, str, str]) -> tuple[Removed, ...]:
    """Blocks that were cut: place, reason, rule, text."""
    return tuple(
        Removed(position=at, reason=reason, rule=rule, text=text, score=0.9) for at, reason, rule, text in blocks
    )


LEDGER = removed(
    (0, "navigation", "markup:breadcrumb", "Home › News › Harbour"),
    (2, "newsletter", "call:newsletter", "Sign up for our <em>morning</em> newsletter"),
    (5, "related", "list of links", "Ferry to Dunmore runs late again"),
    (6, "related", "list of links", "Ten harbours to see before you are forty"),
    (8, "repeated", "learned", "The Harbour Gazette has been printed in the old rope works since the flood."),
)
TEXTS: dict[int, Mapping[str, Any]] = {
    1: {"source": "gazette", "language": "en", "title": "The harbour is closed", "text": "\n".join(STORY)},
    2: {
        "source": "kurier",
        "language": "de",
        "title": "Der Hafen ist <script>document.title='it ran'</script> geschlossen",
        "text": "Der Hafen von Calder bleibt bis zum Frühjahr geschlossen.\nDas beschloss der Rat am Donnerstag.",
    },
    3: {
        "source": "shaar",
        "language": "he",
        "title": "נמל חיפה נסגר לשיפוצים",
        "standfirst": "העירייה החליטה: הנמל ייסגר עד האביב",
        "text": "נמל חיפה ייסגר לשיפוצים עד האביב, כך החליטה העירייה.\nהדייגים ביקשו סגירה קצרה יותר (3 שבועות).",
        "removed": removed((1, "newsletter", "call:newsletter", "הירשמו לניוזלטר שלנו")),
    },
    4: {
        "source": "mina",
        "language": "ar",
        "title": "إغلاق ميناء الإسكندرية للصيانة",
        "text": "يُغلق ميناء الإسكندرية للصيانة حتى الربيع، بحسب قرار المجلس يوم الخميس.\nوطالب الصيادون بإغلاق أقصر.",
    },
    5: {
        "source": "minato",
        "language": "ja",
        "title": "港の改修工事、春まで続く",
        "text": "港は春まで閉鎖されると、市議会が木曜日に決定した。\n漁業者らは、より短い閉鎖を求めていた。",
    },
    6: {
        "source": "gazette",
        "language": "en",
        "title": "A harbour that must not be copied",
        "text": "The harbour is shown to nobody.",
        "rights": (Rights(signal="noarchive", value="", origin="meta"),),
    },
    7: {"source": "gazette", "language": "en", "title": "A harbour whose record was changed", "text": "The harbour."},
}
COPIES = {2: {"cluster_id": f"{1:020x}", "copy": "near"}}


def evidence(document: Document) -> list[dict[str, Any]]:
    """Where words of the query stand, in code points."""
    fields = {name: getattr(document, name) or "" for name in ("title", "standfirst", "text")}
    return [
        {"field": name, "offset": at, "length": len(word), "words": word}
        for name, value in fields.items()
        for word in QUERY_WORDS
        for at in range(len(value))
        if value.startswith(word, at)
    ]


def archived(store: Store, folder: Path, night: str, pages: Mapping[int, str]) -> dict[int, dict[str, Any]]:
    """Archive pages by their numbers; what their rows say of the records."""
    writer = SegmentWriter(SegmentName("press", night, "b000", 1, 0), folder, contact=None, user_agent="test")
    found = {}
    for number, html in pages.items():
        body = gzip.compress(html.encode(), mtime=0)
        url = f"https://gazette.example/{number}"
        exchange = Exchange(
            url=url,
            request_headers=(("User-Agent", "test"),),
            status=200,
            reason="OK",
            response_headers=(("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip")),
            body=body,
            fetched_at=datetime.fromisoformat(f"{night}T03:00:00Z"),
        )
        entry = writer.write_exchange(exchange, Candidate(document_id=f"{number:020x}", url=url, source="gazette"))
        assert entry.capture is not None
        found[number] = {
            name: getattr(entry.capture, name) for name in ("warc_file", "warc_offset", "warc_length", "payload_digest")
        }
    writer.close()
    writer.upload(store)
    return found


def rows(store: Store, folder: Path, outside: str) -> list[Document]:
    """Number 1 on the first and, changed, on the last night; all others on the second; 8 is a drop."""
    pages = {
        number: HOSTILE.replace("OUTSIDE", outside).replace("All of it", f"Page {number}") for number in (*TEXTS, 8)
    }
    first, second, last = (
        archived(store, folder, night, {number: pages[number] + night for number in numbers})
        for night, numbers in zip(NIGHTS, ((1,), (*range(2, 9),), (1,)), strict=True)
    )
    told: dict[str, Any] = {
        "published_at": datetime(2026, 1, 29, 18, 30, tzinfo=UTC),
        "published_raw": "29 January 2026, 18:30",
        "published_has_time": True,
        "published_from": "json_ld",
        "authors": ("Ann Lee", "Bo Chen"),
        "access_evidence": ("isAccessibleForFree: true",),
        "access": "open",
        "channels": ("https://gazette.example/feed.xml",),
        "tags": ("harbours", "Calder"),
    }
    known = {"standfirst": "Repairs of the old harbour begin", "removed": LEDGER} | told
    one = [
        _document(1, NIGHTS[0], **TEXTS[1], **known, **first[1]),
        _document(1, NIGHTS[2], **{**TEXTS[1], "text": "\n".join(CHANGED)}, **known, **last[1]),
    ]
    others = [_document(n, NIGHTS[1], **{**told, **TEXTS[n]}, **second[n]) for n in range(2, 8)]
    others[-1] = _document(7, NIGHTS[1], **TEXTS[7], **(second[7] | {"payload_digest": "sha256:" + 64 * "0"}))
    cut = removed((0, "navigation", "markup:nav", "All harbours from A to Z"))
    drop = _document(8, NIGHTS[1], outcome="drop.listing", title=None, removed=cut, **second[8])
    return [*one, *others, drop]


def report(store: Store, night: str, found: list[Document]) -> None:
    """The night's report: the Kurier gave less than is expected, and one of its feeds is gone."""
    verdicts = []
    for source in CONFIGURATION.collections["press"].sources:
        count = sum(1 for row in found if (row.source, row.outcome) == (source.id, "article"))
        failed = source.id == "kurier" and night == NIGHTS[2]
        feed = ChannelReport(url=f"{source.homepage}feed.xml", kind="feed", status=200, named=count + 1)
        gone = ChannelReport(url=f"{source.homepage}map.xml", kind="sitemap", status=404, error="404 <b>Not Found</b>")
        verdicts.append(
            SourceVerdict(
                source=source.id,
                verdict="failed" if failed else "ok",
                reasons=("0 articles, 1 expected",) if failed else (),
                articles=count,
                candidates=count + 1,
                outcomes={"article": count, "skipped.seen": 1},
                channels=(feed, gone),
            )
        )
    counted = {"article": sum(each.articles for each in verdicts), "skipped.seen": len(verdicts)}
    save_report(
        store,
        RunReport(
            collection="press",
            night=night,
            planned_at=datetime.fromisoformat(f"{night}T02:00:00Z"),
            config="c" * 64,
            candidates=sum(counted.values()),
            outcomes=counted,
            documents=len(found),
            table_version=1,
            fingerprint=1,
            unfinished=(),
            sources=tuple(verdicts),
        ),
    )


def fill(store: Store, folder: Path, outside: str) -> Archive:
    """All of it; the pages try to load from ``outside``."""
    body, _ = public(CONFIGURATION)
    store.put("config/current.json", body)
    found = rows(store, folder, outside)
    for night in NIGHTS:
        of_night = [row for row in found if row.night == night]
        documents.publish(store, "press", night, to_arrow(of_night))
        report(store, night, of_night)
    again = {"cluster_id": f"{1:020x}", "copy": "version"}
    selected = []
    for row in found[:-1]:
        own = again if row.night == NIGHTS[2] else COPIES.get(int(row.document_id, 16), {})
        selected.append((row, {"evidence": evidence(row), **own}))
    publish_articles(store, selected, topic="harbour")
    return Archive(store)


@dataclass
class Outside:
    """A server that pages would ask if they could, and what it was asked."""

    url: str
    asked: list[str]


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    """A host that is not the catalogue's."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Outside(f"http://127.0.0.1:{server.server_port}", asked)
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def press(embedded: EmbeddedStore, tmp_path_factory: pytest.TempPathFactory, outside: Outside) -> Iterator[Site]:
    """The archive, served."""
    url = f"{embedded.url}/paper-{uuid4().hex[:12]}"
    with Store(url, settings=StoreSettings(), access=embedded.access) as store:
        archive = fill(store, tmp_path_factory.mktemp("paper"), outside.url)
        with served(create_app(archive)) as address:
            yield Site(address, archive)


@pytest.fixture
def look(browser: Browser, outside: Outside) -> Iterator[Callable[..., Page]]:
    """``look(url, **context)`` opens a page; in the end nobody outside was asked, and only loopback answered.

    Browsers complain of what a captured page may not do, so that complaints are no failure here.
    """
    contexts: list[BrowserContext] = []
    answered: list[str] = []

    def open_page(url: str, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("response", lambda response: answered.append(response.url))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert outside.asked == []
    assert [url for url in answered if not url.startswith("http://127.0.0.1:")] == []
