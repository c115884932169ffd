"""The marks of a text in press/*.yaml, turned into the pieces that a template prints: press/README.md has the list."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup, escape

_MARKS = {"## ": "heading", "> ": "quote", "! ": "picture", "- ": "list", "+ ": "related", "~ ": "byline"}
_INLINE = re.compile(r"\[(?P<words>[^\]]+)\]\((?P<target>[^)]+)\)|\*(?P<stressed>[^*]+)\*")


@dataclass(frozen=True, slots=True)
class Piece:
    """One paragraph: its kind and its HTML; a list has ``items``."""

    kind: str
    html: Markup
    items: tuple[Markup, ...] = ()


def pieces(text: str) -> list[Piece]:
    """A text's paragraphs in their order."""
    return [_piece(paragraph.strip()) for paragraph in text.split("\n\n") if paragraph.strip()]


def _piece(paragraph: str) -> Piece:
    kind = _MARKS.get(next((mark for mark in _MARKS if paragraph.startswith(mark)), ""), "paragraph")
    if kind == "list":
        return Piece(kind, Markup(), tuple(_html(line.removeprefix("- ")) for line in paragraph.splitlines()))
    words = paragraph if kind == "paragraph" else paragraph.partition(" ")[2]
    return Piece(kind, _html(" ".join(words.split())))


def _html(words: str) -> Markup:
    """Escaped, with links and emphasis."""
    parts, end = [], 0
    for match in _INLINE.finditer(words):
        parts += [escape(words[end : match.start()]), _marked(match)]
        end = match.end()
    return Markup().join([*parts, escape(words[end:])])


def _marked(match: re.Match[str]) -> Markup:
    if match["stressed"]:
        return Markup("<em>{}</em>").format(match["stressed"])
    return Markup('<a href="{}">{}</a>').format(match["target"], match["words"])
