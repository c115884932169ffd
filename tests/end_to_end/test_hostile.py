"""A night of a hostile web: every behaviour ends as it should, and the healthy outlets beside them are complete."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.hostile.behaviours import ALL
from tests.hostile.run import MOST_MEMORY, hostile_night

from tearsheet.storage.embedded import embedded_store


@pytest.mark.slow
def test_a_hostile_web_costs_nobody_else_anything(tmp_path: Path) -> None:
    with embedded_store(tmp_path / "var") as store:
        verdict = hostile_night(store, tmp_path / "config")
    assert len(ALL) >= 80
    assert verdict.unexpected == []
    assert verdict.peak < MOST_MEMORY, verdict.peaks
