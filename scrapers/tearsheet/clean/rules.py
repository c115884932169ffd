"""The word rules of cleaning: data files, one a language, compiled once.

``rules/<language>.yaml`` maps *sections* to reasons to patterns, one a line; ``rules/any.yaml`` holds those that
belong to no language. A text is judged by the rules of its own language, of English (outlets everywhere use its
labels) and of no language; a text whose language is unknown, or has no file, by all of them.

========== ============================ =======================================================================
section    where the pattern must match what it says
========== ============================ =======================================================================
labels     the whole line               it is nothing but this: ``advertisement``, ``share this article``
leads      the line's start             the name of another page follows: ``read more:``
calls      a sentence's start           the reader is asked to do something for the outlet
asks       anywhere, a plain phrase     … words that nothing else holds: ``unsubscribe at any time``
offers     the line's start             an offer begins
goods      anywhere                     part of an offer: a price, ``cancel anytime``
credits    the last sentence's start    the credit of a picture: ``photo: …``
brackets   the last bracket's start     … ``(photo …)``
agencies   the last bracket's start, or … by its agency: ``(ap images)``, ``… / getty images``
           after the last ``/ | ©``
bios       anywhere                     what an author does
notes      the line's start             where else it was published, who helped: only behind the middle of a text
========== ============================ =======================================================================

Patterns are regular expressions (``asks``: plain phrases) matched against the folded line: lower case, plain
apostrophes and hyphens. Groups must not capture: the reason is the name of the group that matched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, reduce
from importlib.resources import files

import yaml

SECTIONS = ("labels", "leads", "calls", "asks", "offers", "goods", "credits", "brackets", "agencies", "bios", "notes")
FOLDER = files("tearsheet.clean") / "rules"
ALWAYS = ("any", "en")
ALIASES = {"nb": "no", "nn": "no"}
EDGES = ' \t:;,.!?…|>»›→⟶➔▶▸►•·*-+()[]<«‹←▼▲↓✕×"“”„“#¿¡。：！？、，（）【】'
NEVER = re.compile(r"(?!)")
FOLDS = {"’": "'", "‘": "'", "ʼ": "'", "\u0307": "", "\xa0": " ", "‑": "-", "–": "-", "—": "-"}
"""Replaced one after the other: most lines have none of these, which is found out faster than a table is asked."""
LAST_PART = re.compile(r".*[/|©](.{2,40})$")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
LAST_BRACKET = re.compile(r".*[^.!?。\s]\s*([(（\[【].{2,100}[)）\]】]\W{0,2})$|^([(（\[【].{2,100}[)）\]】]\W{0,2})$")
AND_MORE = re.compile(r"[/,].*")

STEM = 5
WORD = re.compile(r"[^\W\d_]+")
UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

Reasons = dict[str, list[str]]
Phrases = tuple[tuple[str, str], ...]


def stems(text: str) -> frozenset[str]:
    """The first letters of a text's longer words; of scripts without spaces, its pairs of letters."""
    words = WORD.findall(text.casefold())
    long = {word[:STEM] for word in words if len(word) >= STEM}
    pairs = {word[i : i + 2] for word in words if UNSPACED.match(word) for i in range(len(word) - 1)}
    return frozenset(long | pairs)


def fold(line: str) -> str:
    """A line as patterns see it."""
    lower = line.lower()
    return lower if lower.isascii() else reduce(_replaced, FOLDS.items(), lower)


def _replaced(line: str, fold: tuple[str, str]) -> str:
    return line.replace(*fold)


@dataclass(frozen=True, slots=True)
class Rules:
    """Compiled sections of one or more languages; a pattern's group names are reasons. Lines are folded."""

    patterns: dict[str, re.Pattern[str]]
    phrases: Phrases
    vocabulary: frozenset[str]
    """The stems of the words with which readers are asked."""

    def label(self, line: str) -> str | None:
        """The reason for which a whole line is a label."""
        return _reason(self.patterns["labels"].fullmatch(line.strip(EDGES)))

    def starts(self, section: str, line: str) -> str | None:
        """The reason for which a line starts as the section says."""
        return _reason(self.patterns[section].match(line.lstrip(EDGES)))

    def holds(self, section: str, line: str) -> str | None:
        """The reason for which a line holds what the section says."""
        return _reason(self.patterns[section].search(line))

    def present(self, page: str) -> Phrases:
        """Those of the phrases of ``asks`` that stand anywhere on a page, with their reasons."""
        return tuple(pair for pair in self.phrases if pair[0] in page)

    def credit(self, line: str) -> str | None:
        """The reason for which a line is the credit of a picture."""
        part, match = LAST_PART.match(line), LAST_BRACKET.match(line)
        bracket = (match[1] or match[2]) if match else ""
        return (
            self.starts("credits", SENTENCE_END.split(line)[-1])
            or self.starts("brackets", bracket)
            or self._agency(AND_MORE.sub("", bracket))
            or (self._agency(part[1]) if part else None)
        )

    def _agency(self, words: str) -> str | None:
        return _reason(self.patterns["agencies"].fullmatch(words.strip(EDGES)))


@cache
def rules_for(language: str | None) -> Rules:
    """The rules that judge a text of this language."""
    known = languages()
    own = ALIASES.get(language or "", language or "")
    names = tuple(dict.fromkeys((*ALWAYS, own) if own in known else known))
    asks = _section("asks", names)
    asking = [line for section in ("calls", "asks") for lines in _section(section, names).values() for line in lines]
    return Rules(
        patterns={section: _compile(_section(section, names)) for section in SECTIONS if section != "asks"},
        phrases=tuple((phrase, reason) for reason, phrases in asks.items() for phrase in phrases),
        vocabulary=stems(" ".join(asking)),
    )


@cache
def languages() -> tuple[str, ...]:
    """The names of the rule files."""
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in FOLDER.iterdir() if entry.name.endswith(".yaml")))


@cache
def load(language: str) -> dict[str, dict[str, str]]:
    """One rule file as it was written: section → reason → patterns, one a line."""
    return yaml.safe_load((FOLDER / f"{language}.yaml").read_text("utf-8")) or {}


def _section(section: str, names: tuple[str, ...]) -> Reasons:
    reasons: Reasons = {}
    for name in names:
        for reason, patterns in load(name).get(section, {}).items():
            reasons.setdefault(reason, []).extend(filter(None, patterns.splitlines()))
    return reasons


def _compile(reasons: Reasons) -> re.Pattern[str]:
    groups = (f"(?P<{reason}>{'|'.join(patterns)})" for reason, patterns in reasons.items())
    return re.compile("|".join(groups)) if reasons else NEVER


def _reason(match: re.Match[str] | None) -> str | None:
    return match.lastgroup if match else None
