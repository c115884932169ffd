"""An ordinary article, and one more block somewhere in it."""

from __future__ import annotations

from tearsheet.clean.cleaner import Cleaned, clean
from tearsheet.model import Block, Removed

TITLE = "Council of Aldmoor votes to widen the eastern quay"
PARAGRAPHS = (
    "The council met for nine hours on Tuesday and agreed, by eleven votes to six, to dredge the basin in spring.",
    "The work is to cost forty million and to last until the autumn of next year, the harbour master told the members.",
    "Fishermen had asked for a smaller plan, and two of them spoke from the gallery until it was cleared.",
    "A second reading is due in March, and the treasurer expects that the sum will have grown by then.",
)


def body() -> list[Block]:
    """The article's own paragraphs, none of which may ever be cut."""
    return [Block(kind="paragraph", text=text) for text in PARAGRAPHS]


def cleaned_with(block: Block, *, at: int = 2, language: str | None = "en", title: str | None = TITLE) -> Cleaned:
    """The cleaned article with one more block before its ``at``-th paragraph."""
    blocks = body()
    blocks.insert(at, block)
    return clean(blocks, title=title, language=language)


def cut_of(block: Block, *, at: int = 2, language: str | None = "en", title: str | None = TITLE) -> Removed | None:
    """What the ledger says of that block; everything else must have been kept."""
    cleaned = cleaned_with(block, at=at, language=language, title=title)
    assert [kept.text for kept in cleaned.blocks if kept != block] == list(PARAGRAPHS)
    return cleaned.removed[0] if cleaned.removed else None
