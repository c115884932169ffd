"""What a source's articles have in common, counted night by night: pure functions, whatever the order of the pages.

A block counts where it stands on *different* articles, in the text or beside it (the ledger has what was left out):
articles that share half of their own text count as one. Nights older than ``WINDOW`` are forgotten, and of the rest
only the ``MAX_COUNTED`` blocks that were met most often and latest are remembered. A night that is learned again
replaces what it had taught.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from statistics import median_low
from typing import NamedTuple

from tearsheet.clean.copies import groups
from tearsheet.clean.repeated import is_prose
from tearsheet.fingerprints import block_hash
from tearsheet.model import Learned

WINDOW = 30
"""Nights for which a count is kept."""
MAX_COUNTED = 5000
MAX_LEARNED = 500
"""Blocks of which a source's counts, and what is learned from them, have at most."""
MIN_ARTICLES = 4
"""Different articles below which nothing is said of a source."""
FEW, SOME = 15, 40
"""Articles up to which two, or three, that have a block are enough; above they are ``MANY``."""
MANY = 5
SURE = 6
"""Articles from which on a block is nobody's own wherever it stands."""
MIN_SHARE = 0.05
PROSE_SHARE, PROSE_TIMES = 0.2, 3
"""What sentences need: a reporter repeats his background, a paper its introduction to a series."""
MIN_SUFFIX, SUFFIX_SHARE, MAX_SUFFIXES = 3, 0.5, 8
SUFFIX = re.compile(r"(?:\s+[|–—·•»:-]+\s+|\s*[|｜_]\s*)[^|｜–—·•»:_]{2,40}$")
LENGTH_STEP = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One article: its document's id, title, the blocks of its text, and those that were cut or left out."""

    id: str
    title: str | None = None
    kept: tuple[str, ...]
    beside: tuple[str, ...] = ()


class Tally(NamedTuple):
    """How many different articles of a night have a block in their text, and anywhere; whether it is sentences."""

    kept: int
    seen: int
    prose: bool


class Sum(NamedTuple):
    """A block's tallies over all nights, and how many different articles the nights had on which it was met."""

    kept: int
    seen: int
    prose: bool
    articles: int
    newest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NightCounts:
    """What one night's articles had: ``articles`` different ones, ``length`` the median of their characters."""

    articles: int
    length: int
    blocks: Mapping[str, Tally] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """A source's counts by night; ``suffixes`` maps what it appends to its titles to the first night that showed it.

    A suffix is not forgotten: where it is known it is taken off, and later nights do not show it.
    """

    nights: Mapping[str, NightCounts] = field(default_factory=dict)
    suffixes: Mapping[str, str] = field(default_factory=dict)

    def before(self, night: str) -> Counts:
        """What was known when a night began."""
        return Counts(
            nights={key: value for key, value in self.nights.items() if key < night},
            suffixes={suffix: first for suffix, first in self.suffixes.items() if first < night},
        )


def taught(counts: Counts, night: str, articles: Iterable[Sighting]) -> Counts:
    """The counts with what a night's articles teach, in place of what that night had taught before."""
    pages = sorted(articles, key=lambda page: (page.id, page.kept))
    nights = {key: value for key, value in counts.nights.items() if key != night}
    if pages:
        nights[night] = _count(pages)
    newest = date.fromisoformat(max((night, *nights)))
    recent = {key: value for key, value in nights.items() if (newest - date.fromisoformat(key)).days < WINDOW}
    suffixes = dict(counts.suffixes)
    for suffix in _suffixes(pages):
        suffixes[suffix] = min(night, suffixes.get(suffix, night))
    return Counts(nights=_bounded(recent), suffixes=dict(sorted(suffixes.items())[:MAX_SUFFIXES]))


