"""The short form of ``make fuzz``: each target for a moment, always the same inputs first."""

from __future__ import annotations

import pytest
from tests.fuzz.run import explore
from tests.fuzz.targets import TARGETS, Target, attempt

SECONDS = 2.0


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_but_our_errors_is_raised(name: str) -> None:
    for data in TARGETS[name].seeds:
        TARGETS[name].read(data)
    assert explore(TARGETS[name], SECONDS, start=0) > 0


def test_a_finding_is_found() -> None:
    def brittle(data: bytes) -> None:
        if b"[" in data:
            raise IndexError(data)

    with pytest.raises(IndexError):
        explore(Target(brittle, (b"{}",), (b"[",)), SECONDS, start=0)
    with pytest.raises(IndexError):
        attempt(Target(brittle, ()), b"[")
