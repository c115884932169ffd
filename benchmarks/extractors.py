"""Tearsheet's own two stages as an extractor to be scored: HTML in, fields out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tearsheet.clean.cleaner import clean
from tearsheet.extract.page import extract_page

NOW = datetime.now(UTC)


def tearsheet(html: bytes, url: str | None) -> dict[str, Any]:
    """Extract and clean.

    The truth holds the standfirst as part of the text, a document holds it apart: it is put before the text here. A
    page that is told to be no article is scored with the text it would have had.
    """
    page = extract_page(html, url or "https://unknown.invalid/unknown", fetched_at=NOW)
    cleaned = clean(
        page.blocks, title=page.title, standfirst=page.standfirst, authors=page.authors, language=page.language
    )
    return {
        "text": "\n".join(filter(None, (page.standfirst, cleaned.text))),
        "title": page.title,
        "authors": list(page.authors),
        "date": page.published_raw and page.published_raw[:10],
        "article": page.kind == "article",
    }
