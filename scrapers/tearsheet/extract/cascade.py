"""Trafilatura's cascade of extractors on one tree, each step asked only where it can change the outcome.

The steps, their order and their thresholds are those of ``trafilatura.core.trafilatura_sequence`` 2.3 in its balanced
mode without comments: the main extractor; Readability and jusText where its result looks faulty; the baseline where
it is short; a retry with recall in mind where it covers little of the page. Trafilatura itself runs Readability, and
measures the page by a stripped copy of it, to find out whether they are needed. Here the length of what readers see
answers first: most pages are settled by it, with the same text (on 1,631 recorded pages, all but a dozen).
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy

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
CLOSED_IN = 1000
"""Characters that readers see on a page in which there must be a text."""
CERTAIN = 5000
"""Characters from which on the main extractor has found the article: 2 of 631 such pages would change."""


def article_text(root: HtmlElement, url: str, *, visible: int, is_forum: bool) -> str:
    """The text that Trafilatura finds in a page, one block a line; empty where it finds none.

    Args:
        root: the page; it is not changed.
        url: where it was fetched from.
        visible: characters that readers see on it, without spaces.
        is_forum: what stands in its comments is the text.
    """
    options = Extractor(output_format="python", url=url, comments=False)
    found = _found(copy(root), options, visible, is_forum=is_forum)
    if not found and visible >= CLOSED_IN:
        found = _found(_opened(copy(root), visible), options, visible, is_forum=is_forum)
    return found


def _found(tree: HtmlElement, options: Extractor, visible: int, *, is_forum: bool) -> str:
    tree = prune_unwanted_nodes(tree, RAW_TREE_PRUNE_XPATH)
    if not is_forum:
        tree = prune_unwanted_nodes(tree, REMOVE_COMMENTS_AND_LISTS_XPATH)
    found = _extracted(tree, options, visible)
    if len(found[1]) < options.min_extracted_size:
        body, text, length = baseline(tree)
        found = (body, text) if length > len(found[1]) else found
    if 0 < len(found[1]) < ESCALATION_MAX_LENGTH and _covers_little(found[1], tree, visible):
        found = max(_retried(found, tree, options), key=lambda result: len(result[1]))
    return xmltotxt(found[0], options.formatting) or ""


def _opened(tree: HtmlElement, visible: int) -> HtmlElement:
    """The tree with plain boxes for those that are never text, and yet hold most of it: nobody closed them."""
    for element in tree.iter(*MANUALLY_CLEANED):
        if element.tag != "head" and len("".join(element.text_content().split())) >= visible / 2:
            element.tag = "div"
            element.attrib.clear()
    return tree


def _extracted(tree: HtmlElement, options: Extractor, visible: int) -> Result:
    """The main extractor's result, or a better one of Readability or jusText."""
    cleaned = convert_tags(tree_cleaning(copy(tree), options), options, options.url)
    body, text = extract_content(cleaned, options)
    if _is_settled(body, text, options, visible):
        return body, text
    return compare_extraction(tree_cleaning(copy(tree), options), copy(tree), body, text, options)


def _is_settled(body: _Element, text: str, options: Extractor, visible: int) -> bool:
    """Whether nothing that Readability or jusText may find would be taken instead."""
    outweighed = visible * SPACED > 2 * len(text) and len(text) < CERTAIN
    if outweighed or len(text) < options.min_extracted_size or body.xpath(SANITIZED_XPATH):
        return False
    has_prose = any(paragraph.text or len(paragraph) for paragraph in body.iter("p"))
    return has_prose and sum(1 for _ in body.iter("table")) <= sum(1 for _ in body.iter("p"))


def _covers_little(text: str, tree: HtmlElement, visible: int) -> bool:
    if len(text) >= ESCALATION_PAGE_SHARE * SPACED * visible:
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
