"""A page or plain text from a file: through the extraction and the cleaning of a night, without a record behind it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from tearsheet.clean.plain import read_plain
from tearsheet.documents.rows import row
from tearsheet.documents.task import Context
from tearsheet.errors import RecordError
from tearsheet.extract.identity import extractor_id
from tearsheet.extract.language import guess
from tearsheet.extract.page import Extraction, extract_page
from tearsheet.extract.tree import decode
from tearsheet.model import ARTICLE, Block, Capture, Document, SourceRule
from tearsheet.urls import document_id

NOWHERE = "http://nowhere.invalid/"
"""Stands for an address that nobody has given (RFC 2606)."""
UNKNOWN = ""
MARKUP = re.compile(
    rb"\A\s*<(?:!|\?xml|[a-z][a-z0-9]*[\s>/])|<(?:html|head|body|article|main)[\s>]|</(?:p|div|h1|li)>", re.IGNORECASE
)
"""What a page begins with, or has near its beginning, and a plain text has not."""
LOOKED_AT = 20_000


class Form(StrEnum):
    """What a file holds."""

    HTML = "html"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Loose:
    """What a file says: ``document`` without collection, night and record, ``blocks`` those that are its text.

    Where nobody knows its address, ``document.url`` is empty.
    """

    document: Document
    blocks: tuple[Block, ...]


def form_of(body: bytes) -> Form:
    """Whether a file is a page or a plain text, by what stands in it."""
    return Form.HTML if MARKUP.search(body[:LOOKED_AT].removeprefix(b"\xef\xbb\xbf")) else Form.TEXT


def read_loose(
    body: bytes,
    *,
    form: Form | None = None,
    url: str | None = None,
    language: str | None = None,
    rules: Sequence[SourceRule] = (),
) -> Loose:
    """Read one file.

    Args:
        body: the file, in any encoding that a page may have.
        form: what it is; told by its content where nothing is said.
        url: its address; else the one that the page itself calls its own.
        language: ISO 639 code of its text; else as the page declares or its words tell.
        rules: what its source declares; those count that hold today.

    Raises:
        RecordError: it is no HTML, or no extractor gets to the end of it.
    """
    now = datetime.now(UTC)
    today = tuple(rule for rule in rules if rule.holds(now.date()))
    page = _plain(body) if (form or form_of(body)) is Form.TEXT else _html(body, url, now, today)
    page = replace(page, language=language or page.language)
    found = row(_capture(body, url or page.canonical_url, now), _context(today), page)
    cut = {removed.position for removed in found.removed}
    kept = tuple(block for position, block in enumerate(page.blocks) if position not in cut)
    return Loose(found, kept if found.text else ())


def _html(body: bytes, url: str | None, now: datetime, rules: Sequence[SourceRule]) -> Extraction:
    page = extract_page(body, url or NOWHERE, fetched_at=now, rules=rules)
    own, image = _somewhere(page.canonical_url), _somewhere(page.image)
    if own and not url:
        return extract_page(body, own, fetched_at=now, rules=rules)
    return replace(page, canonical_url=own, image=image)


def _somewhere(address: str | None) -> str | None:
    """An address, unless nothing is known but its path."""
    return None if address and address.startswith(NOWHERE) else address


def _plain(body: bytes) -> Extraction:
    try:
        text = decode(body, None)
    except (LookupError, ValueError) as error:
        raise RecordError(f"the text cannot be decoded ({error}); save it as UTF-8") from error
    page = read_plain(text)
    return Extraction(
        kind=ARTICLE,
        blocks=page.blocks,
        title=page.title,
        authors=page.authors,
        published_at=page.published,
        published_raw=page.published_raw,
        published_has_time=False if page.published else None,
        language=guess(" ".join(block.text for block in page.blocks)),
    )


def _capture(body: bytes, url: str | None, now: datetime) -> Capture:
    return Capture(
        document_id=document_id(url or NOWHERE),
        source=UNKNOWN,
        url=url or "",
        final_url=url or "",
        fetched_at=now,
        status=200,
        media_type="",
        payload_digest=f"sha256:{hashlib.sha256(body).hexdigest()}",
        warc_file="",
        warc_offset=0,
        warc_length=0,
    )


def _context(rules: tuple[SourceRule, ...]) -> Context:
    return Context(collection="", night="", config="", extractor=extractor_id(), rules={UNKNOWN: rules})
