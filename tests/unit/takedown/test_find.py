"""A phrase is found whatever it is packed in, and what cannot be read is named."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from tearsheet.archive.exchange import Exchange
from tearsheet.archive.keys import SegmentName
from tearsheet.archive.writer import SegmentWriter
from tearsheet.errors import ConfigError
from tearsheet.storage import Store
from tearsheet.takedown import find

PHRASE = "the “old” quay & its cranes"


def parquet(**columns: object) -> bytes:
    sink = io.BytesIO()
    pl.DataFrame({name: [value] for name, value in columns.items()}).write_parquet(sink)
    return sink.getvalue()


def packed(value: object) -> bytes:
    return gzip.compress(json.dumps(value).encode(), mtime=0)


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("x.json", json.dumps({"a": [{"b": f"of {PHRASE}."}]}).encode()),
        ("x.json.gz", packed([{"mentions": [{"title": PHRASE}]}])),
        ("_delta_log/1.json", b'{"add": {}}\n' + json.dumps({"stats": json.dumps({"max": PHRASE})}).encode()),
        ("x.parquet", parquet(n=1, text=f"First line\n{PHRASE}")),
        ("x.parquet", parquet(removed=[{"text": PHRASE, "score": 1.0}])),
        ("x.parquet", parquet(page=json.dumps({"title": PHRASE}).encode())),
        ("x.txt", PHRASE.encode()),
        ("x.html", b"<p>THE &ldquo;old&rdquo; quay &amp;\n its <b>cr</b>anes</p>"),
        ("x.xml", b"<description>&lt;p&gt;the &amp;ldquo;old&amp;rdquo; quay &amp;amp; its cranes</description>"),
        ("x.html", "<meta charset=windows-1252><p>the “old” quay & its cranes é".encode("cp1252")),
    ],
)
def test_it_is_found_in_whatever_holds_it(store: Store, key: str, body: bytes) -> None:
    store.put(f"some/{key}", body)
    store.put("another.txt", b"the new quay and its cranes")
    search = find(store, PHRASE)
    assert {found.key for found in search.found} == {f"some/{key}"}
    assert search.objects == 2
    assert find(store, "the old quay").found == ()


@pytest.mark.parametrize("coded", [gzip.compress, bytes], ids=["gzip", "plain"])
def test_a_record_is_named_by_its_byte(store: Store, tmp_path: Path, coded: Callable[[bytes], bytes]) -> None:
    writer = SegmentWriter(SegmentName("press", "2026-01-05", "b000", 1, 1), tmp_path, contact=None, user_agent="test")
    entries = [writer.write_exchange(_page(text, coded)) for text in ("nothing here", PHRASE)]
    writer.close()
    writer.upload(store)
    assert [str(found) for found in find(store, PHRASE).found] == [f"{writer.key} byte {entries[1].offset}"]


@pytest.mark.parametrize("key", ["x.parquet", "x.json.gz", "x.warc.gz"])
def test_what_cannot_be_read_is_named(store: Store, key: str) -> None:
    store.put(key, b"\x1f\x8b broken")
    (found,) = find(store, PHRASE).found
    assert (found.key, found.place[:16]) == (key, "(cannot be read:")


def test_a_word_or_two_is_no_phrase(store: Store) -> None:
    with pytest.raises(ConfigError, match="too short"):
        find(store, " a ")


def _page(text: str, coded: Callable[[bytes], bytes]) -> Exchange:
    body = coded(f"<p>{text}</p>".encode())
    encoding = (("Content-Encoding", "gzip"),) if coded is gzip.compress else ()
    return Exchange(
        url="http://news.example/a",
        request_headers=(),
        status=200,
        response_headers=(("Content-Type", "text/html"), *encoding),
        body=body,
        fetched_at=datetime(2026, 1, 5, tzinfo=UTC),
    )
