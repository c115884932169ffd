"""A source's nights as a row of squares, the darker the more articles: SVG that a stylesheet colours.

A square's class is ``h0`` (none) to ``h5``, ``h-`` where there was no night; ``failed`` adds a mark. Every number of it
is ours, so that nothing needs escaping; what it shows is told to screen readers by the page around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log1p

SIDE, STEP = 8, 9
LEVELS = 5


@dataclass(frozen=True, slots=True)
class Square:
    """One night: ``articles``, ``None`` where the source was not harvested; ``failed`` whatever it gave."""

    articles: int | None = None
    failed: bool = False


def level(articles: int | None, most: int) -> str:
    """The class of a count where the largest is ``most``; logarithmic, for outlets differ a hundredfold."""
    if articles is None:
        return "h-"
    return f"h{ceil(LEVELS * log1p(articles) / log1p(most))}" if articles else "h0"


def row(squares: Sequence[Square], most: int) -> str:
    """The squares from left to right as SVG; those of one class are one path, so that a long row stays small."""
    paths: dict[str, list[str]] = {}
    for place, square in enumerate(squares):
        paths.setdefault(level(square.articles, most), []).append(f"M{place * STEP} 0h{SIDE}v{SIDE}h-{SIDE}z")
        if square.failed:
            paths.setdefault("failed", []).append(f"M{place * STEP} {SIDE + 1}h{SIDE}v2h-{SIDE}z")
    width = len(squares) * STEP - (STEP - SIDE)
    drawn = "".join(f'<path class="{name}" d="{"".join(d)}"/>' for name, d in sorted(paths.items()))
    return f'<svg class="heat" viewBox="0 0 {width} {SIDE + 3}" width="{width}" height="{SIDE + 3}">{drawn}</svg>'
