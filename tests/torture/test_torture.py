"""The short campaign: no kill, of whatever and whenever, changes what the nights hold in the end."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from tests.torture.campaign import report, torture

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("torture")]
KILLS = 12


def test_killed_nights_run_again_are_as_those_that_were_never_killed(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    began = time.monotonic()
    figures = torture(tmp_path, KILLS, seed)
    told = f"seed {seed}\n{report(figures, time.monotonic() - began)}"
    print(told)
    assert figures.wrong == 0, told
    assert figures.kills.total() >= KILLS, told
    assert figures.rows > 0, told
    assert figures.reads > 0, told
