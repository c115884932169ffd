"""Whatever stands in a URL, a headline or a name: an index says it again, and no two segments share a key."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tearsheet.archive import cdxj
from tearsheet.archive.cdxj import Entry
from tearsheet.archive.keys import SegmentName, index_key, segments_prefix
from tearsheet.model import Candidate, ChannelKind, Mention

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
TIMES = st.datetimes(datetime(1000, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
NUMBERS = st.integers(0, (1 << 63) - 1)
MENTIONS = st.builds(
    Mention,
    channel=TEXTS,
    kind=st.sampled_from(ChannelKind),
    title=st.none() | TEXTS,
    published=st.none() | TIMES,
    keywords=st.lists(TEXTS, max_size=2).map(tuple),
)
CANDIDATES = st.builds(
    Candidate, document_id=TEXTS, url=TEXTS, source=TEXTS, mentions=st.lists(MENTIONS, max_size=2).map(tuple)
)
ENTRIES = st.builds(
    Entry,
    url=TEXTS | TEXTS.map("http://press.example/".__add__),
    mime=TEXTS,
    status=st.integers(0, 999),
    digest=TEXTS,
    length=NUMBERS,
    offset=NUMBERS,
    filename=TEXTS,
    fetched_at=TIMES,
    candidate=st.none() | CANDIDATES,
)
IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}", fullmatch=True)
NAMES = st.builds(
    SegmentName,
    collection=IDS,
    night=st.dates().map(str),
    batch=st.integers(0, 2000).map("b{:03d}".format),
    attempt=st.integers(1, 2000),
    serial=st.integers(0, 200_000),
)


@given(st.lists(ENTRIES, max_size=4))
def test_an_index_is_read_back_as_it_was_written(entries: list[Entry]) -> None:
    text = cdxj.dump(entries)
    assert text.isascii()
    assert text.count(b"\n") == len(entries)
    assert sorted(cdxj.load(text), key=repr) == sorted(entries, key=repr)
    assert cdxj.dump(cdxj.load(text)) == text


@given(NAMES, NAMES)
def test_a_segment_has_a_key_of_its_own_below_its_night(one: SegmentName, other: SegmentName) -> None:
    assert (one.key == other.key) == (one == other)
    assert one.key.startswith(segments_prefix(one.collection, one.night))
    assert "/" not in one.key.removeprefix(segments_prefix(one.collection, one.night))
    assert index_key(one.key) != other.key
