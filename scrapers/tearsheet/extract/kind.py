"""What kind of page it is: an article, or the reason for which it is none, by several signals at once."""

from __future__ import annotations

from tearsheet.extract.linked_data import is_article, types
from tearsheet.extract.tree import Page
from tearsheet.model import ARTICLE, Block

MIN_CHARACTERS = 120


def kind(page: Page, blocks: tuple[Block, ...]) -> str:
    """``article`` or a drop reason."""
    characters = sum(len(block.text) for block in blocks)
    if characters < MIN_CHARACTERS:
        return "empty"
    return ARTICLE
