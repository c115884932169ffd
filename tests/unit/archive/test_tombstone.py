"""Records are replaced by tombstones of their own length: nothing else moves, and every tool reads on."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from tearsheet.archive.cdxj import Entry
from tearsheet.archive.indexing import index
from tearsheet.archive.members import members
from tearsheet.archive.record import parse_member
from tearsheet.archive.tombstone import TARGET, Place, bury, places, tombstone
from tearsheet.archive.writer import SegmentWriter
from tearsheet.errors import RecordError

AT = datetime(2026, 11, 26, tzinfo=UTC)
ID = "20261126T000000Z-0123456789ab"
Nights = tuple[SegmentWriter, SegmentWriter]


def place(length: int, kind: str = "response") -> Place:
    return Place(offset=0, length=length, kind=kind, record_id="<urn:uuid:19fed2a9-bb6a-4c33-ada7-9413e64fa9a4>")


@pytest.mark.parametrize("length", [*range(230, 1100, 7), 65_000, *range(65_500, 66_200, 13), 131_500, 3_000_001])
def test_a_tombstone_has_any_length(length: int) -> None:
    stone = tombstone(place(length), ID, AT)
    assert len(stone) == length
    found = list(members(BytesIO(stone)))
    assert [(each.offset, each.length, each.record.kind) for each in found] == [(0, length, "metadata")]
    assert gzip.decompress(stone).startswith(b"WARC/1.1\r\n"), "zlib reads it as isal does"
    assert found[0].record.complete


def test_a_long_enough_tombstone_says_what_it_stands_for() -> None:
    record = next(members(BytesIO(tombstone(place(700), ID, AT)))).record
    assert (record.target, record.get("WARC-Refers-To"), record.date) == (TARGET + ID, place(1).record_id, AT)
    assert record.block.rstrip() == f"response record taken down; see takedowns/{ID}.json".encode()


def test_what_is_too_short_is_refused() -> None:
    with pytest.raises(RecordError, match="a record of 150 bytes is too short"):
        tombstone(place(150), ID, AT)


def test_the_rest_of_a_segment_is_as_it_was(nights: Nights, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    warc, key = nights[0].path.read_bytes(), nights[0].key
    before = {entry.offset: entry for entry in index(BytesIO(warc), key).entries}
    url = "http://news.example/b?x=1"
    graves = places(warc, key, lambda entry: entry.url == url)
    assert [grave.kind for grave in graves] == ["response", "metadata"]
    buried = bury(warc, graves, ID, AT)
    assert len(buried) == len(warc)
    after = {entry.offset: entry for entry in index(BytesIO(buried), key).entries}
    assert after == {offset: entry for offset, entry in before.items() if entry.url != url}
    for entry in after.values():
        if entry.status == 200:
            assert parse_member(buried[entry.offset : entry.offset + entry.length]).verified
    assert bury(buried, graves, ID, AT) == buried, "to bury twice changes nothing"
    assert _requests(buried) == _requests(warc)
    path = tmp_path / "buried.warc.gz"
    path.write_bytes(buried)
    assert Checker(SimpleNamespace(inputs=[str(path)], verbose=True)).process_all() == 0
    assert capsys.readouterr().err == ""
    with path.open("rb") as stream:
        assert sum(record.rec_type == "metadata" for record in ArchiveIterator(stream)) == 2 + 1


def test_no_word_of_a_record_is_left(nights: Nights) -> None:
    warc = nights[0].path.read_bytes()
    buried = bury(warc, places(warc, nights[0].key, _captured), ID, AT)
    unfolded = [each.record.block for each in members(BytesIO(buried)) if each.record.kind != "request"]
    assert not any(word in block for block in unfolded for word in (b"paragraph", "Überschrift".encode(), b"politics"))


def test_a_segment_that_cannot_be_read_whole_is_refused(nights: Nights) -> None:
    warc = nights[0].path.read_bytes()
    with pytest.raises(RecordError, match="truncated"):
        places(warc[:-5], nights[0].key, _captured)
    with pytest.raises(RecordError, match="no gzipped WARC"):
        places(gzip.decompress(warc), nights[0].key, _captured)


def _captured(entry: Entry) -> bool:
    return entry.candidate is not None


def _requests(warc: bytes) -> list[bytes]:
    return [each.record.block for each in members(BytesIO(warc)) if each.record.kind == "request"]
