"""The proof of a row: its one record read back from the archive, and held against what the row says.

A record proves a row where it is whole, its payload has the digest that it states, that is the digest of the row, and
it is the answer to the row's address. The record is read by one range request; nothing else of its segment is.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tearsheet.archive.coding import GZIP_MAGIC
from tearsheet.archive.reader import read_range
from tearsheet.archive.record import Record, parse_member
from tearsheet.archive.warc import digest
from tearsheet.errors import AuditError, ConfigError, ObjectMissing, RecordError
from tearsheet.storage import Store


class Captured(Protocol):
    """A row as far as its proof goes: of documents or of articles."""

    @property
    def url(self) -> str: ...  # noqa: D102 - columns, see docs/data-format.md
    @property
    def final_url(self) -> str: ...  # noqa: D102
    @property
    def warc_file(self) -> str: ...  # noqa: D102
    @property
    def warc_offset(self) -> int: ...  # noqa: D102
    @property
    def warc_length(self) -> int: ...  # noqa: D102
    @property
    def payload_digest(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A row's record: where it lies, its bytes as they lie there, the response in it, and why it proves nothing.

    ``place`` is the segment's URL; ``offset`` and ``length`` are bytes; ``digest`` is the one that the row names.
    ``record`` is None where none could be read.
    """

    place: str
    key: str
    offset: int
    length: int
    digest: str
    member: bytes
    record: Record | None
    failure: str | None

    @property
    def verified(self) -> bool:
        """Whether the record is what the row says."""
        return self.failure is None


def evidence(store: Store, row: Captured) -> Proof:
    """The proof of a row, or why there is none: damaged, lost, taken down or another record.

    Raises:
        StorageError: the store cannot be read.
    """
    member, record = b"", None
    try:
        member = read_range(store, row.warc_file, row.warc_offset, row.warc_length)
        record = parse_member(member)
        failure = _failure(record, row)
    except (RecordError, ObjectMissing) as error:
        failure = str(error)
    return Proof(
        place=store.url(row.warc_file),
        key=row.warc_file,
        offset=row.warc_offset,
        length=row.warc_length,
        digest=row.payload_digest,
        member=member,
        record=record,
        failure=failure,
    )


def write_record(proof: Proof, path: Path) -> None:
    """Write a proof's record as a WARC file of its own, byte for byte as it lies in its segment.

    Raises:
        AuditError: the record proves nothing.
        ConfigError: the name does not say whether the file is gzipped, or it cannot be written there.
    """
    if not proof.verified:
        raise AuditError(f"{path} was not written: {proof.failure}")
    suffix = ".warc.gz" if proof.member.startswith(GZIP_MAGIC) else ".warc"
    if not path.name.endswith(suffix):
        raise ConfigError(f"{path}: the record is kept as {suffix}; give the file a name that ends so")
    try:
        path.write_bytes(proof.member)
    except OSError as error:
        raise ConfigError(
            f"{path}: {error.strerror}; name a file in a folder that is there and can be written"
        ) from error


def _failure(record: Record, row: Captured) -> str | None:
    """Why a record is not the row's."""
    stated = record.digest or digest(record.raw_body)  # some tools state none; the row has what was computed then
    if stated != row.payload_digest:
        return f"the record's payload has the digest {stated}, and not {row.payload_digest}"
    if record.url not in (row.final_url, row.url):
        return f"the record is of {record.url}, and not of {row.final_url}"
    return None
