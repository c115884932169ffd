"""A published night against itself: commit, rows, records, outcomes and run report say the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import polars as pl

from tearsheet.audit.finding import Finding, Repair, found
from tearsheet.audit.inventory import Key
from tearsheet.audit.segments import Segment
from tearsheet.errors import InvariantError, RecordError
from tearsheet.fingerprints import version_id
from tearsheet.harvest import RunReport, load_report, recall
from tearsheet.harvest.outcomes import load_outcomes, outcomes_key
from tearsheet.harvest.plan import Plan
from tearsheet.harvest.verdict import judge, report_key
from tearsheet.model import Outcome
from tearsheet.storage import Store
from tearsheet.tables import documents

_PLACE = ["document_id", "url", "warc_file", "warc_offset", "warc_length", "payload_digest"]
_WORDING = ["url", "title", "text", "version_id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A published night as it is kept: its plan, the table's rows, the fingerprint of its commit, outcomes, WARCs.

    ``outcomes`` are None where they cannot be read.
    """

    key: Key
    plan: Plan
    rows: pl.DataFrame
    fingerprint: int
    outcomes: list[Outcome] | None
    segments: Sequence[Segment]

    @property
    def whole(self) -> bool:
        """Whether every WARC is there and sound."""
        held = {segment.key for segment in self.segments}
        return all(segment.whole for segment in self.segments) and held >= {*self.rows["warc_file"]}


def outcomes_of(store: Store, key: Key) -> list[Outcome] | None:
    """The stored outcomes; None where they cannot be read, which ``accounts`` tells."""
    try:
        return load_outcomes(store, *key)
    except RecordError:
        return None


def rows(night: Kept) -> Iterator[Finding]:
    """Each capture has its row, each row its record and the text that it names."""
    missing = list(_without_row(night, night.outcomes or []))
    yield from missing
    yield from _without_record(night)
    for row in night.rows.select(_WORDING).iter_rows(named=True):
        if row["text"] is not None and version_id(row["title"], row["text"]) != row["version_id"]:
            yield found("row.changed", row["url"], f"title or text is not {row['version_id']}", *night.key)
    if not missing and documents.fingerprint_of(night.rows.to_arrow()) != night.fingerprint:
        place = "/".join([documents.TABLE.prefix, *night.key])
        yield found("night.differs", place, f"{night.rows.height} rows are not those of the commit", *night.key)


def accounts(store: Store, night: Kept) -> Iterator[Finding]:
    """Outcomes are what rows and attempts say, and the run report is what the outcomes say.

    A night that lacks rows is settled by them first.
    """
    try:
        known = recall(store, night.plan, night.rows, version=0)
    except InvariantError as error:
        yield found("outcomes.wrong", outcomes_key(*night.key), str(error), *night.key)
        return
    except RecordError as error:
        yield found("fetched.unreadable", f"runs/{'/'.join(night.key)}/fetched", str(error))
        return
    if night.outcomes != known.outcomes:
        yield found(
            "outcomes.wrong", outcomes_key(*night.key), _told_outcomes(night.outcomes, known.outcomes), *night.key
        )
    try:
        report = load_report(store, *night.key)
    except RecordError as error:
        yield found("report.wrong", report_key(*night.key), str(error), *night.key)
        return
    if wrong := _differing(report, judge(known)):
        yield found("report.wrong", report_key(*night.key), wrong, *night.key)


def uncommitted(key: Key) -> Iterator[Finding]:
    """A night that was judged, and of which the table's log knows nothing."""
    yield found("night.unpublished", report_key(*key), f"the log of {documents.TABLE.prefix} does not name it", *key)


def held_back(findings: Iterable[Finding], night: Kept) -> Iterator[Finding]:
    """A night's findings; what its WARCs would have to mend is not repaired while these are damaged."""
    for finding in findings:
        if finding.repair in {Repair.PUBLISH, Repair.VERDICT} and not night.whole:
            finding = replace(finding, repair=None, mend="restore the night's WARCs first, then audit again")
        yield finding


def _without_row(night: Kept, outcomes: Iterable[Outcome]) -> Iterator[Finding]:
    held = set(night.rows["document_id"])
    wanted = {each.document_id: each.url for each in outcomes if each.family in {"article", "drop"}}
    entries = (entry for segment in night.segments for entry in segment.entries.values())
    wanted |= {entry.candidate.document_id: entry.candidate.url for entry in entries if entry.candidate}
    for document_id in sorted(wanted.keys() - held):
        place = f"{documents.TABLE.prefix} has no row {document_id} of {' '.join(night.key)}"
        yield found("row.missing", wanted[document_id], place, *night.key)


def _without_record(night: Kept) -> Iterator[Finding]:
    """Rows of lost WARCs, one finding a WARC, and rows at whose place no such capture stands."""
    read = {segment.key: segment for segment in night.segments}
    lost: dict[str, list[str]] = {}
    for row in night.rows.select(_PLACE).iter_rows(named=True):
        segment = read.get(row["warc_file"])
        if segment is None:
            lost.setdefault(row["warc_file"], []).append(row["url"])
        elif segment.whole and not _stands(row, segment):
            place = f"{row['warc_file']}, byte {row['warc_offset']}"
            yield found("row.record", place, f"{row['url']}: no record of {row['payload_digest']}", *night.key)
    for key, urls in lost.items():
        yield found("warc.missing", key, f"{len(urls)} rows name it, the first is of {urls[0]}")


def _stands(row: Mapping[str, object], segment: Segment) -> bool:
    entry = segment.entries.get(int(str(row["warc_offset"])))
    return entry is not None and (entry.length, entry.digest) == (row["warc_length"], row["payload_digest"])


def _told_outcomes(stored: list[Outcome] | None, merged: list[Outcome]) -> str:
    if not stored:
        return "there are none, or they cannot be read"
    ours, theirs = ({outcome.document_id: outcome for outcome in each} for each in (merged, stored))
    wrong = sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))
    first = (ours | theirs)[wrong[0]].url if wrong else stored[0].url
    return f"{len(stored)} outcomes, {len(wrong) or len(stored) - len(theirs)} are wrong or twice; the first is {first}"


def _differing(report: RunReport | None, judged: RunReport) -> str:
    """What of a report does not add up; the version of the table is that of its commit, and passes."""
    if report is None:
        return "there is none"
    names = [field.name for field in fields(judged) if field.name != "table_version"]
    return ", ".join(
        f"{name} is not what the night says" for name in names if getattr(report, name) != getattr(judged, name)
    )
