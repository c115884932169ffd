"""One page in, one ``Extraction`` out: a pure function of bytes, address, mentions, fetch time, rules, what is learned.

The page is parsed once. Trafilatura decides what is text; everything else is read from the same tree. Cleaning is
the next stage's business: ``blocks`` are all blocks of the smallest element that holds what Trafilatura kept, in page
order, with those marked that it left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml.etree import LxmlError

from tearsheet.errors import RecordError
from tearsheet.extract.access import Access, access
from tearsheet.extract.agencies import agency
from tearsheet.extract.authors import authors
from tearsheet.extract.blocks import read_body
from tearsheet.extract.cascade import Seen, article_text
from tearsheet.extract.dates import dates
from tearsheet.extract.declared import declared_authors, declared_title, marked
from tearsheet.extract.kind import Told, kind
from tearsheet.extract.labels import canonical_url, image, section, tags
from tearsheet.extract.language import language
from tearsheet.extract.linked_data import types
from tearsheet.extract.rights import rights
from tearsheet.extract.standfirsts import standfirst
from tearsheet.extract.titles import title
from tearsheet.extract.tree import Page, parse
from tearsheet.model import NOTHING_LEARNED, ROBOT, Block, Learned, Mention, Rights, SourceRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What a page says: ``kind`` is ``article`` or a drop reason; times are aware UTC; fields as in ``Document``."""

    kind: str
    blocks: tuple[Block, ...] = ()
    title: str | None = None
    standfirst: str | None = None
    authors: tuple[str, ...] = ()
    agency: str | None = None
    published_at: datetime | None = None
    published_raw: str | None = None
    published_has_time: bool | None = None
    published_from: str | None = None
    modified_at: datetime | None = None
    language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None
    canonical_url: str | None = None
    access: Access = "unknown"
    access_evidence: tuple[str, ...] = ()
    rights: tuple[Rights, ...] = ()


def extract_page(
    html: bytes,
    url: str,
    *,
    fetched_at: datetime,
    mentions: tuple[Mention, ...] = (),
    headers: Mapping[str, str] | None = None,
    rules: Sequence[SourceRule] = (),
    learned: Learned = NOTHING_LEARNED,
    robot: str = ROBOT,
) -> Extraction:
    """Read one page.

    Args:
        html: the decoded body of the response.
        url: the address it was fetched from.
        fetched_at: aware; no date in the result lies after it.
        mentions: what feeds and sitemaps said of the page.
        headers: of the response, names in any case; several X-Robots-Tag fields are a line each.
        rules: what its source declares for the day of the fetch.
        learned: what is known of the source.
        robot: the name, in lower case, by which a page may speak to us alone.

    Raises:
        RecordError: the bytes are no HTML, or no extractor gets to the end of them.
    """
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    try:
        root = parse(html, url, lower.get("content-type"))
        return _read(Page(root, url, lower, mentions, fetched_at), rules, learned, robot)
    except RecursionError as error:
        raise RecordError(f"{url}: elements nested too deeply to be read") from error


def _read(page: Page, rules: Sequence[SourceRule], learned: Learned, robot: str) -> Extraction:
    body = read_body(extract_text(page), page.outline, page.url, marked(page.root, rules))
    headline = declared_title(page.root, rules) or without_suffix(title(page), learned.suffixes)
    wire = agency(page, headline, body)
    named = declared_authors(page.root, rules) or authors(page, headline, body)
    summary = standfirst(page, headline, body)
    when = dates(page, headline)
    open_to, evidence = access(page, body, summary, usual_length=learned.usual_length)
    return Extraction(
        kind=kind(page, body, headline, Told(named or tuple(filter(None, [wire])), summary is not None, when.origin)),
        blocks=body.all_blocks,
        title=headline,
        standfirst=summary,
        authors=named,
        agency=wire,
        published_at=when.published,
        published_raw=when.raw,
        published_has_time=when.has_time,
        published_from=when.origin,
        modified_at=when.modified,
        language=language(page, body.text),
        section=section(page),
        tags=tags(page),
        image=image(page),
        canonical_url=canonical_url(page),
        access=open_to,
        access_evidence=evidence,
        rights=rights(page, robot),
    )


def without_suffix(headline: str | None, suffixes: tuple[str, ...]) -> str | None:
    """The headline without what the source appends to its titles."""
    found = next((suffix for suffix in suffixes if headline and headline.endswith(suffix)), "")
    return headline.removesuffix(found) or headline if headline else headline


def extract_text(page: Page) -> str:
    """Trafilatura's text of the page; empty where it finds none.

    Raises:
        RecordError: it does not get to the end of the page.
    """
    is_forum = any("DiscussionForumPosting" in types(node) for node in page.nodes)
    try:
        seen = Seen(len(page.outline.stream), page.outline.unlinked)
        return article_text(page.root, page.url, seen, is_forum=is_forum)
    except (LxmlError, TypeError, ValueError) as error:  # what bare_extraction takes for a page without text
        raise RecordError(f"{page.url}: Trafilatura fails ({type(error).__name__}: {error})") from error
