"""Which of a source's articles are one: the same text in several wordings, or at several addresses.

Two articles are one where they share ``NEAR`` of the smaller one's own text, and so is whatever is one with either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

NEAR = 0.4
MIN_VOUCHING = 40
"""Characters from which on a block tells that two articles are one."""
COMMON, COMMON_SHARE = 3, 0.25
"""Articles above which a block is nobody's own: as a number, and of all."""


def groups(articles: Sequence[Mapping[str, int]]) -> list[list[int]]:
    """The places of articles, each given as its blocks' fingerprints with their characters, by groups that are one."""
    by_text: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, blocks in enumerate(articles):
        by_text[tuple(sorted(blocks))].append(place)
    texts = sorted(by_text)
    leaders = list(range(len(texts)))

    def leader(number: int) -> int:
        while leaders[number] != number:
            number = leaders[number]
        return number

    for one, other in _copies([articles[by_text[text][0]] for text in texts]):
        first, second = sorted((leader(one), leader(other)))
        leaders[second] = first
    found: defaultdict[int, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        found[leader(number)] += by_text[text]
    return list(found.values())


def _copies(articles: Sequence[Mapping[str, int]]) -> Iterator[tuple[int, int]]:
    """Pairs of articles that are one; of those that hold a block of their own, neighbours are compared."""
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for number, blocks in enumerate(articles):
        for key in blocks:
            holders[key].append(number)
    nobodys = {key for key, who in holders.items() if len(who) > max(COMMON, COMMON_SHARE * len(articles))}
    own = [{key: size for key, size in blocks.items() if key not in nobodys} for blocks in articles]
    pairs = {
        pair
        for key, who in holders.items()
        if key not in nobodys and max(articles[number][key] for number in who) >= MIN_VOUCHING
        for pair in pairwise(who)
    }
    for one, other in sorted(pairs):
        if _overlap(own[one], own[other]) >= NEAR:
            yield one, other


def _overlap(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """What both have, of the smaller."""
    both = sum(size for key, size in one.items() if key in other)
    return both / max(1, min(sum(one.values()), sum(other.values())))
