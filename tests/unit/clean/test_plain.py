"""A plain text dump becomes blocks, and its byline author and date."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.clean.dump import DUMP

from tearsheet.clean.cleaner import Cleaned, clean
from tearsheet.clean.plain import PlainPage, read_plain


def cleaned(page: PlainPage) -> Cleaned:
    """The dump's article."""
    return clean(page.blocks, title=page.title, authors=page.authors, language="en")


@pytest.fixture(scope="module")
def seed() -> PlainPage:
    """The one real dump there is."""
    pages = os.environ.get("PAGES_DIR")
    if not pages:
        pytest.skip("PAGES_DIR is not set: the seed stands beside it")
    found = sorted((Path(pages).parent / "seed").glob("*.txt"))
    if not found:
        pytest.skip(f"no seed beside {pages}")
    return read_plain(found[0].read_text(encoding="utf-8"))


def test_the_seed_loses_its_blurb_byline_and_caption_and_nothing_else(seed: PlainPage) -> None:
    article = cleaned(seed)
    lines = article.text.split("\n")
    assert (seed.published_raw, seed.published and seed.published.year) == ("January 10, 2022", 2022)
    assert (seed.authors, seed.published) == (("Luis Miguel",), datetime(2022, 1, 10, tzinfo=UTC))
    assert lines[-1].endswith("as Tokayev and Putin claim?")
    assert "Subscribe" not in article.text
    assert "(AP Images)" not in article.text
    assert "](#)" not in article.text
    assert "would prevent “color revolutions” from overtaking its ally nations." in article.text
    assert article.text.count("“") == sum(block.text.count("“") for block in seed.blocks[1:]), "a quotation was cut"
    assert {removed.reason for removed in article.removed} == {"headline", "caption", "byline", "subscription"}


def test_a_dump_of_that_structure_gives_its_article() -> None:
    page = read_plain(DUMP)
    lines = cleaned(page).text.split("\n")
    assert page.title == "Aldmoor, Brackwater Claim Success Against Attempted “Closing of the Quay”"
    assert (page.authors, page.published) == (("Ines Holloway",), datetime(2022, 1, 10, tzinfo=UTC))
    assert lines[0].startswith("The mayor of Aldmoor claimed")
    assert lines[-1].endswith("Was it, in fact, a “regatta”?")
    (whole,) = (line for line in lines if "overtaking" in line)
    assert whole.startswith("He also promised")
    assert whole.endswith("“regattas” from overtaking the neighbouring ports.")
    assert any("Subscribe to our paper, one shouted" in line for line in lines), "a quotation was cut"
    assert not any(part in "\n".join(lines) for part in ("AP Images", "Written by", "24 Issues", "Cancel", "**", "]("))


@pytest.mark.parametrize(
    ("line", "kind", "text"),
    [
        ("## What comes next", "heading", "What comes next"),
        ("- Ropes and *knots*", "item", "Ropes and knots"),
        ("3. A third reading", "item", "A third reading"),
        ("> It is over", "quote", "It is over"),
        ("It [was](https://a.example/b_c_d) **very** _cold_", "paragraph", "It was very cold"),
        ("The file is called harbour_plan_two", "paragraph", "The file is called harbour_plan_two"),
        ("![The quay at dawn](quay.jpg)", "caption", "The quay at dawn"),
    ],
)
def test_markdown_marks_are_taken_off(line: str, kind: str, text: str) -> None:
    (block,) = read_plain(line).blocks
    assert (block.kind, block.text) == (kind, text)


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("By Ines Holloway on January 10, 2022", "Ines Holloway"),
        ("Von Ines Holzer, 10. Januar 2022", "Ines Holzer"),
        ("Par Inès Hollande le 10 janvier 2022", "Inès Hollande"),
        ("Por Inés Olmedo, 10 de enero de 2022", "Inés Olmedo"),
    ],
)
def test_a_byline_gives_author_and_day(line: str, author: str) -> None:
    page = read_plain(f"A headline\n\nThe first paragraph of the text.\n\n{line}\n\nThe second paragraph of the text.")
    assert (page.authors, page.published) == ((author,), datetime(2022, 1, 10, tzinfo=UTC))


def test_paragraphs_about_a_byline_that_are_whole_stay_apart() -> None:
    page = read_plain("One ends here.\n\nWritten by Ines Holloway on January 10, 2022\n\nAnother begins here.")
    assert [block.text for block in page.blocks][::2] == ["One ends here.", "Another begins here."]


@given(st.text(alphabet=st.sampled_from("ab [](#)*_>-`!\\\n1.By“”"), max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    blocks = read_plain(text).blocks
    assert all(block.text and "\n" not in block.text for block in blocks)
