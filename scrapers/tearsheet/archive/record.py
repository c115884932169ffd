"""One archived response, read from its member: checked against its digest, its body decoded under a cap."""

from __future__ import annotations

import hashlib
import re
from base64 import b16encode, b32encode, b64encode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime

from tearsheet.archive.coding import DEFAULT_CAP, GZIP_MAGIC, decode, inflate, unchunk
from tearsheet.archive.exchange import HTTP_ENCODING
from tearsheet.archive.fields import Fields, combined, read_head
from tearsheet.archive.warc import WarcRecord, read_record
from tearsheet.errors import RecordError

_STATUS = re.compile("[0-9]{3}")
_HEADS = 1_000_000
_ALGORITHMS = {"md5", "sha1", "sha256", "sha384", "sha512"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A response, or a revisit of one (which has no body).

    ``headers`` are ISO-8859-1 text in their order. ``raw_body`` is content-coded as it was received, ``body`` decoded.
    ``digest`` is that of ``raw_body``, or of the body a revisit stands for; ``verified``: it was compared and is right.
    """

    record_id: str
    url: str
    fetched_at: datetime
    http_version: str
    status: int
    reason: str
    headers: Fields
    body: bytes
    raw_body: bytes
    digest: str
    verified: bool


@dataclass(frozen=True, slots=True)
class StatusLine:
    """The first line of a response."""

    http_version: str
    status: int
    reason: str


def parse_member(member: bytes, *, cap: int = DEFAULT_CAP) -> Record:
    """The response in one member, gzipped or plain.

    Raises:
        RecordError: truncated or damaged, no HTTP response, its digest does not agree, its body cannot be decoded or is
            larger than ``cap`` bytes before or after.
    """
    record = read_record(_unfolded(member, cap))
    if record.kind not in ("response", "revisit"):
        raise RecordError(f"a {record.kind or 'nameless'} record of {record.target} stands where a response should")
    try:
        return _response(record, cap)
    except RecordError as error:
        raise RecordError(f"record of {record.target} at {record.get('WARC-Date')}: {error}") from error


def check_payload(record: WarcRecord) -> bool:
    """Whether a response's payload was compared with its digest; not where none is stated, or its block was cut.

    Raises:
        RecordError: it has another one, or is no HTTP response.
    """
    _, headers, payload = read_response(record.block)
    chunked = "chunked" in combined(headers, "Transfer-Encoding").lower()
    bodies = (payload, unchunk(payload)) if chunked else (payload,)
    return record.complete and _verified(record.get("WARC-Payload-Digest") or "", *bodies)


def read_response(block: bytes) -> tuple[StatusLine, Fields, bytes]:
    """A stored HTTP response: status line, fields, body.

    Raises:
        RecordError: it is none.
    """
    first, headers, body = read_head(block, HTTP_ENCODING)
    version, _, rest = first.partition(" ")
    status, _, reason = rest.strip(" ").partition(" ")
    if not version.startswith("HTTP/") or not _STATUS.fullmatch(status):
        raise RecordError(f"{first[:40]!r} is no HTTP status line")
    return StatusLine(version, int(status), reason), headers, body


def _unfolded(member: bytes, cap: int) -> bytes:
    if not member.startswith(GZIP_MAGIC):
        return member
    try:
        data, rest = inflate(member, cap + _HEADS)
    except OSError as error:
        raise RecordError(f"the gzip member is damaged: {error}") from error
    if len(data) > cap + _HEADS:
        raise RecordError(f"the gzip member unfolds to more than {cap + _HEADS:,} bytes")
    if rest:
        raise RecordError(f"{len(rest)} bytes follow the gzip member; offset and length are not one record's")
    return data


def _response(record: WarcRecord, cap: int) -> Record:
    line, headers, payload = read_response(record.block)
    chunked = "chunked" in combined(headers, "Transfer-Encoding").lower()
    raw_body = unchunk(payload) if chunked else payload
    stated = record.get("WARC-Payload-Digest") or ""
    return Record(
        record_id=record.record_id,
        url=record.target,
        fetched_at=record.date,
        http_version=line.http_version,
        status=line.status,
        reason=line.reason,
        headers=headers,
        body=decode(raw_body, combined(headers, "Content-Encoding"), cap),
        raw_body=raw_body,
        digest=stated,
        verified=record.kind == "response" and _verified(stated, payload, raw_body),
    )


def _verified(stated: str, *payloads: bytes) -> bool:
    """Whether a stated digest was checked; it may count the chunks or not, since writers differ.

    Raises:
        RecordError: it is another one.
    """
    name, _, value = stated.partition(":")
    algorithm = name.lower().replace("-", "")
    if algorithm not in _ALGORITHMS:
        return False
    for payload in payloads:
        found = hashlib.new(algorithm, payload, usedforsecurity=False).digest()
        if value.upper() in (b32encode(found).decode(), b16encode(found).decode()):
            return True
        if value in (b64encode(found).decode(), urlsafe_b64encode(found).decode()):
            return True
    raise RecordError(f"the body does not have the digest {stated}; the archive was damaged or changed")
