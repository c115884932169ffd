"""What a block's own words, and the names of the box it stands in, say of it, whatever stands around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from tearsheet.clean import markup
from tearsheet.clean.rules import Phrases, Rules, stems
from tearsheet.model import NOTHING_LEARNED, Block, Learned

WORD = re.compile(r"\w+")
OPENING = re.compile(r"[–—-]*\s?[\"“„«‹»「『‘‚]")
SPOKEN = re.compile(r"[\"”“»«’』」]\s*\w+(?:\s+\w+|\w{2})")
"""A closing mark with words behind it: who said it."""
SENTENCE = re.compile(r"(?<=[.!?؟…])\s+|(?<=[。！？])")
REPORTED = re.compile(
    r"[,;] (?:\w+ )?(?:said|says|told|asked|wrote|sagt|sagte|schrieb|dit|déclare|dijo|dice|disse|afferma|zegt|zei"
    r"|powiedział\w*|mówi|сказал\w*|говорит|сказав|сказала)\b"
)
"""Somebody said so: the outlet does not ask its readers."""
SHORT_LABEL = 90
SHORT_LEAD = 220
SHORT_CALL = 320
LEAD_LINKED = 0.3
ARROWS = (">", "»", "›", "→", "►", "▶", "➔")
ARROW_LINKED = 0.8
NO_SENTENCES = frozenset({"related", "navigation", "subscription", "comments", "bio"})
"""Reasons whose labels are a few words, and no sentence."""
LABEL_SPACES = 3
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
    learned: Learned = NOTHING_LEARNED

    @cached_property
    def topic(self) -> frozenset[str]:
        """The stems with which outlets ask that are in the title: the article may be about newsletters or cookies."""
        return stems(self.title or "") & self.rules.vocabulary

    @cached_property
    def names(self) -> frozenset[str]:
        """The authors' names as they are compared."""
        return frozenset(plain(name) for name in self.authors)


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """A text's words alone, for comparison."""
    return " ".join(WORD.findall(text.casefold()))


def quotation(block: Block) -> bool:
    """Whether somebody is quoted: such a block is never cut for its words."""
    opened = OPENING.match(block.text)
    if block.kind == "quote" or not opened or block.linked >= LEAD_LINKED:
        return block.kind == "quote"
    return len(block.text) > SHORT_LABEL or bool(SPOKEN.search(block.text, opened.end()))


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
    if reason is None or (block.kind == "heading" and stems(line) & facts.topic):
        return None
    sentence = line.endswith(".") and line.count(" ") > LABEL_SPACES
    return None if sentence and reason in NO_SENTENCES else Verdict(reason, f"label:{reason}")


def _box(block: Block) -> Verdict | None:
    """A box whose name says what it is."""
    found = markup.reason(block)
    return Verdict(found[0], found[1], 0.9) if found else None


def _lead(block: Block, line: str, facts: Facts) -> Verdict | None:
    """A line that names another page: a lead and a headline, mostly linked (where links are known)."""
    if len(line) > SHORT_LEAD or (block.context and block.linked < LEAD_LINKED):
        return None
    if block.linked >= ARROW_LINKED and line.startswith(ARROWS):
        return Verdict("related", "lead:arrow", round(block.linked, 2))
    reason = facts.rules.starts("leads", line)
    return Verdict(reason, f"lead:{reason}", max(0.5, round(block.linked, 2))) if reason else None


def _call(block: Block, line: str, facts: Facts) -> Verdict | None:
    """A short block in which the outlet asks the reader to do something for it."""
    if len(block.text) > SHORT_CALL or quotation(block):
        return None
    asked = [(len(sentence), reason) for sentence in SENTENCE.split(line) if (reason := _asks(sentence, facts))]
    share = sum(length for length, _ in asked) / max(1, len(block.text))
    return Verdict(asked[0][1], f"call:{asked[0][1]}", round(min(1.0, share), 2)) if share >= CALL_SHARE else None


def _asks(sentence: str, facts: Facts) -> str | None:
    """What a sentence asks for; nothing if somebody is said to ask, or it asks with a word of the title."""
    phrases = (reason for phrase, reason in facts.asks if phrase in sentence)
    reason = facts.rules.starts("calls", sentence) or next(phrases, None)
    spared = reason and (REPORTED.search(sentence) or stems(sentence) & facts.topic)
    return None if spared else reason


def _caption(block: Block, line: str, facts: Facts) -> Verdict | None:
    """The caption of a picture, by its element or by the box that it shares with the picture."""
    if block.kind == "caption":
        return Verdict("caption", "caption element")
    return Verdict("caption", "picture box", 0.8) if markup.is_caption(block) else None


def _credit(block: Block, line: str, facts: Facts) -> Verdict | None:
    """The caption of a picture, by its credit."""
    reason = facts.rules.credit(line) if len(line) <= SHORT_CALL and block.kind not in ("quote", "item") else None
    return Verdict(reason, "credit line") if reason else None
