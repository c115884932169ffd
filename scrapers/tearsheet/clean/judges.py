"""The judges of place: each looks at all that is left of a page and names blocks that are not the article.

What a block says by itself is judged once, by ``words``; these look at what stands around it, and are asked again
until none has anything more to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, takewhile
from operator import itemgetter

from tearsheet import bylines
from tearsheet.clean.words import SHORT_CALL, SHORT_LABEL, SHORT_LEAD, Facts, Verdict, plain, quotation
from tearsheet.model import Block

DATE = re.compile(r"\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}|\d{4}\s?[./年-]\s?\d{1,2}\s?[./月-]\s?\d{1,2}")
HEAD = 6
"""Blocks at the head of a text among which a date may stand alone."""
SHORT_DATE = 14
"""Letters that such a line has fewer of, beside the date itself."""
INITIALS = re.compile(r"[(\[](?:[^\W\d_]{1,8}[.]?(?:\s?[/,;–-]\s?|\s)?){1,4}[)\]]\.?")
"""A bracket of agencies and initials."""
BESIDE_NAME, MAX_NAME = 2, 3
"""Words beside an author's name in a line that signs, and words of a name."""
NAMES_APART = re.compile(r"\s*[/,&]\s*")
SHORT_STRAY = 90
SHORT_DECK = 40
SHORT_BIO = 800
STOPS = tuple('.!?…。！？؟»”"')
ALL_LINK = 0.85
HALF_LINK = 0.5
SOME_LINK = 0.4
HEADLINE = "headline"
KICKER = 2
"""Times its length that a headline may have with the kicker before it."""
MIN_HEADLINE = 25
"""Characters from which on a link may be a headline."""
CONTENTS = 3
"""Links that a table of contents, and teasers that a list of them, has at least."""
MAX_LISTED = 0.3
"""Share of the text above which lists of links are what the page is about."""
MAX_OFFER = 0.5
LONG = 400
MIN_GOODS = 2
BOXED = frozenset({"related", "newsletter", "subscription", "share", "comments", "advertisement", "bio", "cookie"})
"""Reasons for which a heading over nothing else was the heading of the box that was cut."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is left of a page, as it is and folded; ``emptied``: places right behind which was a cut, and its reason."""

    blocks: tuple[Block, ...]
    lines: tuple[str, ...]
    facts: Facts
    emptied: Mapping[int, str]


Judge = Callable[[Draft], Iterable[tuple[int, Verdict]]]


def headline(draft: Draft) -> Iterator[tuple[int, Verdict]]:
    """The headline, repeated at the head of the text, also with a kicker before it."""
    title = plain(draft.facts.title or "")
    for index, block in enumerate(draft.blocks[:HEAD]):
        line = plain(block.text)
        if title and line.endswith(title) and len(line) <= (len(title) if index else KICKER * len(title)):
            yield index, Verdict(HEADLINE, HEADLINE)


def standfirst(draft: Draft) -> Iterator[tuple[int, Verdict]]:
    """The standfirst, which is a field of its own, in the text."""
    own = plain(draft.facts.standfirst or "")
    for index, block in enumerate(draft.blocks[:HEAD]):
        if own and plain(block.text) == own:
            yield index, Verdict("standfirst", "standfirst")


def offers(draft: Draft) -> Iterator[tuple[int, Verdict]]:
    """The tail from the line that opens an offer to the end, where what follows is the offer's goods."""
    total = sum(map(len, draft.lines))
    for index, line in enumerate(draft.lines):
        opens = len(line) <= SHORT_LABEL and draft.facts.rules.starts("offers", line)
        if opens and sum(map(len, draft.lines[index:])) <= MAX_OFFER * total and _is_offer(draft, index):
            for place in range(index, len(draft.lines)):
                yield place, Verdict("subscription", "offer", 0.9)
            return


def _is_offer(draft: Draft, start: int) -> bool:
    """Short lines, a quarter of which are goods or buttons, and nobody is quoted."""
    lines, rules = draft.lines[start:], draft.facts.rules
    if any(len(line) > LONG for line in lines) or any(map(quotation, draft.blocks[start:])):
        return False
    goods = sum(bool(rules.holds("goods", line) or rules.label(line)) for line in lines)
    return goods >= MIN_GOODS and goods * 4 >= len(lines)


def signatures(draft: Draft) -> Iterator[tuple[int, Verdict]]:
    """Lines that say who wrote it, or when."""
    for index, block in enumerate(draft.blocks):
        if len(block.text) > SHORT_LABEL or block.kind in ("row", "code", "quote"):
            continue
        if block.kind == "item" and index >= HEAD:
            continue
        if plain(block.text) in draft.facts.names or bylines.read(block.text) or _signs(draft, index):
            yield index, Verdict("byline", "byline")
        elif (
            index < HEAD
            and sum(map(str.isalpha, DATE.sub("", block.text, count=1))) < SHORT_DATE
            and DATE.search(block.text)
        ):
            yield index, Verdict("byline", "date line")


def _signs(draft: Draft, index: int) -> bool:
    """Whether a line at the head is an author's name and a word or two, or the first of all and nothing but names."""
    block = draft.blocks[index]
    words = plain(block.text).split()
    if index >= HEAD or block.kind == "heading" or block.text.endswith(STOPS) or ":" in block.text:
        return False
    named = (name.split() for name in draft.facts.names if " " in name and name in plain(block.text))
    if any(len(words) <= len(name) + BESIDE_NAME for name in named):
        return True
    parts = NAMES_APART.split(block.text)
    return (
        index == 0
        and bool(block.context)
        and len(words) <= MAX_NAME * len(parts)
        and all(map(bylines.looks_like_name, parts))
    )


