"""A page parsed once: its tree, its meta elements and its linked data, shared by every reader of this stage.

Scripts, styles and comments are taken out once; then the tree is never changed by a reader. Parsing is Trafilatura's
own (``load_html``), so that its extraction sees the tree it would have made itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from lxml.etree import Comment, ElementDefaultClassLookup, LxmlError, strip_elements
from lxml.html import HtmlComment, HtmlElement, HtmlEntity, HtmlProcessingInstruction
from trafilatura.utils import HTML_PARSER, detect_encoding, load_html
from w3lib.encoding import html_to_unicode

from tearsheet.errors import RecordError
from tearsheet.extract import expressions
from tearsheet.extract.linked_data import Node, article_node, read_nodes
from tearsheet.extract.outline import Outline
from tearsheet.model import Mention

ESCAPE = b"\x1b"

# lxml's own look-up asks Python for the class of every element proxy; this one answers in C: a tenth of a page's CPU.
HTML_PARSER.set_element_class_lookup(
    ElementDefaultClassLookup(element=HtmlElement, comment=HtmlComment, pi=HtmlProcessingInstruction, entity=HtmlEntity)
)
expressions.install()


def decode(html: bytes, content_type: str | None) -> str:
    """The page's characters: UTF-8 where that is valid, else as declared by header or meta, else detected."""
    if ESCAPE not in html:
        try:
            return html.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
    _, text = html_to_unicode(
        content_type, html, auto_detect_fun=lambda body: next(iter(detect_encoding(body)), "utf-8")
    )
    return text


def parse(html: bytes, url: str, content_type: str | None = None) -> HtmlElement:
    """The root of a page's tree.

    Raises:
        RecordError: the bytes are no HTML.
    """
    try:
        root = load_html(decode(html, content_type))
    except (LxmlError, ValueError, LookupError) as error:
        raise RecordError(f"{url}: cannot be parsed as HTML ({error})") from error
    if root is None:
        raise RecordError(f"{url}: {len(html)} bytes without any HTML element")
    _strip(root)
    return root


def _strip(root: HtmlElement) -> None:
    """Take out what no reader sees and no extractor reads: half of a page, which each of them would copy."""
    strip_elements(root, Comment, "style", "svg", with_tail=False)
    for script in list(root.iter("script")):
        if "json" not in script.get("type", ""):
            script.drop_tree()


def read_meta(root: HtmlElement) -> dict[str, tuple[str, ...]]:
    """The contents of a page's meta elements by lower-case name, property or http-equiv, in page order."""
    found: dict[str, tuple[str, ...]] = {}
    for element in root.iter("meta"):
        content = " ".join((element.get("content") or element.get("value") or "").split())  # some generators err
        name = element.get("property") or element.get("name") or element.get("http-equiv")
        if name and content:
            key = name.strip().lower()
            found[key] = (*found.get(key, ()), content)
    return found


@dataclass(frozen=True)
class Page:
    """One page as every reader of this stage sees it; ``headers`` have lower-case names."""

    root: HtmlElement
    url: str
    headers: Mapping[str, str]
    mentions: tuple[Mention, ...]
    fetched_at: datetime

    @cached_property
    def meta(self) -> Mapping[str, tuple[str, ...]]:
        """Contents of meta elements by lower-case name."""
        return read_meta(self.root)

    def first_meta(self, *names: str) -> str | None:
        """The first content found under the first of these names that has one."""
        return next((self.meta[name][0] for name in names if name in self.meta), None)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """All typed nodes of the page's JSON-LD, outer before inner."""
        return read_nodes(self.root)

    @cached_property
    def article(self) -> Node:
        """The JSON-LD node of the page's article; empty if there is none."""
        return article_node(self.nodes, self.url)

    @cached_property
    def outline(self) -> Outline:
        """The page's visible text with the elements it stands in."""
        return Outline(self.root)
