"""A topic's query: parsed once, matched against many articles, its evidence kept.

The language is in docs/query-language.md. A query is matched on the fields of clean text only, and gives for each
article it selects the words that made it do so: which field, where, as they stand there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from types import MappingProxyType

from tearsheet.folding import Folded, folded
from tearsheet.model import Evidence
from tearsheet.select.nodes import And, Node, Not, normal, terms
from tearsheet.select.syntax import read
from tearsheet.select.terms import Term
from tearsheet.select.tokens import FIELDS

__all__ = ["COLUMNS", "FIELDS", "MOST_EVIDENCE", "Query", "fold", "parse"]

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "title": "title",
        "standfirst": "standfirst",
        "text": "text",
        "source": "source",
        "tag": "tags",
        "lang": "language",
        "author": "authors",
        "section": "section",
    }
)
"""The fields and the columns they look in."""

MOST_EVIDENCE = 50
LANGUAGE_VERSION = 1
"""Raised when the same query comes to select other articles: part of every query's hash."""

Value = str | Sequence[str] | Folded | None
"""A field as it is stored (several values: tags, authors), or folded already to serve several queries."""


@dataclass(frozen=True)
class Query:
    """A parsed query; ``text`` as it was written."""

    text: str
    tree: Node

    @cached_property
    def hash(self) -> str:
        """20 hex digits: the same for queries that differ only in order, brackets, repetition, case or white space."""
        return hashlib.sha256(f"{LANGUAGE_VERSION} {normal(self.tree)}".encode()).hexdigest()[:20]

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields that the query looks in, of ``FIELDS``."""
        return frozenset(name for term in terms(self.tree) for name in term.fields)

    def match(self, fields: Mapping[str, Value]) -> tuple[Evidence, ...] | None:
        """The words for which the query selects an article, or ``None`` where it does not.

        Args:
            fields: by the names of ``FIELDS``; a field may be left out or ``None``. Offsets into several values are
                those of the values joined by line feeds.

        Returns:
            At most ``MOST_EVIDENCE`` matches by field and offset, every matching term's first ones before further ones.
        """
        texts = {name: fold(fields.get(name)) for name in self.fields}
        found = _evidence(self.tree, texts)
        return None if found is None else _chosen(found)


def parse(query: str) -> Query:
    """Parse a query.

    Raises:
        QueryError: it is empty, selects by absence only, or is not in the language; with the place and the mend.
    """
    return Query(query, read(query))


def fold(value: Value) -> Folded:
    """A field folded for matching."""
    if isinstance(value, Folded):
        return value
    return folded(value if isinstance(value, str) else "\n".join(value or ()))


_Match = tuple[int, Evidence]
"""A match and how many matches of its term in its field stand before it."""


def _evidence(node: Node, texts: Mapping[str, Folded]) -> list[_Match] | None:
    """The matches that made the node true, ``None`` where it is false; what is negated gives none."""
    if isinstance(node, Term):
        return list(_matches(node, texts)) or None
    if isinstance(node, Not):
        return [] if _evidence(node.part, texts) is None else None
    parts: list[list[_Match]] = []
    for part in node.parts:
        found = _evidence(part, texts)
        if found is not None:
            parts.append(found)
        elif isinstance(node, And):
            return None
    return [match for found in parts for match in found] if parts else None


def _matches(term: Term, texts: Mapping[str, Folded]) -> Iterator[_Match]:
    for name in term.fields:
        for rank, (offset, length) in enumerate(islice(term.find(texts[name]), MOST_EVIDENCE)):
            words = texts[name].stored[offset : offset + length]
            yield rank, Evidence(field=name, offset=offset, length=length, words=words)


def _chosen(found: Iterable[_Match]) -> tuple[Evidence, ...]:
    def place(evidence: Evidence) -> tuple[int, int, int]:
        return FIELDS.index(evidence.field), evidence.offset, evidence.length

    ranked = sorted(found, key=lambda match: (match[0], place(match[1])))
    first = list(dict.fromkeys(evidence for _, evidence in ranked))[:MOST_EVIDENCE]
    return tuple(sorted(first, key=place))
