"""A night on a store that fails ends complete or with one error, and the next run gives what no fault would have."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from tests.end_to_end.failing_nights import PHASES, STOPPED, Newsroom, newsroom
from tests.storage.failing_store import FailingStore, Fault, failing_store

from tearsheet.storage.embedded import EmbeddedStore

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("failing-store")]


@pytest.fixture(scope="module")
def desk(embedded: EmbeddedStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """A press of two outlets and the rows of a night without faults."""
    folder = tmp_path_factory.mktemp("newsroom")
    with newsroom(embedded.access, f"{embedded.url}/{uuid4().hex}", folder / "config") as opened:
        yield opened


@pytest.fixture(scope="module")
def proxy(embedded: EmbeddedStore) -> Iterator[FailingStore]:
    """The way to the store on which faults lie in wait."""
    with failing_store(embedded.access) as failing:
        yield failing


@pytest.mark.parametrize(
    ("kind", "phase", "times", "code"),
    [
        ("ExpiredToken", "plan", None, 4),
        ("corrupted", "reading", 2, 0),
        ("reset after", "commit", 1, 0),
        ("unconditional", "commit", None, 0),
        pytest.param("XMinioStorageFull", "state", None, 4, marks=pytest.mark.long),
        pytest.param("SlowDown", "segment", 1, 0, marks=pytest.mark.long),
        pytest.param("QuotaExceeded", "segment", None, 8, marks=pytest.mark.long),
        pytest.param("reset before", "crawl's report", None, 4, marks=pytest.mark.long),
        pytest.param("reset after", "segment", 1, 0, marks=pytest.mark.long),
        pytest.param("AccessDenied", "index", None, 4, marks=pytest.mark.long),
        pytest.param("truncated", "reading", 2, 0, marks=pytest.mark.long),
        pytest.param("corrupted", "staging", 1, 0, marks=pytest.mark.long),
        pytest.param("InternalError", "commit", None, 4, marks=pytest.mark.long),
        pytest.param("AccessDenied", "topics", None, 4, marks=pytest.mark.long),
    ],
)
def test_a_night_gets_over_a_fault_or_the_next_run_does(
    desk: Newsroom, proxy: FailingStore, kind: str, phase: str, times: int | None, code: int
) -> None:
    method, key = PHASES[phase]
    verdict = desk.trial(proxy, Fault(kind, method=method, key=key, times=times))
    assert verdict.injected
    assert (verdict.first.code, verdict.wrong) == (code, []), verdict.first.said
    assert (verdict.lost, verdict.twice) == (0, 0)


def test_a_full_disk_ends_the_night_and_the_next_run_completes_it(desk: Newsroom, proxy: FailingStore) -> None:
    verdict = desk.trial(proxy, largest_file=4000)
    assert (verdict.first.code, verdict.wrong) == (9, []), verdict.first.said
    told = [line for line in verdict.first.said.splitlines() if "name another folder in TMPDIR" in line]
    assert any("an extraction process cannot load its models" in line for line in told), verdict.first.said


def test_sigterm_in_an_upload_ends_the_night_and_the_next_run_completes_it(desk: Newsroom, proxy: FailingStore) -> None:
    def stop(process: subprocess.Popen[str]) -> None:
        deadline = time.monotonic() + 100
        while not proxy.injected and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)

    method, key = PHASES["segment"]
    verdict = desk.trial(proxy, Fault("slow", method=method, key=key, skip=2, times=1, seconds=1.0), while_running=stop)
    assert (verdict.first.code, verdict.wrong) == (STOPPED, []), verdict.first.said
    assert "stopped by SIGTERM; what was fetched is kept" in verdict.first.said
