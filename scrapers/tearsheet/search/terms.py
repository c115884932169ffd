"""Texts as the index holds them: the words of the query language, with a mark where no phrase may run on.

A text becomes its folded words joined by spaces. ``BREAK`` stands between lines, which phrases do not cross. In scripts
that do not set words apart each character is a word; ``GAP`` stands where something that is no letter parts such a
character from its neighbour, since a word of several characters must not match across it. The marks are no letters, so
that no query can ask for them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise, product

import regex

from tearsheet.folding import LETTER, SPACED, UNSPACED, folded
from tearsheet.select.terms import WILDCARD_REACH

BREAK = "\x1e"
GAP = "\x1f"
MOST_SPELLINGS = 16
"""Ways to write a phrase with and without gaps; beyond them its words are looked for one by one."""

_UNSPACED = re.compile(UNSPACED)
_PARTED = re.compile(rf"(?<={UNSPACED}) +(?=[^ {BREAK}])|(?<=[^ {BREAK}]) +(?={UNSPACED})")
_LETTER = regex.compile(LETTER)
_TOKEN = regex.compile(f"(?V1){UNSPACED}|{SPACED}++")
_LONG = re.compile(rf"[^ ]{{{WILDCARD_REACH + 1}}}")


def indexed(text: str) -> str:
    """A text for the index's tokenizer, which parts it at spaces."""
    plain = folded(text).text.translate(_LETTERS)
    if not _UNSPACED.search(plain):
        return plain
    return _UNSPACED.sub(r" \g<0> ", _PARTED.sub(f" {GAP} ", plain))


def has_long_words(words: str) -> bool:
    """Whether one of a text's ``indexed`` words is longer than a wildcard reaches: the index cannot judge it."""
    return _LONG.search(words) is not None


def word_tokens(word: str) -> list[str]:
    """The tokens of a query's word without wildcards: they follow one another without a gap."""
    return _TOKEN.findall(word)


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


class _Letters(dict[int, str]):
    """The characters met so far, for ``str.translate``: letters as they are, ``BREAK`` for line ends, else a space."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = kept = character if _LETTER.match(character) else " "
        return kept


_LETTERS = _Letters({ord("\n"): f" {BREAK} "})
