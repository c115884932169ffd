"""What the rules that a source declares say of one page: which elements are no text, which are, where fields stand.

A selector is matched once a page. A block is meant where its element, or one around it, matches; an inline element
means its block only where it holds all of its text. Of two selectors that mean one block, ``keep`` is the stronger.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from tearsheet import bylines
from tearsheet.extract.outline import INLINE, Outline, Place, block_of, squeeze
from tearsheet.model import SourceRule

SOFT_HYPHEN = "\xad"


@dataclass(frozen=True, slots=True)
class Marked:
    """The elements that rules name: ``cut`` with the selector that does so."""

    cut: Mapping[HtmlElement, str] = field(default_factory=dict)
    keep: Mapping[HtmlElement, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.cut or self.keep)

    def verdict(self, element: HtmlElement) -> tuple[str | None, bool]:
        """For a block at this element: the selector that cuts it, and whether it is kept."""
        around = (element, *element.iterancestors())
        if any(each in self.keep for each in around):
            return None, True
        return next((self.cut[each] for each in around if each in self.cut), None), False

    def missing(self, outline: Outline, held: Sequence[Place]) -> Iterator[Place]:
        """The blocks of kept elements that none of the places covers."""
        covered = list(held)
        for element in self.keep:
            for place in outline.between(*outline.stretch(element)):
                free = not any(other.start < place.end and place.start < other.end for other in covered)
                if free and self.verdict(place.element)[1]:
                    covered.append(place)
                    yield place


def marked(root: HtmlElement, rules: Iterable[SourceRule]) -> Marked:
    """The elements of a page that these rules cut and keep."""
    cut: dict[HtmlElement, str] = {}
    keep: dict[HtmlElement, str] = {}
    for rule in rules:
        for selectors, found in ((rule.cut, cut), (rule.keep, keep)):
            for selector in selectors:
                found |= {box: selector for element in _matches(selector, root) for box in _boxes(element)}
    return Marked(cut, keep)


def declared_title(root: HtmlElement, rules: Iterable[SourceRule]) -> str | None:
    """The words of the first element that a rule names as the headline; ``None`` where there is none."""
    named = (element for rule in rules if rule.title for element in _matches(rule.title, root))
    return next(filter(None, map(_words, named)), None)


def declared_authors(root: HtmlElement, rules: Iterable[SourceRule]) -> tuple[str, ...]:
    """The names in all elements that a rule names as the authors', in page order; of the first rule that finds one."""
    for rule in rules:
        elements = _matches(rule.authors, root) if rule.authors else []
        names = tuple(dict.fromkeys(name for element in elements for name in bylines.names(_words(element))))
        if names:
            return names
    return ()


@lru_cache(maxsize=4096)
def _compiled(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")


def _matches(selector: str, root: HtmlElement) -> list[HtmlElement]:
    return list(_compiled(selector)(root))


def _boxes(element: HtmlElement) -> Iterator[HtmlElement]:
    """The element, and the block that it fills."""
    yield element
    if element.tag in INLINE:
        block = block_of(element)
        if squeeze(block.text_content()) == squeeze(element.text_content()):
            yield block


def _words(element: HtmlElement) -> str:
    return " ".join((element.get("content") or element.text_content()).replace(SOFT_HYPHEN, "").split())
