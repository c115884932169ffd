"""An archive that was really crawled is clean, each page extracted again; what is derived of it comes again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tearsheet import state
from tearsheet.audit import Asked, audit, repair
from tearsheet.config import load
from tearsheet.config.models import Configuration
from tearsheet.demo.outlets import NIGHTS
from tearsheet.demo.server import serve
from tearsheet.documents.pool import Pool
from tearsheet.night import night
from tearsheet.storage import Store
from tearsheet.tables import documents

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.xdist_group("protocol")]

CONFIG = Path(__file__).parents[2] / "config"


def without_delay(loaded: Configuration) -> Configuration:
    """The demo, asked as fast as it answers."""
    demo = loaded.collections["demo"]
    sources = [s.model_copy(update={"limits": s.limits.model_copy(update={"delay": 0.0})}) for s in demo.sources]
    return loaded.model_copy(update={"collections": {"demo": demo.model_copy(update={"sources": tuple(sources)})}})


def test_two_nights_of_the_demo_are_clean_and_come_again(store: Store, tmp_path: Path) -> None:
    with serve(port=0, night=NIGHTS[0]) as press:
        configuration = without_delay(load(press.config(tmp_path / "config", CONFIG)))
        for day in NIGHTS[:2]:
            press.night = day
            night(store, configuration, "demo", day)
    rows = [documents.rows(store, "demo", day).drop("indexed_at") for day in NIGHTS[:2]]
    sources = [source.id for source in configuration.collections["demo"].sources]
    states = [state.load(store, source) for source in sources]
    with Pool(2) as pool:
        report = audit(store, configuration, pool, Asked(sample=1.0))
        assert report.findings == []
        assert report.documents == sum(frame.height for frame in rows) == report.extracted
        derived = [info.key for info in store.list() if info.key.startswith(("state/", "staged/"))]
        runs = [info.key for info in store.list("runs/") if info.key.endswith(("outcomes.json.gz", "report.json"))]
        indexes = [info.key for info in store.list("raw/") if info.key.endswith(".cdxj")]
        kept = {key: store.get(key) for key in [*runs, *indexes]}
        store.delete([*derived, *kept])
        found = audit(store, configuration, pool, Asked()).findings
        assert {finding.kind for finding in found} == {
            "cdxj.missing",
            "outcomes.wrong",
            "report.wrong",
            "state.missing",
        }
        repair(store, configuration, pool, found)
        assert audit(store, configuration, pool, Asked()).findings == []
    assert {key: store.get(key) for key in indexes} == {key: kept[key] for key in indexes}
    assert [state.load(store, source) for source in sources] == states
    again = [documents.rows(store, "demo", day).drop("indexed_at") for day in NIGHTS[:2]]
    assert all(after.equals(before) for after, before in zip(again, rows, strict=True))
