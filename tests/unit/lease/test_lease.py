"""One run of a night at a time: who is refused, who takes over, and what the run that lost it is told."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.storage.conftest import Faults

from tearsheet.config.models import StoreSettings
from tearsheet.errors import BusyError, RecordError
from tearsheet.lease import Claim, Lease, claim, hold, lease_key, refuse_running
from tearsheet.storage import Store
from tearsheet.storage.embedded import EmbeddedStore

NIGHT = ("press", "2026-01-12")
KEY = lease_key(*NIGHT)
SHORT = 2.0
"""Seconds; the store tells ages in whole ones."""


def elsewhere(seconds: float = SHORT, **changes: Any) -> Claim:
    """A claim by a process of another machine."""
    return replace(claim(seconds), host="elsewhere", **changes)


def expired() -> None:
    """Wait until a short lease can be taken over."""
    time.sleep(SHORT + 2.0)


def test_a_second_run_is_told_who_holds_the_night(store: Store) -> None:
    with (
        hold(store, *NIGHT, 60),
        pytest.raises(
            BusyError,
            match=rf"press 2026-01-12 is held by run \w+ \(process {os.getpid()} on .*, since 20.* UTC\); "
            rf"{store.url(KEY)} was renewed \d s ago and ends at \d\d:\d\d:\d\d UTC .* in (60|59|58) s",
        ) as caught,
        hold(store, *NIGHT, 60),
    ):
        pass
    assert caught.value.exit_code == 7
    with hold(store, *NIGHT, 60):
        pass


def test_another_night_is_free(store: Store) -> None:
    with hold(store, *NIGHT, 60), hold(store, "press", "2026-01-13", 60), hold(store, "agency", "2026-01-12", 60):
        assert store.exists(KEY)


def test_of_those_who_take_an_expired_lease_one_wins(store: Store) -> None:
    lost = Lease(store, *NIGHT, elsewhere())
    lost.take()
    expired()
    takers = [Lease(store, *NIGHT, elsewhere()) for _ in range(5)]

    def taken(lease: Lease) -> bool:
        try:
            lease.take()
        except BusyError:
            return False
        return True

    with ThreadPoolExecutor(5) as pool:
        won = list(pool.map(taken, takers))
    assert won.count(True) == 1
    winner = takers[won.index(True)]
    winner.confirm()
    lost.check()  # it has not asked yet
    for ask in (lost.confirm, lost.check):
        with pytest.raises(BusyError, match=r"was taken over by run .* publishes nothing more"):
            ask()
    lost.release()
    winner.confirm()


def test_a_renewed_lease_does_not_expire(store: Store) -> None:
    with hold(store, *NIGHT, SHORT):
        expired()
        with pytest.raises(BusyError):
            Lease(store, *NIGHT, elsewhere()).take()


def test_a_store_that_fails_for_a_moment_ends_nothing(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    with hold(store, *NIGHT, SHORT) as lease:
        Faults(store).answer("PutObject", 403, "AccessDenied", times=3)
        expired()
        lease.check()
        lease.confirm()
        with pytest.raises(BusyError):
            Lease(store, *NIGHT, elsewhere()).take()
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 3


def test_a_lost_lease_that_nobody_took_goes_on(store: Store) -> None:
    slept = Lease(store, *NIGHT, elsewhere())
    slept.take()
    expired()
    slept.confirm()
    store.delete([KEY])
    slept.confirm()
    with pytest.raises(BusyError):
        Lease(store, *NIGHT, elsewhere()).take()


def test_a_killed_process_of_this_machine_keeps_nothing(store: Store) -> None:
    code = (
        "import os, time\nfrom tearsheet.config.models import StoreSettings\nfrom tearsheet.lease import hold\n"
        "from tearsheet.storage import Store\n"
        f"with hold(Store({store.url()!r}, settings=StoreSettings()), *{NIGHT!r}, 600):\n"
        "    print('held', flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], env=os.environ | store.environment(), stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(BusyError, match=f"process {holder.pid} on "), hold(store, *NIGHT, 600):
            pass
        holder.send_signal(signal.SIGKILL)
        while not _is_zombie(holder.pid):
            time.sleep(0.01)
        with hold(store, *NIGHT, 600):  # nobody has waited for it yet
            pass
    with hold(store, *NIGHT, 600):
        pass


@pytest.mark.parametrize(
    "strange",
    [
        lambda held: replace(held, host="elsewhere"),
        lambda held: replace(held, life=f"another-boot {held.life}"),
        lambda held: replace(held, life=held.life.replace("pid:[", "pid:[1")),  # another container
        lambda held: replace(held, life=None),
    ],
)
def test_only_a_process_that_could_be_seen_here_is_taken_for_dead(
    store: Store, strange: Callable[[Claim], Claim]
) -> None:
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    dead = replace(claim(600), pid=gone.pid)
    assert dead.is_dead()
    Lease(store, *NIGHT, strange(dead)).take()
    with pytest.raises(BusyError), hold(store, *NIGHT, 600):
        pass


def test_a_pid_that_was_given_away_again_is_no_life(store: Store) -> None:
    mine = claim(600)
    assert not mine.is_dead()
    assert mine.life is not None
    assert replace(mine, life=f"{mine.life}1").is_dead()


def test_a_dag_run_rests_between_its_tasks_and_shares_among_them(store: Store) -> None:
    with hold(store, *NIGHT, 600, owner="DAG run a", rest=True) as first:
        with hold(store, *NIGHT, 600, owner="DAG run a", rest=True) as sibling:
            sibling.confirm()
            first.confirm()
        first.confirm()
    with pytest.raises(BusyError, match=r"held by DAG run a \("), hold(store, *NIGHT, 600, owner="DAG run b"):
        pass
    with hold(store, *NIGHT, 600, owner="DAG run a"):
        pass
    with hold(store, *NIGHT, 600, owner="DAG run b"):
        pass


def test_a_lease_that_rested_too_long_is_anybodys(store: Store) -> None:
    with hold(store, *NIGHT, SHORT, owner="DAG run a", rest=True) as slept:
        pass
    expired()
    with hold(store, *NIGHT, 600):
        with pytest.raises(BusyError, match="taken over"):
            slept.confirm()
        with pytest.raises(BusyError), hold(store, *NIGHT, 600, owner="DAG run a"):
            pass


def test_a_store_without_conditional_writes_is_said_to_be_for_one_writer(
    embedded: EmbeddedStore, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    plain = Store(store.url(), settings=StoreSettings(conditional_writes=False), access=embedded.access)
    with hold(plain, *NIGHT, 60), pytest.raises(BusyError), hold(plain, *NIGHT, 60):
        pass
    assert "no conditional writes: see that only one run writes there at a time" in caplog.text


def test_what_is_no_lease_is_named(store: Store) -> None:
    store.put(KEY, b"{}")
    with pytest.raises(RecordError, match=rf"{KEY} is no lease [\s\S]*delete it"), hold(store, *NIGHT, 60):
        pass


def _is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "Z"


def test_what_concerns_all_nights_waits_for_each_of_them(store: Store) -> None:
    refuse_running(store)
    with hold(store, *NIGHT, 60), pytest.raises(BusyError, match="press 2026-01-12 is held by run"):
        refuse_running(store)
    refuse_running(store)
