"""Records taken out of a segment: each becomes a ``metadata`` tombstone of the same compressed length.

So no other record moves, and every offset that a row or an index names stays right. A tombstone's block is filled up
with spaces, stored uncompressed; the last bytes go into a field of the gzip header (FEXTRA, RFC 1952 § 2.3.1.1), which
readers pass over. What was there is gone, but for its record id (``WARC-Refers-To``). The request that stands beside a
response stays: it names the URL and nothing that was answered.

A tombstone follows from its place and its take-down alone: to bury a record twice gives the same bytes.
"""

from __future__ import annotations

import io
import struct
import uuid
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from tearsheet.archive.cdxj import Entry
from tearsheet.archive.coding import GZIP_MAGIC
from tearsheet.archive.fields import Fields, write_head
from tearsheet.archive.indexing import index
from tearsheet.archive.members import members
from tearsheet.archive.warc import WARC_ENCODING, date, digest
from tearsheet.errors import RecordError

TARGET = "urn:tearsheet:takedown:"
"""How the target of a tombstone begins; its take-down's id follows."""
_HEADER = struct.pack("<3sBIBB", b"\x1f\x8b\x08", 4, 0, 0, 255)  # deflate, FEXTRA, no time, no system
_TRAILER = 8
_FRAME = len(_HEADER) + _TRAILER
_EXTRA_HEAD = 6
_BLOCK = 0xFFFF
_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A record in a segment: where its member lies, in bytes, its kind, and the id that it had."""

    offset: int
    length: int
    kind: str
    record_id: str


def places(warc: bytes, warc_key: str, condemned: Callable[[Entry], bool]) -> list[Place]:
    """Where the condemned responses and revisits of a segment stand, each with the metadata record of its candidate.

    Raises:
        RecordError: the segment is not gzipped, or not whole: what cannot be read cannot be said to be gone.
    """
    if not warc.startswith(GZIP_MAGIC):
        raise RecordError(f"{warc_key} is no gzipped WARC, so no record of it can be replaced; `warcio recompress` it")
    doomed = {entry.offset for entry in index(io.BytesIO(warc), warc_key).entries if condemned(entry)}
    found: list[Place] = []
    for member in members(io.BytesIO(warc)):
        record = member.record
        beside = record.kind == "metadata" and record.get("WARC-Concurrent-To") in {place.record_id for place in found}
        if member.offset in doomed or beside:
            found.append(
                Place(offset=member.offset, length=member.length, kind=record.kind, record_id=record.record_id)
            )
    return found


def bury(warc: bytes, graves: Iterable[Place], takedown: str, at: datetime) -> bytes:
    """The segment with a tombstone at each place, and every other byte as it was.

    Raises:
        RecordError: a record is too short to hold a tombstone.
    """
    buried = bytearray(warc)
    for grave in graves:
        buried[grave.offset : grave.offset + grave.length] = tombstone(grave, takedown, at)
    return bytes(buried)


def tombstone(grave: Place, takedown: str, at: datetime) -> bytes:
    """The gzip member that stands for a record that was taken down, exactly as long as the record was.

    Raises:
        RecordError: the record was shorter than any tombstone.
    """
    fields = (
        ("WARC-Type", "metadata"),
        ("WARC-Record-ID", f"<{uuid.uuid5(uuid.NAMESPACE_URL, f'{TARGET}{takedown}:{grave.record_id}').urn}>"),
        ("WARC-Date", date(at)),
    )
    told = (
        ("WARC-Target-URI", f"{TARGET}{takedown}"),
        ("WARC-Refers-To", grave.record_id),
        ("Content-Type", "text/plain"),
    )
    note = f"{grave.kind} record taken down; see takedowns/{takedown}.json\n".encode()
    whole = (
        _filled((*fields, *told), note, grave.length)
        or _packed((*fields, *told), note, grave.length)
        or _packed(fields, b"", grave.length)
    )
    if whole is None:
        raise RecordError(f"a record of {grave.length} bytes is too short for a tombstone; delete its whole segment")
    return whole


def _filled(fields: Fields, note: bytes, length: int) -> bytes | None:
    """A member that is stored, with as many spaces in its block as go in; None where not even the note does."""
    spaces = length - _FRAME - _EXTRA_HEAD - len(_stored(_record(fields, note)))
    while spaces >= 0:
        record = _record(fields, note + b" " * spaces)
        excess = len(_stored(record)) + _FRAME + _EXTRA_HEAD - length
        if excess <= 0:
            return _member(_stored(record), record, length)
        spaces -= excess
    return None


def _packed(fields: Fields, note: bytes, length: int) -> bytes | None:
    record = _record(fields, note)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return _member(packer.compress(record) + packer.flush(), record, length)


def _record(fields: Fields, block: bytes) -> bytes:
    whole = (*fields, ("WARC-Block-Digest", digest(block)), ("Content-Length", str(len(block))))
    return b"".join([write_head("WARC/1.1", whole, WARC_ENCODING), block, _END])


def _stored(data: bytes) -> bytes:
    """Deflate without compression (RFC 1951 § 3.2.4)."""
    pieces = [data[at : at + _BLOCK] for at in range(0, len(data), _BLOCK)]
    heads = (struct.pack("<BHH", piece is pieces[-1], len(piece), len(piece) ^ _BLOCK) for piece in pieces)
    return b"".join(head + piece for head, piece in zip(heads, pieces, strict=True))


def _member(deflated: bytes, record: bytes, length: int) -> bytes | None:
    """A gzip member of exactly ``length`` bytes; None where it has no room for what fills it up."""
    fill = length - _FRAME - _EXTRA_HEAD - len(deflated)
    if not 0 <= fill <= _BLOCK - 4:
        return None
    extra = struct.pack("<H2sH", fill + 4, b"TS", fill) + b"\0" * fill
    return _HEADER + extra + deflated + struct.pack("<II", zlib.crc32(record), len(record) & 0xFFFFFFFF)
