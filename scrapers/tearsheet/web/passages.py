"""A page's blocks as they are shown: what was kept, with the query's words marked, and what was cut between, and why.

Free of HTML: texts stay texts until a template escapes them. Offsets are code points of the stored text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from tearsheet.model import Evidence, Removed

LEFT_OUT = "trafilatura"
REASONS = {
    "advertisement": "advertisement",
    "bio": "about the author",
    "box": "box beside the article",
    "byline": "byline or date",
    "caption": "caption of a picture",
    "comments": "readers' comments",
    "cookie": "consent to cookies",
    "copyright": "copyright notice",
    "headline": "the headline once more",
    "navigation": "navigation",
    "newsletter": "newsletter",
    "other": "not of the text",
    "related": "links to other pages",
    "repeated": "stands on many pages of the source",
    "rule": "declared for the source",
    "share": "sharing",
    "standfirst": "the standfirst once more",
    "subscription": "subscription",
}
_RULES = {
    LEFT_OUT: "the extractor did not take it for text",
    "agency line": "the last line names an agency",
    "behind the text": "stands alone behind the text",
    "before the text": "stands alone before the text",
    "bio": "tells of the author behind the text",
    "byline": "names who wrote it",
    "caption element": "marked as a caption on the page",
    "credit line": "names who took a picture",
    "date line": "gives a date and nothing else",
    "endnote": "a note at the end of the text",
    "headline": "repeats the headline",
    "heading of what was cut": "a heading of which all below was cut",
    "list of links": "one of several links in a row",
    "offer": "stands in an offer of subscriptions",
    "picture box": "shares a small box with a picture",
    "second copy": "stands on the page a second time",
    "standfirst": "repeats the standfirst",
    "table of contents": "links into the page, one after another",
    "teasers": "a headline and a summary that lead to another page",
}
_FAMILIES = {
    "call": "asks the reader to do something",
    "label": "a label, no sentence",
    "lead": "starts as a pointer to something else does",
    "markup": "the page calls its box “{}”",
    "source": "the source's rules name it: {}",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters, all of them marked or none."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A paragraph of the clean text."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A block that was cut: ``reason`` and ``how`` in words, ``rule`` by its name, ``score`` from 0 to 1."""

    text: str
    reason: str
    rule: str
    how: str
    score: float


@dataclass(frozen=True, slots=True)
class Cuts:
    """Blocks that were cut from one place, and a line that sums them up."""

    blocks: tuple[Cut, ...]

    @property
    def told(self) -> str:
        """Such as ``3 blocks cut: navigation (2), newsletter``."""
        counted = Counter(block.reason for block in self.blocks).most_common()
        few = len(counted) == 1
        reasons = ", ".join(reason if few or count == 1 else f"{reason} ({count})" for reason, count in counted)
        return f"{'1 block' if len(self.blocks) == 1 else f'{len(self.blocks)} blocks'} cut: {reasons}"


def marked(text: str, evidence: Iterable[Evidence], field: str) -> tuple[Piece, ...]:
    """A field in pieces, the words for which the query selected it marked; matches that overlap are one."""
    spans = sorted((each.offset, each.offset + each.length) for each in evidence if each.field == field)
    return _pieces(text, 0, spans)


def passages(text: str, evidence: Iterable[Evidence], removed: Iterable[Removed]) -> tuple[Kept | Cuts, ...]:
    """The page in the order of its blocks; kept and cut together are all of them."""
    spans = sorted((each.offset, each.offset + each.length) for each in evidence if each.field == "text")
    kept = iter(_paragraphs(text, spans))
    cuts = {cut.position: cut for cut in removed}
    merged = _in_order(kept, cuts)
    shown: list[Kept | Cuts] = []
    for is_cut, run in groupby(merged, key=lambda block: isinstance(block, Removed)):
        if is_cut:
            shown.append(Cuts(tuple(_cut(block) for block in run if isinstance(block, Removed))))
        else:
            shown += [block for block in run if isinstance(block, Kept) and block.pieces]
    return tuple(shown)


def reason_in_words(reason: str) -> str:
    """What the reason of a cut means; one that is not known here stays as it is."""
    return REASONS.get(reason, reason)


def rule_in_words(rule: str, score: float) -> str:
    """What a rule of cleaning looks at; one that is not known here stays as it is."""
    if rule == "learned":
        return f"stands on {score:.0%} of the source's articles"
    family, _, name = rule.partition(":")
    return _FAMILIES[family].format(name) if family in _FAMILIES else _RULES.get(rule, rule)


def _in_order(kept: Iterator[Kept], cuts: dict[int, Removed]) -> Iterator[Kept | Removed]:
    for position in range(max(cuts, default=-1) + 1):
        block = cuts.get(position) or next(kept, None)
        if block is not None:
            yield block
    yield from kept


def _paragraphs(text: str, spans: list[tuple[int, int]]) -> Iterator[Kept]:
    start = 0
    for line in text.split("\n") if text else ():
        yield Kept(_pieces(line, start, spans))
        start += len(line) + 1


def _pieces(text: str, start: int, spans: Iterable[tuple[int, int]]) -> tuple[Piece, ...]:
    """The part of a text that starts at ``start``; spans ascend, and count from the start of the whole."""
    pieces: list[Piece] = []
    at = 0
    for first, behind in spans:
        opens, ends = max(first - start, at), min(behind - start, len(text))
        if opens >= ends:
            continue
        pieces += [Piece(text[at:opens]), Piece(text[opens:ends], marked=True)]
        at = ends
    pieces.append(Piece(text[at:]))
    return tuple(piece for piece in pieces if piece.text)


def _cut(block: Removed) -> Cut:
    return Cut(
        text=block.text,
        reason=reason_in_words(block.reason),
        rule=block.rule,
        how=rule_in_words(block.rule, block.score),
        score=block.score,
    )
