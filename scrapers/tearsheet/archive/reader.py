"""A night's captures, and single records, read from the store; loads neither a crawler nor an extractor.

A segment's index is read from beside it. Where it is missing or cannot be read, it is made again from the WARC and
put back, so that the WARC alone is the truth; that of a torn WARC is not, for it would hide what a backup brings back.
"""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

from tearsheet.archive import cdxj
from tearsheet.archive.indexing import Index, index
from tearsheet.archive.keys import WARC_SUFFIXES, index_key, segments_prefix
from tearsheet.archive.record import Record, parse_member
from tearsheet.errors import ObjectMissing, RecordError, StorageError
from tearsheet.storage.failures import error_code

if TYPE_CHECKING:
    from tearsheet.archive.cdxj import Entry
    from tearsheet.model import Capture
    from tearsheet.storage import Store

__all__ = [
    "Record",
    "captures",
    "damage",
    "parse_member",
    "read_member",
    "read_range",
    "read_record",
    "record_at",
    "segment_captures",
    "segments",
]

logger = logging.getLogger(__name__)

_PAST_THE_END = "InvalidRange"


def segments(store: Store, collection: str, night: str) -> list[str]:
    """The keys of a night's WARCs, whatever wrote them, ascending."""
    return [info.key for info in store.list(segments_prefix(collection, night)) if info.key.endswith(WARC_SUFFIXES)]


def captures(store: Store, collection: str, night: str) -> list[Capture]:
    """All captures of a night, the earliest first (time, file, offset)."""
    found = [capture for key in segments(store, collection, night) for capture in segment_captures(store, key)]
    return sorted(found, key=lambda capture: (capture.fetched_at, capture.warc_file, capture.warc_offset))


def segment_captures(store: Store, warc_key: str) -> list[Capture]:
    """The captures of one WARC in the order of their records.

    A torn end is logged, and what stands before it is read. In a WARC that others wrote, each 2xx HTML response is
    a capture, and its source is empty.

    Raises:
        ObjectMissing: no such WARC.
    """
    found = (entry.capture for entry in sorted(_index(store, warc_key).entries, key=lambda entry: entry.offset))
    return [capture for capture in found if capture is not None]


def damage(store: Store, collection: str, night: str) -> list[str]:
    """Which of a night's WARCs cannot be read to their end and have no index: key, byte and cause of each."""
    found = [(key, _index(store, key).torn) for key in segments(store, collection, night)]
    return [f"{store.url(key)} is whole up to {torn}" for key, torn in found if torn]


def read_member(store: Store, capture: Capture) -> bytes:
    """A capture's response as it lies in its segment, by one range request; ``parse_member`` reads it."""
    return store.get_range(capture.warc_file, capture.warc_offset, capture.warc_length)


def read_record(store: Store, capture: Capture) -> Record:
    """A capture's response.

    Raises:
        RecordError: it is damaged, cannot be decoded or is too large.
    """
    return record_at(store, capture.warc_file, capture.warc_offset, capture.warc_length)


def record_at(store: Store, warc_key: str, offset: int, length: int) -> Record:
    """The response at a place in a segment.

    Raises:
        RecordError: it is damaged, cannot be decoded or is too large, or the segment ends before it.
    """
    member = read_range(store, warc_key, offset, length)
    try:
        return parse_member(member)
    except RecordError as error:
        raise RecordError(f"{store.url(warc_key)}, byte {offset}: {error}") from error


def read_range(store: Store, warc_key: str, offset: int, length: int) -> bytes:
    """The bytes at a place in a segment, as they lie there.

    Raises:
        RecordError: the segment ends before it.
    """
    try:
        return store.get_range(warc_key, offset, length)
    except StorageError as error:
        if isinstance(error.__cause__, Exception) and error_code(error.__cause__) == _PAST_THE_END:
            raise RecordError(f"{store.url(warc_key)}, byte {offset}: the segment ends before it") from error
        raise


def _index(store: Store, warc_key: str) -> Index:
    try:
        return Index(_own(cdxj.load(store.get(index_key(warc_key))), warc_key))
    except ObjectMissing:
        found = _read_segment(store, warc_key)
        if not found.torn:
            store.put_new(index_key(warc_key), cdxj.dump(found.entries))
    except RecordError as error:
        logger.warning("%s is made again: %s", store.url(index_key(warc_key)), error)
        found = _read_segment(store, warc_key)
        if not found.torn:
            store.put(index_key(warc_key), cdxj.dump(found.entries))
    return found


def _own(entries: list[Entry], warc_key: str) -> list[Entry]:
    """The entries, if they are of this segment. Raises RecordError: one is not."""
    for entry in entries:
        if entry.filename != warc_key:
            raise RecordError(f"it names {entry.filename}, another file")
    return entries


def _read_segment(store: Store, warc_key: str) -> Index:
    found = index(io.BytesIO(store.get_with_digest(warc_key)[0]), warc_key)
    if found.torn:
        logger.warning("%s is whole up to %s", store.url(warc_key), found.torn)
    return found
