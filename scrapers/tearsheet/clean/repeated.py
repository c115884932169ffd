"""The judges of repetition: what the source's other pages have as well, and a text that stands on its page twice.

What is learned is asked where all others have no more to say: a page of whose clean text nothing is known to be
repeated is cleaned as if nothing were known.

What is learned of a source is fingerprints; whether a block that has one is furniture is judged on the page: the
article's own headline and standfirst, sentences in the midst of it of which little is known, such as the first words
that other pages take for a teaser, and a text most of which is known are spared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tearsheet.clean.judges import STOPS, Draft
from tearsheet.clean.words import Verdict, plain
from tearsheet.fingerprints import block_hash

REPEATED = "repeated"
LEARNED = "learned"
SECOND_COPY = "second copy"
MAX_KNOWN = 0.5
"""Share of a text's characters above which known sentences are the text: it is a copy of one that was counted."""
PROSE = 80
"""Characters from which on a block that ends like a sentence is one."""
LABEL = 12
"""Characters that a label has fewer of: it goes only with a longer block beside it, or as the last of all."""
MIN_COPY = 200
COPY_SHARE = 0.5
"""Letters that a second copy has at least, and of all letters before it."""


class _Letters(dict[int, int | None]):
    """Letters, digits and underscores as they are, all else as nothing, for ``str.translate``."""

    def __missing__(self, code: int) -> int | None:
        self[code] = kept = code if (character := chr(code)).isalnum() or character == "_" else None
        return kept


LETTERS = _Letters()


def is_prose(text: str) -> bool:
    """Whether a block is sentences, of which a reporter may use the same again."""
    return len(text) >= PROSE and text.endswith(STOPS)


def learned_blocks(draft: Draft) -> Iterator[tuple[int, Verdict]]:
    """Blocks that the source's articles have in common; how many of them have it is the score."""
    known = draft.facts.learned.repeated
    if not known:
        return
    keys = {place: key for place, block in enumerate(draft.blocks) if (key := block_hash(block.text)) in known}
    shares = {place: known[keys[place]] for place in _not_its_own(keys, draft)}
    sentences = [place for place in shares if is_prose(draft.blocks[place].text)]
    total = sum(len(block.text) for block in draft.blocks)
    if sum(len(draft.blocks[place].text) for place in sentences) > MAX_KNOWN * total:
        shares = {place: share for place, share in shares.items() if place not in sentences}
    for place, share in shares.items():
        if len(draft.blocks[place].text) >= LABEL or _has_company(place, shares, draft):
            yield place, Verdict(REPEATED, LEARNED, share)


def _not_its_own(keys: Mapping[int, str], draft: Draft) -> Iterator[int]:
    """The known places without headline and standfirst, and without unsure sentences before the article's last one."""
    own = {plain(text) for text in (draft.facts.title, draft.facts.standfirst) if text}
    unsure = draft.facts.learned.unsure
    told = [place for place, block in enumerate(draft.blocks) if place not in keys and is_prose(block.text)]
    last = told[-1] if told and keys else -1
    for place, key in keys.items():
        text = draft.blocks[place].text
        is_in_the_midst = place < last and key in unsure and is_prose(text)
        if not is_in_the_midst and plain(text) not in own:
            yield place


def _has_company(place: int, shares: Mapping[int, float], draft: Draft) -> bool:
    """Whether a label ends the text, or stands in a run of known blocks of which one is more than a label."""
    for step in (1, -1):
        at = place + step
        while at in shares:
            if len(draft.blocks[at].text) >= LABEL:
                return True
            at += step
        if at == len(draft.blocks):
            return True
    return False


def second_copy(draft: Draft) -> Iterator[tuple[int, Verdict]]:
    """A run of blocks that is, letter by letter, at least half of what stands before it, however cut into lines."""
    packed = [
        None if block.kind in ("row", "code") else line.translate(LETTERS)
        for block, line in zip(draft.blocks, draft.lines, strict=True)
    ]
    before, place, left = "", 0, sum(map(len, filter(None, packed)))
    while place < len(packed):
        end, run, least = place, "", max(MIN_COPY, COPY_SHARE * len(before))
        if min(len(before), left) >= least:
            while end < len(packed) and (piece := packed[end]) is not None and run + piece in before:
                run += piece
                end += 1
        if len(run) >= least:
            for twice in range(place, end):
                yield twice, Verdict(REPEATED, SECOND_COPY)
            left -= len(run)
            place = end
        else:
            before += packed[place] or ""
            left -= len(packed[place] or "")
            place += 1
