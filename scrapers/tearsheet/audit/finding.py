"""What an audit can find: each kind once, with what it means, the mend, and the repair that makes it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Repair(StrEnum):
    """What makes a derived thing again, in the order in which repairs are done."""

    INDEX = "index"
    PUBLISH = "publish"
    VERDICT = "verdict"
    STATE = "state"
    TOPIC = "topic"
    SEARCH = "search"
    DELETE = "delete"
    ABORT = "abort"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of finding means, what to do, and which repair does it; None where nothing in the archive can."""

    meaning: str
    mend: str
    repair: Repair | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it should be. ``place`` is a key (with the byte, where there is one) or a URL.

    ``subject`` is what a repair works on: collection and night, topic and night, a source, a key, an upload.
    """

    kind: str
    place: str
    what: str
    mend: str
    repair: Repair | None
    subject: tuple[str, ...] = ()


_RESTORE = "restore it from the bucket's versions or a backup; nothing else holds it"
_ANEW = "--repair publishes the night again from its WARCs, by the installed extractor"
_SELECT = "--repair selects the night anew"

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "plan.missing": Kind("a night has objects or rows and no plan that can be read", _RESTORE),
        "fetched.unreadable": Kind(
            "an attempt's report cannot be read", "delete it and run the night again: what it lost is asked again"
        ),
        "warc.missing": Kind("a WARC that rows or an index name is gone", _RESTORE),
        "warc.damaged": Kind("bytes of a WARC are no whole record", _RESTORE),
        "warc.digest": Kind("a record's payload does not have its digest", _RESTORE),
        "warc.changed": Kind("a WARC's bytes are not those that were written", _RESTORE),
        "learned.missing": Kind("a snapshot, or a night's choice of them, is gone or cannot be read", _RESTORE),
        "cdxj.missing": Kind("a WARC has no index", "--repair makes it from the WARC", Repair.INDEX),
        "cdxj.stale": Kind("an index does not agree with its WARC", "--repair makes it from the WARC", Repair.INDEX),
        "night.unpublished": Kind("a night has a report and was never committed", _ANEW, Repair.PUBLISH),
        "night.differs": Kind("a night's rows are not those of its commit", _ANEW, Repair.PUBLISH),
        "row.missing": Kind("a captured page has no row", _ANEW, Repair.PUBLISH),
        "row.record": Kind("no record stands where a row says", _ANEW, Repair.PUBLISH),
        "row.changed": Kind("a row's text is not the one its version_id names", _ANEW, Repair.PUBLISH),
        "row.differs": Kind("extracted again, a row's record gives something else", _ANEW, Repair.PUBLISH),
        "outcomes.wrong": Kind(
            "outcomes are gone, or not what rows and attempts say", "--repair merges them anew", Repair.VERDICT
        ),
        "report.wrong": Kind(
            "a run report is gone, or does not add up", "--repair judges the night anew", Repair.VERDICT
        ),
        "state.missing": Kind("a source has no state", "--repair replays its nights", Repair.STATE),
        "state.wrong": Kind(
            "a state cannot be read, or lacks captured pages", "--repair replays its nights", Repair.STATE
        ),
        "topic.stale": Kind(
            "documents or query have changed since a topic's commit", "`tearsheet topic`, or --repair", Repair.TOPIC
        ),
        "article.missing": Kind("an article that the query matches has no row in its topic", _SELECT, Repair.TOPIC),
        "article.extra": Kind("a topic's row has no document that the query matches", _SELECT, Repair.TOPIC),
        "article.changed": Kind("a topic's row is not its document's", _SELECT, Repair.TOPIC),
        "cluster.broken": Kind("a cluster does not have its first copy once", _SELECT, Repair.TOPIC),
        "search.stale": Kind(
            "a topic's search index is not there, or not of the topic's rows",
            "`tearsheet topic`, or --repair",
            Repair.SEARCH,
        ),
        "search.missing": Kind(
            "an object that a search index names is gone or damaged", "--repair builds it anew", Repair.SEARCH
        ),
        "search.left": Kind("an object of a search index that nothing names", "--repair deletes it", Repair.DELETE),
        "release.missing": Kind("a file of a release is gone", _RESTORE),
        "release.damaged": Kind("a file of a release is not the one that was released", _RESTORE),
        "release.left": Kind(
            "files of a release that was never finished, or is withdrawn", "--repair deletes them", Repair.DELETE
        ),
        "learned.unnamed": Kind("nothing names a snapshot", "--repair deletes it", Repair.DELETE),
        "staged.left": Kind("staged rows that nothing will publish", "--repair deletes them", Repair.DELETE),
        "probe.left": Kind("what a probe of the store left", "--repair deletes it", Repair.DELETE),
        "table.missing": Kind("a file that a table's log names is gone", _RESTORE),
        "table.unnamed": Kind(
            "a file older than 7 days that no entry of a table's log names", "--repair deletes it", Repair.DELETE
        ),
        "upload.open": Kind("an upload in parts was left open", "--repair gives it up", Repair.ABORT),
        "object.unknown": Kind("an object where Tearsheet writes none", "move it elsewhere, or delete it"),
    }
)
"""All kinds, what was archived before what is derived from it."""


def found(kind: str, place: str, what: str, *subject: str) -> Finding:
    """A finding of a kind, with the kind's mend and repair."""
    known = KINDS[kind]
    return Finding(kind=kind, place=place, what=what, mend=known.mend, repair=known.repair, subject=subject)
