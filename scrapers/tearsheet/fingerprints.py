"""Fingerprints of texts: which wording is it, is it the same content, is it nearly the same.

All are pure functions of the text, the same on every platform and in every version of Tearsheet, because they are
stored beside the text for years. Tests hold frozen values: whoever changes a folding rule or upgrades the MinHash
library finds out there, and raises ``SIGNATURE_VERSION``, so that old and new signatures are never compared.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from operator import eq
from struct import pack

from tearsheet.folding import folded, words

SIGNATURE_VERSION = 1
PERMUTATIONS = 128
SHORTEST_TEXT = 40
"""Words below which a text has no signature: one changed word would already look like another article."""

_NO_LETTERS = re.compile(r"[\W\d_]+")
_HEAD, _TAIL = 120, 40
_SEED = 42
_SHINGLE = 3
_SPELLED_SHINGLE = 9
_SPELLED = re.compile(r"[\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF]")
"""Thai, Lao, Myanmar, Khmer: letters without spaces, so that three words are nine letters or so."""


def version_id(title: str | None, text: str) -> str:
    """Identity of a wording: 20 hex digits of the SHA-256 of title and text, NFC, white space folded."""
    return _sha256(f"{_one_spaced(title or '')}\n{_one_spaced(text)}")[:20]


def content_hash(text: str) -> str:
    """Identity of a content: 20 hex digits of the SHA-256 of its words, without case, accents and punctuation."""
    return _sha256(" ".join(_words(text)))[:20]


def near_hash(text: str) -> bytes | None:
    """MinHash signature of the text's shingles of three words; ``None`` for a text under ``SHORTEST_TEXT`` words.

    One byte of version, then 128 unsigned 32-bit values, little-endian. The signature estimates the Jaccard similarity
    of two sets of shingles with a standard error of at most 0.045 (Broder 1997).
    """
    from rensa import RMinHash  # the reader, which imports this module, is installed without it

    tokens = _words(text)
    if len(tokens) < SHORTEST_TEXT:
        return None
    width = _SPELLED_SHINGLE if sum(map(len, map(_SPELLED.findall, tokens))) > len(tokens) / 2 else _SHINGLE
    sketch = RMinHash(num_perm=PERMUTATIONS, seed=_SEED)
    sketch.update(map(" ".join, zip(*(tokens[at:] for at in range(width)), strict=False)))
    return pack(f"<B{PERMUTATIONS}I", SIGNATURE_VERSION, *sketch.digest())


@lru_cache(maxsize=4096)
def block_hash(text: str) -> str:
    """Identity of a block that a site repeats: 16 hex digits of the BLAKE2b of its letters; empty where it has none.

    Case, white space, punctuation and digits are folded away, so that a line with the day's date, or with the number of
    its comments, is the same line every day. Of a long block its two ends tell which it is.
    """
    ends = text if len(text) <= _HEAD + _TAIL else text[:_HEAD] + text[-_TAIL:]
    letters = _NO_LETTERS.sub("", ends.casefold())
    return hashlib.blake2b(letters.encode(), digest_size=8).hexdigest() if letters else ""


def similarity(a: bytes, b: bytes) -> float:
    """Estimated Jaccard similarity of two texts from their signatures, 0 to 1; signatures of two versions give 0."""
    if a[:1] != b[:1]:
        return 0.0
    same: int = sum(map(eq, memoryview(a)[1:].cast("I"), memoryview(b)[1:].cast("I")))
    return same / PERMUTATIONS


@lru_cache(maxsize=1)
def _words(text: str) -> list[str]:
    """The words of a text; each of its fingerprints asks for them in turn."""
    return words(folded(text).text)


def _one_spaced(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
