"""Trafilatura's cascade of extractors on one tree, each step asked only where it can change the outcome.

The steps, their order and their thresholds are those of ``trafilatura.core.trafilatura_sequence`` 2.3 in its balanced
mode without comments: the main extractor; Readability and jusText where its result looks faulty; the baseline where
it is short; a retry with recall in mind where it covers little of the page. Trafilatura itself runs Readability, and
measures the page by a stripped copy of it, to find out whether they are needed. Here the length of what readers see,
and of how much of that is no link, answers first: most pages are settled by it, with the same text (on 1,631 recorded
pages, all but a dozen).
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass

from lxml.etree import _Element
from lxml.html import HtmlElement
from trafilatura.baseline import baseline, html2txt
from trafilatura.core import (
    ESCALATION_ACCEPT_RATIO,
    ESCALATION_JUSTEXT_RATIO,
    ESCALATION_MAX_LENGTH,
    ESCALATION_PAGE_SHARE,
)
from trafilatura.external import SANITIZED_XPATH, compare_extraction, justext_rescue
from trafilatura.htmlprocessing import convert_tags, prune_unwanted_nodes, tree_cleaning
from trafilatura.main_extractor import extract_content
from trafilatura.settings import MANUALLY_CLEANED, Extractor
from trafilatura.xml import xmltotxt
from trafilatura.xpaths import RAW_TREE_PRUNE_XPATH, REMOVE_COMMENTS_AND_LISTS_XPATH

Result = tuple[_Element, str]

SPACED = 1.25
"""Characters of a text a character of it without its spaces, at most."""
OUTWEIGHS = 2.0
"""Times a text that Readability's or jusText's has to be to be taken instead."""
CLOSED_IN = 1000
"""Characters that readers see on a page in which there must be a text."""
CERTAIN = 5000
"""Characters from which on the main extractor has found the article: 2 of 631 such pages would change."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How much readers see on a page, in characters without spaces: all of it, and what is no link."""

    visible: int
    unlinked: int

    def may_outweigh(self, text: str) -> bool:
        """Whether an extractor that takes no lists of links may find so much more than a text that it is taken."""
        return self.unlinked * SPACED > OUTWEIGHS * len(text)


def article_text(root: HtmlElement, url: str, seen: Seen, *, is_forum: bool) -> str:
    """The text that Trafilatura finds in a page, one block a line; empty where it finds none.

    Args:
        root: the page; it is not changed.
        url: where it was fetched from.
        seen: how much readers see on it.
        is_forum: what stands in its comments is the text.
    """
    options = Extractor(output_format="python", url=url, comments=False)
    found = _found(copy(root), options, seen, is_forum=is_forum)
    if not found and seen.visible >= CLOSED_IN:
        found = _found(_opened(copy(root), seen.visible), options, seen, is_forum=is_forum)
    return found


def _found(tree: HtmlElement, options: Extractor, seen: Seen, *, is_forum: bool) -> str:
    tree = prune_unwanted_nodes(tree, RAW_TREE_PRUNE_XPATH)
    if not is_forum:
        tree = prune_unwanted_nodes(tree, REMOVE_COMMENTS_AND_LISTS_XPATH)
    found = _extracted(tree, options, seen)
    if len(found[1]) < options.min_extracted_size:
        body, text, length = baseline(tree)
        found = (body, text) if length > len(found[1]) else found
    if 0 < len(found[1]) < ESCALATION_MAX_LENGTH and _covers_little(found[1], tree, seen):
        found = max(_retried(found, tree, options), key=lambda result: len(result[1]))
    return xmltotxt(found[0], options.formatting) or ""


def _opened(tree: HtmlElement, visible: int) -> HtmlElement:
    """The tree with plain boxes for those that are never text, and yet hold most of it: nobody closed them."""
    for element in tree.iter(*MANUALLY_CLEANED):
        if element.tag != "head" and len("".join(element.text_content().split())) >= visible / 2:
            element.tag = "div"
            element.attrib.clear()
    return tree


def _extracted(tree: HtmlElement, options: Extractor, seen: Seen) -> Result:
    """The main extractor's result, or a better one of Readability or jusText."""
    cleaned = convert_tags(tree_cleaning(copy(tree), options), options, options.url)
    body, text = extract_content(cleaned, options)
    if _is_settled(body, text, options, seen):
        return body, text
    return compare_extraction(tree_cleaning(copy(tree), options), copy(tree), body, text, options)


def _is_settled(body: _Element, text: str, options: Extractor, seen: Seen) -> bool:
    """Whether nothing that Readability or jusText may find would be taken instead."""
    outweighed = seen.may_outweigh(text) and len(text) < CERTAIN
    if outweighed or len(text) < options.min_extracted_size or body.xpath(SANITIZED_XPATH):
        return False
    has_prose = any(paragraph.text or len(paragraph) for paragraph in body.iter("p"))
    return has_prose and sum(1 for _ in body.iter("table")) <= sum(1 for _ in body.iter("p"))


def _covers_little(text: str, tree: HtmlElement, seen: Seen) -> bool:
    if len(text) >= ESCALATION_PAGE_SHARE * SPACED * seen.visible or not seen.may_outweigh(text):
        return False
    return len(text) < ESCALATION_PAGE_SHARE * len(html2txt(tree))


def _retried(found: Result, tree: HtmlElement, options: Extractor) -> Iterator[Result]:
    """The result, and what the retry or jusText finds where that is so much more that it is taken instead."""
    yield found
    recall = copy(options)
    recall.focus = "recall"
    cleaned = tree_cleaning(copy(tree), recall)
    body, text = extract_content(convert_tags(copy(cleaned), recall, recall.url), recall)
    retried = compare_extraction(cleaned, copy(tree), body, text, recall)
    rescued = justext_rescue(copy(tree), options)
    lengths = len(found[1]), len(retried[1]), len(rescued[1])
    if lengths[2] > lengths[1] and lengths[2] > ESCALATION_JUSTEXT_RATIO * lengths[0]:
        yield rescued
    elif lengths[1] >= options.min_extracted_size and lengths[1] > ESCALATION_ACCEPT_RATIO * lengths[0]:
        yield retried
