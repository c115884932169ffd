"""How a crawl ends: done, over a limit, stopped, killed, or because the store fails; nothing fetched is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

from tests.unit.spiders.press import COMPILED_ONCE, NIGHT, Desk, Site, article, wait_for

from tearsheet import state
from tearsheet.archive.reader import captures, segments
from tearsheet.spiders.job import JOB, Job, report_key
from tearsheet.state import Pending, SourceState
from tearsheet.urls import document_id

PATHS = tuple(f"/story-{n:02}.html" for n in range(12))


def slow_site(desk: Desk, slow: str = PATHS[4]) -> Site:
    """Twelve articles in a sitemap's order, one of which takes longer than any test."""
    site = desk.site(*PATHS)
    site.on(slow, article("slow"), delay=30.0)
    return site


def test_sigterm_keeps_what_was_fetched_and_says_what_was_not(desk: Desk) -> None:
    site = slow_site(desk)
    hanging = desk.site("/one.html")
    hanging.on("/feed.xml", "", delay=30.0)
    job = desk.job(desk.source(site), desk.source(hanging), fetch={"timeout": 60.0})
    process = desk.start(job)
    wait_for(lambda: bool(site.asked(PATHS[4])), process)

    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)  # a process group's signal and a parent's may both arrive
    run = desk.finish(job, process)

    assert time.monotonic() - began < 5.0
    assert run.code == 0, run.log
    assert run.report is not None
    assert (run.report.finished, run.report.reason) == (False, "stopped")
    expected = {path[1:]: "captured" if n < 4 else "pending.stopped" for n, path in enumerate(PATHS)}
    assert run.outcomes() == expected
    assert len(captures(desk.store, "press", NIGHT)) == 4
    assert run.events[-1].event == "closed"
    assert run.events[-1].captured == 4


def test_kill_loses_the_open_segment_alone_and_the_next_attempt_goes_on(desk: Desk) -> None:
    site = slow_site(desk)
    source = desk.source(site)
    job = desk.job(source, fetch={"timeout": 60.0, "segment_captures": 2})
    process = desk.start(job)
    wait_for(lambda: bool(site.asked(PATHS[4])) and len(list(desk.store.list("raw/"))) == 4, process)
    process.kill()
    killed = desk.finish(job, process)
    assert killed.report is None
    assert killed.code == -signal.SIGKILL
    site.on(PATHS[4], article("fast now"))
    site.on("/feed.xml", "<rss version='2.0'><channel></channel></rss>")  # its articles are no longer named by anybody
    site.publish(*PATHS[2:], front=False)

    run = desk.crawl(source)

    assert run.report is not None
    assert run.report.finished
    assert run.outcomes() == {path[1:]: "captured" for path in PATHS}
    assert [site.asked(path) for path in PATHS] == [1, 1, 1, 1, 2, *[1] * 7]
    assert len(captures(desk.store, "press", NIGHT)) == len(PATHS)
    assert [key.rpartition("/")[2] for key in segments(desk.store, "press", NIGHT)] == [
        "b000-001-00001.warc.gz",
        "b000-001-00002.warc.gz",
        "b000-002-00001.warc.gz",
    ]


def test_limits_of_pages_and_time_leave_the_rest_pending(desk: Desk) -> None:
    many, long = desk.site(*PATHS), slow_site(desk, PATHS[2])
    soon = datetime.now(UTC) + timedelta(seconds=6.0)
    sources = desk.source(many, limits={"max_pages": 5}), desk.source(long)

    run = desk.crawl(*sources, deadline=soon, fetch={"timeout": 60.0})

    assert run.report is not None
    assert run.report.finished
    assert Counter((outcome.source, outcome.outcome) for outcome in run.report.outcomes) == {
        ("site-0", "captured"): 5,
        ("site-0", "pending.over_limit"): 7,
        ("site-1", "captured"): 2,
        ("site-1", "pending.night_over"): 10,
    }


def test_a_crawl_cut_short_while_it_listens_carries_what_was_pending(desk: Desk) -> None:
    site = desk.site("/new.html")
    site.on("/feed.xml", "", delay=30.0)
    old = Pending(url=site.url("/old.html"), first_night="2026-03-08", reason="pending.timeout")
    pending = {document_id(old.url): old}
    state.save(desk.store, SourceState(source="site-0", night="2026-03-09", pending=pending))
    job = desk.job(desk.source(site, feeds=(site.url("/"), site.url("/feed.xml"))), fetch={"timeout": 60.0})
    process = desk.start(job)
    wait_for(lambda: bool(site.asked("/feed.xml")), process)
    process.terminate()

    run = desk.finish(job, process)

    assert run.outcomes() == {"old.html": "pending.stopped"}
    assert run.report is not None
    assert run.report.outcomes[0].first_night == "2026-03-08"
    assert run.report.sources[0].validators == {}, "a channel that was heard for nothing is heard again"


def test_a_store_that_fails_ends_the_crawl_without_a_report(desk: Desk) -> None:
    site = desk.site(*PATHS)
    job = desk.job(desk.source(site))
    desk.store.put("raw/press/2026-03-10/b000-001-00001.warc.gz", b"somebody else's")

    run = desk.finish(job, desk.start(job))

    assert run.code == 4
    assert run.report is None
    assert "b000-001-00001.warc.gz" in run.log[-1]["message"]


def test_it_dies_with_its_parent(desk: Desk) -> None:
    site = slow_site(desk)
    job = desk.job(desk.source(site), fetch={"timeout": 60.0})
    parent = start_by_a_parent(desk, job)
    wait_for(lambda: bool(site.asked(PATHS[4])), parent)
    parent.kill()
    until = time.monotonic() + 10.0
    while not desk.store.exists(report_key("press", NIGHT, "b000", 1)):
        assert time.monotonic() < until, "an orphan goes on"
        time.sleep(0.05)
    assert len(captures(desk.store, "press", NIGHT)) == 4


def start_by_a_parent(desk: Desk, job: Job) -> subprocess.Popen[bytes]:
    """A process that starts a crawl and waits for it."""
    script = "import subprocess, sys; subprocess.run([sys.executable, '-m', 'tearsheet.spiders'])"
    environment = os.environ | COMPILED_ONCE | desk.store.environment()
    parent = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, env=environment)
    assert parent.stdin is not None
    parent.stdin.write(JOB.dump_json(job))
    parent.stdin.close()
    return parent


def test_a_job_that_is_none_is_refused() -> None:
    run = subprocess.run([sys.executable, "-m", "tearsheet.spiders"], input=b"{}", capture_output=True, check=False)
    assert run.returncode == 3
    assert b"holds no job" in run.stderr
