"""A night's captures from the store: by its indexes, or by its WARCs where an index is missing."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator

from tearsheet.archive import cdxj, reader
from tearsheet.archive.exchange import Exchange
from tearsheet.archive.indexing import index
from tearsheet.archive.keys import SegmentName, index_key
from tearsheet.archive.writer import SegmentWriter
from tearsheet.errors import ObjectMissing, RecordError
from tearsheet.model import Candidate
from tearsheet.storage import Store

MakePage = Callable[..., Exchange]
MakeCandidate = Callable[..., Candidate]
MakeSegment = Callable[..., SegmentWriter]
Nights = tuple[SegmentWriter, SegmentWriter]


def test_captures_are_what_was_written(
    store: Store, nights: Nights, make_page: MakePage, make_candidate: MakeCandidate
) -> None:
    nights[0].upload(store)
    page, plain = reader.captures(store, "press", "2026-01-05")
    candidate = make_candidate("http://news.example/old")
    assert (page.url, page.final_url, page.source, page.document_id, page.mentions) == (
        candidate.url,
        "http://news.example/a",
        candidate.source,
        candidate.document_id,
        candidate.mentions,
    )
    assert (page.status, page.media_type, page.fetched_at) == (200, "text/html", make_page().fetched_at)
    assert page == nights[0].entries[2].capture
    assert (plain.url, plain.media_type) == ("http://news.example/b?x=1", "text/html")


def test_a_capture_is_read_by_one_range_request(
    store: Store, nights: Nights, make_page: MakePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights[0].upload(store)
    page = reader.captures(store, "press", "2026-01-05")[0]
    monkeypatch.setattr(store, "get", None)
    assert reader.parse_member(reader.read_member(store, page)) == reader.read_record(store, page)
    record = reader.read_record(store, page)
    assert (record.raw_body, record.headers, record.verified) == (make_page().body, make_page().response_headers, True)


def test_a_damaged_record_is_named_by_its_object_and_place(store: Store, nights: Nights) -> None:
    nights[0].upload(store)
    page = reader.captures(store, "press", "2026-01-05")[0]
    with pytest.raises(RecordError, match=rf"s3://.*/{page.warc_file}, byte {page.warc_offset + 1}: "):
        reader.read_record(store, replace(page, warc_offset=page.warc_offset + 1))


def test_captures_come_earliest_first_over_all_segments(
    store: Store, tmp_path: Path, make_segment: MakeSegment, make_page: MakePage, make_candidate: MakeCandidate
) -> None:
    for serial, minutes in ((0, (3, 1)), (1, (2, 1))):
        segment = make_segment(tmp_path, SegmentName("press", "2026-01-05", "b000", 1, serial))
        for minute in minutes:
            page = make_page(f"http://news.example/{serial}")
            segment.write_exchange(
                replace(page, fetched_at=page.fetched_at + timedelta(minutes=minute)), make_candidate()
            )
        segment.close()
        segment.upload(store)
    found = [
        (capture.fetched_at.minute, capture.final_url[-1]) for capture in reader.captures(store, "press", "2026-01-05")
    ]
    assert found == [(1, "0"), (1, "1"), (2, "1"), (3, "0")]
    assert reader.captures(store, "press", "2026-01-04") == []
    assert len(reader.segments(store, "press", "2026-01-05")) == 2


@pytest.mark.parametrize("damage", [None, b"not an index", b'{"half": '])
def test_a_missing_or_unreadable_index_is_made_again_and_put_back(
    store: Store, nights: Nights, damage: bytes | None
) -> None:
    for segment in nights:
        segment.upload(store)
        original = store.get(index_key(segment.key))
        expected = reader.segment_captures(store, segment.key)
        store.delete([index_key(segment.key)])
        if damage:
            store.put(index_key(segment.key), damage)
        assert reader.segment_captures(store, segment.key) == expected
        assert store.get(index_key(segment.key)) == original


def test_the_index_read_from_a_warc_is_the_one_its_writer_made(nights: Nights) -> None:
    for segment in nights:
        with segment.path.open("rb") as stream:
            found = index(stream, segment.key)
        assert found.torn is None
        assert found.entries == segment.entries
        again = cdxj.load(cdxj.dump(found.entries))
        assert sorted(again, key=lambda entry: entry.offset) == segment.entries


def test_an_index_line_is_cdxj(nights: Nights) -> None:
    lines = cdxj.dump(nights[0].entries).decode("ascii").splitlines()
    assert lines == sorted(lines)
    key, stamp, text = lines[0].split(" ", 2)
    told = json.loads(text)
    capture = nights[0].entries[2]
    assert (key, stamp) == ("example,news)/a", "20260105020000")
    assert {name: told[name] for name in ("url", "mime", "status", "digest", "length", "offset", "filename")} == {
        "url": "http://news.example/a",
        "mime": "text/html",
        "status": "200",
        "digest": capture.digest,
        "length": str(capture.length),
        "offset": str(capture.offset),
        "filename": nights[0].key,
    }
    assert sum("candidate" in line for line in lines) == 2


def test_fastwarc_finds_the_same_offsets(nights: Nights) -> None:
    for segment in nights:
        found = [
            record.stream_pos
            for record in ArchiveIterator(io.BytesIO(segment.path.read_bytes()), parse_http=False)
            if record.headers["WARC-Type"] in ("response", "revisit")
        ]
        assert found == [entry.offset for entry in segment.entries]


def test_a_torn_end_at_every_byte_keeps_what_stands_whole_before_it(
    tmp_path: Path, make_segment: MakeSegment, make_page: MakePage, make_candidate: MakeCandidate
) -> None:
    segment = make_segment(tmp_path)
    first = segment.write_exchange(make_page("http://news.example/1"), make_candidate())
    whole = segment.size
    last = segment.write_exchange(make_page("http://news.example/2"), make_candidate())
    segment.close()
    packed = segment.path.read_bytes()
    for cut in range(whole, len(packed) + 1):
        found = index(io.BytesIO(packed[:cut]), segment.key)
        response_is_whole = cut >= last.offset + last.length
        capture_is_whole = cut == len(packed)
        expected = replace(last, candidate=None) if not capture_is_whole else last
        assert found.entries == ([first, expected] if response_is_whole else [first])
    assert index(io.BytesIO(packed[: whole + 1]), segment.key).torn == f"byte {whole}: the gzip member is truncated"


def test_a_torn_segment_is_read_and_reported(store: Store, nights: Nights, caplog: pytest.LogCaptureFixture) -> None:
    packed = nights[0].path.read_bytes()
    store.put(nights[0].key, packed[:-1])
    with caplog.at_level(logging.WARNING):
        assert len(reader.captures(store, "press", "2026-01-05")) == 2
    assert f"{store.url(nights[0].key)} is whole up to byte " in caplog.text


@pytest.mark.parametrize("junk", [b"", b"junk", b"\x1f\x8b", bytes(5000), b"WARC/1.1\r\n", b"<!doctype html>\n" * 99])
def test_what_is_no_warc_gives_no_captures(store: Store, junk: bytes) -> None:
    store.put("raw/press/2026-01-05/upload.warc.gz", junk)
    assert reader.captures(store, "press", "2026-01-05") == []


def test_a_warc_that_is_not_there_is_missing(store: Store) -> None:
    with pytest.raises(ObjectMissing):
        reader.segment_captures(store, "raw/press/2026-01-05/b000-001-00000.warc.gz")


def test_reading_needs_no_crawler_extractor_or_writer() -> None:
    heavy = "{'scrapy', 'twisted', 'trafilatura', 'warcio', 'deflate', 'tldextract', 'boto3'}"
    program = f"import sys, tearsheet.archive.reader; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"
