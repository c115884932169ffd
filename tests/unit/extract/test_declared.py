"""Rules that a source declares: what they cut is in the ledger, what they keep is text, what they name is the field."""

from __future__ import annotations

from datetime import date

import pytest
from tests.unit.extract.press import FETCHED_AT, PARAGRAPHS, TITLE, URL, page

from tearsheet.clean.cleaner import Cleaned, clean
from tearsheet.extract.page import Extraction, extract_page
from tearsheet.model import Removed, SourceRule

PROMO = "The Ledger walks along the quay every Friday, with tea and a song, for those who have read so far."
NOTE = "An earlier version of this text named the wrong member for the seventh vote against the plan."


def extract(html: str, *rules: SourceRule) -> Extraction:
    return extract_page(html.encode(), URL, fetched_at=FETCHED_AT, rules=rules)


def cleaned(html: str, *rules: SourceRule) -> Cleaned:
    """The article of a page under these rules."""
    found = extract(html, *rules)
    return clean(found.blocks, title=found.title, authors=found.authors, language=found.language)


def with_box(box: str, at: int = 2) -> str:
    """The page with a box among its paragraphs."""
    before = f"<p>{PARAGRAPHS[at]}</p>"
    return page().replace(before, box + before)


def test_what_a_rule_cuts_is_in_the_ledger_with_its_selector() -> None:
    html = with_box(f"<div class='walks'><p>{PROMO}</p></div>")
    assert PROMO in cleaned(html).text
    article = cleaned(html, SourceRule(cut=("div.walks",)))
    assert article.text.split("\n") == list(PARAGRAPHS)
    assert Removed(text=PROMO, reason="rule", rule="source:div.walks", position=3) in article.removed


def test_a_quotation_is_cut_where_a_rule_says_so() -> None:
    html = with_box(f"<blockquote class='pull'><p>“{PARAGRAPHS[0]}”</p></blockquote>")
    assert "“" not in cleaned(html, SourceRule(cut=(".pull",))).text


def test_most_of_a_page_is_cut_where_a_rule_says_so() -> None:
    assert cleaned(page(), SourceRule(cut=("article",))).text == ""


@pytest.mark.parametrize(
    "box",
    [
        f"<div class='newsletter correction'><p>{NOTE}</p></div>",
        f"<aside class='correction'><p>{NOTE}</p></aside>",
        f"<footer class='correction'>{NOTE} Subscribe to our newsletter.</footer>",
    ],
)
def test_what_a_rule_keeps_is_text_whatever_speaks_against_it(box: str) -> None:
    html = with_box(box)
    assert NOTE not in cleaned(html).text
    article = cleaned(html, SourceRule(keep=(".correction",)))
    assert article.text.split("\n")[2].startswith(NOTE)
    assert [line for line in article.text.split("\n") if not line.startswith(NOTE)] == list(PARAGRAPHS)


def test_what_a_rule_keeps_is_found_outside_the_box_of_the_text() -> None:
    html = page().replace("</main>", f"</main><div id='notes'><p>{NOTE}</p></div>")
    assert NOTE not in cleaned(html).text
    assert cleaned(html, SourceRule(keep=("#notes",))).text.split("\n") == [*PARAGRAPHS, NOTE]


def test_a_kept_box_is_stronger_than_a_cut_around_or_in_it() -> None:
    html = with_box(f"<div class='walks'><p class='note'>{NOTE}</p><p>{PROMO}</p></div>")
    lines = cleaned(html, SourceRule(cut=(".walks",), keep=(".note",))).text.split("\n")
    assert NOTE in lines
    assert PROMO not in lines
    assert PROMO in cleaned(html, SourceRule(cut=(".walks p",), keep=(".walks",))).text


def test_an_inline_element_means_its_block_only_where_it_is_all_of_it() -> None:
    whole = with_box(f"<p><span class='walks'>{PROMO}</span></p>")
    part = with_box(f"<p><span class='walks'>Walks:</span> {PROMO}</p>")
    rule = SourceRule(cut=("span.walks",))
    assert PROMO not in cleaned(whole, rule).text
    assert f"Walks: {PROMO}" in cleaned(part, rule).text
    assert cleaned(part, SourceRule(keep=("span.walks",))) == cleaned(part)


def test_title_and_authors_are_where_a_rule_says() -> None:
    html = page(
        '<meta name="writer" content="Una Whitlock and Bo Tarn">',
        above="<h2 class='real'>Quay: the council says yes</h2><span class='hand'>Report: </span>",
    )
    found = extract(html, SourceRule(title="h2.real", authors="meta[name=writer]"))
    assert (found.title, found.authors) == ("Quay: the council says yes", ("Una Whitlock", "Bo Tarn"))


def test_where_a_rule_finds_nothing_the_field_is_read_as_ever() -> None:
    html = page('<meta name="author" content="Una Whitlock">')
    found = extract(html, SourceRule(title=".nowhere", authors=".nowhere", cut=(".nowhere",), keep=(".nowhere",)))
    assert (found.title, found.authors) == (TITLE, ("Una Whitlock",))
    assert found == extract(html)


def test_an_empty_element_may_be_kept() -> None:
    assert cleaned(with_box("<div class='gap'></div>"), SourceRule(keep=(".gap",))).text.split("\n") == list(PARAGRAPHS)


def test_of_several_rules_all_cut_and_the_first_with_a_title_gives_it() -> None:
    html = with_box(f"<div class='a'><p>{PROMO}</p></div><div class='b'><p>{NOTE}</p></div><h3>Later</h3>")
    rules = (SourceRule(cut=(".a",), title=".none"), SourceRule(cut=(".b",), title="h1"), SourceRule(title="h3"))
    found = extract(html, *rules)
    assert found.title == TITLE
    assert {block.cut_by for block in found.blocks if block.cut_by} == {".a", ".b"}


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [
        (None, None, True),
        (date(2026, 3, 4), date(2026, 3, 4), True),
        (date(2026, 3, 5), None, False),
        (None, date(2026, 3, 3), False),
    ],
)
def test_a_rule_holds_from_its_first_day_to_its_last(since: date | None, until: date | None, holds: bool) -> None:
    assert SourceRule(cut=("p",), since=since, until=until).holds(date(2026, 3, 4)) is holds
