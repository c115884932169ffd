"""How much two lines say the same."""

from __future__ import annotations

import re

UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f"
WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")


def words(text: str) -> frozenset[str]:
    """The words of a text without case; of scripts without spaces, its letters."""
    return frozenset(WORD.findall(text.casefold()))


def overlap(one: str, other: str) -> float:
    """The share of the shorter's words that the longer has, 0 to 1."""
    a, b = words(one), words(other)
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0
