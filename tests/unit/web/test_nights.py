from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tearsheet.errors import RecordError
from tearsheet.harvest.verdict import RunReport, SourceVerdict, save_report
from tearsheet.spiders.job import ChannelReport
from tearsheet.storage import Store
from tearsheet.web.nights import Reports


def put(store: Store, night: str, articles: int) -> None:
    """Write a night's report as a harvest does."""
    judged = SourceVerdict(
        source="gazette",
        verdict="ok" if articles else "failed",
        reasons=() if articles else ("0 articles, 1 expected",),
        articles=articles,
        outcomes={"article": articles, "failed.not_found": 1},
        channels=(ChannelReport(url="https://g.example/map", kind="sitemap", status=404, error="not found"),),
    )
    report = RunReport(
        collection="press",
        night=night,
        planned_at=datetime(2026, 1, 1, tzinfo=UTC),
        config="c" * 64,
        candidates=articles + 1,
        outcomes=judged.outcomes,
        documents=articles,
        table_version=1,
        fingerprint=1,
        unfinished=(),
        sources=(judged,),
    )
    save_report(store, report)
    store.put(f"runs/press/{night}/plan.json", b"{}")


@pytest.fixture
def reports(store: Store) -> Store:
    """Two nights over two months, and one that is planned and not published."""
    put(store, "2026-01-31", 3)
    put(store, "2026-02-01", 0)
    store.put("runs/press/2026-02-02/plan.json", b"{}")
    return store


def test_nights_are_what_the_harvest_wrote_newest_first(reports: Store) -> None:
    found = Reports(reports).last_nights(["press", "empty"], 60)

    assert [night.night for night in found["press"]] == ["2026-02-01", "2026-01-31"]
    assert found["empty"] == ()
    (told,) = found["press"][0].failed
    assert (told.source, told.reasons, told.channels[0].error) == ("gazette", ("0 articles, 1 expected",), "not found")


def test_only_the_last_nights_are_read(reports: Store) -> None:
    reports.put("runs/press/2026-01-31/report.json", b"not read")

    assert [night.night for night in Reports(reports).last_nights(["press"], 2)["press"]] == ["2026-02-01"]


def test_a_report_is_read_once_and_again_when_it_was_written_again(
    reports: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    get = reports.get
    monkeypatch.setattr(reports, "get", lambda key: (read.append(key[-22:]), get(key))[1])
    kept = Reports(reports)

    kept.last_nights(["press"], 60)
    kept.last_nights(["press"], 60)
    put(reports, "2026-02-01", 12)

    assert kept.last_nights(["press"], 60)["press"][0].sources[0].articles == 12
    assert sorted(read) == ["2026-01-31/report.json", "2026-02-01/report.json", "2026-02-01/report.json"]


def test_a_damaged_report_is_named_with_its_mend(reports: Store) -> None:
    reports.put("runs/press/2026-02-01/report.json", b"{")

    with pytest.raises(RecordError, match=r"(?s)runs/press/2026-02-01/report\.json is no run report .* run the night"):
        Reports(reports).last_nights(["press"], 60)
