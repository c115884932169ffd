"""The golden pages of this folder, each read and extracted once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from tearsheet.golden import FIELDS, GoldenPage, Meta, golden_pages

__all__ = ["FIELDS", "FOLDER", "NAMES", "expected", "found", "meta"]

FOLDER = Path(__file__).parent
NAMES = [page.name for page in golden_pages(FOLDER)]


@cache
def meta(name: str) -> Meta:
    """What stands in a page's ``meta.json``."""
    return GoldenPage(FOLDER / name).meta()


def expected(name: str) -> dict[str, Any]:
    """What the row of a page must say, by field; nothing where nobody has said it yet."""
    return GoldenPage(FOLDER / name).expected()


@cache
def found(name: str) -> dict[str, Any]:
    """What the row of a page says, by field, as it is written in ``expected.json``."""
    return GoldenPage(FOLDER / name).found()
