"""The syntax of one WARC 1.1 record, read and written (ISO 28500:2017, https://iipc.github.io/warc-specifications/)."""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from tearsheet.archive.fields import Fields, field, read_head, write_head
from tearsheet.errors import RecordError

SPECIFICATION = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
WARC_ENCODING = "utf-8"
_NUMBER = re.compile("[0-9]{1,18}")
_END = b"\r\n\r\n"
_SLACK = 8
"""Bytes that may follow a block in its member: two line breaks, and what sloppy writers add; no second record fits."""


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """A record's named fields and as much of its block as was given."""

    fields: Fields
    block: bytes

    def get(self, name: str) -> str | None:
        """The value of a named field."""
        return field(self.fields, name)

    @property
    def kind(self) -> str:
        """Its type: response, request, revisit, metadata, warcinfo."""
        return (self.get("WARC-Type") or "").lower()

    @property
    def record_id(self) -> str:
        """``<urn:uuid:…>``; empty if there is none."""
        return self.get("WARC-Record-ID") or ""

    @property
    def target(self) -> str:
        """The target URI without the angle brackets that some versions of wget add; empty if there is none."""
        return (self.get("WARC-Target-URI") or "").removeprefix("<").removesuffix(">")

    @property
    def date(self) -> datetime:
        """When it was captured.

        Raises:
            RecordError: it has no date to the second at least.
        """
        stated = self.get("WARC-Date") or ""
        try:
            return datetime.fromisoformat(stated).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise RecordError(f"record of {self.target}: {stated!r} is no WARC-Date") from error

    @property
    def complete(self) -> bool:
        """Whether the whole block was given."""
        return len(self.block) == stated_length(self.fields)


def read_record(data: bytes, size: int | None = None) -> WarcRecord:
    """The one record that ``data`` holds, or that begins in it where it is cut from ``size`` bytes.

    Raises:
        RecordError: no WARC record, a truncated one, or more than one.
    """
    version, fields, rest = read_head(data, WARC_ENCODING)
    if not version.startswith("WARC/"):
        raise RecordError(f"no WARC record begins with {data[:20]!r}")
    excess = (size or len(data)) - (len(data) - len(rest)) - stated_length(fields)
    if excess < 0:
        raise RecordError(f"the record is truncated: {-excess} bytes of its block are missing")
    if excess > _SLACK:
        raise RecordError("several records in one gzip member; mend the file with `warcio recompress`")
    return WarcRecord(fields, rest[: stated_length(fields)])


def write_record(kind: str, fields: Fields, block: bytes) -> tuple[WarcRecord, bytes]:
    """A new record with an id of its own, and its bytes, not compressed."""
    whole = (
        ("WARC-Type", kind),
        ("WARC-Record-ID", f"<{uuid.uuid4().urn}>"),
        *fields,
        ("WARC-Block-Digest", digest(block)),
        ("Content-Length", str(len(block))),
    )
    return WarcRecord(whole, block), b"".join([write_head("WARC/1.1", whole, WARC_ENCODING), block, _END])


def digest(data: bytes) -> str:
    """``sha256:`` and base 32, as WARC's labelled digests are written."""
    return f"sha256:{base64.b32encode(hashlib.sha256(data).digest()).decode()}"


def date(at: datetime) -> str:
    """An instant as a WARC-Date, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def stated_length(fields: Fields) -> int:
    """The length of a record's block.

    Raises:
        RecordError: it is not stated as a number.
    """
    stated = field(fields, "Content-Length") or ""
    if not _NUMBER.fullmatch(stated):
        raise RecordError(f"{stated!r} is no Content-Length of a WARC record")
    return int(stated)
