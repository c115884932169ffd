from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from tearsheet.web.fresh import Fresh


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_it_is_made_once_however_many_ask() -> None:
    made: list[int] = []

    def make(before: int | None) -> int:
        time.sleep(0.05)
        made.append(1)
        return len(made)

    value = Fresh[int](make, 60)
    askers = [threading.Thread(target=value.get) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert (len(made), value.get()) == (1, 1)


def test_an_old_value_is_given_while_a_new_one_is_made() -> None:
    go = threading.Event()

    def make(before: int | None) -> int:
        if before is not None:
            go.wait(30)
        return (before or 0) + 1

    value = Fresh[int](make, 0)
    assert value.get() == 1
    assert value.get() == value.get() == 1
    go.set()
    until(lambda: value.get() > 1)


def test_what_fails_beside_is_raised_to_the_next_who_asks(caplog: pytest.LogCaptureFixture) -> None:
    broken = threading.Event()

    def make(before: int | None) -> int:
        if broken.is_set():
            raise OSError("gone")
        return 1

    value = Fresh[int](make, 0)
    assert value.get() == 1
    broken.set()

    def raises() -> bool:
        try:
            value.get()
        except OSError:
            return True
        return False

    until(raises)
    assert "could not be made again: gone" in caplog.text
    broken.clear()
    assert value.get() == 1