def endnotes(draft: Draft) -> Iterator[tuple[int, Verdict]]:
    """Behind the middle: what the author does, who helped, where else it was published."""
    full = tuple(name for name in draft.facts.names if " " in name)
    if draft.blocks and INITIALS.fullmatch(draft.blocks[-1].text):
        yield len(draft.blocks) - 1, Verdict("byline", "agency line")
    for index in range(len(draft.blocks) // 2, len(draft.blocks)):
        line = draft.lines[index]
        if len(line) > SHORT_BIO:
            continue
        if plain(line[:SHORT_LEAD]).startswith(full) and draft.facts.rules.holds("bios", line):
            yield index, Verdict("bio", "bio")
        elif len(line) <= SHORT_CALL and (reason := draft.facts.rules.starts("notes", line)):
            yield index, Verdict(reason, "endnote")


def links(draft: Draft) -> Iterator[tuple[int, Verdict]]:
    """Lists of other articles of the site, and tables of contents; a page that is mostly such lists is about them."""
    contents = [run for run in _runs(draft.blocks, "here") if len(run) >= CONTENTS]
    related = [run for run in _runs(draft.blocks, "site") if _is_list(run, draft.blocks)]
    total = sum(len(block.text) for block in draft.blocks)
    for reason, rule, runs in (
        ("navigation", "table of contents", contents),
        ("related", "list of links", related),
        ("related", "teasers", list(_teasers(draft.blocks))),
    ):
        places = [place for run in runs for place in run]
        if sum(len(draft.blocks[place].text) for place in places) <= MAX_LISTED * total:
            for place in places:
                yield place, Verdict(reason, rule, round(draft.blocks[place].linked, 2))


def _runs(blocks: tuple[Block, ...], target: str) -> Iterator[list[int]]:
    """The places of blocks that follow each other and are mostly links to the target."""
    linked = (b.target == target and b.linked >= HALF_LINK and b.kind not in ("row", "code") for b in blocks)
    for is_run, group in groupby(enumerate(linked), key=itemgetter(1)):
        if is_run:
            yield [index for index, _ in group]


def _is_list(run: list[int], blocks: tuple[Block, ...]) -> bool:
    """Two links or more, or one that is nothing else; on average as long as a headline; most of the list around it."""
    first = blocks[run[0]]
    if sum(len(blocks[i].text) for i in run) < MIN_HEADLINE * len(run):
        return False
    if len(run) == 1 and (first.linked < ALL_LINK or first.kind == "heading"):
        return False
    before = sum(1 for _ in takewhile(_is_item, reversed(blocks[: run[0]])))
    after = sum(1 for _ in takewhile(_is_item, blocks[run[-1] + 1 :]))
    return first.kind != "item" or 2 * (before + after) <= len(run)


def _is_item(block: Block) -> bool:
    return block.kind == "item"


def _teasers(blocks: tuple[Block, ...]) -> Iterator[list[int]]:
    """Linked headlines that take turns with a few unlinked words on them, at least as often as a list needs."""
    run: list[int] = []
    index = 0
    while index < len(blocks):
        if _is_teaser(blocks[index : index + 2]):
            run += [index, index + 1]
            index += 2
            continue
        if len(run) >= 2 * CONTENTS:
            yield run
        run, index = [], index + 1
    if len(run) >= 2 * CONTENTS:
        yield run


def _is_teaser(pair: tuple[Block, ...]) -> bool:
    if len(pair) < 2:
        return False
    head, words = pair
    linked = head.target == "site" and head.linked >= SOME_LINK and MIN_HEADLINE <= len(head.text) <= SHORT_LEAD
    return linked and words.linked < HALF_LINK and len(words.text) <= SHORT_CALL


def strays(draft: Draft) -> Iterator[tuple[int, Verdict]]:
    """What stands outside the box that holds the text: all behind it, and before it what is no sentence."""
    own = {plain(text) for text in (draft.facts.title, draft.facts.standfirst) if text}
    for index, block in enumerate(draft.blocks):
        if block.region == "within" or plain(block.text) in own:
            continue
        if block.region == "after":
            yield index, Verdict("other", "behind the text", 0.8)
        elif len(block.text) < (SHORT_DECK if block.kind == "heading" else SHORT_STRAY) and not block.text.endswith(
            STOPS
        ):
            yield index, Verdict("other", "before the text", 0.7)


def orphans(draft: Draft) -> Iterator[tuple[int, Verdict]]:
    """Headings whose whole section was cut: what follows is the next heading or the end."""
    following: Block | None = None
    for index in range(len(draft.blocks) - 1, -1, -1):
        block = draft.blocks[index]
        boxed = block.kind == "heading" and len(block.text) <= SHORT_LABEL and draft.emptied.get(index) in BOXED
        if boxed and (following is None or following.kind == "heading"):
            yield index, Verdict(draft.emptied[index], "heading of what was cut", 0.8)
        else:
            following = block


JUDGES: tuple[Judge, ...] = (headline, standfirst, offers, signatures, endnotes, links, strays, orphans)