def learned(counts: Counts) -> Learned:
    """What the counts say of the source's pages; nothing before it has a few articles."""
    total = sum(night.articles for night in counts.nights.values())
    if total < MIN_ARTICLES:
        return Learned()
    sums = _sums(counts.nights)
    repeated = {key: _share(block) for key, block in sums.items() if _is_furniture(block, total)}
    most = sorted(repeated, key=lambda key: (-sums[key].seen, key))[:MAX_LEARNED]
    length = median_low(night.length for night in counts.nights.values())
    return Learned(
        repeated={key: repeated[key] for key in sorted(most)},
        unsure=frozenset(key for key in most if sums[key].kept < 2 or sums[key].seen < SURE),
        suffixes=tuple(sorted(counts.suffixes)),
        usual_length=-(-length // LENGTH_STEP) * LENGTH_STEP,
    )


def _is_furniture(block: Sum, total: int) -> bool:
    """Whether so many articles have a block that it is none of theirs; of few articles the more must have it."""
    times = 2 if total <= FEW else 3 if total <= SOME else MANY
    share = block.seen / block.articles
    if block.prose:
        return block.seen >= max(times, PROSE_TIMES) and share >= PROSE_SHARE
    return block.seen >= times and share >= MIN_SHARE


def _share(block: Sum) -> float:
    """To a tenth, so that the same blocks give the same value night after night."""
    return max(0.1, round(block.seen / block.articles, 1))


def _sums(nights: Mapping[str, NightCounts]) -> dict[str, Sum]:
    sums: dict[str, Sum] = {}
    for night in sorted(nights):
        for key, tally in nights[night].blocks.items():
            kept, seen, prose, articles, _ = sums.get(key, Sum(0, 0, False, 0, ""))
            sums[key] = Sum(
                kept + tally.kept, seen + tally.seen, prose or tally.prose, articles + nights[night].articles, night
            )
    return sums


def _bounded(nights: Mapping[str, NightCounts]) -> dict[str, NightCounts]:
    """The nights with no more than ``MAX_COUNTED`` blocks: the oftenest, and of those alike the latest met."""
    if sum(len(night.blocks) for night in nights.values()) <= MAX_COUNTED:
        return dict(nights)
    sums = _sums(nights)
    if len(sums) > MAX_COUNTED:
        by_key = sorted(sums)
        by_night = sorted(by_key, key=lambda key: sums[key].newest, reverse=True)
        known = frozenset(sorted(by_night, key=lambda key: -sums[key].seen)[:MAX_COUNTED])
        return {
            night: replace(counts, blocks={key: tally for key, tally in counts.blocks.items() if key in known})
            for night, counts in nights.items()
        }
    return dict(nights)


def _count(pages: Sequence[Sighting]) -> NightCounts:
    """The tallies of one night's articles, one a group of articles that are the same."""
    prose: set[str] = set()
    kept = [_hashes(page.kept, prose) for page in pages]
    beside = [_hashes(page.beside, prose) for page in pages]
    different = groups(kept)
    in_text: Counter[str] = Counter()
    anywhere: Counter[str] = Counter()
    for group in different:
        own = {key for at in group for key in kept[at]}
        in_text.update(own)
        anywhere.update(own | {key for at in group for key in beside[at]})
    length = median_low(sum(map(len, page.kept)) for page in pages)
    blocks = {key: Tally(in_text[key], seen, key in prose) for key, seen in sorted(anywhere.items())}
    return NightCounts(articles=len(different), length=length, blocks=blocks)


def _hashes(texts: Iterable[str], prose: set[str]) -> dict[str, int]:
    """The fingerprints of blocks with their lengths in characters; those of sentences go into ``prose``."""
    found = {key: text for text in texts if (key := block_hash(text))}
    prose.update(key for key, text in found.items() if is_prose(text))
    return {key: len(text) for key, text in found.items()}


def _suffixes(pages: Sequence[Sighting]) -> list[str]:
    """What most of the titles end with, its separator included."""
    titles = {page.title for page in pages if page.title}
    ends = Counter(match[0] for title in titles if (match := SUFFIX.search(title)))
    return [suffix for suffix, times in ends.items() if times >= max(MIN_SUFFIX, SUFFIX_SHARE * len(titles))]
