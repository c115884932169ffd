"""The cascade gives the text that Trafilatura gives: on every golden page, and on recorded pages all but a few."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.pages.golden import FOLDER, NAMES
from trafilatura import bare_extraction
from trafilatura.settings import Document

from tearsheet.extract.page import extract_text
from tearsheet.extract.tree import Page, parse

URL = "https://herald.example/2026/03/02/a-page"
PAGES = os.environ.get("PAGES_DIR")
SETS = ("fundus", "wcxb_article", "wcxb_other", "trafilatura", "magic_article", "postlight")
EACH = 25
"""Pages of a set that are compared."""


def both(html: bytes) -> tuple[str, str]:
    """Our text of a page and Trafilatura's, from one tree."""
    page = Page(parse(html, URL), URL, {}, (), datetime.now(UTC))
    document = bare_extraction(page.root, url=URL, include_comments=False)
    return extract_text(page), (document.text or "") if isinstance(document, Document) else ""


@pytest.mark.parametrize("name", NAMES)
def test_golden_pages_have_the_same_text(name: str) -> None:
    ours, trafilaturas = both((FOLDER / name / "page.html").read_bytes())
    assert ours == trafilaturas


def recorded(folder: Path) -> Iterator[bytes]:
    """Every so many pages of each set."""
    for name in SETS:
        rows = (folder / name / "truth.jsonl").read_text("utf-8").split("\n")[:-1]
        for row in rows[:: max(1, len(rows) // EACH)]:
            yield gzip.decompress((folder / name / "html" / f"{json.loads(row)['id']}.html.gz").read_bytes())


@pytest.mark.skipif(not PAGES, reason="PAGES_DIR does not name a folder of recorded pages")
def test_recorded_pages_have_the_same_text_but_for_one_in_a_hundred() -> None:
    pairs = [both(html) for html in recorded(Path(PAGES or ""))]
    differing = [pair for pair in pairs if pair[0] != pair[1]]
    assert len(pairs) > EACH
    assert len(differing) * 100 <= len(pairs)
