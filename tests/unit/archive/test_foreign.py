"""WARCs that other tools wrote: nobody said what was asked, so each 2xx HTML response is a capture without a source."""

from __future__ import annotations

import contextlib
import gzip
import io
import logging
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tearsheet.archive import cdxj, reader
from tearsheet.archive.indexing import index
from tearsheet.errors import RecordError
from tearsheet.storage import Store
from tearsheet.urls import document_id

HTML = b"<!doctype html><p>Foreign"
KEY = "raw/press/2026-01-05/import.warc"
CHUNKED = b"8\r\n" + HTML[:8] + b"\r\n" + f"{len(HTML) - 8:x}\r\n".encode() + HTML[8:] + b"\r\n0\r\n\r\n"


def _add(writer: WARCWriter, url: str, body: bytes, status: str = "200 OK", **headers: str) -> None:
    named = [(name.replace("_", "-"), value) for name, value in {"Content_Type": "text/html", **headers}.items()]
    told = StatusAndHeaders(status, named, protocol="HTTP/1.1")
    writer.write_record(writer.create_warc_record(url, "response", payload=io.BytesIO(body), http_headers=told))


def _crawl(stream: BinaryIO, *, packed: bool) -> None:
    writer = WARCWriter(stream, gzip=packed)
    writer.write_record(writer.create_warcinfo_record("other.warc", {"software": "another crawler, not tearsheet/1"}))
    _add(writer, "http://news.example/plain", HTML)
    _add(writer, "http://news.example/gone", HTML, status="404 Not Found")
    _add(writer, "http://news.example/feed", b"<rss/>", Content_Type="application/rss+xml")
    _add(writer, "http://news.example/packed", gzip.compress(HTML), Content_Encoding="gzip")
    _add(writer, "http://news.example/chunked", CHUNKED, Transfer_Encoding="chunked")
    _add(
        writer,
        "http://news.example/xhtml",
        HTML,
        Content_Type="application/xhtml+xml; charset=utf-8",
        Transfer_Encoding="chunked",
    )
    resolved = writer.create_warc_record(
        "dns:news.example", "response", payload=io.BytesIO(b"192.0.2.7"), warc_content_type="text/dns"
    )
    writer.write_record(resolved)
    writer.write_record(
        writer.create_revisit_record(
            "http://news.example/plain", "sha1:AAAA", "http://news.example/x", "2026-01-05T00:00:00Z"
        )
    )


@pytest.mark.parametrize(("suffix", "packed"), [(".gz", True), ("", False)])
def test_each_html_page_is_a_capture_and_read_back(store: Store, suffix: str, *, packed: bool) -> None:
    stream = io.BytesIO()
    _crawl(stream, packed=packed)
    store.put(KEY + suffix, stream.getvalue())
    found = reader.captures(store, "press", "2026-01-05")
    assert [capture.url.rpartition("/")[2] for capture in sorted(found, key=lambda capture: capture.warc_offset)] == [
        "plain",
        "packed",
        "chunked",
        "xhtml",
    ]
    for capture in found:
        record = reader.read_record(store, capture)
        assert (record.body, record.verified) == (HTML, True)
        assert (capture.source, capture.mentions, capture.url) == ("", (), capture.final_url)
        assert capture.document_id == document_id(capture.url)
        assert capture.payload_digest == record.digest
    assert reader.segment_captures(store, KEY + suffix) == sorted(found, key=lambda capture: capture.warc_offset)


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
def test_records_by_hand_with_brackets_bare_line_feeds_and_no_digest(line_end: bytes) -> None:
    block = b"\n".join([b"HTTP/1.0 200 OK", b"Content-Type: text/html", b"X-Folded: a", b"\tb", b"no field", b"", HTML])
    head = [
        b"WARC/1.0",
        b"WARC-Type: response",
        b"WARC-Target-URI: <http://news.example/a>",
        b"WARC-Date: 2026-01-05T02:00:00Z",
    ]
    record = line_end.join([*head, b"Content-Length: %d" % len(block), b"", block, b"", b""])
    for text in (record * 2, gzip.compress(record) * 2):
        found = index(io.BytesIO(text), KEY)
        assert found.torn is None
        first, second = (text[entry.offset : entry.offset + entry.length] for entry in found.entries)
        for member in (first, second):
            read = reader.parse_member(member)
            assert (read.url, read.body, read.verified) == ("http://news.example/a", HTML, False)
            assert read.headers == (("Content-Type", "text/html"), ("X-Folded", "a b"))
        assert found.entries[0].digest.startswith("sha256:")
        assert found.entries[1].candidate is not None


def test_an_uncompressed_warc_torn_at_every_byte_keeps_its_whole_records() -> None:
    stream = io.BytesIO()
    _crawl(stream, packed=False)
    text = stream.getvalue()
    whole = index(io.BytesIO(text), KEY).entries
    for cut in range(len(text)):
        assert index(io.BytesIO(text[:cut]), KEY).entries == [
            entry for entry in whole if entry.offset + entry.length <= cut
        ]


@given(
    damage=st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=12),
    packed=st.booleans(),
)
def test_whatever_is_damaged_nothing_but_a_record_error_comes_out(
    damage: list[tuple[int, int]], *, packed: bool
) -> None:
    stream = io.BytesIO()
    _crawl(stream, packed=packed)
    text = bytearray(stream.getvalue())
    for place, value in damage:
        text[place % len(text)] = value
    entries = cdxj.load(cdxj.dump(index(io.BytesIO(bytes(text)), KEY).entries))
    for entry in entries:
        with contextlib.suppress(RecordError):
            assert reader.parse_member(bytes(text[entry.offset : entry.offset + entry.length])).status >= 0
    places = sorted((entry.offset, entry.offset + entry.length) for entry in entries)
    ends = [0, *(end for _, end in places)]
    starts = [*(start for start, _ in places), len(text)]
    assert all(end <= start for end, start in zip(ends, starts, strict=True)), "records neither overlap nor run on"


def test_a_record_that_cannot_be_dated_is_left_out_and_reported(caplog: pytest.LogCaptureFixture) -> None:
    stream = io.BytesIO()
    _crawl(stream, packed=False)
    text = stream.getvalue()
    date = (
        text.partition(b"WARC-Target-URI: http://news.example/plain\r\n")[2]
        .partition(b"WARC-Date: ")[2]
        .partition(b"\r")[0]
    )
    with caplog.at_level(logging.WARNING):
        found = index(io.BytesIO(text.replace(date, b"yesterday", 2)), KEY)
    assert found.torn is None
    assert "is no WARC-Date" in caplog.text
    assert "http://news.example/gone" in {entry.url for entry in found.entries}


def test_a_file_that_is_one_gzip_stream_is_refused_with_the_mend() -> None:
    stream = io.BytesIO()
    _crawl(stream, packed=False)
    found = index(io.BytesIO(gzip.compress(stream.getvalue())), KEY)
    assert found.entries == []
    assert found.torn == "byte 0: several records in one gzip member; mend the file with `warcio recompress`"
