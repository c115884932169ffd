"""A WARC file taken apart: every record with the exact bytes it occupies, gzipped member by member or plain.

Ready-made readers tell where a record begins and pass over a torn end. Here a member counts only if it is whole, its
checksum included, because its offset and length go into an index that others trust.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from isal import isal_zlib

from tearsheet.archive.coding import DEFAULT_CAP, GZIP_MAGIC, DamagedError
from tearsheet.archive.fields import read_head
from tearsheet.archive.warc import WARC_ENCODING, WarcRecord, read_record, stated_length
from tearsheet.errors import RecordError

_CHUNK = 1 << 16
_BLANK = (b"\r\n", b"\n")
_MAX_HEAD_LINES = 1000


@dataclass(frozen=True, slots=True)
class Member:
    """One record and where its bytes lie; its block is cut after ``DEFAULT_CAP`` bytes."""

    offset: int
    length: int
    record: WarcRecord


def members(stream: BinaryIO) -> Iterator[Member]:
    """The records of a seekable WARC file from its beginning, each whole.

    Raises:
        RecordError: what follows the last whole record is no whole record; the message says at which byte.
    """
    magic = stream.read(len(GZIP_MAGIC))
    stream.seek(0)
    return _gzipped(stream) if magic == GZIP_MAGIC else _plain(stream)


def _gzipped(stream: BinaryIO) -> Iterator[Member]:
    offset, pending = 0, stream.read(_CHUNK)
    while pending:
        try:
            data, size, length, pending = _member(stream, pending)
            record = read_record(data, size)
        except (RecordError, DamagedError) as error:
            raise RecordError(f"byte {offset}: {error}") from error
        yield Member(offset, length, record)
        offset += length
        pending = pending or stream.read(_CHUNK)


def _member(stream: BinaryIO, pending: bytes) -> tuple[bytes, int, int, bytes]:
    """One member's first bytes, its whole size unfolded and folded, and the bytes read beyond it."""
    decompressor = isal_zlib.decompressobj(31)
    parts: list[bytes] = []
    size = length = 0
    while not decompressor.eof:
        pending = pending or stream.read(_CHUNK)
        if not pending:
            raise RecordError("the gzip member is truncated")
        part = decompressor.decompress(pending)
        if size < DEFAULT_CAP:
            parts.append(part)
        size += len(part)
        length += len(pending)
        pending = decompressor.unused_data
    return b"".join(parts), size, length - len(pending), pending


def _plain(stream: BinaryIO) -> Iterator[Member]:
    offset = 0
    while first := stream.readline(_CHUNK):
        if first in _BLANK:
            offset += len(first)
            continue
        try:
            record, length = _plain_record(stream, first)
        except RecordError as error:
            raise RecordError(f"byte {offset}: {error}") from error
        yield Member(offset, length, record)
        offset += length


def _plain_record(stream: BinaryIO, first: bytes) -> tuple[WarcRecord, int]:
    lines = [first]
    while len(lines) < _MAX_HEAD_LINES and lines[-1] not in (*_BLANK, b""):
        lines.append(stream.readline(_CHUNK))
    head = b"".join(lines)
    kept, size = _block(stream, stated_length(read_head(head, WARC_ENCODING)[1]))
    return read_record(head + kept, len(head) + size), len(head) + size


def _block(stream: BinaryIO, length: int) -> tuple[bytes, int]:
    """The first bytes of a block, and how many of its ``length`` there are."""
    kept = stream.read(min(length, DEFAULT_CAP))
    size = len(kept)
    while size < length and (part := stream.read(min(length - size, _CHUNK))):
        size += len(part)
    return kept, size
