"""Cut what is not the article, and write down each cut.

Kept blocks and ledger together are the page's blocks in page order. Cleaning only deletes, block by block, and
cleaning what was kept changes nothing: a block's own words are judged alike each time, and the judges of place are
asked until they have no more to say. A quotation is never cut for its words: only as a caption, a headline, a link, or
by the name of the box it stands in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tearsheet.clean.judges import HEADLINE, JUDGES, Draft, Judge
from tearsheet.clean.repeated import SECOND_COPY, learned_blocks, second_copy
from tearsheet.clean.rules import fold, rules_for
from tearsheet.clean.words import Facts, Verdict, quotation, verdict
from tearsheet.model import NOTHING_LEARNED, Block, Learned, Removed

MAX_BOX = 0.4
"""Share of a text that one name of a box may cut, unless it is a name for what readers wrote."""
OF_THE_PAGE: tuple[Judge, ...] = (*JUDGES, second_copy)
OF_THE_SOURCE: tuple[Judge, ...] = (learned_blocks,)
"""Asked when the others have no more to say, see ``repeated``."""
LEFT_OUT = "trafilatura"
"""The rule of blocks that the extractor left out."""
DECLARED = "rule"
"""The reason of blocks that a rule of the page's source cuts."""
NO_STANDFIRST = frozenset(
    {"caption", "subscription", "newsletter", "advertisement", "share", "cookie", "comments", "copyright", "bio"}
)
"""Reasons for which a block that was taken for the standfirst is none."""
MAY_BE_MOST = frozenset({"comments"})
CUTS_QUOTATIONS = re.compile(rf"headline|caption|picture|markup:|list of links|teasers|{SECOND_COPY}")
"""Rules that look at what a block is, and not at what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """The kept blocks and their text, one line a block; ``removed`` in page order, positions among all blocks.

    ``standfirst`` is the page's, unless the ledger has it for something else: a caption, a call, a teaser.
    """

    text: str
    blocks: tuple[Block, ...]
    removed: tuple[Removed, ...] = ()
    standfirst: str | None = None


def clean(
    blocks: Sequence[Block],
    *,
    title: str | None = None,
    standfirst: str | None = None,
    authors: tuple[str, ...] = (),
    language: str | None = None,
    learned: Learned = NOTHING_LEARNED,
) -> Cleaned:
    """The article among a page's blocks; what else is known of the page guards its own words.

    A block that the extractor left out is cut by the rule ``trafilatura``, with the reason that our rules give it; one
    that a rule of its source names, by that; and one that such a rule keeps is never cut.
    """
    lines = [fold(block.text) for block in blocks]
    rules = rules_for(language)
    facts = Facts(title, standfirst, authors, rules, rules.present("\n".join(lines)), learned)
    said = {index: found for index, block in enumerate(blocks) if (found := verdict(block, lines[index], facts))}
    removed = {index: _left_out(block, index, said.get(index)) for index, block in enumerate(blocks) if block.left_out}
    kept = [index for index, block in enumerate(blocks) if not block.left_out]
    cut: dict[int, Removed] = {}
    own = tuple(kept)
    while kept:
        draft = Draft(
            tuple(blocks[index] for index in kept),
            tuple(lines[index] for index in kept),
            facts,
            _emptied(own, cut),
        )
        cuts = _cuts(draft, kept, OF_THE_PAGE, _bounded(said, kept, lines)) or _cuts(draft, kept, OF_THE_SOURCE, {})
        if not cuts:
            break
        cut |= {index: _entry(blocks[index], index, found) for index, found in cuts.items()}
        kept = [index for index in kept if index not in cut]
    spared = _spared_headline(cut, sum(len(lines[index]) for index in kept))
    if spared is not None:
        del cut[spared]
        kept = sorted((*kept, spared))
    remaining = tuple(blocks[index] for index in kept)
    removed |= cut
    is_another = any(entry.text == standfirst and entry.reason in NO_STANDFIRST for entry in removed.values())
    return Cleaned(
        text="\n".join(block.text for block in remaining),
        blocks=remaining,
        removed=tuple(removed[index] for index in sorted(removed)),
        standfirst=None if is_another else standfirst,
    )


def _left_out(block: Block, position: int, found: Verdict | None) -> Removed:
    """The entry of a block that the extractor left out, or a rule of the page's source."""
    if block.cut_by:
        return Removed(text=block.text, reason=DECLARED, rule=f"source:{block.cut_by}", position=position)
    return Removed(text=block.text, reason=found.reason if found else "other", rule=LEFT_OUT, position=position)


def _bounded(said: Mapping[int, Verdict], kept: Sequence[int], lines: Sequence[str]) -> dict[int, Verdict]:
    """The verdicts on kept blocks without those of a box that holds most of the text: its name means something else."""
    left = {index: said[index] for index in kept if index in said}
    taken: Counter[str] = Counter()
    for index, found in left.items():
        taken[found.rule] += len(lines[index])
    most = MAX_BOX * sum(len(lines[index]) for index in kept)
    return {i: found for i, found in left.items() if taken[found.rule] <= most or found.reason in MAY_BE_MOST}


def _cuts(
    draft: Draft, kept: Sequence[int], judges: Sequence[Judge], said: Mapping[int, Verdict]
) -> dict[int, Verdict]:
    """What is to be cut: what is said of a block by itself, else the first judge's verdict on its place."""
    found: dict[int, Verdict] = {}
    for judge in judges:
        for place, opinion in judge(draft):
            found.setdefault(kept[place], opinion)
    found |= said
    return {
        i: found[i] for i, block in zip(kept, draft.blocks, strict=True) if i in found and _may_cut(block, found[i])
    }


def _may_cut(block: Block, found: Verdict) -> bool:
    return not block.kept and (bool(CUTS_QUOTATIONS.match(found.rule)) or not quotation(block))


def _spared_headline(removed: Mapping[int, Removed], left: int) -> int | None:
    """The place of the headline, where next to nothing else is said: then it is the text."""
    first = next((index for index in sorted(removed) if removed[index].rule == HEADLINE), None)
    return first if first is not None and left <= len(removed[first].text) else None


def _emptied(own: Sequence[int], cut: Mapping[int, Removed]) -> dict[int, str]:
    """The places among the kept blocks right behind which something was cut, with its reason."""
    left = [index for index in own if index not in cut]
    behind = dict(pairwise(own))
    return {place: cut[behind[index]].reason for place, index in enumerate(left) if behind.get(index) in cut}


def _entry(block: Block, position: int, found: Verdict) -> Removed:
    return Removed(text=block.text, reason=found.reason, rule=found.rule, position=position, score=found.score)
