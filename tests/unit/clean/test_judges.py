"""What a block's place says of it: offers, bylines, notes on the author, lists of links, captions, headings."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.clean.article import PARAGRAPHS, TITLE, body, cut_of

from tearsheet.clean.cleaner import clean
from tearsheet.model import Block

OFFER = (
    ("heading", "Subscribe to the Ledger"),
    ("paragraph", "Discover a lively mix of clear thinking and fresh perspectives within the pages of our magazine."),
    ("heading", "What's Included?"),
    ("item", "26 Issues Per Year"),
    ("item", "Digital Edition Access"),
    ("item", "Audio of every article"),
    ("item", "Only $4.99 per month"),
    ("item", "Cancel anytime."),
    ("paragraph", "Subscribe"),
)


def test_an_offer_is_cut_as_a_whole() -> None:
    offer = [Block(kind=kind, text=text) for kind, text in OFFER]  # type: ignore[arg-type]  # the table's kinds are kinds
    cleaned = clean([*body(), *offer], title=TITLE, language="en")
    assert cleaned.text == "\n".join(PARAGRAPHS)
    assert {cut.reason for cut in cleaned.removed} == {"subscription"}
    assert len(cleaned.removed) == len(OFFER)


def test_a_last_paragraph_that_begins_like_an_offer_stays() -> None:
    last = "Support for the plan has grown since the storm, and even the fishermen now speak of it as a lesser evil."
    assert cut_of(Block(kind="paragraph", text=last), at=4) is None


def test_the_headline_is_not_repeated() -> None:
    found = cut_of(Block(kind="heading", text=TITLE.upper()), at=0)
    assert found is not None
    assert (found.reason, found.position) == ("headline", 0)


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("By Odile Farrant", "en"),
        ("Written by Odile Farrant on March 2, 2026", "en"),
        ("Odile Farrant", "en"),
        ("Von Lena Brückmann", "de"),
        ("Par Maëlle Cassagne", "fr"),
        ("Por Nuria Escalante", "es"),
        ("Автор: Арина Велесова", "ru"),
    ],
)
def test_bylines_are_cut(line: str, language: str) -> None:
    blocks = body()
    blocks.insert(2, Block(kind="paragraph", text=line))
    cleaned = clean(blocks, title=TITLE, authors=("Odile Farrant",), language=language)
    assert [(cut.text, cut.reason) for cut in cleaned.removed] == [(line, "byline")]


def test_a_note_on_the_author_is_cut_and_a_sentence_with_the_same_name_is_not() -> None:
    note = Block(kind="paragraph", text="Odile Farrant is a reporter who covers the coast for the Ledger.")
    speech = Block(kind="paragraph", text="Farrant’s namesake, a pilot of the port, was not asked for his opinion.")
    cleaned = clean([*body(), speech, note], title=TITLE, authors=("Odile Farrant",), language="en")
    assert [(cut.text, cut.reason) for cut in cleaned.removed] == [(note.text, "bio")]


def test_links_to_other_articles_inside_the_text_are_cut() -> None:
    teasers = [
        Block(kind="paragraph", text=f"The harbour and its {thing}, part {n}", linked=1.0, target="site")
        for n, thing in enumerate(("cranes", "pilots", "gulls"))
    ]
    later = [replace(block, text=f"On the second day, {block.text}") for block in body()]
    cleaned = clean([*body()[:3], *teasers, *body()[3:], *later], title=TITLE, language="en")
    assert [cut.text for cut in cleaned.removed] == [block.text for block in teasers]
    assert {cut.reason for cut in cleaned.removed} == {"related"}


def test_a_text_that_is_printed_twice_is_kept_once() -> None:
    lines = [line for block in body() for line in block.text.split(", ")]
    again = [Block(kind="paragraph", text=line) for line in lines]
    cleaned = clean([*body(), *again], title=TITLE, language="en")
    assert cleaned.text.split("\n") == [block.text for block in body()]
    assert {(cut.reason, cut.rule) for cut in cleaned.removed} == {("repeated", "second copy")}


def test_a_refrain_and_a_quote_of_the_text_stay() -> None:
    refrain = Block(kind="paragraph", text="And the river took it all away, the boats, the sheds and the bell.")
    story = [refrain, *body()[:2], refrain, *body()[2:], refrain]
    assert clean(story, title=TITLE, language="en").removed == ()


def test_a_paragraph_with_a_link_stays() -> None:
    text = "The engineer’s report, which lay on every desk and in nobody’s speech, gives the wall another six winters."
    assert cut_of(Block(kind="paragraph", text=text, linked=0.2, target="site")) is None


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (Block(kind="caption", text="The quay in winter"), "caption"),
        (Block(kind="paragraph", text="The quay in winter (Photo: Imke Sandner)"), "caption"),
        (
            Block(kind="paragraph", text="The quay in winter, seen from the north", context=("p", "wp-caption")),
            "caption",
        ),
        (
            Block(kind="paragraph", text="What moves the coast, every morning", context=("p", "newsletter")),
            "newsletter",
        ),
        (Block(kind="paragraph", text="More from the coast and beyond", context=("div", "related-posts")), "related"),
        (Block(kind="paragraph", text="Write what you think of it", context=("div", "comments")), "comments"),
        (Block(kind="paragraph", text="We value your privacy", context=("div", "cookie-consent")), "cookie"),
    ],
)
def test_boxes_are_told_by_their_names(block: Block, reason: str) -> None:
    found = cut_of(block)
    assert found is not None
    assert found.reason == reason


def test_a_heading_goes_with_its_section_and_stays_with_its_text() -> None:
    box = ("div", "related")
    tail = [
        Block(kind="heading", text="The same coast"),
        Block(kind="item", text="Crane falls on quay four, nobody hurt", linked=1.0, target="site", context=box),
        Block(kind="item", text="Eel fishers lose their licence", linked=1.0, target="site", context=box),
    ]
    heading = Block(kind="heading", text="What happens next")
    cleaned = clean([*body()[:3], heading, *body()[3:], *tail], title=TITLE, language="en")
    assert [cut.text for cut in cleaned.removed] == [block.text for block in tail]
    assert heading in cleaned.blocks


def test_a_caption_that_was_taken_for_the_standfirst_is_none() -> None:
    caption = Block(kind="caption", text="The eastern quay at low water, with the crane that is to go in the spring.")
    deck = Block(kind="paragraph", text="Eleven of the seventeen councillors voted for the plan of the harbour master.")
    assert clean([caption, *body()], title=TITLE, standfirst=caption.text, language="en").standfirst is None
    assert clean([deck, *body()], title=TITLE, standfirst=deck.text, language="en").standfirst == deck.text
