"""Terms: a word, a phrase or words near one another, and where they stand in a folded text.

In scripts that set words apart a word matches whole words only; in scripts that do not, it matches wherever its
characters stand. Between the words of a phrase may stand anything but letters, digits and a line break: a phrase does
not run from one paragraph, or from one tag, into the next.

In a word ``?`` stands for one character and ``*`` for up to ``WILDCARD_REACH`` of them, never beyond the word. Patterns
cannot backtrack out of hand: their quantifiers are bounded, possessive, or in atomic groups.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import regex

from tearsheet.folding import LETTER, SPACED, UNSPACED, Folded

WILDCARD_REACH = 64
FURTHEST = 1000
"""The largest distance of a proximity search, in words."""

_GAP = r"[\W_--\n]"
_WORD_OR_BREAK = regex.compile(rf"(?V1)(?P<word>{UNSPACED}|{SPACED}++)|\n")


@dataclass(frozen=True)
class Term:
    """Words to be found in any of some fields.

    ``words`` are folded and keep their wildcards. ``within``: the words may stand in any order, with at most so many
    other words between them; ``None``: they follow one another. ``whole``: the one word is a pattern for a whole line.
    """

    fields: tuple[str, ...]
    words: tuple[str, ...]
    within: int | None = None
    whole: bool = False

    def find(self, text: Folded) -> Iterator[tuple[int, int]]:
        """Offset and length, in code points of the stored text, of each match in turn."""
        if self._needle not in text.text:
            return
        spans = _spans(self._patterns[0], text.text) if self.within is None else self._near(text.text, self.within)
        for start, end in spans:
            yield text.span(start, end)

    @cached_property
    def _needle(self) -> str:
        """The longest run of characters that every match holds: a text without it needs no pattern."""
        return max(re.split(r"[*?]", "*".join(self.words)), key=len)

    @cached_property
    def _patterns(self) -> list[regex.Pattern[str]]:
        return [regex.compile(f"(?V1m){source}") for source in self._sources()]

    def _sources(self) -> list[str]:
        if self.whole:
            return [f"^{_wildcards(self.words[0], '.')}$"]
        if self.within is None:
            return [_phrase(self.words)]
        return [_word(word) for word in dict.fromkeys(self.words)]

    def _near(self, text: str, within: int) -> Iterator[tuple[int, int]]:
        found = [list(_spans(pattern, text)) for pattern in self._patterns]
        if not all(found):
            return
        ordinals = _ordinals(text)
        latest: dict[int, tuple[int, int]] = {}
        for span, word in sorted((span, word) for word, spans in enumerate(found) for span in spans):
            latest[word] = span
            start, end = min(latest.values())[0], max(end for _, end in latest.values())
            matched = sum(_count(ordinals, span) for span in latest.values())
            if len(latest) == len(found) and 0 <= _count(ordinals, (start, end)) - matched <= within:
                yield start, end
                latest.clear()


def _spans(pattern: regex.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in pattern.finditer(text))


def _ordinals(text: str) -> list[int]:
    """For each place in the text the number of words that start before it; a line break counts as many words."""
    ordinals = [0]
    count = 0
    for match in _WORD_OR_BREAK.finditer(text):
        ordinals += [count] * (match.start() + 1 - len(ordinals))
        count += 1 if match["word"] else FURTHEST + 1
    return ordinals + [count] * (len(text) + 1 - len(ordinals))


def _count(ordinals: list[int], span: tuple[int, int]) -> int:
    return ordinals[span[1]] - ordinals[span[0]]


def _phrase(words: tuple[str, ...]) -> str:
    source = _word(words[0])
    for before, word in pairwise(words):
        touching = _is_unspaced(before[-1]) or _is_unspaced(word[0])
        source += f"{_GAP}{'*+' if touching else '++'}{_word(word)}"
    return source


def _word(word: str) -> str:
    if not re.search(UNSPACED, word):
        return f"(?<!{SPACED}){_wildcards(word, SPACED)}(?!{SPACED})"
    word = word.strip("*")  # adds nothing where a word matches anywhere
    start = "" if _is_unspaced(word[0]) else f"(?<!{SPACED})"
    end = "" if _is_unspaced(word[-1]) else f"(?!{SPACED})"
    return start + _wildcards(word, LETTER) + end


def _wildcards(word: str, character: str) -> str:
    """A pattern for ``word``. Taking the nearest of each part but the last loses no match, so these are atomic."""
    first, *rest = ("".join(character if c == "?" else regex.escape(c) for c in part) for part in word.split("*"))
    if not rest:
        return first
    some = f"{character}{{0,{WILDCARD_REACH}}}"
    middle = "".join(f"(?>{some}?{part})" for part in rest[:-1] if part)
    return f"{first}{middle}{some}" + (f"?{rest[-1]}" if rest[-1] else "+")


def _is_unspaced(character: str) -> bool:
    return bool(re.match(UNSPACED, character))
