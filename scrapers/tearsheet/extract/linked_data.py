"""JSON-LD (schema.org) in a page, read leniently: a script that is no JSON is left out, never an error.

Source: https://schema.org/Article and its subtypes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from lxml.html import HtmlElement

Node = Mapping[str, Any]

ARTICLE = re.compile(r"(Article|BlogPosting|Report|Posting|ReviewNewsArticle|Review)$")
WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/)\s*;?\s*$"
)
TRAILING_COMMA = re.compile(r",(\s*[}\]])")
MAX_DEPTH = 12


def read_nodes(root: HtmlElement) -> tuple[Node, ...]:
    """Every object with a type in the page's JSON-LD, in page order, outer before inner."""
    scripts = root.xpath('.//script[contains(@type, "ld+json")]')
    return tuple(node for script in scripts for node in _typed(_load(script.text_content()), MAX_DEPTH))


def types(node: Node) -> tuple[str, ...]:
    """The names of a node's types without their vocabulary."""
    value = node.get("@type")
    names = value if isinstance(value, list) else [value]
    return tuple(name.rsplit("/", 1)[-1] for name in names if isinstance(name, str))


def is_article(node: Node) -> bool:
    """Whether one of the node's types is a kind of article."""
    return any(ARTICLE.search(name) for name in types(node))


def article_node(nodes: tuple[Node, ...], url: str) -> Node:
    """The article that the page is about: the one that names the page's address, else the first with a headline."""
    articles = [
        node for node in nodes if is_article(node) and ("headline" in node or "name" in node or "author" in node)
    ]
    path = _path(url)
    own = [node for node in articles if path in {_path(address) for address in _addresses(node)}]
    return next(iter(own or articles), {})


def text(value: Any) -> str | None:
    """A plain string out of a JSON-LD value: itself, its ``@value`` or ``name``, or the first of a list."""
    if isinstance(value, list):
        return next(filter(None, map(text, value)), None)
    if isinstance(value, Mapping):
        return text(value.get("@value") or value.get("name") or value.get("url"))
    return " ".join(unescape(value).split()) or None if isinstance(value, str) else None


def texts(value: Any) -> tuple[str, ...]:
    """The plain strings of a JSON-LD value; a comma-separated string is one value."""
    values = value if isinstance(value, list) else [value]
    return tuple(filter(None, map(text, values)))


def _load(source: str) -> Any:
    for candidate in (source, TRAILING_COMMA.sub(r"\1", WRAPPING.sub("", WRAPPING.sub("", source)))):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _typed(value: Any, depth: int) -> Iterator[Node]:
    if depth == 0:
        return
    if isinstance(value, list):
        for item in value:
            yield from _typed(item, depth - 1)
    elif isinstance(value, dict):
        if "@type" in value:
            yield value
        for item in value.values():
            if isinstance(item, (dict, list)):
                yield from _typed(item, depth - 1)


def _addresses(node: Node) -> tuple[str, ...]:
    main = node.get("mainEntityOfPage")
    main = main.get("@id") or main.get("url") if isinstance(main, Mapping) else main
    return tuple(value for value in (node.get("url"), node.get("@id"), main) if isinstance(value, str))


def _path(url: str) -> str:
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return url
