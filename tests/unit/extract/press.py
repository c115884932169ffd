"""A page of an ordinary outlet, of which a test changes one thing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from tearsheet.extract.page import Extraction, extract_page
from tearsheet.model import Mention

URL = "https://www.tidewaterledger.example/region/quay"
FETCHED_AT = datetime(2026, 3, 4, 5, 0, tzinfo=UTC)
TITLE = "Council votes to widen the eastern quay"
PARAGRAPHS = (
    "The council met for nine hours on Tuesday and agreed, by eleven votes to six, to dredge the basin in spring.",
    "The work is to cost forty million and to last until the autumn, the harbour master told the council.",
    "Fishermen had asked for a smaller plan, and two of them spoke from the gallery until it was cleared.",
    "A second reading is due in the coming month, and the treasurer expects that the sum will have grown by then.",
)


def page(
    head: str = "", *, above: str = "", below: str = "", attributes: str = ' lang="en"', title: str = TITLE
) -> str:
    """An article with more in its head, and above and below its paragraphs."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return (
        f"<!DOCTYPE html><html{attributes}><head><title>{title}</title>{head}</head><body><main><article>"
        f"<h1>{title}</h1>{above}<div class='story'>{body}</div>{below}</article></main></body></html>"
    )


def extract(
    html: str | bytes,
    *,
    url: str = URL,
    headers: Mapping[str, str] | None = None,
    mentions: tuple[Mention, ...] = (),
    fetched_at: datetime = FETCHED_AT,
) -> Extraction:
    """What the page says of itself."""
    body = html.encode() if isinstance(html, str) else html
    return extract_page(body, url, headers=headers, mentions=mentions, fetched_at=fetched_at)


def json_ld(**values: object) -> str:
    """A script with the article's linked data."""
    node = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": TITLE} | values
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'
