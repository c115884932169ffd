"""A plain text dump of an article as blocks: one a line, Markdown marks taken off, its byline read.

The first line is the headline where it looks like one. A byline gives author and date; a paragraph that a byline had
cut in two is made whole. What is no article is left for the cleaner.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from tearsheet import bylines
from tearsheet.model import Block

IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*(?:\s+\"[^\"]*\")?\)")
STRONG = re.compile(r"(?<![\w*_])(\*\*\*|___|\*\*|__|\*|_)(?=\S)(.{1,500}?)(?<=\S)\1(?![\w*_])")
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
APART = 0xF0000
"""Where escaped signs are kept while marks are taken off: a plane of private use."""
RESTORED = {APART + code: chr(code) for code in range(0x80)}
Kind = Literal["heading", "item", "quote", "paragraph"]
MARKS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("heading", re.compile(r"#{1,6}\s+")),
    ("item", re.compile(r"(?:[-*+•]|\d{1,3}[.)])\s+")),
    ("quote", re.compile(r">\s?")),
)
RULE = re.compile(r"[-*_=\s]{3,}")
STOPS = tuple('.!?…。！？:;"”»)')
MAX_HEADLINE = 250
PREPOSITION = re.compile(r"^(?:on|am|le|el|il|em|op|dnia|от|від|στις|den)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainPage:
    """What a plain text says: ``published`` is midnight UTC of the byline's day, ``published_raw`` its words."""

    title: str | None
    authors: tuple[str, ...]
    published: datetime | None
    published_raw: str | None
    blocks: tuple[Block, ...]


def read_plain(text: str) -> PlainPage:
    """Read a dump; every line that is not empty is a block."""
    blocks = [block for line in text.splitlines() if (block := _block(line))]
    signed = next(((i, byline) for i, block in enumerate(blocks) if (byline := bylines.read(block.text))), None)
    if signed:
        blocks = _joined(blocks, signed[0])
    published = _day(signed[1].rest) if signed else None
    return PlainPage(
        title=_headline(blocks),
        authors=signed[1].names if signed else (),
        published=published,
        published_raw=PREPOSITION.sub("", signed[1].rest) if signed and published else None,
        blocks=tuple(blocks),
    )


def _block(line: str) -> Block | None:
    """One line without its Markdown marks; ``None`` for an empty line or a rule."""
    line = line.strip()
    if not line or RULE.fullmatch(line):
        return None
    kind: Kind
    kind, mark = next(((kind, mark) for kind, mark in MARKS if mark.match(line)), ("paragraph", None))
    body = mark.sub("", line, count=1) if mark else line
    words = " ".join(_unmarked(body).split())
    linked = sum(len(match[1]) for match in LINK.finditer(body))
    if not words:
        return None
    if kind == "paragraph" and IMAGE.fullmatch(line):
        return Block(kind="caption", text=words)
    return Block(kind=kind, text=words, linked=round(min(1.0, linked / len(words)), 3))


def _unmarked(line: str) -> str:
    """A line without images, link targets, emphasis and escapes."""
    line = ESCAPED.sub(lambda escaped: chr(APART + ord(escaped[1])), line)
    line = LINK.sub(r"\1", IMAGE.sub(r"\1", line))
    while (plain := STRONG.sub(r"\2", line)) != line:
        line = plain
    return line.replace("`", "").translate(RESTORED)


def _joined(blocks: list[Block], byline: int) -> list[Block]:
    """The blocks with the paragraph whole that the byline stood in."""
    if not 0 < byline < len(blocks) - 1:
        return blocks
    before, after = blocks[byline - 1], blocks[byline + 1]
    cut = before.kind == after.kind == "paragraph" and not before.text.endswith(STOPS) and after.text[:1].islower()
    if not cut:
        return blocks
    whole = replace(before, text=f"{before.text} {after.text}")
    return [*blocks[: byline - 1], whole, blocks[byline], *blocks[byline + 2 :]]


def _headline(blocks: list[Block]) -> str | None:
    """The first line, if it is a heading or short and no sentence, and something follows."""
    if len(blocks) < 2:
        return None
    first = blocks[0]
    sentence = first.text.endswith((".", "。", ",", ";", ":"))
    return first.text if first.kind == "heading" or (len(first.text) <= MAX_HEADLINE and not sentence) else None


def _day(words: str) -> datetime | None:
    """An absolute date in any language, to the day."""
    from dateparser import parse  # its languages take a third of a second to load

    settings = {"REQUIRE_PARTS": ["day", "month", "year"], "PARSERS": ["absolute-time"]}
    found = parse(PREPOSITION.sub("", words), settings=settings) if words else None
    return datetime(found.year, found.month, found.day, tzinfo=UTC) if found else None
