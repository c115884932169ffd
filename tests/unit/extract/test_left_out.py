"""Nothing that readers see in the box of the text is missing from its blocks, and their order is the page's."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from tests.pages.golden import FOLDER, NAMES
from tests.unit.extract.press import PARAGRAPHS, TITLE, extract

from tearsheet.clean.cleaner import LEFT_OUT, clean
from tearsheet.extract.blocks import read_body
from tearsheet.extract.outline import squeeze
from tearsheet.extract.page import extract_text
from tearsheet.extract.tree import Page, parse

URL = "https://herald.example/2026/03/02/a-page"


@pytest.mark.parametrize("name", NAMES)
def test_every_character_of_the_box_is_in_a_block(name: str) -> None:
    page = Page(parse((FOLDER / name / "page.html").read_bytes(), URL), URL, {}, (), datetime.now(UTC))
    text = extract_text(page)
    body = read_body(text, page.outline, URL)
    placed = [page.outline.stream.find(squeeze(block.text)) for block in body.all_blocks]
    found = [place for place in placed if place >= 0]
    if found:
        box = page.outline.stream[min(found) : max(found)]
        blocks = squeeze("".join(block.text for block in body.all_blocks))
        assert not Counter(box) - Counter(blocks)


def test_a_box_beside_the_text_is_told_with_the_reason_that_rules_give_it() -> None:
    first, second, third, fourth = PARAGRAPHS
    box = "<aside class='related'><h3>Also in the paper</h3><p>The ferry is late again, nobody knows why.</p></aside>"
    story = f"<p>{first}</p><p>{second}</p>{box}<p>{third}</p><p>{fourth}</p>"
    page = extract(f"<html lang='en'><body><article><h1>{TITLE}</h1><div>{story}</div></article></body></html>")
    cleaned = clean(page.blocks, title=page.title, language="en")
    told = [(cut.text, cut.reason) for cut in cleaned.removed if cut.rule == LEFT_OUT]
    assert ("The ferry is late again, nobody knows why.", "related") in told
    assert cleaned.text.split("\n") == [first, second, third, fourth]
    positions = [cut.position for cut in cleaned.removed]
    assert positions == sorted(positions)
    assert len(positions) + len(cleaned.blocks) == len(page.blocks)
