"""Texts as the index holds them: the words of the query language, with a mark where no phrase may run on.

A text becomes its folded words joined by spaces. ``BREAK`` stands between lines, which phrases do not cross. In scripts
that do not set words apart each character is a word; ``GAP`` stands where something that is no letter parts such a
character from its neighbour, since a word of several characters must not match across it. The marks are no letters, so
that no query can ask for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, product

import regex

from tearsheet.folding import LETTER, SPACED, UNSPACED, folded
from tearsheet.select.terms import WILDCARD_REACH

BREAK = "\x1e"
GAP = "\x1f"
MOST_SPELLINGS = 16
"""Ways to write a phrase with and without gaps; beyond them its words are looked for one by one."""

_UNSPACED = regex.compile(UNSPACED)
_WORD = regex.compile(f"(?V1){SPACED}++")
_PIECE = regex.compile(rf"(?V1)(?P<one>[{UNSPACED}&&{LETTER}])|(?P<word>{SPACED}++)|[\W_]++")
_LONG = regex.compile(rf"(?V1){SPACED}{{{WILDCARD_REACH + 1}}}")


def indexed(text: str) -> str:
    """A text for the index's tokenizer, which parts it at spaces."""
    plain = folded(text).text
    pieces = _pieces if _UNSPACED.search(plain) else _WORD.findall
    return f" {BREAK} ".join(" ".join(pieces(line)) for line in plain.split("\n"))


def has_long_words(text: str) -> bool:
    """Whether a word is longer than a wildcard reaches, so that the index alone cannot tell what matches it."""
    return _LONG.search(folded(text).text) is not None


def word_tokens(word: str) -> list[str]:
    """The tokens of a query's word without wildcards: they follow one another without a gap."""
    return [found[0] for found in _PIECE.finditer(word)]


def spellings(words: Sequence[str]) -> list[list[str]] | None:
    """The rows of tokens of which a text with the phrase has one; ``None`` where they are too many."""
    tokens = [word_tokens(word) for word in words]
    joints = [bool(_UNSPACED.match(a[-1]) or _UNSPACED.match(b[0])) for a, b in pairwise(tokens)]
    if 2 ** sum(joints) > MOST_SPELLINGS:
        return None
    choices = product(*(([], [GAP]) if joint else ([],) for joint in joints))
    return [
        [*tokens[0], *(each for gap, more in zip(choice, tokens[1:], strict=True) for each in (*gap, *more))]
        for choice in choices
    ]


def is_spaced(word: str) -> bool:
    """Whether a word has no character of a script that does not set words apart."""
    return _UNSPACED.search(word) is None


def unspaced_runs(word: str) -> list[list[str]]:
    """The runs of such characters in a word, which stand in every match of it, whatever its wildcards stand for."""
    runs: list[list[str]] = [[]]
    for character in word:
        if _UNSPACED.match(character):
            runs[-1].append(character)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _pieces(line: str) -> Iterator[str]:
    before = gap = ""
    for found in _PIECE.finditer(line):
        piece = found[0]
        if not (found["one"] or found["word"]):
            gap = GAP if before else ""
            continue
        if gap and (found["one"] or _UNSPACED.match(before)):
            yield GAP
        yield piece
        before, gap = piece, ""
