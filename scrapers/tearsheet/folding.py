"""Text as it is compared: one folding of case, accents and encoding variants for queries and fingerprints.

What is folded, for any script:

- case (Unicode case folding, so ß = ss and ς = σ), full-width and presentation forms, ligatures;
- accents of Latin and Greek (é = e, ñ = n, ł = l, ø = o, æ = ae; the Turkish İ, I, ı and i are one letter);
- in Cyrillic stress marks and the dots of ё; й, ї, ў and the Kazakh letters are letters of their own;
- Hebrew points, Arabic vowel signs and tatweel, the forms of alef, yeh and kaf;
- invisible characters (soft hyphen, zero-width and direction marks) vanish.

Vowel signs and tone marks of other scripts (Thai, Devanagari, kana …) are part of the word and stay. Text is compared
code point by code point and may be composed or decomposed. Folding a character is a pure function of it and of the
marks that follow it, which is what makes offsets map back exactly.

Sources: Unicode Standard Annexes 15 (normalisation), 24 (scripts); case folding of section 3.13 of the standard.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

LETTER = r"[^\W_]"
"""One character of a word: letter, digit or mark. An underscore separates words."""
UNSPACED = (
    "["
    r"\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF"  # Thai, Lao; Myanmar; Khmer
    r"\u2E80-\u2FDF\u3005-\u3007\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\U00020000-\U0003FFFF"  # Han
    r"\u3021-\u312F\u31A0-\u31FF"  # kana, bopomofo
    r"\u1100-\u11FF\u3130-\u318F\uA960-\uA97F\uAC00-\uD7FF"  # Hangul
    "]"
)
"""Scripts that do not set words apart (and Korean, whose particles join the word): one character is one word."""
SPACED = rf"[{LETTER}--{UNSPACED}]"
"""One character of a word in a script that sets words apart."""

_LETTER = regex.compile(LETTER)
_UNSPACED = re.compile(UNSPACED)
_IGNORED = r"[[\p{Cf}ـ[\p{M}&&[\p{Inherited}\p{Arabic}\p{Hebrew}]]]--[\u3099\u309A]]"
_MARKS = r"[\u0302-\u036F]"
_STRIPPED = regex.compile(rf"(?V1)(?<=е)\u0308|[{_IGNORED}--{_MARKS}]|(?<!\p{{Cyrillic}}){_MARKS}")
_VARIANTS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "ʻ": "'", "ʼ": "'"}
    | {"ى": "ي", "ی": "ي", "ک": "ك"}
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and where each of its code points stands in the stored one.

    ``offsets`` has one entry a code point of ``text`` and a last one for its end; all are code points of ``stored``.
    """

    stored: str
    text: str
    offsets: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offset and length in the stored text of a non-empty span of the folded text."""
        while self.offsets[end] == self.offsets[end - 1]:
            end += 1
        offset = self.offsets[start]
        return offset, self.offsets[end] - offset


def folded(text: str) -> Folded:
    """Fold a text and remember where everything stood."""
    if text.isascii():
        return Folded(text, text.lower(), range(len(text) + 1))
    plain = text.translate(_TABLE)
    resized = frozenset(_TABLE.resized.intersection(text))
    if not resized:
        return Folded(text, plain, range(len(text) + 1))
    return _folded_by_clusters(text, resized)


def words(folded_text: str) -> list[str]:
    """The words of a folded text; in scripts that do not set words apart, its characters."""
    return folded_text.translate(_SPACING).split()


@lru_cache(maxsize=4096)
def _fold(cluster: str) -> str:
    """Fold a character with the marks that follow it."""
    composed = unicodedata.normalize("NFC", cluster)
    form = "NFKD" if composed[0].isalnum() else "NFD"  # keeps ™ and № from joining the word beside them
    letters = unicodedata.normalize("NFD", unicodedata.normalize(form, composed).casefold())  # type: ignore[arg-type]
    return unicodedata.normalize("NFC", _STRIPPED.sub("", letters)).translate(_VARIANTS)


class _Table(dict[int, str]):
    """Every character met so far with its folding, for ``str.translate``; ``resized`` are those not one to one."""

    def __init__(self) -> None:
        super().__init__()
        self.resized: set[str] = set()

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = folding = _fold(character)
        if len(folding) != 1:
            self.resized.add(character)
        return folding


_TABLE = _Table()


class _Spacing(dict[int, str]):
    """Every character met so far with blanks where it parts words, for ``str.translate``."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        apart = f" {character} " if _UNSPACED.match(character) else character
        self[code] = spaced = apart if _LETTER.match(character) else " "
        return spaced


_SPACING = _Spacing()


def _folded_by_clusters(text: str, resized: frozenset[str]) -> Folded:
    """Fold a text that has characters which vanish or grow, ``resized``."""
    parts: list[str] = []
    offsets: list[int] = []
    at = 0
    for cluster in _clusters(resized).finditer(text):
        start, end = cluster.span()
        folding = _fold(cluster[0])
        parts += text[at:start].translate(_TABLE), folding
        offsets += range(at, start)
        offsets += [start] * len(folding)
        at = end
    parts.append(text[at:].translate(_TABLE))
    offsets += range(at, len(text) + 1)
    return Folded(text, "".join(parts), offsets)


@lru_cache(maxsize=256)
def _clusters(resized: frozenset[str]) -> regex.Pattern[str]:
    vanishing = regex.escape("".join(sorted(c for c in resized if not _fold(c))))
    either = f"[{regex.escape(''.join(sorted(resized)))}]"
    return regex.compile(f"(?s:.)[{vanishing}]+|{either}" if vanishing else either)
