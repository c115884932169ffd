"""Each kind of damage is found with its place; what is derived is repaired, what is archived is only named."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from tests.unit.audit.conftest import CONFIGURED, FIRST, SECOND, TOPIC, Archive
from tests.unit.audit.damages import DAMAGE, FETCHED, flip, lose_row, remembered, rewrite, rows, selected, table, url
from tests.unit.harvest.conftest import COLLECTION, SOURCE, Paper

from tearsheet import state, topic
from tearsheet.archive import cdxj
from tearsheet.archive.keys import index_key
from tearsheet.audit import Asked
from tearsheet.audit.inventory import take
from tearsheet.audit.orphans import table_files
from tearsheet.errors import AuditError
from tearsheet.extract.identity import extractor_id
from tearsheet.fingerprints import version_id
from tearsheet.harvest.choice import choice_key
from tearsheet.harvest.plan import plan_key
from tearsheet.harvest.publish import write_configuration
from tearsheet.harvest.verdict import report_key
from tearsheet.storage import Store
from tearsheet.tables import documents


def test_a_sound_archive_is_clean(archive: Archive) -> None:
    report = archive.audit()
    assert report.findings == []
    assert (report.nights, report.segments, report.documents) == (2, 2, 9)
    assert report.records == 2 + 3 * 9, "a warcinfo each; response, request and candidate of each page"
    assert report.extracted == 2, "one a night"
    assert report.not_comparable == 0
    report.insist()


def test_in_full_every_page_is_extracted_again(archive: Archive) -> None:
    report = archive.audit(sample=1.0)
    assert (report.extracted, report.findings) == (9, [])


def test_only_the_nights_that_are_asked_for(archive: Archive) -> None:
    archive.store.delete([report_key(COLLECTION, FIRST)])
    assert archive.found(since=SECOND) == []
    assert archive.found(until=FIRST) == [("report.wrong", report_key(COLLECTION, FIRST))]
    assert archive.audit(collection="another").nights == 0


def test_nothing_is_written_by_an_audit(archive: Archive) -> None:
    archive.store.delete([index_key(archive.warc()), report_key(COLLECTION, FIRST), state.key(SOURCE)])
    before = list(archive.store.list())
    assert archive.found()
    assert list(archive.store.list()) == before


def test_requests_grow_with_segments_and_not_with_rows(archive: Archive) -> None:
    asked: list[str] = []
    archive.store.client.meta.events.register(
        "before-send.s3.GetObject", lambda request, **_: asked.append(request.url)
    )
    archive.audit(sample=1.0)
    warcs = [request for request in asked if request.endswith(".warc.gz")]
    assert len(warcs) == len(set(warcs)) == 2, "each WARC once, though nine pages were extracted from them"


# What is archived: named with its place, never touched.


@pytest.mark.parametrize("part", ["response", "request"])
def test_a_flipped_byte_in_a_warc(archive: Archive, part: str) -> None:
    key = archive.warc()
    entry = cdxj.load(archive.store.get(index_key(key)))[2]
    member = entry.offset if part == "response" else entry.offset + entry.length
    rewrite(archive.store, key, lambda body: flip(body, member + 60))
    damaged = archive.store.get(key)
    (finding,) = archive.audit().findings
    assert (finding.kind, finding.place, finding.repair) == ("warc.damaged", f"{key}, byte {member}", None)
    before = rows(archive)
    assert archive.repair() == [("warc.damaged", f"{key}, byte {member}")]
    assert archive.store.get(key) == damaged
    assert rows(archive).equals(before), "a sound row is not replaced by what a damaged record gives"


def test_two_damaged_records_are_two_findings(archive: Archive) -> None:
    key = archive.warc()
    offsets = sorted(entry.offset for entry in cdxj.load(archive.store.get(index_key(key))))
    for offset in (offsets[1], offsets[4]):
        rewrite(archive.store, key, lambda body, at=offset + 60: flip(body, at))  # type: ignore[misc]
    assert archive.found() == [("warc.damaged", f"{key}, byte {offset}") for offset in (offsets[1], offsets[4])]


def test_a_flipped_byte_that_no_checksum_of_a_record_covers(archive: Archive) -> None:
    store, key = archive.store, archive.warc()
    (noted,) = [store.get_with_digest(key)[1]]
    place = store.url(key).removeprefix(f"s3://{store.bucket}/")
    body = flip(store.get(key), 4)  # the time of compression, in a gzip header
    store.client.put_object(Bucket=store.bucket, Key=place, Body=body, Metadata={"sha256": str(noted)})
    assert archive.found() == [("warc.changed", key)]


def test_a_deleted_warc(archive: Archive) -> None:
    key = archive.warc()
    archive.store.delete([key])
    (finding,) = [each for each in archive.audit().findings if each.kind == "warc.missing"]
    assert (finding.place, finding.repair) == (key, None)
    before = rows(archive)
    assert ("warc.missing", key) in archive.repair()
    assert rows(archive).equals(before)


def test_a_row_of_a_damaged_night_waits_for_its_warc(archive: Archive) -> None:
    key = archive.warc()
    entry = next(entry for entry in cdxj.load(archive.store.get(index_key(key))) if entry.url == url(3))
    rewrite(archive.store, key, lambda body: flip(body, entry.offset + 60))
    table(archive, documents.TABLE).delete(f"url = '{url(2)}'")
    (missing,) = [finding for finding in archive.audit().findings if finding.kind == "row.missing"]
    assert (missing.place, missing.repair) == (url(2), None)
    assert "restore the night's WARCs first" in missing.mend


def test_a_lost_plan(archive: Archive) -> None:
    archive.store.delete([plan_key(COLLECTION, FIRST)])
    assert ("plan.missing", plan_key(COLLECTION, FIRST)) in archive.found()


def test_a_lost_snapshot(archive: Archive) -> None:
    (key,) = {*archive.keys("learned/")} - {*unnamed_after_loss(archive)}
    archive.store.delete([key])
    assert ("learned.missing", key) in archive.found()


def unnamed_after_loss(archive: Archive) -> list[str]:
    """All snapshots but that of the first night."""
    chosen = json.loads(archive.store.get(choice_key(COLLECTION, FIRST)))
    return [key for key in archive.keys("learned/") if chosen[SOURCE] not in key]


def test_an_attempt_whose_report_cannot_be_read(archive: Archive) -> None:
    rewrite(archive.store, FETCHED, lambda body: body[:50])
    assert archive.found() == [("fetched.unreadable", f"runs/{COLLECTION}/{FIRST}/fetched")]


# What is derived: found, repaired, clean again.


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_what_is_derived_is_found_and_repaired(archive: Archive, damage: Callable[[Archive], tuple[str, str]]) -> None:
    before, topic_before, known = rows(archive), selected(archive), remembered(archive)
    pages = {key: archive.store.get(key) for key in archive.keys("raw/")}
    expected = damage(archive)
    report = archive.audit()
    assert expected in [(finding.kind, finding.place) for finding in report.findings]
    assert all(finding.repair for finding in report.findings)
    with pytest.raises(AuditError):
        report.insist()
    assert archive.repair(report) == []
    assert rows(archive).equals(before)
    assert selected(archive).equals(topic_before)
    assert remembered(archive) == known
    assert {key: archive.store.get(key) for key in archive.keys("raw/")} == pages


def test_a_row_that_its_record_does_not_give_again(archive: Archive) -> None:
    """What only extraction can tell: title, text and version_id agree with each other, and not with the page."""

    text = "The quay of the harbour stays as it is."
    name = version_id("Title", text)
    wording = {"title": "'Title'", "text": f"'{text}'", "version_id": f"'{name}'"}
    table(archive, documents.TABLE).update(wording, predicate=f"url = '{url(2)}'")
    assert ("row.differs", url(2)) in archive.found(sample=1.0)


def test_rows_of_another_extractor_are_not_comparable(archive: Archive) -> None:
    table(archive, documents.TABLE).update({"extractor": "'tearsheet 0'"}, predicate=f"night = '{FIRST}'")
    report = archive.audit(sample=1.0)
    assert (report.not_comparable, report.extracted) == (6, 3)


def test_a_night_of_another_extractor_is_published_by_this_one_and_topics_follow(archive: Archive) -> None:
    old = documents.rows(archive.store, COLLECTION, FIRST).with_columns(extractor=pl.lit("tearsheet 0")).to_arrow()
    documents.publish(archive.store, COLLECTION, FIRST, old)
    topic.update(archive.store, TOPIC)
    assert archive.repair() == [], "the report did not say what is published now"
    lose_row(archive)
    assert archive.repair() == []
    assert rows(archive)["extractor"].unique().to_list() == [extractor_id()]


def test_a_stale_topic_is_told_and_brought_up_to_date(archive: Archive) -> None:
    other = TOPIC.model_copy(update={"query": "quay AND mayor"})
    changed = Archive(archive.store, archive.pool, CONFIGURED.model_copy(update={"topics": {TOPIC.id: other}}))
    assert changed.found() == [("topic.stale", f"tables/articles/{TOPIC.id}/{night}") for night in (FIRST, SECOND)]
    assert changed.repair() == []
    assert selected(changed).is_empty()


@pytest.mark.parametrize(("lost", "kind"), [("documents", "night.unpublished"), ("articles", "topic.stale")])
def test_a_lost_table_comes_again(archive: Archive, lost: str, kind: str) -> None:
    before, topic_before = rows(archive), selected(archive)
    archive.store.delete(archive.keys(f"tables/{lost}/"))
    report = archive.audit()
    assert [finding.kind for finding in report.findings if finding.kind == kind] == [kind, kind]
    assert archive.repair(report) == []
    assert rows(archive).equals(before)
    assert selected(archive).equals(topic_before)


def test_a_night_that_is_not_published_yet_is_no_finding(archive: Archive, tmp_path: Path) -> None:
    Paper(archive.store, tmp_path, archive.pool).fetch("2026-01-14", range(20, 22))
    report = archive.audit()
    assert (report.findings, report.nights, report.unpublished, report.segments) == ([], 3, 1, 3)


def test_an_unknown_object_is_named_and_kept(archive: Archive) -> None:
    for key in ("notes.txt", f"raw/{COLLECTION}/{FIRST}/b000.tmp", "tables/others/x.parquet"):
        archive.store.put(key, b"x")
        assert archive.repair() == [("object.unknown", key)]
        archive.store.delete([key])


def test_files_of_tables(archive: Archive) -> None:
    stray = "tables/documents/collection=press/month=2026-01/part-stray.parquet"
    archive.store.put(stray, b"x")
    table(archive, documents.TABLE).delete(f"url = '{url(2)}'")  # a file that the log names as replaced
    inventory = take(archive.store, Asked())
    found = [(f.kind, f.place) for f in table_files(archive.store, inventory, timedelta(0))]
    assert found == [("table.unnamed", stray)]
    held = table(archive, documents.TABLE).file_uris()[0]
    archive.store.delete([f"tables/documents/{held.partition('/tables/documents/')[2]}"])
    assert archive.found()[0][0] == "table.missing"


def test_an_archive_without_nights_is_clean(new_store: Callable[[], Store], archive: Archive) -> None:
    empty = Archive(new_store(), archive.pool)
    write_configuration(empty.store, CONFIGURED)
    assert empty.found() == []
