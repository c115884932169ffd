"""One capture, one row: an article with its text and ledger, or a drop with its reason."""

from __future__ import annotations

from dataclasses import replace

from tearsheet.archive.fields import Fields
from tearsheet.archive.reader import parse_member
from tearsheet.clean.cleaner import clean
from tearsheet.documents.pages import pack, unpack
from tearsheet.documents.task import Context, Done, Task, dropped
from tearsheet.errors import RecordError
from tearsheet.extract.page import Extraction, extract_page
from tearsheet.fingerprints import content_hash, near_hash, version_id
from tearsheet.model import ARTICLE, WITHHELD, Capture, Document
from tearsheet.rights import in_force

ROBOTS = "x-robots-tag"


def done(task: Task) -> Done:
    """The row of a task, with the page where nothing is known of its source: its own night may teach it."""
    if task.page is not None:
        return Done(row(task.capture, task.context, unpack(task.page)))
    try:
        page = read(task.capture, task.member, task.context)
    except RecordError as error:
        return Done(dropped(task.capture, task.context, "unreadable"), problem=str(error))
    found = row(task.capture, task.context, page)
    may_teach = found.outcome == ARTICLE and task.capture.source not in task.context.learned
    return Done(found, pack(page) if may_teach else None)


def document(capture: Capture, member: bytes, context: Context) -> Document:
    """The row of a capture; ``member`` is its WARC record as it lies in the segment, one gzip member.

    A record that cannot be read, or a page that is no page, is a drop, never an exception.
    """
    try:
        return row(capture, context, read(capture, member, context))
    except RecordError:
        return dropped(capture, context, "unreadable")


def read(capture: Capture, member: bytes, context: Context) -> Extraction:
    """The page of a capture.

    Raises:
        RecordError: the record cannot be read, or the page is none.
    """
    record = parse_member(member)
    return extract_page(
        record.body,
        capture.final_url,
        mentions=capture.mentions,
        headers=_headers(record.headers),
        fetched_at=capture.fetched_at,
        rules=context.rules_for(capture),
        learned=context.learned_of(capture.source),
        robot=context.robot,
    )


def _headers(fields: Fields) -> dict[str, str]:
    """The fields of a response; each X-Robots-Tag on a line: a robot named in one says nothing of the next."""
    robots = "\n".join(value for name, value in fields if name.lower() == ROBOTS)
    return {name.lower(): value for name, value in fields} | ({ROBOTS: robots} if robots else {})


def row(capture: Capture, context: Context, page: Extraction) -> Document:
    """What the page says, on the row of its capture; only an article has text."""
    known = replace(
        dropped(capture, context, page.kind),
        canonical_url=page.canonical_url,
        title=page.title,
        standfirst=page.standfirst,
        authors=page.authors,
        agency=page.agency,
        published_at=page.published_at,
        published_raw=page.published_raw,
        published_has_time=page.published_has_time,
        published_from=page.published_from,
        modified_at=page.modified_at,
        language=page.language,
        section=page.section,
        tags=page.tags,
        image=page.image,
        access=page.access,
        access_evidence=page.access_evidence,
        rights=tuple(dict.fromkeys((*page.rights, *capture.rights))),
    )
    is_withheld = bool(in_force(known.rights) & context.withheld)
    if is_withheld:
        known = replace(known, standfirst=None)
    if page.kind != ARTICLE or is_withheld:
        return replace(known, outcome=WITHHELD) if page.kind == ARTICLE else known
    cleaned = clean(
        page.blocks,
        title=page.title,
        standfirst=page.standfirst,
        authors=page.authors,
        language=page.language,
        learned=context.learned_of(capture.source),
    )
    known = replace(known, standfirst=cleaned.standfirst, removed=cleaned.removed)
    if not cleaned.text:
        return replace(known, outcome="drop.empty")
    return replace(
        known,
        outcome=ARTICLE,
        version_id=version_id(page.title, cleaned.text),
        text=cleaned.text,
        words=len(cleaned.text.split()),
        content_hash=content_hash(cleaned.text),
        near_hash=near_hash(cleaned.text),
    )
