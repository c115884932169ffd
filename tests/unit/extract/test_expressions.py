"""Walks find what Trafilatura's XPath expressions find: on golden pages, on made-up elements, in page order."""

from __future__ import annotations

from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

import pytest
import trafilatura.settings
import trafilatura.xpaths
from hypothesis import given
from hypothesis import strategies as st
from lxml.etree import XPath
from lxml.html import HtmlElement, document_fromstring
from tests.pages.golden import FOLDER, NAMES

from tearsheet.extract.expressions import every, first


@cache
def untouched() -> ModuleType:
    """Trafilatura's expressions as it ships them: in this process they are walks already."""
    spec = spec_from_file_location("untouched", trafilatura.xpaths.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def expressions(*names: str) -> list[XPath]:
    return [each for name in names for each in getattr(untouched(), f"{name}_XPATH")]


PRUNED = expressions(
    "RAW_TREE_PRUNE", "REMOVE_COMMENTS_AND_LISTS", "REMOVE_COMMENTS", "OVERALL_DISCARD", "TEASER_DISCARD"
)
EVERY = [*PRUNED, trafilatura.settings.BASIC_CLEAN_XPATH]
FIRST = expressions("BODY")


@pytest.mark.parametrize("name", NAMES)
def test_golden_pages_have_the_same_elements(name: str) -> None:
    tree = document_fromstring((FOLDER / name / "page.html").read_bytes())
    for expression in EVERY:
        assert every(expression)(tree) == expression(tree), expression.path
    for expression in FIRST:
        assert first(expression)(tree) == expression(tree)[:1], expression.path


TAGS = ["div", "section", "span", "p", "ul", "li", "article", "aside", "main", "footer", "details", "list", "item"]
WORDS = ["comment", "Comments", "commentary", "share", "Share-bar", "cookie-notice", "teaser", "Teaser", "nav", "Nav"]
WORDS += ["article-body", "content", "story", "main-content", "footer", "hidden", " hide", "author", "infinite-scroll"]
WORDS += ["display:none", "mvp-post-add-box", "post_text", "meta", "elementor-share-buttons", "true", "x", ""]
NAMES_OF_ATTRIBUTES = ["id", "class", "role", "style", "itemprop", "aria-hidden", "data-component"]
value = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join)
attributes = st.lists(
    st.tuples(st.sampled_from(NAMES_OF_ATTRIBUTES), value), max_size=3, unique_by=lambda pair: pair[0]
)
element = st.tuples(st.sampled_from(TAGS), attributes)


@given(st.lists(element, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_made_up_pages_have_the_same_elements(
    elements: list[tuple[str, list[tuple[str, str]]]], random: object
) -> None:
    root = document_fromstring("<html><body><p>x</p></body></html>")
    places: list[HtmlElement] = [root.body]
    for tag, given_attributes in elements:
        made = places[random.randrange(len(places))].makeelement(tag, dict(given_attributes))  # type: ignore[attr-defined]
        places[random.randrange(len(places))].append(made)  # type: ignore[attr-defined]
        places.append(made)
    for expression in EVERY:
        assert every(expression)(root) == expression(root), expression.path
    for expression in FIRST:
        assert first(expression)(root) == expression(root)[:1], expression.path


def test_of_two_attributes_the_one_named_first_is_asked() -> None:
    expression = XPath(".//div[contains(@id|@class, 'cookie')]")
    tree = document_fromstring("<body><div id='x' class='cookie'>a</div><div class='cookie' id='x'>b</div></body>")
    assert [found.text for found in every(expression)(tree)] == ["b"] == [found.text for found in expression(tree)]


def test_what_is_not_understood_is_refused() -> None:
    with pytest.raises(ValueError, match="not understood"):
        every(XPath("//div/p[1]"))
