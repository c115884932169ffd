"""The index of a segment: CDXJ, one line a response or revisit, sorted, as pywb and its kin read it.

``<sort key> <YYYYMMDDhhmmss> {json}``, all ASCII, with CDXJ's ``url mime status digest length offset filename``
(numbers as strings, by custom) and two fields of ours: ``fetched_at`` to the microsecond, and the ``candidate`` that a
capture answers. So a night's captures are read from its indexes alone. ``filename`` is the segment's key: pywb replays
from the bucket with ``archive_paths: s3://bucket/prefix/``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from pydantic import AwareDatetime, Field, PlainSerializer, TypeAdapter, ValidationError

from tearsheet.errors import RecordError
from tearsheet.model import Candidate, Capture
from tearsheet.urls import surt

REVISIT_MIME = "warc/revisit"
_Number = Annotated[int, Field(ge=0, lt=1 << 63), PlainSerializer(str)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One response (or revisit) of a segment; ``candidate`` is set for captures alone. Bytes for offset and length."""

    url: str
    mime: str
    status: _Number
    digest: str
    length: _Number
    offset: _Number
    filename: str
    fetched_at: AwareDatetime
    candidate: Candidate | None = None

    @property
    def capture(self) -> Capture | None:
        """The capture that this entry is, None for everything else that was asked."""
        if self.candidate is None:
            return None
        return Capture(
            document_id=self.candidate.document_id,
            source=self.candidate.source,
            url=self.candidate.url,
            final_url=self.url,
            fetched_at=self.fetched_at,
            status=self.status,
            media_type=self.mime,
            payload_digest=self.digest,
            warc_file=self.filename,
            warc_offset=self.offset,
            warc_length=self.length,
            mentions=self.candidate.mentions,
            rights=self.candidate.rights,
        )


_ENTRY = TypeAdapter(Entry)


def dump(entries: Iterable[Entry]) -> bytes:
    """The index of these entries."""
    return b"".join(sorted(_line(entry) for entry in entries))


def load(index: bytes) -> list[Entry]:
    """The entries of an index, in its order.

    Raises:
        RecordError: it is no index of ours.
    """
    try:
        return [_ENTRY.validate_json(line.split(b" ", 2)[2]) for line in index.splitlines()]
    except (ValidationError, IndexError) as error:
        raise RecordError(f"no CDXJ index of a segment: {error}") from error


def _line(entry: Entry) -> bytes:
    stamp = entry.fetched_at.strftime("%Y%m%d%H%M%S")
    told = _ENTRY.dump_json(entry, exclude_none=True, ensure_ascii=True)
    return f"{_sort_key(entry.url)} {stamp} ".encode("ascii") + told + b"\n"


def _sort_key(url: str) -> str:
    """The URL's SURT, or the URL itself where it has none: no record is lost for want of a sort key."""
    try:
        return surt(url)
    except RecordError:
        return quote(url, safe=":/?&=%")
