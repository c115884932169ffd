"""An article as Markdown (CommonMark): headline, byline, blocks; signs of Markdown among its words are escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tearsheet.model import Block, Document

SIGNS = re.compile(r"[\\`*_\[\]<>~|]")
"""What has a meaning anywhere in a line …"""
LEADING = re.compile(r"^(?:[#+=-]|\d{1,9}(?=[.)]))")
"""… and at its beginning."""
MARKS = {"heading": "## ", "item": "- ", "quote": "> "}


def markdown(document: Document, blocks: Iterable[Block]) -> str:
    """The article; ``blocks`` are those of its text."""
    byline = " · ".join(filter(None, (", ".join(map(_escaped, document.authors)), _day(document))))
    head = (
        f"# {_escaped(document.title)}" if document.title else "",
        f"**{_escaped(document.standfirst)}**" if document.standfirst else "",
        byline,
    )
    parts = [part for part in head if part]
    return "\n\n".join([*parts, *(MARKS.get(block.kind, "") + _escaped(block.text) for block in blocks)]) + "\n"


def _day(document: Document) -> str:
    return document.published_at.date().isoformat() if document.published_at else ""


def _escaped(text: str) -> str:
    line = SIGNS.sub(r"\\\g<0>", text)
    if leading := LEADING.match(line):
        end = leading.end()
        return f"{line[:end]}\\{line[end:]}" if line[0].isdigit() else f"\\{line}"
    return line
