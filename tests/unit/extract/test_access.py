"""Whether a reader could read it all: what a page declares, and how a text that breaks off is told from a short one."""

from __future__ import annotations

import pytest
from tests.unit.extract.press import FETCHED_AT, PARAGRAPHS, URL, extract, json_ld, page

from tearsheet.extract.access import access
from tearsheet.extract.blocks import Body
from tearsheet.extract.tree import Page, parse
from tearsheet.model import Block


@pytest.mark.parametrize(
    ("head", "below", "access"),
    [
        (json_ld(isAccessibleForFree=False), "", "paywalled"),
        (json_ld(isAccessibleForFree="False"), "", "paywalled"),
        (json_ld(isAccessibleForFree="http://schema.org/False"), "", "paywalled"),
        (json_ld(isAccessibleForFree=True), "", "open"),
        (json_ld(isAccessibleForFree="true"), "", "open"),
        ('<meta property="article:content_tier" content="metered">', "", "metered"),
        ('<meta property="article:content_tier" content="locked">', "", "paywalled"),
        ('<meta property="article:content_tier" content="free">', "", "open"),
        ("", '<div class="paywall">Subscribe to read on.</div>', "paywalled"),
        ("", '<div class="promo"><a href="/subscribe">Subscribe</a> to the Ledger from 1 a month.</div>', "unknown"),
        ("", "", "unknown"),
    ],
)
def test_access_has_evidence(head: str, below: str, access: str) -> None:
    found = extract(page(head, below=below))
    assert found.access == access
    assert bool(found.access_evidence) == (access != "unknown")


def test_a_wall_element_behind_a_whole_article_is_no_evidence() -> None:
    html = page(below='<div class="paywall" hidden></div>')
    for paragraph in PARAGRAPHS:
        html = html.replace(paragraph, f"{paragraph} {paragraph} {paragraph} {paragraph}")
    assert extract(html).access == "unknown"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (json_ld(hasPart={"@type": "WebPageElement", "isAccessibleForFree": False}), "paywalled"),
        (json_ld(hasPart={"@type": "WebPageElement", "isAccessibleForFree": True}), "unknown"),
        ('<meta itemprop="isAccessibleForFree" content="false">', "paywalled"),
        ('<meta name="lp.article:is_free" content="true">', "open"),
        ('<meta name="cxenseparse:access" content="subscriber">', "paywalled"),
        ('<meta name="content-tier" content="registered">', "metered"),
        ('<meta name="content-tier" content="gold">', "unknown"),
    ],
)
def test_what_a_page_declares_counts(head: str, expected: str) -> None:
    assert extract(page(head)).access == expected


def _broken_off(text: str, head: str = "", usual_length: int | None = None) -> tuple[str, int]:
    seen = Page(parse(page(head).encode(), URL), URL, {}, (), FETCHED_AT)
    verdict, evidence = access(seen, Body((Block(kind="paragraph", text=text),)), None, usual_length=usual_length)
    return verdict, len(evidence)


CUT = PARAGRAPHS[0][:-1] + " …"


@pytest.mark.parametrize(
    ("text", "head", "usual_length", "expected"),
    [
        (CUT, "", None, ("unknown", 0)),
        (CUT, json_ld(wordCount=640), None, ("paywalled", 2)),
        (CUT, json_ld(wordCount="640"), None, ("paywalled", 2)),
        (CUT, json_ld(wordCount=24), None, ("unknown", 0)),
        (CUT, json_ld(description=PARAGRAPHS[0]), None, ("paywalled", 2)),
        (CUT, "", 4000, ("paywalled", 2)),
        (CUT, "", 200, ("unknown", 0)),
        (PARAGRAPHS[0], "", 4000, ("unknown", 0)),
        (PARAGRAPHS[0], json_ld(wordCount=640), 4000, ("paywalled", 2)),
        (CUT, json_ld(wordCount=640, description=PARAGRAPHS[0]), 4000, ("paywalled", 4)),
        (f"{CUT} " * 30, json_ld(wordCount=64000), None, ("unknown", 0)),
    ],
)
def test_a_text_breaks_off_where_two_signs_say_so(
    text: str, head: str, usual_length: int | None, expected: tuple[str, int]
) -> None:
    assert _broken_off(text, head, usual_length) == expected
