"""WARCs against themselves and their indexes: each is read once, whole, and every record in it is checked.

The gzip checksum of each record, the digest of each payload, the sha256 that was noted when the file was written, and
the index, which is a function of the records. Behind damaged bytes reading goes on at the next record that the index
names, so that one flipped byte is one finding.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace

from tearsheet.archive import cdxj
from tearsheet.archive.cdxj import Entry
from tearsheet.archive.indexing import entries_of
from tearsheet.archive.keys import index_key
from tearsheet.archive.members import Member, members
from tearsheet.archive.record import check_payload
from tearsheet.audit.finding import Finding, found
from tearsheet.errors import RecordError
from tearsheet.storage import Store


@dataclass(slots=True, kw_only=True)
class Segment:
    """A WARC as it was read: its index entries by offset, how many records, what is wrong, and the asked members."""

    key: str
    entries: Mapping[int, Entry] = field(default_factory=dict)
    records: int = 0
    findings: list[Finding] = field(default_factory=list)
    members: dict[int, bytes] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong with the WARC itself."""
        return not any(finding.kind.startswith("warc.") for finding in self.findings)


def read_segment(store: Store, key: str, wanted: Set[int] = frozenset(), *, indexed: bool = True) -> Segment:
    """Check a WARC and its index by one GET each; ``wanted`` are the offsets of members to hand over."""
    body, written = store.get_with_digest(key)
    told, known = _index(store, key) if indexed else ("it is missing", [])
    segment = Segment(key=key)
    spans: dict[int, int] = {}
    walked = entries_of(_walk(segment, body, sorted(entry.offset for entry in known), spans), key)
    segment.entries = {entry.offset: entry for entry in walked}
    segment.members = {offset: body[offset : offset + spans[offset]] for offset in wanted if offset in spans}
    if segment.whole and written and hashlib.sha256(body).hexdigest() != written:
        segment.findings.append(found("warc.changed", key, f"its sha256 is not {written}, yet each record is whole"))
    segment.findings += _compare(segment, told, known)
    return segment


def _walk(segment: Segment, body: bytes, offsets: list[int], spans: dict[int, int]) -> Iterator[Member]:
    """The records that are whole, with their places in the file; ``spans`` gets the length of each by its offset."""
    start = 0
    while start < len(body):
        end = start
        try:
            for member in members(io.BytesIO(memoryview(body)[start:])):
                whole = replace(member, offset=start + member.offset)
                end = whole.offset + whole.length
                spans[whole.offset] = whole.length
                segment.records += 1
                _check(segment, whole)
                yield whole
        except RecordError as error:
            why = str(error).partition(": ")[2]
            segment.findings.append(found("warc.damaged", f"{segment.key}, byte {end}", why))
            start = next((offset for offset in offsets if offset > end), len(body))
        else:
            return


def _check(segment: Segment, member: Member) -> None:
    if member.record.kind != "response" or not member.record.target.startswith(("http:", "https:")):
        return
    try:
        check_payload(member.record)
    except RecordError as error:
        place = f"{segment.key}, byte {member.offset}"
        segment.findings.append(found("warc.digest", place, f"{member.record.target}: {error}"))


def _index(store: Store, key: str) -> tuple[str, list[Entry]]:
    """What is wrong with an index by itself, and its entries."""
    try:
        return "", cdxj.load(store.get(index_key(key)))
    except RecordError as error:
        return " ".join(str(error).split())[:200], []


def _compare(segment: Segment, told: str, known: list[Entry]) -> Iterator[Finding]:
    """The index against the records. It is not made again from a damaged WARC: it may know more."""
    place = index_key(segment.key)
    kind = "cdxj.missing" if told == "it is missing" else "cdxj.stale"
    held = {entry.offset: entry for entry in known}
    if not told and segment.whole and held != segment.entries:
        wrong = [offset for offset, entry in segment.entries.items() if held.get(offset) != entry]
        told = f"{len(wrong)} of {len(segment.entries)} records are not in it as they are, "
        told += f"{len(held.keys() - segment.entries.keys())} in it are no records"
    if told:
        finding = found(kind, place, told, segment.key)
        yield finding if segment.whole else replace(finding, repair=None, mend="restore its WARC first")
