"""What stands in a WARC, as index entries: the one place that decides what a capture is.

In segments of ours a capture is a response with a candidate's metadata record. In a foreign WARC nobody said what was
asked and why, so each 2xx HTML response is a capture with an empty source, for the caller to map.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from pydantic import TypeAdapter, ValidationError

from tearsheet.archive.cdxj import REVISIT_MIME, Entry
from tearsheet.archive.exchange import media_type
from tearsheet.archive.members import Member, members
from tearsheet.archive.record import read_response
from tearsheet.archive.warc import WarcRecord, digest
from tearsheet.errors import RecordError
from tearsheet.model import Candidate
from tearsheet.urls import document_id

SOFTWARE = "tearsheet/"
"""How the ``software`` field of our warcinfo records begins."""

CANDIDATE = TypeAdapter(Candidate)
CANDIDATE_TYPE = "application/json"
_HTML = frozenset({"text/html", "application/xhtml+xml"})

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Index:
    """A WARC's entries, and where and why its reading ended before its end; None if it did not."""

    entries: list[Entry]
    torn: str | None = None


def index(stream: BinaryIO, warc_key: str) -> Index:
    """The entries of a WARC file up to its last whole record."""
    torn: list[str] = []

    def whole() -> Iterator[Member]:
        try:
            yield from members(stream)
        except RecordError as error:
            torn.append(str(error))

    return Index(entries_of(whole(), warc_key), *torn)


def entries_of(records: Iterable[Member], warc_key: str) -> list[Entry]:
    """The entries of a WARC file's records, which are given in their order."""
    found: dict[str, Entry] = {}
    ours = False
    for member in records:
        record = member.record
        if record.kind == "warcinfo":
            ours = ours or f"software: {SOFTWARE}".encode() in record.block
        elif record.kind in ("response", "revisit"):
            found |= _entries(member, warc_key, foreign=not ours)
        elif record.kind == "metadata" and ours:
            found |= _captures(record, found, warc_key)
    return list(found.values())


def entry_of(record: WarcRecord, *, warc_key: str, offset: int, length: int) -> Entry:
    """A response's or revisit's entry, still without its candidate.

    Raises:
        RecordError: it is no dated HTTP response.
    """
    status, headers, payload = read_response(record.block)
    stated = record.get("WARC-Payload-Digest")
    return Entry(
        url=record.target,
        mime=REVISIT_MIME if record.kind == "revisit" else media_type(headers),
        status=status.status,
        digest=stated or (digest(payload) if record.complete else "-"),
        length=length,
        offset=offset,
        filename=warc_key,
        fetched_at=record.date,
    )


def _entries(member: Member, warc_key: str, *, foreign: bool) -> dict[str, Entry]:
    """By its record's id, the entry of a member; none where it is no HTTP response that could be read again."""
    record = member.record
    if not record.target.startswith(("http:", "https:")):
        return {}
    try:
        entry = entry_of(record, warc_key=warc_key, offset=member.offset, length=member.length)
        if foreign and entry.mime in _HTML and 200 <= entry.status < 300:
            entry = replace(entry, candidate=Candidate(document_id=document_id(entry.url), url=entry.url, source=""))
    except RecordError as error:
        logger.warning("%s: byte %d is left out of the index: %s", warc_key, member.offset, error)
        return {}
    return {record.record_id or str(member.offset): entry}


def _captures(metadata: WarcRecord, found: dict[str, Entry], warc_key: str) -> dict[str, Entry]:
    """The entry that a metadata record belongs to, with its candidate."""
    response = metadata.get("WARC-Concurrent-To") or ""
    if response not in found or metadata.get("Content-Type") != CANDIDATE_TYPE:
        return {}
    try:
        return {response: replace(found[response], candidate=CANDIDATE.validate_json(metadata.block))}
    except ValidationError as error:
        logger.warning("%s: %s names no candidate, its page is no capture: %s", warc_key, metadata.record_id, error)
        return {}
