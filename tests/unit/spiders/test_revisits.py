"""Pages that were captured on another night: asked again only when that is due, and archived again only if changed."""

from __future__ import annotations

import io

from fastwarc.warc import ArchiveIterator
from tests.unit.spiders.press import Desk, article

from tearsheet import state
from tearsheet.archive.reader import captures, segments
from tearsheet.state import Seen, SourceState, Visit

LATER = "2026-03-11"


def remember(desk: Desk, night: str) -> None:
    """Keep what a night captured, as a published night does."""
    for capture in captures(desk.store, "press", night):
        visit = Visit(
            digest=capture.payload_digest,
            warc_file=capture.warc_file,
            warc_offset=capture.warc_offset,
            warc_length=capture.warc_length,
        )
        seen = {capture.document_id: Seen(url=capture.url, visits={night: visit})}
        known = state.load(desk.store, capture.source)
        state.save(desk.store, known.merged(SourceState(source=capture.source, night=night, seen=seen)))


def test_a_page_is_asked_again_when_due_and_kept_again_if_changed(desk: Desk) -> None:
    site = desk.site("/tagged.html", "/same.html", "/changed.html")
    site.on("/same.html", article("same"))  # no validators: the server sends it whole
    site.on("/changed.html", article("before"))
    never, due = desk.source(site, limits={"revisit": ()}), desk.source(site, limits={"revisit": (1,)})
    desk.crawl(due, night="2026-03-10")
    remember(desk, "2026-03-10")
    hits = len(site.hits)

    assert set(desk.crawl(never, night=LATER).outcomes().values()) == {"skipped.seen"}
    assert not {hit.path for hit in site.hits[hits:]} & {"/tagged.html", "/same.html", "/changed.html"}

    site.on("/changed.html", article("after"))
    run = desk.crawl(due, night=LATER)

    assert run.outcomes() == {
        "tagged.html": "skipped.unchanged",
        "same.html": "skipped.unchanged",
        "changed.html": "captured",
    }
    assert run.report is not None
    assert sorted(revisit["reason"] for revisit in run.report.revisits.values()) == ["identical", "not_modified"]
    assert [hit.headers["If-None-Match"] for hit in site.hits if "If-None-Match" in hit.headers] == ['"/tagged.html"']
    [fresh] = captures(desk.store, "press", LATER)
    assert fresh.url == site.url("/changed.html")
    assert_revisits_replay(desk)


def assert_revisits_replay(desk: Desk) -> None:
    """Each revisit record has the status line that its page had, and names the record it stands for."""
    revisits = [
        record
        for key in segments(desk.store, "press", LATER)
        for record in ArchiveIterator(io.BytesIO(desk.store.get(key)), parse_http=True)
        if record.headers.get("WARC-Type") == "revisit"
    ]
    assert len(revisits) == 2
    assert {record.http_headers.status_code for record in revisits} == {200}
    assert all(record.headers["WARC-Refers-To"] for record in revisits)


def test_a_capture_that_is_lost_is_asked_as_if_new(desk: Desk) -> None:
    site = desk.site("/one.html")
    source = desk.source(site, limits={"revisit": (1,)})
    desk.crawl(source, night="2026-03-10")
    remember(desk, "2026-03-10")
    desk.store.delete(segments(desk.store, "press", "2026-03-10"))

    assert desk.crawl(source, night=LATER).outcomes() == {"one.html": "captured"}
