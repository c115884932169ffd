"""What a block's own words, and the names of the box it stands in, say of it, whatever stands around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from tearsheet.clean import markup
from tearsheet.clean.rules import Phrases, Rules
from tearsheet.model import Block

WORD = re.compile(r"\w+")
OPENING = re.compile(r"[–—-]*\s?[\"“„«‹»「『‘‚]")
SENTENCE = re.compile(r"(?<=[.!?؟…])\s+|(?<=[。！？])")
STEM = 5
MOSTLY_LINK = 0.6
SHORT_LABEL = 90
SHORT_LEAD = 220
SHORT_CALL = 320
LEAD_LINKED = 0.3
CALL_SHARE = 0.3
"""Share of a block's characters that must be calls for it to be one."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why one block is to be cut, by which rule, and how sure that rule is."""

    reason: str
    rule: str
    score: float = 1.0


@dataclass(frozen=True)
class Facts:
    """What is known of the page beside its blocks."""

    title: str | None
    standfirst: str | None
    authors: tuple[str, ...]
    rules: Rules
    asks: Phrases

    @cached_property
    def topic(self) -> frozenset[str]:
        """The stems of the title's words: a line that has one of them may be about what the article is about."""
        return stems(self.title or "")

    @cached_property
    def names(self) -> frozenset[str]:
        """The authors' names as they are compared."""
        return frozenset(plain(name) for name in self.authors)


def plain(text: str) -> str:
    """A text's words alone, for comparison."""
    return " ".join(WORD.findall(text.casefold()))


def stems(text: str) -> frozenset[str]:
    """The first letters of a text's longer words; of scripts without spaces, its pairs of letters."""
    words = WORD.findall(text.casefold())
    long = {word[:STEM] for word in words if len(word) > 3}
    pairs = {word[i : i + 2] for word in words if not word[0].isascii() and len(word) > 8 for i in range(len(word) - 1)}
    return frozenset(long | pairs)


def quotation(block: Block) -> bool:
    """Whether somebody is quoted: such a block is never cut for its words."""
    said = OPENING.match(block.text) and block.linked < MOSTLY_LINK and len(block.text) > SHORT_LABEL
    return block.kind == "quote" or bool(said)


def verdict(block: Block, line: str, facts: Facts) -> Verdict | None:
    """The first reason to cut a block that it carries in itself; ``line`` is its folded text."""
    if block.kind in ("row", "code"):
        return _box(block)
    for judge in (_label, _caption, _lead, _call, _credit):
        found = judge(block, line, facts)
        if found:
            return found
    return _box(block)


def _label(block: Block, line: str, facts: Facts) -> Verdict | None:
    """A line that is nothing but a label; as a heading it may be what the article is about."""
    if len(line) > SHORT_LABEL or block.kind == "quote":
        return None
    reason = facts.rules.label(line)
    if reason is None or (block.kind == "heading" and stems(block.text) & facts.topic):
        return None
    return Verdict(reason, f"label:{reason}")


def _box(block: Block) -> Verdict | None:
    """A box whose name says what it is."""
    found = markup.reason(block)
    return Verdict(found[0], found[1], 0.9) if found else None


def _lead(block: Block, line: str, facts: Facts) -> Verdict | None:
    """A line that names another page: a lead and a headline, mostly linked."""
    if len(line) > SHORT_LEAD or block.linked < LEAD_LINKED:
        return None
    reason = facts.rules.starts("leads", line)
    return Verdict(reason, f"lead:{reason}", round(block.linked, 2)) if reason else None


def _call(block: Block, line: str, facts: Facts) -> Verdict | None:
    """A short block in which the outlet asks the reader to do something for it."""
    if len(block.text) > SHORT_CALL or quotation(block):
        return None
    asked = [(len(sentence), reason) for sentence in SENTENCE.split(line) if (reason := _asks(sentence, facts))]
    share = sum(length for length, _ in asked) / max(1, len(block.text))
    if share < CALL_SHARE or stems(block.text) & facts.topic:
        return None
    return Verdict(asked[0][1], f"call:{asked[0][1]}", round(min(1.0, share), 2))


def _asks(sentence: str, facts: Facts) -> str | None:
    return facts.rules.starts("calls", sentence) or next(
        (why for phrase, why in facts.asks if phrase in sentence), None
    )


def _caption(block: Block, line: str, facts: Facts) -> Verdict | None:
    """The caption of a picture, by its element."""
    return Verdict("caption", "caption element") if block.kind == "caption" else None


def _credit(block: Block, line: str, facts: Facts) -> Verdict | None:
    """The caption of a picture, by its credit."""
    reason = facts.rules.credit(line) if len(line) <= SHORT_CALL and block.kind not in ("quote", "item") else None
    return Verdict(reason, "credit line") if reason else None
