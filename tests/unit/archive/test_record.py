"""One record read back: what was written, or an error that says what is wrong with it."""

from __future__ import annotations

import gzip
import string
import tempfile
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.checker import Checker

from tearsheet.archive.coding import decode
from tearsheet.archive.exchange import Exchange
from tearsheet.archive.record import parse_member
from tearsheet.archive.writer import SegmentWriter
from tearsheet.errors import RecordError

MakePage = Callable[..., Exchange]
MakeSegment = Callable[..., SegmentWriter]

_LATIN = st.characters(min_codepoint=1, max_codepoint=255, exclude_characters="\r\n")
_VALUES = st.text(_LATIN, max_size=40).map(lambda value: value.strip(" \t"))
_TOKENS = st.text(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~", min_size=1, max_size=20)
_FRAMING = {"content-length", "transfer-encoding", "content-encoding"}
_HEADERS = st.lists(st.tuples(_TOKENS.filter(lambda name: name.lower() not in _FRAMING), _VALUES), max_size=8).map(
    tuple
)
_CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
}


def _member(segment: SegmentWriter, exchange: Exchange) -> bytes:
    entry = segment.write_exchange(exchange)
    segment.close()
    return segment.path.read_bytes()[entry.offset : entry.offset + entry.length]


@given(
    headers=_HEADERS,
    body=st.binary(max_size=3000),
    coding=st.sampled_from(sorted(_CODINGS)),
    status=st.integers(100, 599),
    reason=_VALUES,
    path=st.text(string.ascii_letters + "/%?&=;,~é世", max_size=30),
)
def test_every_exchange_is_read_back_identical_and_passes_warcio(
    make_page: MakePage,
    make_segment: MakeSegment,
    headers: tuple[tuple[str, str], ...],
    body: bytes,
    coding: str,
    status: int,
    reason: str,
    path: str,
) -> None:
    coded = _CODINGS[coding](body)
    sent = (*headers, ("Content-Encoding", coding), ("Content-Length", str(len(coded))))
    exchange = replace(
        make_page(f"http://news.example/{path}"), status=status, reason=reason, response_headers=sent, body=coded
    )
    with tempfile.TemporaryDirectory() as folder:
        segment = make_segment(Path(folder))
        entry = segment.write_exchange(exchange)
        segment.close()
        packed = segment.path.read_bytes()
        assert Checker(SimpleNamespace(inputs=[str(segment.path)], verbose=False)).process_all() == 0
    record = parse_member(packed[entry.offset : entry.offset + entry.length])
    assert record.verified
    assert (record.url, record.fetched_at, record.digest) == (exchange.url, exchange.fetched_at, entry.digest)
    assert (record.http_version, record.status, record.reason) == ("HTTP/1.1", status, reason)
    assert record.headers == sent
    assert record.raw_body == coded
    assert record.body == body


def test_a_member_cut_at_any_byte_is_an_error(make_page: MakePage, make_segment: MakeSegment, tmp_path: Path) -> None:
    member = _member(make_segment(tmp_path), make_page())
    for cut in range(len(member)):
        with pytest.raises(RecordError):
            parse_member(member[:cut])


def test_bytes_of_the_next_member_are_an_error(make_page: MakePage, make_segment: MakeSegment, tmp_path: Path) -> None:
    member = _member(make_segment(tmp_path), make_page())
    with pytest.raises(RecordError, match="follow the gzip member"):
        parse_member(member + member)


def test_a_changed_body_is_found_out_by_its_digest(
    make_page: MakePage, make_segment: MakeSegment, tmp_path: Path
) -> None:
    text = gzip.decompress(
        _member(make_segment(tmp_path), replace(make_page(), response_headers=(), body=b"Council votes"))
    )
    assert parse_member(gzip.compress(text)).body == b"Council votes"
    with pytest.raises(RecordError, match=r"news\.example/a at 2026-01-05.*does not have the digest sha256:"):
        parse_member(gzip.compress(text.replace(b"Council votes", b"Council fails")))


@pytest.mark.parametrize(
    "text", [b"", b"hello", b"WARC/1.1\r\nContent-Length: x\r\n\r\n", b"WARC/1.1\r\n\r\n", b"\x1f\x8b\x08junk"]
)
def test_what_is_no_record_is_an_error(text: bytes) -> None:
    for member in (text, gzip.compress(text)):
        with pytest.raises(RecordError):
            parse_member(member)


def test_a_record_of_another_kind_is_an_error(make_segment: MakeSegment, tmp_path: Path) -> None:
    segment = make_segment(tmp_path)
    segment.close()
    with pytest.raises(RecordError, match="a warcinfo record"):
        parse_member(segment.path.read_bytes())


def test_a_response_that_is_not_http_is_an_error() -> None:
    block = b"20260105 news.example 192.0.2.7"
    record = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: %d\r\n\r\n%b\r\n\r\n" % (len(block), block)
    with pytest.raises(RecordError, match="no HTTP status line"):
        parse_member(record)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_bomb_is_not_unfolded_beyond_the_cap(coding: str) -> None:
    pack = {"gzip": gzip.compress, "deflate": zlib.compress, "br": partial(brotli.compress, quality=4)}[coding]
    bomb = pack(bytes(20_000_000))
    assert len(bomb) < 25_000
    assert len(decode(bomb, coding, 20_000_000)) == 20_000_000
    with pytest.raises(RecordError, match="more than 19,999,999 bytes"):
        decode(bomb, coding, 19_999_999)


def test_a_member_that_is_itself_a_bomb_is_refused(
    make_page: MakePage, make_segment: MakeSegment, tmp_path: Path
) -> None:
    member = _member(make_segment(tmp_path), replace(make_page(), response_headers=(), body=bytes(30_000_000)))
    assert len(member) < 40_000
    with pytest.raises(RecordError, match="unfolds to more than"):
        parse_member(member, cap=1_000_000)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", b"<p>not gzipped at all"),
        ("GZip", gzip.compress(b"<p>not gzipped", mtime=0) + gzip.compress(b" at all", mtime=0) + b"\r\ntrailing"),
        ("deflate, gzip", gzip.compress(zlib.compress(b"<p>not gzipped at all"), mtime=0)),
        ("deflate", zlib.compress(b"<p>not gzipped at all", wbits=-15)),
        ("identity", b"<p>not gzipped at all"),
        ("br", brotli.compress(b"<p>not gzipped at all")),
    ],
)
def test_codings_as_servers_really_send_them(coding: str, body: bytes) -> None:
    assert decode(body, coding) == b"<p>not gzipped at all"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "compress", "gzip, compress"])
def test_a_damaged_or_unknown_coding_is_an_error(coding: str) -> None:
    with pytest.raises(RecordError, match=coding.rpartition(" ")[2]):
        decode(gzip.compress(b"x" * 1000)[:-9], coding)


def test_a_page_is_parsed_within_a_millisecond(make_page: MakePage, make_segment: MakeSegment, tmp_path: Path) -> None:
    html = "".join(f"<p class=c{n % 97}>{n * n} paragraphs of text</p>" for n in range(5000)).encode()
    coded = gzip.compress(html)
    assert 200_000 < len(html) < 300_000
    member = _member(make_segment(tmp_path), replace(make_page(), body=coded))
    started = time.process_time()
    bodies = {parse_member(member).body for _ in range(100)}
    assert time.process_time() - started < 0.1
    assert bodies == {html}
