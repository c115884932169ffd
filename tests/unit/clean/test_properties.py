"""Whatever the blocks: nothing is lost, nothing is changed, nothing is cut twice, and nobody who speaks is silenced."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tearsheet.clean.cleaner import Cleaned, clean
from tearsheet.fingerprints import block_hash
from tearsheet.model import Block, Learned, Removed

LINES = (
    "Advertisement",
    "Share this article",
    "Subscribe",
    "Subscribe to the Ledger",
    "What's included?",
    "24 issues per year",
    "Only 4.99 per month, cancel anytime.",
    "Cancel anytime.",
    "Sign up for our newsletter and get the news delivered to your inbox.",
    "Read more: The harbour is to be dredged in spring",
    "The harbour is to be dredged in spring, the council says",
    "By Odile Farrant",
    "Odile Farrant",
    "Odile Farrant is a reporter who covers the coast for the Ledger.",
    "12.02.2026",
    "Photo: Imke Sandner",
    "The quay in winter (Photo: Imke Sandner)",
    "Why newsletters outlive papers",
    "Related articles",
    "Jetzt unseren Newsletter abonnieren",
    "Подписывайтесь на наш канал",
    "分享到",
    "The council met for nine hours on Tuesday and agreed to dredge the basin in the spring of next year.",
    "“Subscribe now, the page says, and then it hides the button for a year, which I call a trap,” said the judge.",
    "Nobody was hurt.",
    "|",
    "(",
)
NAMES = (
    "p",
    "div",
    "li",
    "figure",
    "figcaption",
    "newsletter",
    "related",
    "share-bar",
    "bio",
    "caption",
    "picture",
    "toc",
)
SAID = st.sampled_from([line for line in LINES if "Photo" not in line])
ANY = st.text(min_size=1, max_size=120).map(lambda text: " ".join(text.split())).filter(bool)
TEXTS = st.sampled_from(LINES) | ANY | st.lists(st.sampled_from(LINES), min_size=1, max_size=4).map(" ".join)
BLOCKS = st.lists(
    st.builds(
        Block,
        kind=st.sampled_from(("heading", "paragraph", "item", "quote", "row", "code", "caption")),
        text=TEXTS,
        linked=st.sampled_from((0.0, 0.2, 0.5, 0.9, 1.0)),
        target=st.sampled_from(("none", "here", "site", "away")),
        context=st.lists(st.sampled_from(NAMES), max_size=3).map(tuple),
        region=st.sampled_from(("before", "within", "within", "within", "after")),
        left_out=st.sampled_from((False, False, False, True)),
    ),
    max_size=14,
)
FACTS = st.fixed_dictionaries(
    {
        "title": st.none() | st.just("Why newsletters outlive papers") | st.text(max_size=40),
        "standfirst": st.none() | st.sampled_from(LINES),
        "authors": st.sampled_from(((), ("Odile Farrant",))),
        "language": st.sampled_from((None, "en", "de", "ru", "zh", "xx")),
        "learned": st.frozensets(st.sampled_from(LINES), max_size=6).map(
            lambda lines: Learned(
                repeated={block_hash(line): 0.5 for line in lines},
                unsure=frozenset(block_hash(line) for line in lines if len(line) % 2),
            )
        ),
    }
)


@settings(max_examples=100, deadline=None)
@given(BLOCKS, FACTS)
def test_kept_and_cut_are_all_blocks_in_page_order(blocks: list[Block], facts: dict[str, Any]) -> None:
    cleaned = clean(blocks, **facts)
    assert _together(cleaned) == [block.text for block in blocks]
    assert [cut.position for cut in cleaned.removed] == sorted({cut.position for cut in cleaned.removed})


@settings(max_examples=100, deadline=None)
@given(BLOCKS, FACTS)
def test_cleaning_only_deletes(blocks: list[Block], facts: dict[str, Any]) -> None:
    cleaned = clean(blocks, **facts)
    assert cleaned.text == "\n".join(block.text for block in cleaned.blocks)
    assert all(cut.text == blocks[cut.position].text and _explained(cut) for cut in cleaned.removed)


@settings(max_examples=100, deadline=None)
@given(BLOCKS, FACTS)
def test_cleaning_what_was_kept_changes_nothing(blocks: list[Block], facts: dict[str, Any]) -> None:
    once = clean(blocks, **facts)
    again = clean(once.blocks, **facts)
    assert (again.blocks, again.removed) == (once.blocks, ())


def test_a_box_that_was_spared_stays_spared() -> None:
    """The share of the text that a box holds changes with every other cut."""
    long = "The work is to cost forty million and to last until the autumn, the harbour master told the council."
    blocks = [
        Block(kind="paragraph", text=long),
        Block(kind="paragraph", text="The council met for nine hours and agreed to dredge.", context=("newsletter",)),
        Block(kind="paragraph", text=long, context=("newsletter",), region="after"),
    ]
    once = clean(blocks, title="Quay", language="en")
    assert clean(once.blocks, title="Quay", language="en").removed == ()


@settings(max_examples=100, deadline=None)
@given(BLOCKS, FACTS, SAID, st.sampled_from(("“”", '""', "„“", "«»", "「」")), st.data())
def test_who_speaks_is_never_cut(
    blocks: list[Block], facts: dict[str, Any], line: str, marks: str, data: st.DataObject
) -> None:
    rest = "And so it went on for a whole year, until nobody in the town listened to it any more,"
    said = f"{marks[0]}{line} {rest}{marks[1]} said Ines."
    speech = Block(kind="paragraph", text=said)
    at = data.draw(st.integers(0, len(blocks)))
    cleaned = clean([*blocks[:at], speech, *blocks[at:]], **facts)
    assert at not in {cut.position for cut in cleaned.removed}


def _together(cleaned: Cleaned) -> list[str]:
    """The texts of kept and cut blocks, as they stood on the page."""
    cuts = {cut.position: cut.text for cut in cleaned.removed}
    kept = (block.text for block in cleaned.blocks)
    return [cuts[position] if position in cuts else next(kept) for position in range(len(cleaned.blocks) + len(cuts))]


def _explained(cut: Removed) -> bool:
    return bool(cut.reason and cut.rule) and 0 < cut.score <= 1
