"""What stands in a segment: its members, its messages, and what never gets in."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import brotli
import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from tearsheet.archive.exchange import Exchange
from tearsheet.archive.record import Record, parse_member
from tearsheet.archive.writer import SegmentWriter
from tearsheet.errors import ObjectExists
from tearsheet.model import Candidate
from tearsheet.storage import Store

MakePage = Callable[..., Exchange]
MakeCandidate = Callable[..., Candidate]
MakeSegment = Callable[..., SegmentWriter]
Nights = tuple[SegmentWriter, SegmentWriter]


def _members(packed: bytes) -> list[bytes]:
    """The records, each unfolded by zlib from a gzip member of its own."""
    found = []
    while packed:
        decompressor = zlib.decompressobj(31)
        found.append(decompressor.decompress(packed))
        assert decompressor.eof
        packed = decompressor.unused_data
    return found


def _kinds(packed: bytes) -> list[str]:
    return [str(record.rec_type) for record in ArchiveIterator(io.BytesIO(packed))]


def _stored(segment: SegmentWriter, exchange: Exchange) -> tuple[Record, bytes]:
    """A written exchange read back, and its response record as it lies in the file."""
    entry = segment.write_exchange(exchange)
    segment.close()
    member = segment.path.read_bytes()[entry.offset : entry.offset + entry.length]
    return parse_member(member), gzip.decompress(member)


def test_warcio_checks_every_digest_and_finds_nothing(nights: Nights, capsys: pytest.CaptureFixture[str]) -> None:
    checker = Checker(SimpleNamespace(inputs=[str(segment.path) for segment in nights], verbose=True))
    assert checker.process_all() == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.count("digest pass") == 1 + 2 * 5 + 2 + 1 + 2
    assert said.out.count("digest present but not checked (revisit)") == 2


def test_a_capture_is_three_members_and_everything_else_two(nights: Nights) -> None:
    pair = ["response", "request"]
    assert _kinds(nights[0].path.read_bytes()) == [
        "warcinfo",
        *pair,
        *pair,
        *pair,
        "metadata",
        *pair,
        "metadata",
        *pair,
    ]
    assert _kinds(nights[1].path.read_bytes()) == ["warcinfo", "revisit", "request", "revisit", "request"]
    assert nights[0].captures == 2


def test_offsets_and_lengths_are_exact_and_the_members_are_the_file(nights: Nights) -> None:
    for segment in nights:
        packed = segment.path.read_bytes()
        assert len(packed) == segment.size
        assert b"".join(_members(packed)).count(b"WARC/1.1\r\nWARC-Type: ") == len(_members(packed))
        for entry in segment.entries:
            (record,) = _members(packed[entry.offset : entry.offset + entry.length])
            assert f"WARC-Target-URI: {entry.url}\r\n".encode() in record


def test_the_metadata_record_is_the_candidate_concurrent_to_its_response(nights: Nights) -> None:
    records = list(ArchiveIterator(io.BytesIO(nights[0].path.read_bytes()), no_record_parse=True))
    texts = [bytes(text) for text in _members(nights[0].path.read_bytes())]
    metadata = records[7].rec_headers
    assert metadata.get_header("Content-Type") == "application/json"
    assert metadata.get_header("WARC-Concurrent-To") == records[5].rec_headers.get_header("WARC-Record-ID")
    told = json.loads(texts[7].partition(b"\r\n\r\n")[2])
    assert (told["source"], told["document_id"], told["url"]) == (
        "example",
        "0123456789abcdef0123",
        "http://news.example/old",
    )
    assert told["mentions"][0]["kind"] == "feed"


def test_the_warcinfo_names_software_operator_and_night(nights: Nights) -> None:
    info = _members(nights[0].path.read_bytes())[0].decode()
    assert "WARC-Filename: b000-001-00000.warc.gz\r\n" in info
    for line in (
        "software: tearsheet/",
        "operator: mailto:desk@example.org",
        "robots: ",
        "isPartOf: press",
        "2026-01-05",
    ):
        assert line in info


def test_a_gzipped_body_is_stored_as_received_and_a_plain_one_compressed(make_page: MakePage, nights: Nights) -> None:
    packed = nights[0].path.read_bytes()
    assert make_page().body in packed
    plain = nights[0].entries[3]
    assert plain.length < 1000 < len(_members(packed[plain.offset : plain.offset + plain.length])[0])


def test_no_secret_of_the_request_is_written(make_page: MakePage, make_segment: MakeSegment, tmp_path: Path) -> None:
    secrets = (("authorization", "Basic c2VjcmV0"), ("Cookie", "s=c2VjcmV0"), ("PROXY-Authorization", "Basic c2VjcmV0"))
    page = make_page("http://user:c2VjcmV0@news.example:8080/a?b=c#d")
    segment = make_segment(tmp_path)
    segment.write_exchange(
        replace(page, url="http://news.example:8080/a?b=c", request_headers=(*page.request_headers, *secrets))
    )
    segment.close()
    request = _members(segment.path.read_bytes())[2]
    assert b"c2VjcmV0" not in b"".join(_members(segment.path.read_bytes()))
    assert b"\r\n\r\nGET /a?b=c HTTP/1.1\r\nHost: news.example:8080\r\nUser-Agent: Tearsheet/test" in request


def test_a_dechunked_response_is_consistent(make_page: MakePage, make_segment: MakeSegment, tmp_path: Path) -> None:
    chunked = (("Content-Type", "text/html"), ("Transfer-Encoding", "chunked"))
    record, _ = _stored(make_segment(tmp_path), replace(make_page(), response_headers=chunked, body=b"4\r\nno"))
    assert record.body == b"4\r\nno"
    assert record.headers == (
        ("Content-Type", "text/html"),
        ("X-Crawl-Transfer-Encoding", "chunked"),
        ("Content-Length", "5"),
    )


def test_a_wrong_length_is_kept_under_another_name(
    make_page: MakePage, make_segment: MakeSegment, tmp_path: Path
) -> None:
    record, _ = _stored(
        make_segment(tmp_path), replace(make_page(), response_headers=(("content-length", "9"),), body=b"four")
    )
    assert record.headers == (("X-Crawl-content-length", "9"), ("Content-Length", "4"))


def test_the_length_a_304_or_head_tells_is_the_pages_and_stays(
    make_page: MakePage, make_segment: MakeSegment, tmp_path: Path
) -> None:
    told = (("Content-Length", "900"),)
    record, _ = _stored(make_segment(tmp_path), replace(make_page(), status=304, response_headers=told, body=b""))
    assert record.headers == told


def test_brotli_that_nobody_asked_for_is_undone(make_page: MakePage, make_segment: MakeSegment, tmp_path: Path) -> None:
    coded = (("Content-Encoding", "br"), ("Content-Type", "text/html"))
    segment = make_segment(tmp_path)
    record, _ = _stored(segment, replace(make_page(), response_headers=coded, body=brotli.compress(b"<p>" * 99)))
    assert record.body == record.raw_body == b"<p>" * 99
    assert dict(record.headers)["X-Crawl-Content-Encoding"] == "br"
    assert Checker(SimpleNamespace(inputs=[str(segment.path)], verbose=False)).process_all() == 0


def test_damaged_brotli_stays_as_it_came(make_page: MakePage, make_segment: MakeSegment, tmp_path: Path) -> None:
    record, _ = _stored(
        make_segment(tmp_path), replace(make_page(), response_headers=(("Content-Encoding", "br"),), body=b"\0no")
    )
    assert record.raw_body == b"\0no"
    assert record.headers == (("X-Crawl-Content-Encoding", "br"),)


def test_a_line_break_in_a_value_cannot_add_a_header(
    make_page: MakePage, make_segment: MakeSegment, tmp_path: Path
) -> None:
    forged = replace(make_page(), reason="OK\r\nX: y", response_headers=(("A", "b\r\n\r\nC: d"),), body=b"")
    record, _ = _stored(make_segment(tmp_path), forged)
    assert record.headers == (("A", "b    C: d"),)
    assert record.reason == "OK  X: y"


def test_a_revisit_keeps_the_original_status_line_and_headers(make_page: MakePage, nights: Nights) -> None:
    packed = nights[1].path.read_bytes()
    texts = [_members(packed[entry.offset : entry.offset + entry.length])[0].decode() for entry in nights[1].entries]
    for text, profile in zip(texts, ("server-not-modified", "identical-payload-digest"), strict=True):
        head, _, block = text.partition("\r\n\r\n")
        assert f"WARC-Profile: http://netpreserve.org/warc/1.1/revisit/{profile}\r\n" in f"{head}\r\n"
        assert "WARC-Refers-To-Target-URI: http://news.example/a\r\n" in head
        assert "WARC-Refers-To-Date: 2026-01-05T02:00:00.123456Z\r\n" in head
        assert f"WARC-Payload-Digest: {nights[0].entries[2].digest}\r\n" in head
        assert block.startswith("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n")


def test_upload_writes_both_objects_once_and_takes_the_local_file_away(
    store: Store, nights: Nights, make_segment: MakeSegment, tmp_path: Path
) -> None:
    first = nights[0]
    packed = first.path.read_bytes()
    first.upload(store)
    assert [info.key for info in store.list("")] == [first.key, f"{first.key}.cdxj"]
    assert first.key == "raw/press/2026-01-05/b000-001-00000.warc.gz"
    assert store.get(first.key) == packed
    assert not first.path.exists()
    other = make_segment(tmp_path)
    other.close()
    with pytest.raises(ObjectExists):
        other.upload(store)
    assert other.path.exists()


def test_upload_can_be_tried_again_after_it_broke_between_the_objects(store: Store, nights: Nights) -> None:
    first = nights[0]
    store.put_new(first.key, first.path)
    first.upload(store)
    assert store.exists(f"{first.key}.cdxj")
