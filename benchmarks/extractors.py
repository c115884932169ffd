"""Tearsheet's own two stages as an extractor to be scored: HTML in, fields out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tearsheet.clean.cleaner import Cleaned, clean
from tearsheet.clean.learning import Counts, Sighting, learned, taught
from tearsheet.errors import RecordError
from tearsheet.extract.page import Extraction, extract_page
from tearsheet.model import ARTICLE, NOTHING_LEARNED, Learned

NOW = datetime.now(UTC)


class Tearsheet:
    """Extract and clean; with ``learn``, what the pages of a site have in common is cut from them.

    The truth holds the standfirst as part of the text, a document holds it apart: it is put before the text here. A
    page that is told to be no article is scored with the text it would have had.
    """

    def __init__(self) -> None:
        self.learned: dict[bytes, Learned] = {}

    def __call__(self, html: bytes, url: str | None) -> dict[str, Any]:
        """A page's fields."""
        page, cleaned = _read(html, url, self.learned.get(html, NOTHING_LEARNED))
        return {
            "text": "\n".join(filter(None, (cleaned.standfirst, cleaned.text))),
            "title": page.title,
            "authors": list(page.authors),
            "date": page.published_raw and page.published_raw[:10],
            "article": page.kind == ARTICLE,
        }

    def learn(self, pages: list[tuple[bytes, str | None]]) -> None:
        """Learn of one site as from its first night, in place of the site before."""
        sightings = []
        for number, (html, url) in enumerate(pages):
            try:
                page, cleaned = _read(html, url, NOTHING_LEARNED)
            except RecordError:  # it is no document either, and is told when it is scored
                continue
            if page.kind == ARTICLE:
                kept = tuple(block.text for block in cleaned.blocks)
                beside = tuple(cut.text for cut in cleaned.removed)
                sightings.append(Sighting(id=str(number), title=page.title, kept=kept, beside=beside))
        self.learned = dict.fromkeys((html for html, _ in pages), learned(taught(Counts(), "2026-01-01", sightings)))


def _read(html: bytes, url: str | None, known: Learned) -> tuple[Extraction, Cleaned]:
    page = extract_page(html, url or "https://unknown.invalid/unknown", fetched_at=NOW, learned=known)
    cleaned = clean(
        page.blocks,
        title=page.title,
        standfirst=page.standfirst,
        authors=page.authors,
        language=page.language,
        learned=known,
    )
    return page, cleaned


tearsheet = Tearsheet()
